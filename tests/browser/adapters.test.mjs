// What the README of the client library shows for each framework, with that framework in Chromium: it shows what is live,
// fetches at a gap, outlives its relay, and leaves nobody listening.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { wireTo } from '../clients/wire.mjs';
import { ADAPTERS, bundle } from './adapters.mjs';
import { launch } from './chromium.mjs';
import { ANN, numbers, pay, streamsOf } from './client.mjs';

const NAMES = Object.keys(ADAPTERS);
/** How many events the relay keeps. */
const KEPT = 8;
const MOUNTS = 200;
/** A page waits for up to 16 seconds before it tries again, if a relay is long in starting. */
const DEADLINE_MS = 45_000;

describe('the adapters of the client library', { timeout: 240_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'heliograph-adapters-'));
  const scripts = {};
  let issuer;
  let port;
  let relay;
  let wire;
  let browser;

  const start = () => startRelay(issuer, { port, log: { directory, retention: { events: KEPT } } });

  before(async () => {
    await Promise.all(NAMES.map(async (name) => { scripts[name] = await bundle(name); }));
    issuer = await startIssuer();
    [port] = await freePorts(1);
    relay = await start();
    wire = await wireTo(port);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await wire?.close();
    await relay?.stop();
    await issuer?.close();
    rmSync(directory, { recursive: true });
  });

  /** An application with some orders, which tells of them by the relay if it is asked to. */
  function shop() {
    const orders = [1];
    return {
      orders,
      sell: () => orders.push(orders.length + 1),
      tell: () => pay(relay, undefined, { data: { order: orders.length } }),
      /** What it answers to requests of its pages. */
      answer(url) {
        const after = Number(url.searchParams.get('after'));
        return {
          '/api/token': () => issuer.token(ANN),
          '/api/orders': () => orders,
          '/api/orders/pull': () => ({
            documents: orders.filter((order) => order > after).map((order) => ({ id: `${order}`, order, _deleted: false })),
            checkpoint: { order: Math.max(after, ...orders) },
          }),
          '/fragments/orders': () => orders.join(', '),
        }[url.pathname]?.();
      },
    };
  }

  /** A page of an adapter. Pages of one browser share a stream, if they have one origin. */
  async function open(context, { answer }, name, host) {
    const page = await context.newPage();
    const problems = [];
    let fetches = 0;
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.route((url) => !url.pathname.startsWith('/v1/'), (route) => {
      const url = new URL(route.request().url());
      if (url.pathname === '/page') {
        const body = '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>';
        return route.fulfill({ contentType: 'text/html', body });
      }
      if (url.pathname === '/page.js') return route.fulfill({ contentType: 'text/javascript', body: scripts[name] });
      if (/orders/.test(url.pathname)) fetches++;
      const found = answer(url);
      return route.fulfill({ contentType: 'text/plain', body: typeof found === 'string' ? found : JSON.stringify(found) });
    });
    await page.goto(`http://${host}:${new URL(wire.url).port}/page`);
    await page.waitForFunction(() => globalThis.mount);
    const { version } = ADAPTERS[name];
    if (version) assert.match(await page.evaluate(() => globalThis.version), version, name);
    return {
      page,
      name,
      problems,
      fetches: () => fetches,
      async shows(orders) {
        let last;
        try {
          await until('it shows all', async () =>
            (last = await page.evaluate(() => globalThis.shown())).endsWith(orders.join(', ')), DEADLINE_MS);
        } catch (error) {
          throw new Error(`${name} shows ${last} and not ${orders}: ${problems}`, { cause: error });
        }
      },
    };
  }

  const streamsAre = (count) => until(`${count} streams are open`, async () => await streamsOf(relay) === count);

  /** Pages of all adapters. */
  async function openAll(t, host, prepare = () => {}) {
    const application = shop();
    const context = await browser.newContext();
    t.after(() => context.close());
    await prepare(context);
    const pages = [];
    for (const name of NAMES) pages.push(await open(context, application, name, host(pages.length)));
    const each = (act) => Promise.all(pages.map(act));
    const all = (act) => each(({ page }) => page.evaluate(act));
    return {
      ...application,
      each,
      mount: () => all(() => globalThis.mount()),
      unmount: () => all(() => globalThis.unmount()),
      close: () => all(() => globalThis.close()),
      listeners: () => all(() => globalThis.listeners()),
      again: () => all(() => globalThis.again?.()),
      show: () => each((page) => page.shows(application.orders)),
      /** How often each page has fetched, when none of them is at it any more. */
      async fetches() {
        let before;
        let now;
        await until('no page fetches', async () => {
          before = now;
          await all(() => new Promise((resolve) => { requestIdleCallback(resolve); }));
          now = pages.map((page) => page.fetches());
          return String(now) === String(before);
        });
        return now;
      },
      /** Something is sold of which all that comes to the pages is a gap. */
      async sellInGap() {
        wire.refuse();
        application.sell();
        for (const n of numbers(KEPT + 2)) await pay(relay, n, { topic: 'others.1' });
        wire.accept();
      },
      assertWhole() {
        for (const { name, problems } of pages) {
          // The browser's own words on connections that were refused.
          assert.deepEqual(problems.filter((text) => !text.startsWith('Failed to load resource')), [], name);
        }
      },
    };
  }

  test('show what is live over breaks, with one stream for all tabs', async (t) => {
    const pages = await openAll(t, () => 'localhost');
    await pages.mount();
    await pages.show();
    await streamsAre(1);

    await t.test('an event, once, however often they are rendered', async () => {
      const listeners = await pages.listeners();
      for (const _ of numbers(20)) await pages.again();
      assert.deepEqual(await pages.listeners(), listeners);
      const before = await pages.fetches();
      pages.sell();
      await pages.tell();
      await pages.show();
      assert.deepEqual(await pages.fetches(), before.map((count) => count + 1));
    });

    await t.test('a gap, of which no event tells', async () => {
      await pages.sellInGap();
      await pages.show();
      await streamsAre(1);
    });

    await t.test('the next relay with the same log, as if it were the same', async () => {
      const before = await pages.fetches();
      await relay.stop();
      relay = await start();
      pages.sell();
      await pages.tell();
      await pages.show();
      assert.deepEqual(await pages.fetches(), before.map((count) => count + 1));
      await streamsAre(1);
    });

    await t.test('to whoever comes back after a gap', async () => {
      await pages.unmount();
      await pages.sellInGap();
      await streamsAre(1);
      await pages.mount();
      await pages.show();
    });

    await t.test('and let go of it', async () => {
      await pages.unmount();
      assert.deepEqual(await pages.listeners(), NAMES.map(() => 0));
      await pages.close();
      await streamsAre(0);
    });
    pages.assertWhole();
  });

  test('show what is live, with a stream for each tab', async (t) => {
    // A browser has six connections to one host.
    const pages = await openAll(t, (n) => `page${n}.localhost`, (context) =>
      context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })));
    await pages.mount();
    await pages.show();
    await streamsAre(NAMES.length);
    pages.sell();
    await pages.tell();
    await pages.show();
    await pages.sellInGap();
    await pages.show();
    await streamsAre(NAMES.length);
    await pages.unmount();
    // What has its stream for itself lets go of it.
    await streamsAre(NAMES.length - 1);
    assert.deepEqual(await pages.listeners(), NAMES.map(() => 0));
    await pages.close();
    await streamsAre(0);
    pages.assertWhole();
  });

  for (const name of NAMES) {
    test(`${name} leaves nothing behind when it comes and goes ${MOUNTS} times`, async (t) => {
      const context = await browser.newContext();
      t.after(() => context.close());
      const application = shop();
      const { page, shows } = await open(context, application, name, 'localhost');
      await page.evaluate(() => globalThis.mounts(3));
      const devtools = await context.newCDPSession(page);
      await devtools.send('Performance.enable');
      const counted = async () => {
        await devtools.send('HeapProfiler.collectGarbage');
        const { metrics } = await devtools.send('Performance.getMetrics');
        return metrics.find((metric) => metric.name === 'JSEventListeners').value;
      };
      const before = await counted();
      await page.evaluate((times) => globalThis.mounts(times), MOUNTS);
      assert.equal(await page.evaluate(() => globalThis.listeners()), 0);
      await until(`no more than ${before} listeners of the page`, async () => await counted() <= before);
      assert.ok(await streamsOf(relay) <= 1);
      await page.evaluate(() => globalThis.mount());
      await shows(application.orders);
      await page.evaluate(() => globalThis.unmount());
      await page.evaluate(() => globalThis.close());
      await streamsAre(0);
    });
  }
});
