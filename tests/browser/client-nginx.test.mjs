// Many tabs of one browser with the client library, behind nginx over HTTP/1.1, where all of them have six connections
// together: one stream for all, whatever becomes of the tab that has it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from '../clients/issuer.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';
import { ANN, arrange, assertWhole, led, newTab, newTabs, numbers, startPages } from './client.mjs';

/** How many connections a browser has to one host over HTTP/1.1. */
const CONNECTIONS = 6;
const TABS = 8;

describe('many tabs with the client library', { timeout: 600_000 }, () => {
  let issuer;
  let pages;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    pages = await startPages(issuer);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    pages?.close();
    await issuer?.close();
  });

  const arranged = (t, options) => arrange(t, { issuer, pages, browser }, options);

  test('eight tabs have one stream, and each event once', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, TABS);
    await led(tabs);
    assert.equal(await place.streams(), 1);
    for (const n of numbers(20)) await place.pay(n);
    for (const tab of tabs) await tab.hears(numbers(20));
    assert.equal(await place.streams(), 1);
    // Other requests have the connections that are left.
    for (const tab of tabs) assert.equal(await tab.evaluate(async () => (await fetch('/other')).status), 200);
    await assertWhole(...tabs);
  });

  test('the tab that leads is closed under load, and all others have every event once', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, 5);
    const { leader, followers } = await led(tabs);
    const closing = [];
    for (const n of numbers(45)) {
      await place.pay(n);
      if (n === 15) closing.push(leader.page.close());
    }
    await Promise.all(closing);
    for (const tab of followers) await tab.hears(numbers(45));
    await led(followers);
    await until('the relay has one stream', async () => await place.streams() === 1);
    await assertWhole(...followers);
  });

  test('the tab that leads stands still, another takes over, and both go on when it wakes', async (t) => {
    const place = await arranged(t);
    const tabs = await newTabs(place, 3);
    const { leader, followers } = await led(tabs);
    await place.pay(1);
    for (const tab of tabs) await tab.hears([1]);
    const debug = await place.context.newCDPSession(leader.page);
    await debug.send('Debugger.enable');
    const still = new Promise((resolve) => { debug.once('Debugger.paused', resolve); });
    await debug.send('Debugger.pause');
    await still;
    await place.pay(2);
    for (const tab of followers) await tab.hears([1, 2], 40_000);
    await place.pay(3);
    for (const tab of followers) await tab.hears([1, 2, 3]);
    await led(followers);
    await assertWhole(...followers);

    await debug.send('Debugger.resume');
    await debug.send('Debugger.disable');
    await until('it follows, and knows the place', async () => {
      const { tab, position } = await leader.told();
      return tab === 'follower' && position === (await followers[0].told()).position;
    });
    await until('the relay has one stream', async () => await place.streams() === 1);
    await place.pay(4);
    for (const tab of followers) await tab.hears([1, 2, 3, 4]);
    await until('it hears again', async () => (await leader.told()).events.includes(4));
    const { events, gaps, errors } = await leader.told();
    assert.deepEqual(events.toSorted(), [...new Set(events)].toSorted(), 'none twice');
    assert.ok(events.length === 4 || gaps.length > 0, `all events, or a gap: ${events}`);
    assert.deepEqual(errors, []);
    await assertWhole(...followers);
  });

  test('tabs that share none take all connections, one that closes lets the next in', async (t) => {
    const place = await arranged(t);
    const tabs = [];
    for (const _ of numbers(CONNECTIONS + 1)) tabs.push(await newTab(place));
    for (const [n, tab] of tabs.entries()) {
      // The token is there before, as its request would have no connection.
      await tab.open(ANN, { tabs: 'own', token: issuer.token(ANN) });
      if (n < CONNECTIONS) await tab.becomes('connected');
    }
    assert.equal(await place.streams(), CONNECTIONS);
    const [first] = tabs;
    const last = tabs.at(-1);
    assert.equal((await last.told()).status, 'connecting');
    await first.close();
    await last.becomes('connected');
    assert.equal((await last.told()).tab, 'alone');
  });

  test('two logins in one browser have a stream each, and a logout ends all of one', async (t) => {
    const place = await arranged(t);
    const ofAnn = await newTabs(place, 2);
    const ofBob = await newTabs(place, 2, { subject: 'bob', tenant: 'globex' });
    await led(ofAnn);
    await led(ofBob);
    assert.equal(await place.streams(), 2);
    await place.pay(1);
    await place.pay(2, { tenant: 'globex' });
    for (const tab of ofAnn) await tab.hears([1]);
    for (const tab of ofBob) await tab.hears([2]);

    const { followers: [out] } = await led(ofAnn);
    await out.close({ everywhere: true });
    for (const tab of ofAnn) await tab.becomes('disconnected');
    await until('the relay has the other stream alone', async () => await place.streams() === 1);
    await place.pay(3, { tenant: 'globex' });
    for (const tab of ofBob) await tab.hears([2, 3]);
    for (const tab of ofAnn) assert.deepEqual((await tab.told()).events, [1]);
    await assertWhole(...ofAnn, ...ofBob);
  });

  test('a tab that comes later knows the place of the others, and leads on from there', async (t) => {
    const place = await arranged(t);
    const [first] = await newTabs(place, 1);
    await place.pay(1);
    await first.hears([1]);
    const [second] = await newTabs(place, 1);
    await until('it knows', async () => (await second.told()).position === (await first.told()).position);
    // No stream can be had while the one changes hands, and what is published then comes all the same.
    await place.context.route('**/v1/stream?*', (route) => route.abort());
    await first.page.close();
    await until('it leads', async () => (await second.told()).tab === 'leader');
    await place.pay(2);
    await place.context.unroute('**/v1/stream?*');
    await second.reconnect();
    await second.hears([2]);
    await assertWhole(second);
  });

  test('a worker shares the stream of the pages', async (t) => {
    const place = await arranged(t);
    const [tab] = await newTabs(place, 1);
    await tab.evaluate(([as, options]) => {
      globalThis.heard = [];
      globalThis.worker = new Worker('/worker.js', { type: 'module' });
      globalThis.worker.onmessage = ({ data }) => globalThis.heard.push(data);
      globalThis.worker.postMessage({ as, options });
    }, [ANN, {}]);
    const heard = () => tab.evaluate(() => globalThis.heard);
    await until('it is connected', async () => (await heard()).some(({ status, tab: role }) => status === 'connected' && role === 'follower'));
    assert.equal(await place.streams(), 1);
    await place.pay(1);
    await tab.hears([1]);
    await until('the worker hears', async () => (await heard()).some(({ event }) => event === 1));
    // The page lets it go, and the worker has it then.
    await tab.close();
    await place.pay(2);
    await until('the worker hears', async () => (await heard()).some(({ event }) => event === 2));
    assert.equal(await place.streams(), 1);
    assert.deepEqual((await heard()).flatMap(({ event }) => event ?? []), [1, 2]);
  });
});
