// The main paths of the client library in Debian's Firefox, behind nginx over HTTP/1.1.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { ANN, assertWhole, led, numbers, pay, place as arrangePlace, startPages, tabOf } from './client.mjs';
import { launchFirefox } from './firefox.mjs';

const TABS = 8;

describe('the client library in Firefox', { timeout: 600_000 }, () => {
  let issuer;
  let pages;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    pages = await startPages(issuer);
    browser = await launchFirefox();
  });

  after(async () => {
    await browser?.close();
    pages?.close();
    await issuer?.close();
  });

  /** A relay behind nginx, and somebody's tabs that are all connected. */
  async function arranged(t, options) {
    const place = await arrangePlace(t, { issuer, pages }, options);
    const user = await browser.newUser();
    const newTab = async () => {
      const page = await browser.newTab(`${place.origin}/`, user);
      t.after(() => page.close().catch(() => {}));
      const tab = { page, ...tabOf(page.evaluate) };
      await until('the page is there', () => page.evaluate(() => !!globalThis.told));
      return tab;
    };
    return {
      ...place,
      newTab,
      async newTabs(count, as = ANN, more = {}) {
        const tabs = [];
        for (let n = 0; n < count; n++) {
          const tab = await newTab();
          await tab.open(as, more);
          tabs.push(tab);
        }
        for (const tab of tabs) await tab.becomes('connected', 30_000);
        return tabs;
      },
    };
  }

  test('has one stream for eight tabs, and goes on when the one that leads is closed under load', async (t) => {
    const place = await arranged(t);
    const tabs = await place.newTabs(TABS);
    const { leader, followers } = await led(tabs);
    assert.equal(await place.streams(), 1);
    const closing = [];
    for (const n of numbers(45)) {
      await place.pay(n);
      if (n === 15) closing.push(leader.page.close());
    }
    await Promise.all(closing);
    for (const tab of followers) await tab.hears(numbers(45), 30_000);
    await led(followers);
    await until('the relay has one stream', async () => await place.streams() === 1);
    await assertWhole(...followers);
  });

  // Firefox looks whether a page has a request or a lock before it tells the page that it is left, and keeps none that has.
  test('goes on in a page that was left and is loaded anew, if it keeps its place', async (t) => {
    const place = await arranged(t);
    const [tab] = await place.newTabs(1, ANN, { persist: 'orders' });
    await place.pay(1);
    await tab.hears([1]);
    await tab.page.go(`${place.origin}/elsewhere`);
    await until('the relay has no stream', async () => await place.streams() === 0);
    await place.pay(2);
    await tab.page.back();
    await until('it is there again', () => tab.evaluate((path) => location.pathname === path && !!globalThis.told, '/'));
    if ((await tab.told()).persisted) assert.fail('it is kept now, so this can be tested as in Chromium');
    await tab.open(ANN, { persist: 'orders' });
    await tab.hears([2]);
    await assertWhole(tab);
  });

  test('outlives a relay that is killed behind a proxy that answers 502', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-killed-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const [port] = await freePorts(1);
    const options = { port, log: { directory, durability: 'fsync' } };
    const place = await arranged(t, { relay: options, changes: { 'error_page 502 504 = @relay_later;': '' } });
    const tabs = await place.newTabs(2);
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

  test('renews its token in place, again and again, on one stream', async (t) => {
    const place = await arranged(t, { relay: { stream: { reauth: 'PT5S' } } });
    const [tab] = await place.newTabs(1, { subject: 'renewed', tenant: 'acme', lifetime: 6 });
    await until('four renewals', () => place.proxy.accesses().match(/POST \/v1\/streams\/\S+\/token \S+" 20\d/g)?.length >= 4, 60_000);
    await place.pay(1);
    await tab.hears([1]);
    assert.deepEqual((await tab.told()).statuses, ['connecting', 'connected']);
    await assertWhole(tab);
  });

  test('ends in all tabs of a login, and in no other', async (t) => {
    const place = await arranged(t);
    const ofAnn = await place.newTabs(2);
    const [ofBob] = await place.newTabs(1, { subject: 'bob', tenant: 'globex' });
    assert.equal(await place.streams(), 2);
    await ofAnn[1].close({ everywhere: true });
    for (const tab of ofAnn) await tab.becomes('disconnected');
    await place.pay(1, { tenant: 'globex' });
    await ofBob.hears([1]);
    await until('the relay has one stream', async () => await place.streams() === 1);
    await assertWhole(...ofAnn, ofBob);
  });

  test('shares its stream with a worker', async (t) => {
    const place = await arranged(t);
    const [tab] = await place.newTabs(1);
    await tab.evaluate((as) => {
      globalThis.heard = [];
      globalThis.worker = new Worker('/worker.js', { type: 'module' });
      globalThis.worker.onmessage = ({ data }) => globalThis.heard.push(data);
      globalThis.worker.postMessage({ as, options: {} });
    }, ANN);
    const heard = () => tab.evaluate(() => globalThis.heard);
    await until('it is connected', async () => (await heard()).some((it) => it.status === 'connected' && it.tab === 'follower'));
    await place.pay(1);
    await until('the worker hears', async () => (await heard()).some(({ event }) => event === 1));
    await tab.hears([1]);
    assert.equal(await place.streams(), 1);
  });
});
