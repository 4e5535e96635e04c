// A disk that is full, read-only, or cannot sync: nothing is acknowledged that is not safe, streams
// and reads go on, the operator is told, and all is well again without a restart.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { attempt, publishUntilTaken } from './publisher.mjs';
import { epochOf, read, sequenceOf } from './reader.mjs';
import { WHY_NO_DISK, breaker, smallDisk, takeTheRest } from './disks.mjs';

const MIB = 1024 * 1024;
const ANN = { subject: 'ann', tenant: 'acme', roles: ['operator'] };
const GUEST = { subject: 'guest', tenant: 'acme' };
const PUBLISHERS = 4;

describe('a disk', { timeout: 240_000 }, () => {
  let issuer;
  before(async () => { issuer = await startIssuer(); });
  after(async () => {
    await issuer.close();
  });

  /** A relay on a directory, two subscribers who are there all the time, and what was answered. */
  async function scene(t, directory, { environment, leave = () => {} } = {}) {
    const [port, adminPort] = await freePorts(2);
    const options = {
      port, adminPort, heartbeatMs: 1000, java: ['-Xmx192m'], environment,
      log: { directory, durability: 'fsync' },
    };
    let relay;
    const readers = [];
    t.after(async () => {
      await Promise.all(readers.map((reader) => reader.close()));
      if (relay?.running()) await relay.kill();
      leave();
    });
    relay = await startRelay(issuer, options);
    for (const who of [ANN, GUEST]) {
      readers.push(Object.assign(read(relay.url, { token: issuer.token(who) }), { who }));
    }
    await until('both are connected', () => readers.every(({ connected }) => connected));

    const taken = [];
    const refused = [];
    let count = 0;
    /** Publishes one event; the answer, which must be one of the two. */
    async function publish(bytes = 100) {
      const id = `e-${count++}`;
      const roles = count % 3 === 0 ? { roles: 'operator' } : {};
      const event = { id, source: '/disk', type: 'test.stored', topic: 'disk', tenant: 'acme', ...roles,
        data: { id, padding: Buffer.allocUnsafe(bytes / 2).map(() => Math.random() * 256).toString('hex') } };
      return note(event, await attempt(relay.url, event));
    }
    function note(event, answer) {
      if (answer?.status === 202) {
        assert.equal(answer.body.duplicate, false);
        taken.push({ ...event, ...answer.body });
      } else {
        assert.equal(answer?.status, 503, JSON.stringify(answer));
        assert.equal(answer.body.code, 'LOG_UNAVAILABLE');
        assert.match(answer.retryAfter, /^[1-9]\d*$/);
        refused.push(event);
      }
      return answer.status;
    }
    const revoked = [];
    /** Takes somebody back who is not there; the status, which must be one of the two. */
    async function revoke() {
      const subject = `gone-${count++}`;
      const token = issuer.token({ ...GUEST, subject });
      const answer = await fetch(`${relay.admin}/admin/revocations`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ subject }),
      });
      const body = await answer.json();
      if (answer.status === 200) revoked.push({ subject, token });
      else {
        assert.equal(answer.status, 503, JSON.stringify(body));
        // What cannot be noted is not done either.
        assert.match(body.code, /^(REVOCATIONS|AUDIT)_UNAVAILABLE$/);
      }
      return answer.status;
    }
    /** What was acknowledged is taken back, and nothing else. */
    async function revocationsAreWhole() {
      const answer = await fetch(`${relay.admin}/admin/revocations?limit=1000`);
      const page = await answer.json();
      assert.equal(answer.status, 200, JSON.stringify(page));
      assert.deepEqual(page.revocations.map(({ subject }) => subject).sort(), revoked.map(({ subject }) => subject).sort());
      for (const { token } of revoked) {
        const refused = await fetch(`${relay.url}/v1/events`, { headers: { Authorization: `Bearer ${token}` } });
        assert.equal(refused.status, 401);
      }
    }
    const wanted = (who, cursor) => taken
      .filter((event) => !event.roles || who === ANN)
      .sort((a, b) => sequenceOf(a.cursor) - sequenceOf(b.cursor))
      .map((event) => `${cursor ? `${event.cursor} ` : ''}${event.data.id}`);
    const start = () => `${epochOf(taken[0].cursor)}-0`;

    /** What a stream saw is what was acknowledged, once and in order; waits until it came. */
    async function isWhole(reader) {
      const goal = wanted(reader.who, true);
      await until(`${reader.who.subject} sees ${goal.length} events`, () => {
        assert.ifError(reader.failure);
        return reader.seen.length >= goal.length;
      });
      assert.deepEqual(reader.seen.map(({ id, data }) => `${id} ${data.id}`), goal);
      assert.deepEqual(reader.gaps, []);
    }
    return {
      taken, refused, publish, readers, isWhole, revoke, revocationsAreWhole,
      log: () => relay.log(),
      readiness: async () => {
        const answer = await fetch(`${relay.admin}/observe/health/ready`);
        return { status: answer.status, text: await answer.text() };
      },
      /** Many at once publish until each is refused. */
      untilRefused: (bytes) => Promise.all(Array.from({ length: PUBLISHERS }, async () => {
        for (let n = 0; n < 5000; n++) if (await publish(bytes) === 503) return;
        assert.fail('it was never refused');
      })),
      /** Tries what was refused once more. */
      async retry(events) {
        for (const event of events) {
          refused.splice(refused.indexOf(event), 1);
          taken.push(await publishUntilTaken(relay.url, event));
        }
      },
      /** The past, by polling and by a stream from the beginning. */
      async readsAreWhole() {
        for (const who of [ANN, GUEST]) {
          const had = [];
          for (let cursor = start(), more = true; more;) {
            const answer = await fetch(`${relay.url}/v1/events?after=${cursor}`,
              { headers: { Authorization: `Bearer ${issuer.token(who)}` } });
            const page = await answer.json();
            assert.equal(answer.status, 200, JSON.stringify(page));
            assert.equal(page.gap, null);
            had.push(...page.events.map(({ id }) => id));
            more = page.cursor !== cursor;
            cursor = page.cursor;
          }
          assert.deepEqual(had, wanted(who, false));
          const late = Object.assign(read(relay.url, { token: issuer.token(who), from: start() }), { who });
          try {
            await isWhole(late);
            assert.equal(late.connections, 1, JSON.stringify(late.ends));
          } finally {
            await late.close();
          }
        }
      },
      async crash() {
        await relay.kill();
        relay = await startRelay(issuer, options);
      },
    };
  }

  /** While it cannot store: it says so, refuses all, and goes on with everything else. */
  async function inTrouble(it, reason, bytes) {
    await until('it is not ready', async () => {
      const { status, text } = await it.readiness();
      return status === 503 && reason.test(text);
    });
    const beats = it.readers.map(({ heartbeats }) => heartbeats);
    // Three heartbeats long: it has tried to mend itself by then.
    const before = it.taken.length;
    await until('the streams beat on', async () => {
      await it.publish(bytes);
      return it.readers.every(({ heartbeats }, n) => heartbeats >= beats[n] + 3);
    });
    assert.equal(it.taken.length, before, 'it stored on a broken disk');
    assert.equal((await it.readiness()).status, 503);
    assert.equal(await it.revoke(), 503);
    await it.readsAreWhole();
    for (const reader of it.readers) {
      await it.isWhole(reader);
      assert.equal(reader.connections, 1);
    }
  }

  /** Once it is mended: all is well without a restart, and with one. */
  async function isWell(it) {
    await until('it is ready', async () => (await it.readiness()).status === 200);
    for (let n = 0; n < 30; n++) assert.equal(await it.publish(), 202);
    assert.equal(await it.revoke(), 200);
    await it.revocationsAreWhole();
    await it.retry(it.refused.slice(0, 3));
    assert.ok(it.refused.length > 0);
    const whole = async () => {
      for (const reader of it.readers) await it.isWhole(reader);
      await it.readsAreWhole();
    };
    await whole();
    assert.ok(it.readers.every(({ connections }) => connections === 1), 'a stream was cut');
    await it.crash();
    assert.equal(await it.publish(), 202);
    await it.revocationsAreWhole();
    await whole();
  }

  for (const [name, room] of [
    ['that is full', 0],
    ['that has room, but less than its journal needs to be read again', 4 * MIB],
  ]) {
    test(name, { skip: WHY_NO_DISK }, async (t) => {
      const disk = smallDisk(48);
      const filler = join(disk.directory, 'filler');
      writeFileSync(filler, Buffer.alloc(24 * MIB));
      const it = await scene(t, join(disk.directory, 'log'), { leave: disk.leave });
      for (let n = 0; n < 30; n++) assert.equal(await it.publish(), 202);
      await it.untilRefused(100_000);
      takeTheRest(filler);
      truncateSync(filler, statSync(filler).size - room);
      t.diagnostic(`${it.taken.length} stored before`);
      await inTrouble(it, /space/i, 1000);
      const leftBehind = readdirSync(join(disk.directory, 'log')).filter((name) => /^LOG.old/.test(name));
      assert.deepEqual(leftBehind, [], 'the store was opened in vain');
      rmSync(filler);
      await isWell(it);
      t.diagnostic(`${it.taken.length} acknowledged, ${it.refused.length} refused`);
    });
  }

  for (const [name, flag, reason] of [
    ['that has become read-only', 'r', /read-only/i],
    ['that cannot sync', 'f', /input\/output|I\/O|IO error/i],
    ['whose room is gone as soon as it was tried', 'n', /space/i],
  ]) {
    test(name, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'heliograph-broken-'));
      const directory = join(folder, 'log');
      const broken = join(folder, 'broken');
      mkdirSync(directory);
      const it = await scene(t, directory, {
        environment: { LD_PRELOAD: breaker(), BROKEN_DIRECTORY: directory, BROKEN_FLAG: broken },
        leave: () => rmSync(folder, { recursive: true }),
      });
      for (let n = 0; n < 30; n++) assert.equal(await it.publish(), 202);
      for (let round = 0; round < 2; round++) {
        writeFileSync(broken, flag);
        await it.untilRefused(1000);
        await inTrouble(it, reason, 1000);
        rmSync(broken);
        await isWell(it);
        for (const reader of it.readers) reader.connections = 1;
      }
      t.diagnostic(`${it.taken.length} acknowledged, ${it.refused.length} refused`);
    });
  }
});
