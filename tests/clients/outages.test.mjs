// The relay is killed and started again behind the proxies that deploy/proxies has files for. A client that gives up at
// any status but 200, as browsers do, lives through it and misses nothing; whoever else asks is told the truth.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSource } from 'eventsource';
import { startIssuer } from './issuer.mjs';
import { freePorts } from './ports.mjs';
import { PROXIES, startProxy } from './proxies.mjs';
import { publish, startRelay, STATIC_TOKEN } from './relay.mjs';
import { assertNoneIn } from './secrets.mjs';
import { until } from './wait.mjs';

const ANN = { subject: 'ann', tenant: 'acme' };
const TYPE = 'thing.changed';
const STREAM = 'text/event-stream';
const PAGES = 'https://pages.example.com';
/** A stream of the operator's own, at one of the paths that the files pass on. */
const OWN = { name: 'things', path: '/api/events/{id}/live', topics: ['things.{path.id}'], poll: true };

describe('while there is no relay', { concurrency: true, timeout: 240_000 }, () => {
  let issuer;
  let application;

  before(async () => {
    issuer = await startIssuer();
    application = createServer((asked, answer) => answer.end('the application'));
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
  });

  after(async () => {
    application?.closeAllConnections();
    application?.close();
    await issuer?.close();
  });

  /** As a browser's: with the token in its address, for it can set no header. */
  function subscribe(t, proxy, path) {
    const statuses = [];
    const heard = [];
    const source = new EventSource(`${proxy.origin}${path}?access_token=${issuer.token(ANN)}`, {
      fetch: async (...request) => {
        const answer = await fetch(...request);
        statuses.push(answer.status);
        return answer;
      },
    });
    t.after(() => source.close());
    source.addEventListener(TYPE, ({ data }) => heard.push(data));
    source.addEventListener('system.connected', () => heard.push('connected'));
    return { statuses, heard, state: () => source.readyState };
  }

  /** A stream on a connection that it shares with others. */
  function openOn(session) {
    const authorization = `Bearer ${issuer.token(ANN)}`;
    const stream = session.request({ ':path': '/v1/stream', accept: STREAM, authorization });
    const got = { text: '', closed: false };
    stream.setEncoding('utf8').on('data', (text) => { got.text += text; }).on('error', () => {});
    stream.on('close', () => { got.closed = true; });
    return got;
  }

  async function ask(proxy, path, headers, options = {}) {
    const answer = await fetch(`${proxy.origin}${path}`, { headers, ...options });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  for (const name of PROXIES) {
    test(`${name} tells streams to come back, and everybody else that it has no relay`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'heliograph-outage-'));
      t.after(() => rmSync(directory, { recursive: true }));
      const [port] = await freePorts(1);
      const options = {
        port, log: { directory, durability: 'fsync' }, cors: { origins: [PAGES] }, streams: [OWN],
      };
      const relay = await startRelay(issuer, options);
      t.after(() => relay.running() && relay.stop());
      const proxy = await startProxy(name, { relay: port, application: application.address().port });
      t.after(proxy.stop);
      const say = (on, n) => publish(on, { tenant: 'acme', topic: 'things.7', type: TYPE, data: n });

      const subscribers = ['/v1/stream', '/api/events/7/live'].map((path) => subscribe(t, proxy, path));
      const allHear = (wanted) =>
        until(`all hear ${wanted}`, () => subscribers.every(({ heard }) => heard.join() === wanted));
      const session = connect(proxy.origin);
      t.after(() => session.destroy());
      const shared = [openOn(session), openOn(session)];
      await allHear('connected');
      await until('streams share a connection', () => shared.every(({ text }) => text.includes('system.connected')));
      await say(relay, 1);
      await allHear('connected,1');
      await until('they hear it as well', () => shared.every(({ text }) => text.includes('data: 1\n')));
      await relay.kill();

      // Streams end with the relay, and their connection can still be used.
      await until('the streams are over', () => shared.every(({ closed }) => closed));
      const again = openOn(session);
      await until('it is told to come back', () => again.closed);
      assert.equal(again.text, 'retry: 5000\n');
      await until('all have come back, and nobody was there',
        () => subscribers.every(({ statuses }) => statuses.length > 1));

      for (const path of ['/v1/stream', '/api/events/7/live?token=x']) {
        const later = await ask(proxy, path, { Accept: `${STREAM}, */*`, Origin: PAGES });
        assert.deepEqual([later.status, later.text], [200, 'retry: 5000\n'], path);
        assert.match(later.headers.get('Content-Type'), /^text\/event-stream\b/);
        assert.equal(later.headers.get('Cache-Control'), 'no-store');
        assert.equal(later.headers.get('Access-Control-Allow-Origin'), PAGES);
        assert.equal(later.headers.get('Access-Control-Allow-Credentials'), 'true');
        assert.equal(later.headers.get('Vary'), 'Origin');
      }
      const foreign = await ask(proxy, '/v1/stream', { Accept: STREAM, Origin: 'https://evil.example' });
      assert.equal(foreign.headers.get('Access-Control-Allow-Origin'), null);

      const keyed = { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json', Accept: STREAM };
      const body = JSON.stringify({ tenant: 'acme', topic: 'things', type: TYPE, data: 'lost' });
      for (const [what, refused] of Object.entries({
        publish: await ask(proxy, '/v1/hooks/curl', keyed, { method: 'POST', body }),
        poll: await ask(proxy, '/v1/events', { Accept: 'application/json' }),
        'poll of an own stream': await ask(proxy, '/api/events/7/live', { Accept: 'application/json' }),
        head: await ask(proxy, '/v1/stream', { Accept: STREAM }, { method: 'HEAD' }),
      })) {
        assert.ok([502, 503, 504].includes(refused.status), `${what}: ${refused.status}`);
        assert.ok(!refused.text.includes('retry:'), `${what}: ${refused.text}`);
      }
      assert.equal((await ask(proxy, '/', { Accept: STREAM })).text, 'the application');

      const successor = await startRelay(issuer, options);
      t.after(successor.stop);
      await say(successor, 2);
      await allHear('connected,1,connected,2');
      for (const { statuses, state } of subscribers) {
        assert.deepEqual(statuses.filter((status) => status !== 200), []);
        assert.equal(state(), EventSource.OPEN);
      }
      assertNoneIn(`what ${name} wrote`, proxy.all());
    });
  }
});
