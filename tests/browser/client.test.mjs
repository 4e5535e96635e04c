// The client library in a real browser: many tabs on one stream, and what browsers do to pages that have one.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { wireTo } from '../clients/wire.mjs';
import { launch } from './chromium.mjs';

const ANN = { subject: 'ann', tenant: 'acme' };
const BOB = { subject: 'bob', tenant: 'acme' };
/** A name of this machine that browsers do not trust as they trust its own. */
const PLAIN = 'plain.example';
const TABS = 8;
const MOUNTS = 200;

describe('the client library in a browser', { timeout: 240_000 }, () => {
  let issuer;
  let relay;
  let wire;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer, { retryMs: 100, limits: { 'streams-per-user': 100 } });
    wire = await wireTo(relay.port);
    browser = await launch({
      args: [`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`, '--js-flags=--expose-gc'],
      // Browsers of people keep pages to go back to.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
  });

  after(async () => {
    await browser?.close();
    await wire?.close();
    await relay?.stop();
    await issuer?.close();
  });

  /** A browser of one person, with pages at the relay's own origin. */
  async function person(t) {
    const context = await browser.newContext();
    t.after(() => context.close());
    await context.route('**/page*', (route) => route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }));
    return context;
  }

  /** A tab with a stream; what it heard is in `heard` of its page. */
  async function open(context, options = {}, { address = `${wire.url}/page`, who = ANN } = {}) {
    const page = await context.newPage();
    await page.goto(address);
    await mount(page, options, who);
    return page;
  }

  const mount = (page, options, who = ANN) => page.evaluate(async ([token, more]) => {
    const { connect } = await import('/client/heliograph.js');
    globalThis.heard = [];
    globalThis.gaps = [];
    globalThis.statuses = [];
    globalThis.live = connect({ url: '/v1/stream', topics: ['orders.>'], token, ...more });
    globalThis.live.on('*', (data) => globalThis.heard.push(data));
    globalThis.live.onGap((gap) => globalThis.gaps.push(gap));
    globalThis.live.onStatus((status) => globalThis.statuses.push(status));
  }, [issuer.token(who), options]);

  const look = (page, what) => page.evaluate((name) => name.split('.').reduce((value, part) => value[part], globalThis), what);
  const role = (page) => look(page, 'live.details').then(({ tab }) => tab);
  const becomes = (page, status) => until(`a tab is ${status}`, async () => await look(page, 'live.status') === status);
  const hears = (page, ...wanted) => until(`a tab hears ${wanted}`, async () =>
    JSON.stringify(await look(page, 'heard')) === JSON.stringify(wanted));
  const pay = (data) => publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data });

  async function streams() {
    const text = await fetch(`${relay.admin}/observe/metrics`, { headers: { Accept: 'text/plain' } }).then((answer) => answer.text());
    return text.split('\n').filter((line) => line.startsWith('heliograph_streams_open'))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
  const streamsAre = (count) => until(`${count} streams are open`, async () => await streams() === count);

  test('has one stream for eight tabs, and each hears each event once', async (t) => {
    const context = await person(t);
    const pages = [];
    for (let i = 0; i < TABS; i++) pages.push(await open(context));
    for (const page of pages) await becomes(page, 'connected');
    assert.equal(await streams(), 1);
    await pay(1);
    await pay(2);
    for (const page of pages) await hears(page, 1, 2);
    assert.deepEqual((await Promise.all(pages.map(role))).sort(), ['follower', 'follower', 'follower', 'follower',
      'follower', 'follower', 'follower', 'leader']);
    for (const page of pages) assert.deepEqual(await look(page, 'gaps'), []);
  });

  test('goes on in all other tabs when the one with the stream is closed under load', async (t) => {
    const context = await person(t);
    const pages = [];
    for (let i = 0; i < 4; i++) pages.push(await open(context));
    for (const page of pages) await becomes(page, 'connected');
    const wanted = Array.from({ length: 45 }, (_, n) => n);
    let leader;
    for (const n of wanted) {
      await pay(n);
      if (n === 20) {
        const roles = await Promise.all(pages.map(role));
        [leader] = pages.splice(roles.indexOf('leader'), 1);
        await leader.close();
      }
    }
    for (const page of pages) await hears(page, ...wanted);
    for (const page of pages) assert.deepEqual(await look(page, 'gaps'), []);
    await streamsAre(1);
  });

  test('is taken over by a tab that is seen when the one with the stream says nothing any more', async (t) => {
    const context = await person(t);
    const leader = await open(context);
    await becomes(leader, 'connected');
    const follower = await open(context);
    await becomes(follower, 'connected');
    const devTools = await context.newCDPSession(leader);
    await devTools.send('Debugger.enable');
    // As frozen tabs are: nothing runs in it, and its lock stays.
    await devTools.send('Debugger.pause');
    await until('the other leads', async () => await role(follower) === 'leader', 30_000);
    await becomes(follower, 'connected');
    await pay(1);
    await hears(follower, 1);
    await devTools.send('Debugger.resume').catch(() => {});
    await devTools.send('Debugger.disable');
    await until('the first follows', async () => await role(leader) === 'follower');
    await becomes(leader, 'connected');
    await pay(2);
    await hears(follower, 1, 2);
    await hears(leader, 1, 2);
    await streamsAre(1);
  });

  test('gets what was published while the browser was offline', async (t) => {
    const context = await person(t);
    const page = await open(context);
    await becomes(page, 'connected');
    await pay(1);
    await hears(page, 1);
    await context.setOffline(true);
    wire.cut();
    await becomes(page, 'reconnecting');
    await pay(2);
    await context.setOffline(false);
    await hears(page, 1, 2);
    assert.deepEqual(await look(page, 'gaps'), []);
  });

  test('lets its stream go with a page that is put away, and goes on from there when it is shown again', async (t) => {
    const context = await person(t);
    const page = await open(context);
    await becomes(page, 'connected');
    await pay(1);
    await hears(page, 1);
    await page.evaluate(() => { globalThis.addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; }); });
    await page.goto(`${wire.url}/page2`);
    await streamsAre(0);
    await pay(2);
    await page.evaluate(() => history.back());
    await until('it is shown again', async () => await look(page, 'persisted').catch(() => undefined) !== undefined);
    assert.equal(await look(page, 'persisted'), true, 'the page was kept');
    await hears(page, 1, 2);
    assert.deepEqual(await look(page, 'gaps'), []);
  });

  test('has a stream for each tab where the page has no secure context', async (t) => {
    const context = await person(t);
    // A page that came over the network: of others the browser does not know that they are of this machine.
    const address = `${wire.url.replace('127.0.0.1', PLAIN)}/openapi`;
    const pages = [await open(context, {}, { address }), await open(context, {}, { address })];
    for (const page of pages) {
      await becomes(page, 'connected');
      assert.equal(await look(page, 'isSecureContext'), false);
      assert.equal(await role(page), 'alone');
    }
    assert.equal(await streams(), 2);
    await pay(1);
    for (const page of pages) await hears(page, 1);
  });

  test('never shares a stream between two logins', async (t) => {
    const context = await person(t);
    const ann = await open(context);
    const bob = await open(context, {}, { who: BOB });
    for (const page of [ann, bob]) await becomes(page, 'connected');
    assert.deepEqual([await role(ann), await role(bob)], ['leader', 'leader']);
    await publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data: 'for bob', users: 'bob' });
    await pay('for all');
    await hears(bob, 'for bob', 'for all');
    await hears(ann, 'for all');
  });

  test('ends in all tabs of a login at once', async (t) => {
    const context = await person(t);
    const pages = [await open(context), await open(context), await open(context)];
    const bob = await open(context, {}, { who: BOB });
    for (const page of [...pages, bob]) await becomes(page, 'connected');
    await pages[1].evaluate(() => globalThis.live.close({ everywhere: true }));
    for (const page of pages) await becomes(page, 'disconnected');
    await streamsAre(1);
    assert.equal(await look(bob, 'live.status'), 'connected');
  });

  test('tries again for all tabs when one asks', async (t) => {
    const context = await person(t);
    const pages = [await open(context), await open(context)];
    for (const page of pages) await becomes(page, 'connected');
    wire.refuse();
    for (const page of pages) await becomes(page, 'reconnecting');
    await until('a try has failed twice', async () => (await look(pages[1], 'live.details')).attempts >= 2);
    wire.accept();
    const roles = await Promise.all(pages.map(role));
    await pages[roles.indexOf('follower')].evaluate(() => globalThis.live.reconnect());
    for (const page of pages) await becomes(page, 'connected');
  });

  test('hears the browser\'s own EventSource if that is wished', async (t) => {
    const context = await person(t);
    const page = await open(context, { transport: 'eventsource' });
    await page.evaluate(() => globalThis.live.on('order.paid', (data) => { globalThis.paid = data; }));
    await becomes(page, 'connected');
    await pay(1);
    await hears(page, 1);
    wire.cut();
    await pay(2);
    await hears(page, 1, 2);
    assert.equal(await look(page, 'paid'), 2);
  });

  test('runs in a worker', async (t) => {
    const context = await person(t);
    const page = await context.newPage();
    await page.goto(`${wire.url}/page`);
    await page.evaluate((token) => {
      const script = `import('${location.origin}/client/heliograph.js').then(({ connect }) => {
        const live = connect({ url: '${location.origin}/v1/stream', topics: ['orders.>'], token: '${token}' });
        live.onStatus((status) => postMessage(status));
        live.on('*', (data) => postMessage(data));
      });`;
      globalThis.said = [];
      globalThis.worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), { type: 'module' });
      globalThis.worker.onmessage = ({ data }) => globalThis.said.push(data);
    }, issuer.token(ANN));
    await until('it is connected', async () => (await look(page, 'said')).includes('connected'));
    await pay(7);
    await until('it hears', async () => (await look(page, 'said')).includes(7));
  });

  test('leaves nothing behind, however often it is mounted', async (t) => {
    const context = await person(t);
    const page = await context.newPage();
    await page.goto(`${wire.url}/page`);
    const devTools = await context.newCDPSession(page);
    const many = (count) => page.evaluate(async ([token, times]) => {
      const { connect } = await import('/client/heliograph.js');
      for (let i = 0; i < times; i++) {
        const live = connect({ url: '/v1/stream', token, tabs: i % 2 ? 'own' : 'shared', letGoAfter: 60_000 });
        const off = live.on('a', () => {});
        await new Promise((resolve) => live.onStatus((status) => { if (status === 'connected') resolve(); }));
        off();
        live.close();
      }
    }, [issuer.token(ANN), count]);
    const figures = async () => {
      await devTools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devTools.send('Runtime.getHeapUsage');
      const { jsEventListeners } = await devTools.send('Memory.getDOMCounters');
      return { usedSize, jsEventListeners };
    };
    await many(20);
    await streamsAre(0);
    const before = await figures();
    await many(MOUNTS);
    await streamsAre(0);
    const now = await figures();
    assert.equal(now.jsEventListeners, before.jsEventListeners);
    // What one stream holds is some tens of kilobytes.
    assert.ok(now.usedSize - before.usedSize < MOUNTS * 2_000, `${before.usedSize} to ${now.usedSize} bytes`);
    assert.deepEqual(await page.evaluate(async () => (await navigator.locks.query()).held), []);
  });
});
