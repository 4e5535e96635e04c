// What breaks under a page with the client library, behind nginx over HTTP/1.1: networks, pages, relays, tokens and answers.
// After each of them the page has every event, or was told of a gap, and a status says how it is.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch, launchWithHiddenTabs } from './chromium.mjs';
import { ANN, arrange, assertWhole, led, newTab, newTabs, pay, place as placeOf, startPages } from './client.mjs';

const STREAMS = '**/v1/stream?*';
const MOUNTS = 200;
const CONNECTIONS = 6;
const STREAM = { contentType: 'text/event-stream' };
const HTML = { contentType: 'text/html', body: '<!doctype html><title>Sorry</title>' };
const LONG = 10 * 1024 * 1024;

describe('a page with the client library, behind nginx', { timeout: 600_000 }, () => {
  let issuer;
  let pages;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    pages = await startPages(issuer);
    browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  });

  after(async () => {
    await browser?.close();
    pages?.close();
    await issuer?.close();
  });

  const arranged = (t, options) => arrange(t, { issuer, pages, browser }, options);

  /** A connected tab of somebody new, who is the only one of that name. */
  async function alone(place, options, as = ANN) {
    const [tab] = await newTabs(place, 1, as, options);
    return tab;
  }

  test('without a network says so, and has what was published then when the network is back', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, 2);
    await place.pay(1);
    for (const tab of tabs) await tab.hears([1]);
    await place.context.setOffline(true);
    for (const tab of tabs) {
      await tab.isTold('offline', ({ status, reason }) => status === 'reconnecting' && reason === 'offline');
    }
    await until('the relay has no stream', async () => await place.streams() === 0);
    await place.pay(2);
    await place.context.setOffline(false);
    for (const tab of tabs) await tab.hears([1, 2]);
    await led(tabs);
    await assertWhole(...tabs);
  });

  test('that is left and come back to goes on where it was, and another leads meanwhile', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, 2);
    const { leader, followers: [follower] } = await led(tabs);
    await place.pay(1);
    for (const tab of tabs) await tab.hears([1]);
    await leader.page.goto(`${place.origin}/elsewhere`);
    await follower.isTold('leading', ({ tab, status }) => tab === 'leader' && status === 'connected');
    await place.pay(2);
    await follower.hears([1, 2]);
    await until('the relay has one stream', async () => await place.streams() === 1);

    await leader.evaluate(() => history.back());
    await until('the page that was kept is shown', async () => (await leader.told()).persisted === true);
    await leader.isTold('following, and told of what it missed',
      ({ tab, status, gaps }) => tab === 'follower' && status === 'connected' && gaps.length === 1);
    await place.pay(3);
    await leader.hears([1, 3]);
    await follower.hears([1, 2, 3]);
    assert.equal(await place.streams(), 1);
    await assertWhole(follower);
  });

  test('outlives a relay that is killed behind a proxy that answers 502', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-killed-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const [port] = await freePorts(1);
    const options = { port, log: { directory, durability: 'fsync' } };
    // As proxies answer that nobody told of streams.
    const place = await arranged(t, { relay: options, changes: { 'error_page 502 504 = @relay_later;': '' } });
    const tabs = await newTabs(place, 2);
    await place.pay(1);
    for (const tab of tabs) await tab.hears([1]);
    await place.relay.kill();
    for (const tab of tabs) await tab.isTold('told of a 502', ({ statuses }) => statuses.includes('reconnecting: HTTP 502'));
    const successor = await startRelay(issuer, options);
    t.after(successor.stop);
    await pay(successor, 2);
    for (const tab of tabs) await tab.hears([1, 2], 60_000);
    await assertWhole(...tabs);
  });

  test('outlives it as well behind the proxy\'s file, which answers with an empty stream', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-killed-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const [port] = await freePorts(1);
    const options = { port, log: { directory, durability: 'fsync' } };
    const place = await arranged(t, { relay: options });
    const tab = await alone(place);
    await place.pay(1);
    await tab.hears([1]);
    await place.relay.kill();
    await until('it has come, and nobody was there', () => / 200 \d+ \S+ 502/.test(place.proxy.accesses()));
    const successor = await startRelay(issuer, options);
    t.after(successor.stop);
    await pay(successor, 2);
    await tab.hears([1, 2], 60_000);
    await assertWhole(tab);
  });

  test('has its token renewed in place, again and again, on one stream', async (t) => {
    const place = await arranged(t, { relay: { stream: { reauth: 'PT5S' } } });
    const as = { subject: 'renewed', tenant: 'acme', lifetime: 6 };
    const tabs = await newTabs(place, 2, as);
    const renewals = () => place.proxy.accesses().match(/POST \/v1\/streams\/\S+\/token \S+" 20\d/g)?.length ?? 0;
    await until('four renewals', () => renewals() >= 4, 60_000);
    await place.pay(1);
    for (const tab of tabs) {
      await tab.hears([1]);
      assert.deepEqual((await tab.told()).statuses.filter((it) => !/^conn/.test(it)), []);
    }
    // nginx writes about a request when it is over, so the one that is open does not stand there.
    assert.doesNotMatch(place.proxy.accesses(), /GET \/v1\/stream /);
    assert.equal(await place.streams(), 1);
    await assertWhole(...tabs);
  });

  test('has its token renewed behind a proxy that has the relay under a prefix', async (t) => {
    const changes = { 'location / {': `location /live/ {
        proxy_pass http://heliograph/;
        proxy_buffering off;
    }
    location / {` };
    const place = await arranged(t, { relay: { stream: { reauth: 'PT5S' } }, changes });
    const tab = await newTab(place);
    await tab.open({ subject: 'prefixed', tenant: 'acme', lifetime: 6 }, { url: '/live/v1/stream' });
    await tab.becomes('connected');
    await until('two renewals', () =>
      place.proxy.accesses().match(/POST \/live\/v1\/streams\/\S+\/token \S+" 200/g)?.length >= 2, 60_000);
    await place.pay(1);
    await tab.hears([1]);
    assert.deepEqual((await tab.told()).statuses, ['connecting', 'connected']);
    await assertWhole(tab);
  });

  test('polls while its streams break, from its place on, and has a stream again by itself', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, 2, ANN, { poll: '/v1/events' });
    await place.pay(1);
    for (const tab of tabs) await tab.hears([1]);
    await place.context.route(STREAMS, (route) => route.fulfill({ ...HTML, status: 504 }));
    await place.context.setOffline(true);
    for (const tab of tabs) await tab.becomes('reconnecting');
    await place.pay(2);
    await place.context.setOffline(false);
    for (const tab of tabs) await tab.becomes('fallback', 30_000);
    for (const tab of tabs) await tab.hears([1, 2]);
    await place.pay(3);
    for (const tab of tabs) await tab.hears([1, 2, 3]);
    await place.context.unroute(STREAMS);
    for (const tab of tabs) await tab.becomes('connected', 60_000);
    await place.pay(4);
    for (const tab of tabs) await tab.hears([1, 2, 3, 4]);
    await assertWhole(...tabs);
  });

  test('that may have no stream polls, and has one as soon as it is asked to try', async (t) => {
    const place = await arranged(t);
    await place.context.route(STREAMS, (route) => route.fulfill({ ...HTML, status: 403 }));
    const tab = await newTab(place);
    await tab.open(ANN, { poll: '/v1/events' });
    await tab.isTold('polling', ({ status, reason }) => status === 'fallback' && reason === 'HTTP 403');
    await tab.isTold('at a place', ({ position }) => position !== undefined, 30_000);
    await place.pay(1);
    await tab.hears([1], 30_000);
    await place.context.unroute(STREAMS);
    await tab.reconnect();
    await tab.becomes('connected', 30_000);
    await place.pay(2);
    await tab.hears([1, 2]);
    await assertWhole(tab);
  });

  test('that was superseded stays so, seen again or led by another tab, until it is asked to try', async (t) => {
    const place = await arranged(t, { relay: { stream: { 'over-user-limit': 'supersede' }, limits: { 'streams-per-user': 1 } } });
    const tabs = await newTabs(place, 2);
    const elsewhere = await browser.newContext({ ignoreHTTPSErrors: true });
    t.after(() => elsewhere.close());
    const other = await alone({ ...place, context: elsewhere });
    for (const tab of tabs) {
      await tab.isTold('superseded', ({ status, reason }) => status === 'disconnected' && reason === 'superseded');
    }
    const { leader, followers: [follower] } = await led(tabs);
    // A try would be seen in the status at once.
    const seen = (tab) => tab.evaluate(() => {
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      return globalThis.told().status;
    });
    assert.deepEqual([await seen(leader), await seen(follower)], ['disconnected', 'disconnected']);
    await leader.page.close();
    await follower.isTold('leading', ({ tab }) => tab === 'leader');
    assert.equal(await seen(follower), 'disconnected');
    assert.equal((await other.told()).status, 'connected');
    await follower.reconnect();
    await follower.becomes('connected');
    await other.becomes('disconnected');
  });

  // What a relay, or what is in front of it, may answer; then what is to be.
  for (const [what, answer, status, reason] of [
    ['a page', { ...HTML, status: 200 }, 'error', 'no event stream'],
    ['a redirect to a page', { status: 302, headers: { Location: '/login' } }, 'error', 'no event stream'],
    ['nothing to come back for', { status: 204 }, 'disconnected', 'HTTP 204'],
    ['that nobody is logged in', { ...HTML, status: 401 }, 'error', 'HTTP 401'],
    ['that it is forbidden', { ...HTML, status: 403 }, 'error', 'HTTP 403'],
    ['that it is not there', { ...HTML, status: 404 }, 'error', 'HTTP 404'],
    ['that there is no relay', { ...HTML, status: 502 }, 'reconnecting', 'HTTP 502'],
    ['an empty stream', { ...STREAM, body: '' }, 'reconnecting', 'the stream ended'],
    ['a frame that is cut', { ...STREAM, body: 'id: a-1\nevent: order.paid\ndata: "cut' }, 'reconnecting', 'the stream ended'],
    ['bytes that are no text', { ...STREAM, body: Buffer.from([0xff, 0xfe, 0, 10, 10]) }, 'reconnecting', 'the stream ended'],
  ]) {
    test(`that is answered ${what} is in ${status}, and has a stream as soon as there is one`, async (t) => {
      const place = await arranged(t);
      let tries = 0;
      await place.context.route(STREAMS, (route) => {
        tries++;
        return route.fulfill(answer);
      });
      const tab = await newTab(place);
      await tab.open(ANN, {});
      await tab.isTold(`${status} for ${reason}`, (told) => told.status === status && told.reason === reason);
      if (status !== 'reconnecting') assert.equal(tries, what === 'that nobody is logged in' ? 2 : 1);
      assert.deepEqual((await tab.told()).events, []);
      await place.context.unroute(STREAMS);
      await tab.reconnect();
      await tab.becomes('connected');
      await place.pay(1);
      await tab.hears([1]);
      assert.deepEqual((await tab.told()).errors, []);
    });
  }

  test('takes an event of ten megabytes', async (t) => {
    const place = await arranged(t);
    let tries = 0;
    await place.context.route(STREAMS, (route) => tries++ > 0 ? route.continue()
      : route.fulfill({ ...STREAM, body: `event: order.paid\ndata: ${JSON.stringify('x'.repeat(LONG))}\n\n` }));
    const tab = await newTab(place);
    await tab.open(ANN, {});
    await until('it is there', () => tab.evaluate((length) => globalThis.told().events[0]?.length === length, LONG));
    await tab.becomes('connected');
    await tab.evaluate(() => globalThis.told().events.splice(0));
    await place.pay(1);
    await tab.hears([1]);
  });

  test('leaves a connection on which nothing comes', async (t) => {
    const place = await arranged(t);
    const tab = await newTab(place);
    await tab.open(ANN, { url: '/silent', silence: 1_500 });
    await tab.isTold('told of silence', ({ statuses }) => statuses.includes('reconnecting: silence'));
  });

  test('is told of a gap by a relay that knows nothing of its place', async (t) => {
    const place = await arranged(t);
    const tab = await alone(place, { from: 'otherlife-7' });
    // It is connected before the first frame has come.
    await tab.isTold('a gap', ({ gaps }) => gaps.length > 0);
    await place.pay(1);
    await tab.hears([1]);
    assert.deepEqual((await tab.told()).gaps, ['epoch']);
  });

  test('keeps its place over a reload, if that is wished', async (t) => {
    const place = await arranged(t);
    const tab = await alone(place, { persist: 'orders' });
    await place.pay(1);
    await tab.hears([1]);
    await tab.page.goto(`${place.origin}/`);
    await tab.page.waitForFunction(() => globalThis.told);
    await place.pay(2);
    await tab.open(ANN, { persist: 'orders' });
    await tab.hears([2]);
    await assertWhole(tab);
  });

  test('goes on with a storage that is full, or forbidden', async (t) => {
    const place = await arranged(t);
    const full = await newTab(place);
    await full.evaluate(() => {
      let text = 'x'.repeat(1024 * 1024);
      for (let n = 0; text; n++) {
        try {
          sessionStorage.setItem(`full ${n}`, text);
        } catch {
          text = text.slice(0, text.length >> 1);
        }
      }
    });
    const forbidden = await newTab(place);
    await forbidden.evaluate(() => Object.defineProperty(globalThis, 'sessionStorage', {
      get() { throw new DOMException('no', 'SecurityError'); },
    }));
    for (const tab of [full, forbidden]) {
      await tab.open(ANN, { persist: 'orders', tabs: 'own' });
      await tab.becomes('connected');
    }
    await place.pay(1);
    for (const tab of [full, forbidden]) await tab.hears([1]);
    await assertWhole(full, forbidden);
  });

  test('leaves neither sockets nor streams, listeners or memory behind, however often it mounts', async (t) => {
    const place = await arranged(t);
    const tab = await newTab(place);
    const tools = await place.context.newCDPSession(tab.page);
    const mount = (times) => tab.evaluate(async ([as, count]) => {
      for (const tabs of ['own', 'shared']) await globalThis.mount(as, { tabs }, count / 2);
    }, [ANN, times]);
    async function figures() {
      await until('the relay has no stream', async () => await place.streams() === 0);
      await tools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await tools.send('Runtime.getHeapUsage');
      const { jsEventListeners } = await tools.send('Memory.getDOMCounters');
      return { usedSize, jsEventListeners, locks: await tab.evaluate(async () => (await navigator.locks.query()).held.length) };
    }
    await mount(20);
    const first = await figures();
    await mount(MOUNTS);
    const last = await figures();
    assert.deepEqual([last.jsEventListeners, last.locks], [first.jsEventListeners, 0]);
    // One stream has some tens of kilobytes.
    assert.ok(last.usedSize - first.usedSize < MOUNTS * 2_000, `from ${first.usedSize} to ${last.usedSize} bytes`);
    assert.ok(established(place.proxy.port) <= CONNECTIONS);
    await assertWhole(tab);
  });
});

/** How many connections a server's port has, as Linux tells. */
function established(port) {
  const here = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(here) && state === '01').length;
}

describe('a page with the client library, behind others', { timeout: 300_000 }, () => {
  let issuer;
  let pages;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    pages = await startPages(issuer);
    browser = await launchWithHiddenTabs();
  });

  after(async () => {
    await browser?.close();
    pages?.close();
    await issuer?.close();
  });

  /** A place whose tabs are the browser's own, and closed when the test is over. */
  async function arranged(t) {
    const place = await placeOf(t, { issuer, pages });
    const { context } = browser;
    const before = context.pages();
    t.after(() => Promise.all(context.pages().filter((page) => !before.includes(page)).map((page) => page.close())));
    return { ...place, context };
  }

  /** Another page is put before it. */
  async function hide({ context }, tab) {
    const other = await context.newPage();
    await other.bringToFront();
    await until('it is hidden', () => tab.evaluate(() => document.hidden));
    return other;
  }

  async function show(tab) {
    await tab.page.bringToFront();
    await until('it is seen', () => tab.evaluate(() => !document.hidden));
  }

  /** Chromium does by itself what this asks for, with tabs that were hidden for minutes. */
  async function lifecycle({ context }, tab, state) {
    const debug = await context.newCDPSession(tab.page);
    await debug.send('Page.setWebLifecycleState', { state });
    await debug.detach();
  }

  test('hears on while it is hidden, also where it lets go only after long', async (t) => {
    const place = await arranged(t);
    for (const [n, options] of [{ tabs: 'own' }, { tabs: 'own', letGoAfter: 600_000 }].entries()) {
      const tab = await newTab(place);
      await tab.open({ subject: `hidden-${n}`, tenant: 'acme' }, options);
      await tab.becomes('connected');
      await hide(place, tab);
      await place.pay(1);
      await tab.hears([1]);
      await show(tab);
      await place.pay(2);
      await tab.hears([1, 2]);
      assert.deepEqual((await tab.told()).statuses, ['connecting', 'connected']);
      await tab.close();
    }
  });

  test('lets its stream go when it was hidden for as long as is allowed, and has what it missed when it is seen', async (t) => {
    const place = await arranged(t);
    const tab = await newTab(place);
    await tab.open(ANN, { letGoAfter: 100 });
    await tab.becomes('connected');
    await place.pay(1);
    await tab.hears([1]);
    await hide(place, tab);
    await tab.isTold('let go', ({ status, reason }) => status === 'disconnected' && reason === 'hidden');
    await until('the relay has no stream', async () => await place.streams() === 0);
    await place.pay(2);
    await show(tab);
    await tab.hears([1, 2]);
    await tab.becomes('connected');
    await assertWhole(tab);
  });

  test('leads no more when it lets go, and follows the tab that is seen when it is seen again', async (t) => {
    const place = await arranged(t);
    const first = await newTab(place);
    await first.open(ANN, { letGoAfter: 100 });
    await first.becomes('connected');
    await place.pay(1);
    await first.hears([1]);
    const second = await newTab(place);
    await second.open(ANN);
    await until('the other leads', async () => (await second.told()).tab === 'leader', 30_000);
    await second.becomes('connected');
    await first.becomes('disconnected');
    await place.pay(2);
    await second.hears([2]);
    await show(first);
    await until('it follows', async () => {
      const { tab, status, position } = await first.told();
      return tab === 'follower' && status === 'connected' && position === (await second.told()).position;
    });
    await place.pay(3);
    await second.hears([2, 3]);
    await until('it hears again', async () => (await first.told()).events.includes(3));
    const { events, gaps, errors } = await first.told();
    assert.deepEqual({ events, gaps, errors }, { events: [1, 3], gaps: ['missed'], errors: [] });
    assert.equal(await place.streams(), 1);
    await assertWhole(second);
  });

  test('lets its stream go where it is frozen, and has what it missed when it goes on', async (t) => {
    const place = await arranged(t);
    const tab = await newTab(place);
    await tab.open(ANN);
    await tab.becomes('connected');
    await place.pay(1);
    await tab.hears([1]);
    await hide(place, tab);
    await lifecycle(place, tab, 'frozen');
    await until('the relay has no stream', async () => await place.streams() === 0);
    await place.pay(2);
    await lifecycle(place, tab, 'active');
    await tab.hears([1, 2]);
    assert.equal((await tab.told()).statuses[2], 'disconnected: away');
    await tab.becomes('connected');
    await assertWhole(tab);
  });

  test('leads no more where it is frozen: another has the stream at once, and it follows when it goes on', async (t) => {
    const place = await arranged(t);
    const [first, second] = await newTabs(place, 2);
    const { leader, followers: [follower] } = await led([first, second]);
    assert.equal(leader, first, 'the one that is behind the other');
    await place.pay(1);
    for (const tab of [leader, follower]) await tab.hears([1]);
    await lifecycle(place, leader, 'frozen');
    await until('the other leads', async () => (await follower.told()).tab === 'leader');
    await place.pay(2);
    await follower.hears([1, 2]);
    assert.equal(await place.streams(), 1);
    await lifecycle(place, leader, 'active');
    await until('it follows', async () => {
      const { tab, status, position } = await leader.told();
      return tab === 'follower' && status === 'connected' && position === (await follower.told()).position;
    });
    await place.pay(3);
    await follower.hears([1, 2, 3]);
    await until('it hears again', async () => (await leader.told()).events.includes(3));
    const { events, gaps, errors } = await leader.told();
    assert.deepEqual({ events, gaps, errors }, { events: [1, 3], gaps: ['missed'], errors: [] });
    await assertWhole(follower);
  });
});
