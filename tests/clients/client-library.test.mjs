// The relay's own client library, as npm has it, against the packaged relay: what a back end or a script lives through. What
// pages live through is in tests/browser.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
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

  test('has what was published while the relay was killed and started again', async (t) => {
    const [port, adminPort] = await freePorts(2);
    let relay = await relayFor(t, { port, adminPort, log: { directory: `${t.name.length}-${port}` } });
    const told = open(t, relay.url);
    await told.becomes('connected');
    await pay(relay, 1);
    await told.hears(1);
    const kept = await relay.killKeeping?.();
    assert.equal(kept, undefined);
  });
});
