// What a subscriber lives through: the eventsource package and curl, neither of them ours.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from './issuer.mjs';
import { run } from './programs.mjs';
import { publish, startRelay, STATIC_TOKEN } from './relay.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';
import { wireTo } from './wire.mjs';

const ANN = { subject: 'ann', tenant: 'acme', roles: ['operator'] };
const PAID = 'order.paid';
const RETRY_MS = 100;

describe('a subscriber', { timeout: 240_000 }, () => {
  let issuer;
  before(async () => { issuer = await startIssuer(); });
  after(() => issuer.close());

  function open(t, url, options = {}) {
    const token = issuer.token(ANN);
    const subscriber = subscribe(url, { token: () => token, types: [PAID], ...options });
    t.after(subscriber.close);
    return subscriber;
  }

  /** A relay for one story; it must stop well at its end, if the story has not stopped it. */
  async function relayFor(t, options) {
    const relay = await startRelay(issuer, { retryMs: RETRY_MS, ...options });
    t.after(() => relay.running() && relay.stop());
    return relay;
  }

  async function wireFor(t, relay, limit) {
    const wire = await wireTo(relay.port, limit);
    t.after(wire.close);
    return wire;
  }

  const pay = (relay, order) =>
    publish(relay, { tenant: 'acme', topic: `orders.${order}`, type: PAID, data: { order } });

  const orders = (subscriber) => subscriber.events().map(({ data }) => JSON.parse(data).order);

  const receives = (subscriber, wanted) => until(`orders ${wanted}, not ${orders(subscriber)}`,
    () => orders(subscriber).join() === wanted.join());

  test('is told where it starts, and gets what is published from then on', async (t) => {
    const relay = await relayFor(t);
    const before = await pay(relay, 1);
    const subscriber = open(t, relay.url);
    const connected = await subscriber.hears('system.connected');
    const { cursor } = await pay(relay, 2);
    await receives(subscriber, [2]);
    assert.match(connected.stream, /^s_/);
    assert.deepEqual({ ...connected, stream: '' },
      { stream: '', tenant: 'acme', cursor: before.cursor, heartbeat: 15 });
    assert.deepEqual(subscriber.events(), [{ type: PAID, id: cursor, data: '{"order":2}' }]);
  });

  test('whose connection breaks again and again misses nothing and gets nothing twice', async (t) => {
    const relay = await relayFor(t);
    const wire = await wireFor(t, relay, 2_999);
    const subscriber = open(t, wire.url);
    // What fetch has not handed over when an answer breaks, it forgets. So each connection lives until it has
    // brought something, or none might.
    let had = 0;
    wire.full = async (hangUp) => {
      await until('it took something', () => subscriber.events().length > had);
      had = subscriber.events().length;
      hangUp();
    };
    const { cursor } = await subscriber.hears('system.connected');
    const wanted = Array.from({ length: 300 }, (_, n) => n + 1);
    const receipts = [];
    for (const order of wanted) receipts.push(await pay(relay, order));
    await receives(subscriber, wanted);
    assert.deepEqual(subscriber.events().map(({ id }) => id), receipts.map((receipt) => receipt.cursor));
    assert.ok(wire.connections >= 5, `only ${wire.connections} connections`);
    assert.deepEqual(subscriber.told('system.gap'), []);
    // Each time it asked to go on after the last event it had seen whole.
    const seen = new Set([cursor, ...receipts.map((receipt) => receipt.cursor)]);
    assert.ok(subscriber.requests.slice(1).every((headers) => seen.has(headers['Last-Event-ID'] ?? cursor)));
  });

  test('is told of a gap when the relay comes back with another log, and only once', async (t) => {
    const relay = await relayFor(t);
    const wire = await wireFor(t, relay);
    const subscriber = open(t, wire.url);
    await subscriber.hears('system.connected');
    await pay(relay, 1);
    const last = await pay(relay, 2);
    await receives(subscriber, [1, 2]);

    await relay.kill();
    const successor = await relayFor(t, { port: relay.port });
    const gap = await subscriber.hears('system.gap');
    await pay(successor, 3);
    await receives(subscriber, [1, 2, 3]);
    // While the successor fetches its keys, it may have to say that it is not there yet.
    assert.deepEqual(subscriber.frames.map(({ type }) => type).filter((type) => type !== 'system.end'),
      ['system.connected', PAID, PAID, 'system.connected', 'system.gap', PAID]);
    assert.deepEqual([gap.reason, gap.from], ['epoch', last.cursor]);
    assert.equal(gap.from, (await subscriber.hears('system.connected', 2)).cursor);

    wire.cut();
    await subscriber.hears('system.connected', 3);
    await pay(successor, 4);
    await receives(subscriber, [1, 2, 3, 4]);
    assert.equal(subscriber.told('system.gap').length, 1);
  });

  test('that saw nothing after a gap is not told of it again', async (t) => {
    const relay = await relayFor(t);
    const wire = await wireFor(t, relay);
    const subscriber = open(t, wire.url, { query: 'lastEventId=another-7' });
    await subscriber.hears('system.gap');
    wire.cut();
    await subscriber.hears('system.connected', 2);
    await pay(relay, 1);
    await receives(subscriber, [1]);
    assert.deepEqual(subscriber.told('system.gap').map(({ reason, from }) => [reason, from]),
      [['epoch', 'another-7']]);
  });

  test('hears that the relay stops, and comes back to the next one', async (t) => {
    const relay = await relayFor(t);
    const subscriber = open(t, relay.url);
    await subscriber.hears('system.connected');
    await relay.stop();
    assert.deepEqual(await subscriber.hears('system.shutdown'), { reconnect: RETRY_MS });
    assert.match(relay.log(), / stream-end .* reason=shutdown /);
    const successor = await relayFor(t, { port: relay.port });
    await subscriber.hears('system.connected', 2);
    await pay(successor, 1);
    await receives(subscriber, [1]);
  });

  test('with a bad token is refused, and does not ask again', async (t) => {
    const relay = await relayFor(t);
    const subscriber = open(t, relay.url, { token: () => 'not.a.token' });
    await until('it gives up', subscriber.closed);
    assert.deepEqual(subscriber.errors.map(({ code }) => code), [401]);
    assert.equal(subscriber.requests.length, 1);
  });

  test('that has seen no event yet misses none either', async (t) => {
    const relay = await relayFor(t);
    const wire = await wireFor(t, relay);
    const subscriber = open(t, wire.url);
    const { cursor } = await subscriber.hears('system.connected');
    wire.cut();
    await pay(relay, 1);
    await receives(subscriber, [1]);
    assert.equal(subscriber.requests.at(-1)['Last-Event-ID'], cursor);
  });

  test('whose token runs out goes on with the next one where it was', async (t) => {
    const relay = await relayFor(t);
    const tokens = [issuer.token({ ...ANN, lifetime: 2 }), issuer.token(ANN)];
    const subscriber = open(t, relay.url, { token: () => tokens.shift() });
    await subscriber.hears('system.connected');
    await pay(relay, 1);
    assert.deepEqual(await subscriber.hears('system.end'), { reason: 'expired' });
    await pay(relay, 2);
    await receives(subscriber, [1, 2]);
    assert.equal(subscriber.requests.length, 2);
  });

  test('is told of no error by an event of the type error', async (t) => {
    const relay = await relayFor(t);
    const subscriber = open(t, relay.url, { types: ['type.error', 'type.open', 'type.message', 'message'] });
    await subscriber.hears('system.connected');
    for (const type of ['error', 'open', 'message']) {
      await publish(relay, { tenant: 'acme', topic: 'lamps', type, data: type });
    }
    await until('all three', () => subscriber.events().length === 3);
    assert.deepEqual(subscriber.events().map(({ type, data }) => [type, data]),
      [['type.error', '"error"'], ['type.open', '"open"'], ['type.message', '"message"']]);
    assert.deepEqual(subscriber.errors, []);
  });

  test('that knows no types has events as messages, and may hear heartbeats', async (t) => {
    const relay = await relayFor(t, { heartbeatMs: 1000 });
    const subscriber = open(t, relay.url,
      { query: 'event=none&heartbeat=event', types: ['message', 'system.heartbeat'] });
    await subscriber.hears('system.connected');
    const { cursor } = await pay(relay, 1);
    const messages = () => subscriber.events().filter(({ type }) => type === 'message');
    await until('the message', () => messages().length === 1);
    assert.deepEqual(messages(), [{ type: 'message', id: cursor, data: '{"order":1}' }]);
    await until('a heartbeat at the same place', () =>
      subscriber.events().some(({ type, id }) => type === 'system.heartbeat' && id === cursor));
  });

  test('over a limit is told in the stream, and comes in when there is room', async (t) => {
    const relay = await relayFor(t, { limits: { 'streams-per-user': 1 } });
    const first = open(t, relay.url);
    await first.hears('system.connected');
    const second = open(t, relay.url);
    assert.deepEqual(await second.hears('system.end', 2), { reason: 'limit' });
    assert.ok(!second.closed());
    first.close();
    await second.hears('system.connected');
    await pay(relay, 1);
    await receives(second, [1]);
  });

  test('that is superseded stops for good, and leaves its place to its successor', async (t) => {
    const relay = await relayFor(t, {
      stream: { 'over-user-limit': 'supersede' }, limits: { 'streams-per-user': 1 },
    });
    const first = open(t, relay.url);
    await first.hears('system.connected');
    const { cursor } = await pay(relay, 1);
    await receives(first, [1]);
    const second = open(t, relay.url);
    assert.deepEqual(await first.hears('system.end'), { reason: 'superseded' });
    await until('it gives up', first.closed);
    assert.deepEqual(first.requests.map((headers) => headers['Last-Event-ID']), [undefined, `${cursor}~`]);
    assert.equal(first.errors.at(-1).code, 204);
    await pay(relay, 2);
    await receives(second, [2]);
    assert.equal(second.requests.length, 1);
    assert.deepEqual(second.told('system.end'), []);

    // Who opens it again, as a user does who wants it here, goes on where it was.
    const again = open(t, relay.url, { query: `lastEventId=${cursor}` });
    await receives(again, [2]);
    await until('the second gives up', second.closed);
    assert.deepEqual(second.told('system.end'), [{ reason: 'superseded' }]);
    assert.deepEqual(orders(first), [1]);
  });

  test('may be a line of curl, and so may its publisher', async (t) => {
    const relay = await relayFor(t);
    const token = issuer.token(ANN);
    const streams = [
      ['-H', `Authorization: Bearer ${token}`, `${relay.url}/v1/stream?topic=orders.*&type=order.*`],
      ['-b', `access_token=${token}`, `${relay.url}/v1/stream?topic=orders.%3E`],
      [`${relay.url}/v1/stream?access_token=${token}`],
    ].map((args) => run('curl', ['-N', ...args]));
    t.after(() => Promise.all(streams.map((stream) => stream.stop())));
    await Promise.all(streams.map((stream) => stream.hears('event: system.connected')));
    const answer = JSON.parse(await run('curl', ['-X', 'POST', `${relay.url}/v1/hooks/curl`,
      '-H', `Authorization: Bearer ${STATIC_TOKEN}`, '-H', 'Content-Type: application/json',
      '-d', '{"tenant":"acme","topic":"orders.42","type":"order.paid","data":{"order":42}}']).output());
    assert.equal(answer.duplicate, false);
    await Promise.all(streams.map((stream) =>
      stream.hears(`id: ${answer.cursor}\nevent: order.paid\ndata: {"order":42}\n\n`)));
  });
});
