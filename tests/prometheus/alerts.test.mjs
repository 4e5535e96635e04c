// Each alert fires when its trouble is made, in a real Prometheus that scrapes real relays; and goes when the trouble does.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WHY_NO_DISK, breaker, smallDisk, takeTheRest } from '../faults/disks.mjs';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { ROOT, STATIC_TOKEN, publish, startRelay } from '../clients/relay.mjs';
import { key } from '../clients/secrets.mjs';
import { subscribe } from '../clients/subscriber.mjs';
import { until } from '../clients/wait.mjs';
import { RULES, startPrometheus } from './prometheus.mjs';

const SLOWLY = key('tests-only-slow-publisher');
const LONG = 'x'.repeat(100_000);
const PATIENCE = 60_000;
const event = (tenant, data = {}, type = 'note.long') => ({ tenant, topic: 'notes.1', type, data });

const file = (name) => join(ROOT, 'deploy', name);
const ALERTS = [...readFileSync(file('prometheus/alerts.yml'), 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
/** Those whose trouble is made for promtool alone: a bug, and a heap that stays full. */
const ONLY_BY_PROMTOOL = ['HeliographInternalErrors', 'HeliographHeapFull'];

describe('each alert', { timeout: 290_000 }, () => {
  const seen = new Set();
  let issuer;
  let prometheus;
  let port;
  let adminPort;
  let relay;
  const sockets = [];
  const readers = [];

  before(async () => {
    issuer = await startIssuer();
    [port, adminPort] = await freePorts(2);
    prometheus = await startPrometheus({ targets: [{ port: adminPort }], rules: RULES });
  });

  after(async () => {
    await prometheus?.stop();
    await issuer?.close();
  });

  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
    if (relay?.running()) await relay.kill();
  });

  /** The relay, always at the same address. */
  async function begin(options) {
    relay = await startRelay(issuer, { port, adminPort, log: { durability: 'memory' }, ...options });
  }

  async function fires(...names) {
    for (const name of names) {
      const alert = await until(`${name} fires`, async () =>
        (await prometheus.firing()).find(({ labels }) => labels.alertname === name), PATIENCE);
      seen.add(name);
      assert.match(alert.labels.severity, /^(page|ticket)$/);
      assert.doesNotMatch(alert.annotations.summary, /[{}]|<no value>|NaN/);
    }
  }

  async function clears(...names) {
    for (const name of names) {
      await until(`${name} clears`, async () =>
        (await prometheus.firing()).every(({ labels }) => labels.alertname !== name), PATIENCE);
    }
  }

  const order = (method, path, query = {}) => fetch(`${relay.admin}/admin/v1/${path}?${new URLSearchParams(query)}`, { method });
  const send = (name, token, body) => fetch(`${relay.url}/v1/hooks/${name}`, {
    method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });

  /** A reader that takes nothing of its stream. */
  async function stall(who) {
    const socket = connect(relay.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(`GET /v1/stream?topic=notes.%3E HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${issuer.token(who)}\r\n\r\n`);
    await new Promise((resolve) => { socket.once('readable', resolve); });
    socket.pause();
    return socket;
  }

  /** Does something again and again until alerts fire. */
  async function untilFiring(names, something) {
    let over = false;
    const doing = (async () => {
      while (!over) {
        await something();
        await new Promise((resolve) => { setTimeout(resolve, 50); });
      }
    })();
    try {
      await fires(...names);
    } finally {
      over = true;
      await doing;
    }
  }

  test('about publishers', async () => {
    await begin({ publishers: [{ name: 'slowly', scheme: 'token', secrets: [SLOWLY], tenants: ['*'], 'per-second': 1 }] });
    await untilFiring(['HeliographCredentialsRefused', 'HeliographPublisherRefused'], () => send('curl', 'a token that is wrong', event('acme')));
    await untilFiring(['HeliographRateLimited'], () => send('slowly', SLOWLY, event('acme')));
    assert.equal((await order('POST', 'publishers/curl/pause', { reason: 'test' })).status, 200);
    await fires('HeliographPublisherPaused');
    assert.equal((await order('POST', 'publishers/curl/resume', { reason: 'test' })).status, 200);
    // Those that count over a time are seen to go by promtool, which has not to wait for it.
    await clears('HeliographPublisherPaused');
  });

  test('about delivery', async () => {
    await begin({
      limits: { streams: 3, 'waiting-bytes': '2MiB', 'waiting-bytes-per-tenant': '2MiB' },
      more: { types: [{ type: 'secret.*', masks: [{ fields: ['/name'], roles: ['staff'] }] }] },
      warnings: [/ withheld /, / tenant-late /, / streams-full /, / limit /],
    });
    const late = await stall({ subject: 'ann', tenant: 'acme' });
    for (let n = 0; n < 60; n++) await publish(relay, event('acme', LONG));
    await fires('HeliographStreamsBehind');
    late.resume();
    await clears('HeliographStreamsBehind');
    await stall({ subject: 'bob', tenant: 'globex' });
    // The sockets take the first of it. Then the relay holds what waits, and at its limit leaves it to the log.
    const waiting = async () => (await (await fetch(`${relay.admin}/admin/v1/status`)).json()).waitingBytes;
    for (let n = 0; await waiting() < 1_960_000; n++) {
      assert.ok(n < 600, 'the sockets take all of it');
      await publish(relay, event('globex', LONG.slice(0, 50_000)));
    }
    await fires('HeliographWaitingNearlyFull');
    for (let n = 0; n < 50; n++) await publish(relay, event('globex', LONG));
    await fires('HeliographTenantFallsBehind');
    await clears('HeliographWaitingNearlyFull');

    const lost = { ...event('acme', 'a name', 'secret.text'), datacontenttype: 'text/plain' };
    readers.push(subscribe(`${relay.url}`, {
      token: () => issuer.token({ subject: 'cy', tenant: 'acme' }), query: 'topic=notes.%3E&lastEventId=another-5',
    }));
    await fires('HeliographGaps', 'HeliographStreamsNearlyFull');
    await untilFiring(['HeliographEventsWithheld'], () => publish(relay, lost));

    // It holds for who comes from now on.
    sockets.splice(0).forEach((socket) => socket.destroy());
    relay.write({ stream: { 'write-timeout': 'PT1S' } });
    assert.equal((await order('POST', 'config/reload', { reason: 'test' })).status, 200);
    await until('there is room', async () => (await stall({ subject: 'dan', tenant: 'initech' })).readyState === 'open');
    await untilFiring(['HeliographSlowStreams'], () => publish(relay, event('initech', LONG)));
  });

  test('about a disk that is slow', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'heliograph-slow-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const [directory, flag] = [join(folder, 'log'), join(folder, 'slow')];
    mkdirSync(directory);
    await begin({
      log: { directory, durability: 'fsync' }, environment: { LD_PRELOAD: breaker(), BROKEN_DIRECTORY: directory, BROKEN_FLAG: flag },
    });
    readers.push(subscribe(relay.url, { token: () => issuer.token({ subject: 'ann', tenant: 'acme' }), query: 'topic=notes.%3E' }));
    await readers[0].hears('system.connected');
    writeFileSync(flag, 's');
    await untilFiring(['HeliographDeliveryLateFast', 'HeliographDeliveryLateSlow'], () => publish(relay, event('acme')));
    rmSync(flag);
  });

  test('about what the relay depends on, and its configuration', async () => {
    const other = await startIssuer();
    const [nobody] = await freePorts(1);
    const identity = (...issuers) => ({
      issuers: issuers.map(({ url }, n) => ({ issuer: url, audience: 'heliograph', 'subject-prefix': `${'ab'[n]}:` })),
    });
    const more = {
      identity: identity(issuer, other),
      authorize: [{ topics: 'asked.*', url: `http://127.0.0.1:${nobody}/{2}`, timeout: 'PT0.5S' }],
      tracing: { endpoint: `http://127.0.0.1:${nobody}`, ratio: 1 },
      // The test says when it is read.
      reload: { watch: false },
    };
    await begin({ more, warnings: [/ upstream-failed /, / issuer-keys-failed /, / traces-failed /, / reload-refused /, / restart-needed /] });
    await untilFiring(['HeliographTracesLost'], () => publish(relay, event('acme')));
    await untilFiring(['HeliographUpstreamFailing'], () =>
      fetch(`${relay.url}/v1/stream?topic=asked.1`, { headers: { Authorization: `Bearer ${issuer.token({ subject: 'ann', tenant: 'acme' })}` } }));
    const unknown = other.token({ subject: 'ann', tenant: 'acme', kid: 'test-2' });
    await other.close();
    await untilFiring(['HeliographIssuerFailing'], () => fetch(`${relay.url}/v1/stream?topic=a`, { headers: { Authorization: `Bearer ${unknown}` } }));

    relay.write({ more, stream: { heartbeat: 'soon' } });
    assert.equal((await order('POST', 'config/reload', { reason: 'test' })).status, 422);
    await fires('HeliographReloadFailed');
    relay.write({ more, log: { durability: 'memory', dedup: 'PT1H' } });
    assert.equal((await order('POST', 'config/reload', { reason: 'test' })).status, 200);
    await fires('HeliographRestartNeeded');
    await clears('HeliographReloadFailed');
    relay.write({ more });
    assert.equal((await order('POST', 'config/reload', { reason: 'test' })).status, 200);
    await clears('HeliographRestartNeeded');
  });

  test('about its disk', { skip: WHY_NO_DISK }, async (t) => {
    const disk = smallDisk(48);
    t.after(disk.leave);
    const filler = join(disk.directory, 'filler');
    await begin({ java: ['-Xmx192m'], log: { directory: join(disk.directory, 'log'), durability: 'fsync' } });
    await publish(relay, event('acme'));
    takeTheRest(filler);
    await fires('HeliographDiskNearlyFull');
    await untilFiring(['HeliographLogUnavailable', 'HeliographNotReady', 'HeliographPublishErrorsFast', 'HeliographPublishErrorsSlow'],
      () => send('curl', STATIC_TOKEN, event('acme', LONG)));
    // The log gives room free as it tries again.
    await untilFiring(['HeliographAuditUnavailable'], () => {
      takeTheRest(filler);
      return order('POST', 'publishers/curl/pause', { reason: LONG.slice(0, 400) });
    });
    rmSync(filler);
    await clears('HeliographDiskNearlyFull', 'HeliographLogUnavailable', 'HeliographNotReady');
    assert.equal((await order('POST', 'drain', { reason: 'test' })).status, 200);
    await fires('HeliographNotReady');
    // Before the disk is taken away.
    await relay.kill();
  });

  test('about its tenants', async () => {
    const most = 9000;
    await begin({ limits: { 'batch-events': most, 'publish-per-second': 10_000_000, 'new-tenants-per-minute': 10_000_000 } });
    for (let from = 0; from <= 80_000; from += most) {
      await publish(relay, Array.from({ length: most }, (_, n) => event(`tenant-${from + n}`)));
    }
    await fires('HeliographTenantsNearlyFull');
  });

  test('about a Prometheus that knows of none', async (t) => {
    const other = await startPrometheus({ targets: [], rules: RULES });
    t.after(() => other.stop());
    const { annotations, labels } = await until('HeliographGone fires', async () =>
      (await other.firing()).find((it) => it.labels.alertname === 'HeliographGone'), PATIENCE);
    assert.deepEqual([labels.severity, annotations.summary], ['page', 'Prometheus knows of no relay']);
    seen.add('HeliographGone');
    // A relay that is known and down is not gone.
    await until('it is known', async () => (await prometheus.query('up{job="heliograph"}')).length > 0);
    await clears('HeliographGone');
  });

  test('about its process', async () => {
    await begin();
    const open = await until('it is scraped', async () => (await prometheus.query('process_open_fds'))[0]?.value);
    // It must be able to answer those who scrape.
    execFileSync('prlimit', ['--pid', String(relay.pid), `--nofile=${Math.floor(open / 0.92)}`]);
    await fires('HeliographFilesNearlyUsedUp');
    await relay.kill();
    await fires('HeliographDown');
    for (let start = 0; start < 4; start++) {
      await begin();
      await until('it is scraped', async () => (await prometheus.query('up')).some(({ value }) => value === 1));
      const ofThis = (await prometheus.query('process_start_time_seconds'))[0]?.value;
      assert.ok(ofThis > 0);
      await relay.kill();
      await until('it is missed', async () => (await prometheus.query('up')).every(({ value }) => value === 0));
    }
    await fires('HeliographRestarting');
  });

  test('was seen, and is tried by promtool', () => {
    assert.deepEqual(ALERTS.filter((name) => !seen.has(name)
      && !(WHY_NO_DISK && /Disk|Log|Audit|NotReady|PublishErrors/.test(name))), ONLY_BY_PROMTOOL);
    execFileSync('promtool', ['check', 'config', file('prometheus/prometheus.yml')]);
    execFileSync('promtool', ['test', 'rules', file('prometheus/alerts_test.yml')]);
  });
});
