// The relay's own client library, as npm has it, against the packaged relay: what a back end or a script lives through. What
// pages live through is in tests/browser.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../contract/typescript/target/dist/index.js';
import { startIssuer } from './issuer.mjs';
import { freePorts } from './ports.mjs';
import { publish, startRelay } from './relay.mjs';
import { until } from './wait.mjs';
import { wireTo } from './wire.mjs';

const ANN = { subject: 'ann', tenant: 'acme', roles: ['operator'] };

describe('the client library', { timeout: 240_000 }, () => {
  let issuer;
  before(async () => { issuer = await startIssuer(); });
  after(() => issuer.close());

  async function relayFor(t, options) {
    const relay = await startRelay(issuer, { retryMs: 100, ...options });
    t.after(() => relay.running() && relay.stop());
    return relay;
  }

  /** A stream, and all that it told. */
  function open(t, url, options = {}) {
    const live = connect({ url: `${url}/v1/stream`, topics: ['orders.>'], token: () => issuer.token(ANN), ...options });
    const told = { events: [], gaps: [], statuses: [] };
    live.on('*', (data, { type, id }) => told.events.push({ type, data, id }));
    live.onGap((gap) => told.gaps.push(gap));
    live.onStatus((status, { reason }) => told.statuses.push(reason === undefined ? status : `${status}: ${reason}`));
    t.after(() => live.close());
    return Object.assign(told, {
      live,
      becomes: (status) => until(`it is ${status}, not ${told.statuses}`, () => live.status === status),
      hears: (...wanted) => until(`it hears ${wanted}, not ${told.events.map(({ data }) => data)}`,
        () => JSON.stringify(told.events.map(({ data }) => data)) === JSON.stringify(wanted)),
    });
  }

  const pay = (relay, data, more = {}) => publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data, ...more });

  test('hears each event once, with its type, its data as a value and its place', async (t) => {
    const relay = await relayFor(t);
    const told = open(t, relay.url);
    await told.becomes('connected');
    const paid = [];
    told.live.on('order.paid', (data, message) => paid.push([data, message.text]));
    const { cursor } = await pay(relay, { order: 1 });
    await pay(relay, 'text', { type: 'order.noted' });
    await told.hears({ order: 1 }, 'text');
    assert.deepEqual(paid, [[{ order: 1 }, '{"order":1}']]);
    assert.equal(told.events[0].id, cursor);
    assert.equal(told.live.position, told.events[1].id);
    assert.deepEqual(told.statuses, ['connecting', 'connected']);
    assert.equal(told.live.details.tab, 'alone');
  });

  test('has what was published while its line was cut, and what was published to a relay that was killed', async (t) => {
    const [port, adminPort] = await freePorts(2);
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-library-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const options = { port, adminPort, log: { directory, durability: 'fsync' } };
    const first = await relayFor(t, options);
    const wire = await wireTo(first.port);
    t.after(wire.close);
    const told = open(t, wire.url);
    await told.becomes('connected');
    await pay(first, 1);
    await told.hears(1);
    wire.cut();
    await pay(first, 2);
    await told.hears(1, 2);
    await first.kill();
    await told.becomes('reconnecting');
    const second = await relayFor(t, options);
    await pay(second, 3);
    await told.hears(1, 2, 3);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.statuses.filter((status) => !/^reconnecting/.test(status)),
      ['connecting', 'connected', 'connected', 'connected']);
  });

  for (const [by, more] of [
    ['by streams', {}],
    ['by polls', { fetch: (url, init) => new URL(url).pathname === '/v1/stream'
      ? Promise.resolve(new Response('no', { status: 403 })) : fetch(url, init) }],
  ]) {
    test(`hears types that are called as a browser calls its own events, or as what objects have, ${by}`, async (t) => {
      const relay = await relayFor(t);
      const TYPES = ['error', 'open', 'message', '__proto__', 'constructor', 'type.other'];
      const told = open(t, relay.url, { types: TYPES, poll: `${relay.url}/v1/events`, ...more });
      const heard = [];
      for (const type of [...TYPES, 'type.error', 'toString']) {
        told.live.on(type, (data, message) => heard.push([type, data, message.type]));
      }
      await until('it has a place', () => told.live.position);
      for (const type of ['order.paid', ...TYPES]) await pay(relay, type, { type });
      await told.hears(...TYPES);
      assert.deepEqual(heard, TYPES.map((type) => [type, type, type]));
    });
  }

  test('is told of a gap by a relay that knows nothing of its position', async (t) => {
    const relay = await relayFor(t);
    const told = open(t, relay.url, { from: 'otherlife-7' });
    await told.becomes('connected');
    await pay(relay, 1);
    await told.hears(1);
    assert.equal(told.gaps.length, 1);
    assert.equal(told.gaps[0].reason, 'epoch');
  });

  test('brings a new token before the old one ends, and stays on its stream', async (t) => {
    const relay = await relayFor(t, { stream: { reauth: 'PT5S' } });
    let asked = 0;
    const told = open(t, relay.url, {
      token: () => issuer.token({ ...ANN, lifetime: ++asked === 1 ? 3 : 3600 }),
    });
    await told.becomes('connected');
    await until('it is asked for another', () => asked === 2);
    // The first token is over for good, clocks that differ by a little included.
    await until('an event is heard after the end of the first token', async () => {
      await pay(relay, Date.now());
      const [, line] = relay.log().match(/stream-end .*/) ?? [];
      assert.equal(line, undefined);
      return told.events.length > 0 && told.events.at(-1).data - told.events[0].data > 4_000;
    });
    assert.deepEqual(told.statuses, ['connecting', 'connected']);
  });

  test('asks once for another token when one is refused, and then is in error', async (t) => {
    const relay = await relayFor(t);
    let asked = 0;
    const told = open(t, relay.url, { token: () => { asked++; return 'not.a.token'; } });
    await told.becomes('error');
    assert.equal(asked, 2);
    assert.deepEqual(told.statuses, ['connecting', 'reconnecting: HTTP 401', 'reconnecting: HTTP 401', 'error: HTTP 401']);
  });

  test('polls where there is no stream, from the same position, and comes back to a stream', async (t) => {
    const relay = await relayFor(t);
    let refused = true;
    const told = open(t, relay.url, {
      poll: `${relay.url}/v1/events`,
      // What stands between does not let streams through, for a time.
      fetch: (url, init) => refused && new URL(url).pathname === '/v1/stream'
        ? Promise.resolve(new Response('no', { status: 403 })) : fetch(url, init),
    });
    await told.becomes('fallback');
    // The first question has to be there before, as there is no position yet.
    await until('it has a position', async () => {
      await pay(relay, 'first');
      return told.events.length > 0;
    });
    // Several may have been published until one was heard.
    await pay(relay, 'last');
    await until('it has heard all of them', () => told.events.at(-1).data === 'last');
    told.events.length = 0;
    await pay(relay, { order: 1 });
    await told.hears({ order: 1 });
    refused = false;
    told.live.reconnect();
    await told.becomes('connected');
    await pay(relay, { order: 2 });
    await told.hears({ order: 1 }, { order: 2 });
  });

  test('loops over events, and stops with its loop', async (t) => {
    const relay = await relayFor(t);
    const told = open(t, relay.url);
    await told.becomes('connected');
    const loop = told.live.messages();
    await pay(relay, 1);
    await pay(relay, 2);
    const heard = [];
    for await (const { data } of loop) {
      heard.push(data);
      if (heard.length === 2) break;
    }
    assert.deepEqual(heard, [1, 2]);
    assert.deepEqual(await loop.next(), { done: true, value: undefined });
  });

  test('takes a profile at its word', async (t) => {
    const relay = await relayFor(t, {
      streams: [{
        name: 'own', path: '/api/{id}/live', topics: ['orders.{path.id}'], event: 'none',
        envelope: '{"kind":{event.type},"id":{path.id|number},"payload":{data}}',
        frames: { connected: { event: 'hello', data: '{"id":{stream}}' }, gap: { event: 'refetch', data: '{"reason":{reason}}' } },
      }],
    });
    const told = open(t, relay.url, {
      url: `${relay.url}/api/1/live`, topics: [], from: 'otherlife-7',
      names: { connected: 'hello', gap: 'refetch' },
      unwrap: ({ data }) => ({ type: data.kind, data: data.payload }),
    });
    await told.becomes('connected');
    const { cursor } = await pay(relay, { order: 1 });
    await told.hears({ order: 1 });
    assert.deepEqual(told.events, [{ type: 'order.paid', data: { order: 1 }, id: cursor }]);
    assert.deepEqual(told.gaps.map(({ reason }) => reason), ['epoch']);
  });
});
