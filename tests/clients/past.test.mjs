// The past: where a stream begins, and the same read for clients without SSE.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from './issuer.mjs';
import { publish, startRelay } from './relay.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const ANN = { subject: 'ann', tenant: 'acme', roles: ['operator'] };
const BOB = { subject: 'bob', tenant: 'acme', roles: [] };
const EVE = { subject: 'eve', tenant: 'globex', roles: ['operator'] };
const TYPE = 'thing.changed';

describe('the past', { timeout: 120_000 }, () => {
  let issuer;
  let relay;
  let cursors;
  let between;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer, { log: { retention: { events: 8 } } });
    cursors = [];
    for (let n = 1; n <= 10; n++) {
      if (n === 7) await apart();
      // The even ones are for operators, the fifth is ephemeral.
      const event = { tenant: 'acme', topic: `things.${n}`, type: TYPE, data: { n } };
      if (n % 2 === 0) event.roles = ['operator'];
      if (n === 5) event.ephemeral = true;
      cursors.push((await publish(relay, event)).cursor);
    }
    // By the clock of the relay, which is the one that counts.
    between = (await poll(ANN, `after=${cursors[5]}`)).body.events[0].time;
  });

  after(async () => {
    await relay.stop();
    await issuer.close();
  });

  /** The log knows the time to the millisecond. */
  async function apart() {
    const time = Date.now() + 1;
    await until('the clock has moved on', () => Date.now() > time);
  }

  function open(t, who, query) {
    const subscriber = subscribe(relay.url, { token: () => issuer.token(who), types: [TYPE], query });
    t.after(subscriber.close);
    return subscriber;
  }

  async function poll(who, query) {
    const answer = await fetch(`${relay.url}/v1/events?${query}`, {
      headers: { Authorization: `Bearer ${issuer.token(who)}` },
    });
    return { status: answer.status, body: await answer.json() };
  }

  const seen = (subscriber) => subscriber.events().map(({ data }) => JSON.parse(data).n);
  const numbers = ({ body }) => body.events.map(({ data }) => data.n);

  async function sees(subscriber, wanted) {
    await until(`${wanted}, not ${seen(subscriber)}`, () => seen(subscriber).join() === wanted.join());
  }

  test('is replayed from a time on, but not what was for then only', async (t) => {
    await sees(open(t, ANN, `since=${encodeURIComponent(between)}`), [7, 8, 9, 10]);
  });

  test('is replayed for a while back, and what retention cut is told of', async (t) => {
    const subscriber = open(t, ANN, 'since=PT10M');
    await sees(subscriber, [3, 4, 6, 7, 8, 9, 10]);
    assert.equal(subscriber.told('system.gap')[0].reason, 'retention');
  });

  test('is replayed by count of what the subscriber may see', async (t) => {
    await sees(open(t, ANN, 'replay=3'), [8, 9, 10]);
    await sees(open(t, BOB, 'replay=2'), [7, 9]);
  });

  test('is polled page by page with the same cursors and the same rights', async () => {
    const ann = await poll(ANN, `after=${cursors[2]}`);
    const bob = await poll(BOB, `after=${cursors[2]}`);
    const eve = await poll(EVE, '');
    assert.deepEqual([ann.status, numbers(ann), ann.body.gap, ann.body.cursor],
      [200, [4, 6, 7, 8, 9, 10], null, cursors[9]]);
    assert.deepEqual([numbers(bob), bob.body.cursor], [[7, 9], cursors[9]]);
    assert.deepEqual(numbers(eve), []);
    assert.equal(ann.body.events[0].topic, 'things.4');
    assert.ok(!('roles' in ann.body.events[0]), 'the audience is not for its receivers');
  });

  test('that is gone is told of in a poll', async () => {
    const { body } = await poll(ANN, `after=${cursors[0]}`);
    assert.deepEqual(body.gap, { reason: 'retention', from: cursors[0], to: cursors[1] });
    assert.equal(body.events[0].data.n, 3);
  });

  test('is narrowed by topic and type in a poll', async () => {
    assert.deepEqual(numbers(await poll(ANN, `after=${cursors[2]}&topic=things.9&topic=things.4`)), [4, 9]);
    assert.deepEqual(numbers(await poll(ANN, `after=${cursors[2]}&type=other.*`)), []);
  });

  test('has no end: a poll waits for the next event', async () => {
    const waiting = poll(ANN, `after=${cursors[9]}&wait=20`);
    await until('the poll is waiting', async () => (await metric('heliograph_streams_open')) >= 1);
    const { cursor } = await publish(relay, { tenant: 'acme', topic: 'things.11', type: TYPE, data: { n: 11 } });
    const answer = await waiting;
    assert.deepEqual([numbers(answer), answer.body.cursor], [[11], cursor]);
  });

  test('is not guessed at: what is malformed is refused by name', async () => {
    for (const [query, detail] of [
      ['after=nonsense', /event id/], ['wait=61', /wait/], ['wait=x', /wait/], ['wait=-1', /wait/],
    ]) {
      const { status, body } = await poll(ANN, query);
      assert.equal(status, 400, query);
      assert.match(body.detail, detail);
    }
    const queries = [
      'since=yesterday', 'since=2026-01-02T03:04Z', 'since=P', 'since=', 'replay=0', 'replay=x', 'replay=10001',
    ];
    for (const query of queries) {
      const answer = await fetch(`${relay.url}/v1/stream?${query}`, {
        headers: { Authorization: `Bearer ${issuer.token(ANN)}` },
      });
      assert.equal(answer.status, 400, query);
      assert.equal((await answer.json()).code, 'INVALID_REQUEST', query);
    }
  });

  async function metric(name) {
    const text = await (await fetch(`${relay.admin}/observe/metrics`)).text();
    return Number(text.match(new RegExp(`^${name}\\{[^}]*\\} (.*)$`, 'm'))?.[1]);
  }
});
