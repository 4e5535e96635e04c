// A relay that is killed again and again, under load, with its subscribers attached: what it
// acknowledged is there, once and in order, and nobody misses anything silently.
//
//   CRASHES=300 SEED=7 tests/node_modules/node/bin/node --test tests/faults/crash.test.mjs
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay, STATIC_TOKEN } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { chances } from './chances.mjs';
import { publishUntilTaken } from './publisher.mjs';
import { epochOf, read, sequenceOf } from './reader.mjs';

const CRASHES = Number(process.env.CRASHES ?? 30);
const SEED = Number(process.env.SEED ?? 20_250);
// Where retention cuts as well.
const FEWER = Math.ceil(CRASHES / 2);
const PUBLISHERS = 8;
const CRASH_AFTER_MS = [50, 400];
const ROUND_MS = 15_000;
const TENANTS = ['acme', 'beta'];
const AUDIENCES = [{}, {}, { roles: 'operator' }, { roles: 'auditor' }, { users: 'bob' }];
const WHO = [
  { subject: 'ann', tenant: 'acme', roles: ['operator'] },
  { subject: 'eve', tenant: 'acme', roles: ['auditor', 'operator'] },
  { subject: 'bob', tenant: 'acme' },
  { subject: 'guest', tenant: 'acme' },
  { subject: 'ann', tenant: 'beta', roles: ['operator'] },
  { subject: 'guest', tenant: 'beta' },
];

const maySee = ({ subject, tenant, roles = [] }, event) => event.tenant === tenant
  && ((!event.roles && !event.users) || roles.includes(event.roles) || event.users === subject);

describe('a relay that is killed', { timeout: 60_000 + 3 * CRASHES * ROUND_MS }, () => {
  let issuer;
  before(async () => { issuer = await startIssuer(); });
  after(() => issuer.close());

  /** A relay that is started anew with the same directory and ports. */
  async function place(t, log = {}) {
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-crash-'));
    const [port, adminPort] = await freePorts(2);
    let relay;
    t.after(async () => {
      if (relay?.running()) await relay.kill();
      rmSync(directory, { recursive: true });
    });
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      async start() {
        relay = await startRelay(issuer, {
          port,
          adminPort,
          java: ['-Xmx128m'],
          log: { directory, durability: 'fsync', ...log },
        });
        return relay;
      },
      kill: () => relay.kill(),
      log: () => relay.log(),
    };
  }

  function attach(t, url, options = {}) {
    const readers = WHO.map((who) => {
      const reader = read(url, { token: issuer.token(who), ...options });
      t.after(reader.close);
      return Object.assign(reader, { who });
    });
    return readers;
  }

  /** Publishers that go on, each one event at a time, until they are told to stop. */
  function publishers(url, random, { padding = 0 } = {}) {
    const taken = [];
    let stopped = false;
    const ends = Array.from({ length: PUBLISHERS }, async (_, publisher) => {
      for (let counter = 0; !stopped; counter++) {
        const id = `${publisher}-${counter}`;
        taken.push(await publishUntilTaken(url, {
          id,
          source: '/crash',
          type: 'test.counted',
          topic: `publisher.${publisher}`,
          tenant: TENANTS[Math.floor(random() * TENANTS.length)],
          ...AUDIENCES[Math.floor(random() * AUDIENCES.length)],
          data: { id, publisher, counter, padding: 'x'.repeat(Math.floor(random() * padding)) },
        }));
      }
    });
    const all = Promise.all(ends);
    all.catch(() => { stopped = true; });
    return {
      taken,
      /** Lets each have its last event acknowledged; then one more to all in every tenant. */
      async stop() {
        stopped = true;
        await all;
        for (const tenant of TENANTS) {
          const id = `last-${tenant}`;
          taken.push(await publishUntilTaken(url, {
            id, source: '/crash', type: 'test.counted', topic: 'last', tenant,
            data: { id, publisher: -1, counter: 0 },
          }));
        }
      },
    };
  }

  async function crashes(times, relay, random, each = () => {}) {
    const [least, most] = CRASH_AFTER_MS;
    for (let round = 0; round < times; round++) {
      // The moment of the crash: this waits for nothing.
      await new Promise((resolve) => { setTimeout(resolve, least + random() * (most - least)); });
      await relay.kill();
      assert.doesNotMatch(relay.log(), / level=(ERROR|SEVERE) |log-trouble/);
      await relay.start();
      await each(round);
    }
  }

  const allSawTheLast = (readers) => until('every subscriber saw the last event', () => {
    for (const { failure } of readers) assert.ifError(failure);
    return readers.every((reader) => reader.sawLast(`last-${reader.who.tenant}`));
  }, 30_000);

  /** @param excused whether retention has taken an event from a subscriber, as it was told */
  function check(readers, taken, excused = () => false) {
    const epoch = epochOf(taken[0].cursor);
    assert.deepEqual(taken.filter(({ cursor }) => epochOf(cursor) !== epoch), [], 'the epoch changed');
    const places = new Set(taken.map(({ tenant, cursor }) => `${tenant} ${cursor}`));
    assert.equal(places.size, taken.length, 'two events have one cursor');
    for (const tenant of TENANTS) {
      const stored = taken.filter((event) => event.tenant === tenant);
      const head = Math.max(...stored.map(({ cursor }) => sequenceOf(cursor)));
      assert.equal(head, stored.length, `${tenant}: a sequence that no publisher was told`);
    }
    for (const { who, seen, statuses } of readers) {
      const wanted = taken
        .filter((event) => maySee(who, event))
        .sort((a, b) => sequenceOf(a.cursor) - sequenceOf(b.cursor))
        .filter(({ cursor }) => !excused(who, sequenceOf(cursor)))
        .map(({ cursor, data }) => `${cursor} ${data.id}`);
      const had = seen.map(({ id, data }) => `${id} ${data.id}`);
      const name = `${who.subject} of ${who.tenant}`;
      const at = had.findIndex((line, n) => line !== wanted[n]);
      assert.ok(at < 0 && had.length === wanted.length, `${name} saw ${had.length} events, not `
        + `${wanted.length}; from ${at}: ${had.slice(at, at + 4)}, not ${wanted.slice(at, at + 4)}`);
      const counters = new Map();
      for (const { data: { publisher, counter } } of seen) {
        assert.ok(counter > (counters.get(publisher) ?? -1), `${name}: publisher ${publisher}'s order`);
        counters.set(publisher, counter);
      }
      assert.deepEqual(statuses.filter((status) => status !== 200), [], name);
    }
  }

  const figures = (times, readers, taken) => `${times} crashes (seed ${SEED}), ${taken.length} events `
    + `acknowledged, ${taken.filter(({ tries }) => tries > 1).length} of them only when tried again, `
    + `${taken.filter(({ duplicate }) => duplicate).length} of those stored before; `
    + `${readers.map(({ seen }) => seen.length).join('+')} seen on `
    + `${readers.map(({ connections }) => connections).join('+')} connections; `
    + `${readers.flatMap(({ gaps }) => gaps).length} gaps`;

  test('loses nothing that it acknowledged', async (t) => {
    const random = chances(SEED);
    const relay = await place(t);
    await relay.start();
    const readers = attach(t, relay.url);
    await until('all are connected', () => readers.every(({ connected }) => connected));
    const publishing = publishers(relay.url, random);
    await crashes(CRASHES, relay, random);
    await publishing.stop();
    await allSawTheLast(readers);

    const { taken } = publishing;
    t.diagnostic(figures(CRASHES, readers, taken));
    assert.deepEqual(readers.flatMap(({ gaps }) => gaps), []);
    check(readers, taken);
    assert.ok(taken.length >= CRASHES * PUBLISHERS, `only ${taken.length} events`);
    // Who begins now with nothing but a place before all of them gets the same.
    const late = attach(t, relay.url, { from: `${epochOf(taken[0].cursor)}-0` });
    await allSawTheLast(late);
    check(late, taken);
  });

  test('loses only what retention took, and says so', async (t) => {
    const KEPT = 400;
    const random = chances(SEED + 1);
    const relay = await place(t, { retention: { events: KEPT } });
    await relay.start();
    const readers = attach(t, relay.url);
    await until('all are connected', () => readers.every(({ connected }) => connected));
    const publishing = publishers(relay.url, random, { padding: 2000 });
    const { taken } = publishing;
    const heads = () => Object.fromEntries(TENANTS.map((tenant) => [tenant, Math.max(0,
      ...taken.filter((event) => event.tenant === tenant).map(({ cursor }) => sequenceOf(cursor)))]));
    const wrong = [];
    for (const reader of readers) {
      reader.onGap = (gap) => {
        // Events in flight may be stored though no publisher knows it yet.
        const most = heads()[reader.who.tenant] + PUBLISHERS - KEPT;
        if (gap.reason !== 'retention' || sequenceOf(gap.to) > most) wrong.push({ ...gap, most });
      };
    }
    // Every second round one of them stays away until more came than is kept.
    let away;
    let leftAt;
    // Until it is told, it is not to be sent away again: two absences would be one.
    const comeBack = async (reader) => {
      const told = reader.gaps.length;
      reader.resume();
      await until('the absence is told of by a gap', () => reader.gaps.length > told, 10_000);
    };
    await crashes(FEWER, relay, random, async (round) => {
      if (away && heads()[away.who.tenant] > leftAt + 2 * KEPT) {
        await comeBack(away);
        away = undefined;
      }
      if (!away && round % 2 === 0) {
        away = readers[Math.floor(random() * readers.length)];
        leftAt = heads()[away.who.tenant];
        await away.pause();
      }
    });
    if (away) {
      await until('enough events came', () => heads()[away.who.tenant] > leftAt + 2 * KEPT, 30_000);
      await comeBack(away);
    }
    await publishing.stop();
    await allSawTheLast(readers);

    t.diagnostic(figures(FEWER, readers, taken));
    assert.deepEqual(wrong, [], 'gaps where retention cut nothing');
    check(readers, taken, (who, sequence) => readers.find((reader) => reader.who === who).gaps
      .some(({ from, to }) => sequence > sequenceOf(from) && sequence <= sequenceOf(to)));
    assert.doesNotMatch(relay.log(), / level=(ERROR|SEVERE) |log-trouble/);
  });

  test('answers a retry of what it had stored as a duplicate', async (t) => {
    const relay = await place(t);
    await relay.start();
    const [reader] = attach(t, relay.url);
    await until('it is connected', () => reader.connected);
    const event = { id: 'once', source: '/crash', type: 'test.counted', topic: 'last', tenant: 'acme',
      data: { id: 'once', publisher: 0, counter: 0 } };
    const body = JSON.stringify(event);
    // A publisher that is gone before it can read the answer.
    const socket = connect(relay.port, '127.0.0.1');
    socket.pause();
    socket.write(`POST /v1/hooks/curl HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer ${STATIC_TOKEN}\r\n`
      + `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await until('the event is seen', () => reader.sawLast('once'));
    socket.destroy();
    await once(socket, 'close');
    await relay.kill();
    await relay.start();
    const answer = await publishUntilTaken(relay.url, { ...event, id: 'next', data: { ...event.data, id: 'next' } });
    await until('it is connected again', () => reader.sawLast('next'));
    const again = await fetch(`${relay.url}/v1/hooks/curl`, {
      method: 'POST', body,
      headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' },
    });
    assert.deepEqual(await again.json(), { id: 'once', cursor: reader.seen[0].id, duplicate: true });
    assert.deepEqual(reader.seen.map(({ id }) => sequenceOf(id)), [1, 2]);
    assert.equal(answer.cursor, reader.seen[1].id);
  });
});
