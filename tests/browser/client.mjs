// Pages with the client library behind nginx over HTTP/1.1, as most people have them: the application and the relay are one
// origin.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { startProxy } from '../clients/proxies.mjs';
import { ROOT, publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';

export const ANN = { subject: 'ann', tenant: 'acme' };

const PAGE = '<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">'
  + '<script type="module" src="/stream.js"></script>';
const SCRIPTS = {
  '/heliograph.js': join(ROOT, 'contract', 'typescript', 'target', 'classes', 'META-INF', 'client', 'heliograph.js'),
  '/stream.js': join(import.meta.dirname, 'pages', 'stream.js'),
  '/worker.js': join(import.meta.dirname, 'pages', 'worker.js'),
};

/** An application: its pages, its scripts, and tokens for who is logged in. */
export async function startPages(issuer) {
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://pages');
    if (pathname === '/token') {
      const { lifetime, ...who } = Object.fromEntries(searchParams);
      asked.push(who.subject);
      response.end(issuer.token({ ...who, ...(lifetime && { lifetime: Number(lifetime) }) }));
    } else if (pathname === '/silent') {
      // A stream that nobody writes to.
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }).flushHeaders();
    } else if (SCRIPTS[pathname]) {
      response.setHeader('Content-Type', 'text/javascript').end(readFileSync(SCRIPTS[pathname]));
    } else {
      response.setHeader('Content-Type', 'text/html').end(PAGE);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    /** For whom tokens were asked, in order. */
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * A relay behind nginx.
 *
 * @param options relay: of the relay; changes: what else of the proxy's file is in the place of what; main: what its main
 *     file begins with
 */
export async function place(t, { issuer, pages }, { relay: options = {}, changes, main } = {}) {
  const relay = await startRelay(issuer, options);
  t.after(() => relay.running() && relay.stop());
  const proxy = await startProxy('nginx', { relay: relay.port, application: pages.port, http1: true, changes, main });
  t.after(proxy.stop);
  return {
    relay, proxy,
    origin: proxy.origin,
    pay: (n, more) => pay(relay, n, more),
    /** How many streams the relay has. */
    streams: () => streamsOf(relay),
  };
}

/** The same with a user of Chromium. */
export async function arrange(t, all, options) {
  const arranged = await place(t, all, options);
  // The proxy's certificate is nobody's.
  const context = await all.browser.newContext({ ignoreHTTPSErrors: true });
  t.after(() => context.close());
  return { ...arranged, context };
}

/** Publishes an event with a number in it. */
export const pay = (relay, n, more) => publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data: n, ...more });

export async function streamsOf(relay) {
  const text = await (await fetch(`${relay.admin}/observe/metrics`)).text();
  const found = [...text.matchAll(/^heliograph_streams_open(?:\{[^}]*\})? (\S+)$/gm)];
  assert.ok(found.length > 0, 'a metric of open streams');
  return found.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What a test asks of a page, whatever the browser: `evaluate` takes a function and one value. */
export function tabOf(evaluate) {
  const told = () => evaluate(() => globalThis.told());
  const list = JSON.stringify;
  return {
    evaluate,
    told,
    open: (as, options) => evaluate(([who, how]) => globalThis.open(who, how), [as, options]),
    /** Waits until what it was told is like this. */
    async isTold(what, condition, deadline) {
      let last;
      try {
        await until(what, async () => condition(last = await told()), deadline);
      } catch (error) {
        throw new Error(`not ${what}: ${list(last)}`, { cause: error });
      }
    },
    close: (options) => evaluate((how) => globalThis.close(how), options ?? {}),
    reconnect: () => evaluate(() => globalThis.reconnect()),
    /** Waits until these events were heard, and no others, each once and in order. */
    hears(wanted, deadline) {
      return this.isTold(`hearing ${wanted}`, ({ events }) => list(events) === list(wanted), deadline);
    },
    becomes(wanted, deadline) {
      return this.isTold(wanted, ({ status }) => status === wanted, deadline);
    },
  };
}

/** A new tab. */
export async function newTab({ context, origin }) {
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => globalThis.told);
  return { page, ...tabOf((act, value) => page.evaluate(act, value)) };
}

/** So many tabs, opened one after the other, that are all connected. */
export async function newTabs({ context, origin }, count, as = ANN, options = {}) {
  const tabs = [];
  for (let n = 0; n < count; n++) {
    const tab = await newTab({ context, origin });
    await tab.open(as, options);
    tabs.push(tab);
  }
  for (const tab of tabs) await tab.becomes('connected', 30_000);
  return tabs;
}

/** The one of these that leads, and the others. */
export async function led(tabs) {
  const roles = await Promise.all(tabs.map(async (tab) => (await tab.told()).tab));
  assert.deepEqual(roles.toSorted(), [...tabs.slice(1).map(() => 'follower'), 'leader']);
  return { leader: tabs[roles.indexOf('leader')], followers: tabs.filter((_, n) => roles[n] !== 'leader') };
}

/** None of these has missed anything, nor stumbled. */
export async function assertWhole(...tabs) {
  for (const tab of tabs) {
    const { gaps, errors } = await tab.told();
    assert.deepEqual({ gaps, errors }, { gaps: [], errors: [] });
  }
}

export const numbers = (count, from = 1) => Array.from({ length: count }, (_, n) => n + from);
