// Pages behind the proxies that deploy/proxies has files for, while the relay is restarted: a native EventSource gives
// up for good on any status but 200, and a proxy without its relay has another one.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { PROXIES, startProxy } from '../clients/proxies.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import { assertNoneIn } from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const ANN = { subject: 'ann', tenant: 'acme' };
const TYPE = 'thing.changed';
const OPEN = 1;

describe('a page behind a proxy', { concurrency: true, timeout: 120_000 }, () => {
  let issuer;
  let browser;
  let pages;
  let elsewhere;

  before(async () => {
    issuer = await startIssuer();
    browser = await launch();
    pages = createServer((request, response) => response.setHeader('Content-Type', 'text/html').end());
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    elsewhere = `http://127.0.0.1:${pages.address().port}`;
  });

  after(async () => {
    await browser?.close();
    pages?.close();
    await issuer?.close();
  });

  /** A page with a stream that comes through the proxy. */
  async function openPage(context, origin, proxy) {
    const page = await context.newPage();
    const answered = new Set();
    const note = (request) => request.url().includes('/v1/stream') && answered.add(request);
    page.on('response', (response) => note(response.request()));
    page.on('requestfailed', note);
    await page.goto(`${origin}/`);
    await page.evaluate(([url, type]) => {
      globalThis.heard = [];
      globalThis.stream = new EventSource(url);
      for (const name of ['system.connected', type]) {
        globalThis.stream.addEventListener(name, ({ data }) => globalThis.heard.push([name, data]));
      }
    }, [`${proxy.origin}/v1/stream?access_token=${issuer.token(ANN)}`, TYPE]);
    const heard = async (type) =>
      (await page.evaluate(() => globalThis.heard)).filter(([name]) => name === type).map(([, data]) => data);
    await until('the stream is open', async () => (await heard('system.connected')).length === 1);
    return { answered, heard, state: () => page.evaluate(() => globalThis.stream.readyState) };
  }

  // An orderly stop tells the page to come back; a kill tells it nothing.
  for (const [name, http1, end] of [
    ...PROXIES.map((each) => [each, false, 'stop']), ['nginx', false, 'kill'], ['nginx', true, 'kill'],
  ]) {
    test(`${name}, over HTTP/${http1 ? '1.1' : '2'}, outlives a ${end} of the relay, and misses nothing`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'heliograph-restart-'));
      t.after(() => rmSync(directory, { recursive: true }));
      const [port] = await freePorts(1);
      const options = { port, log: { directory, durability: 'fsync' }, cors: { origins: [elsewhere] } };
      const relay = await startRelay(issuer, options);
      t.after(() => relay.running() && relay.stop());
      // The proxy's certificate is nobody's.
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      t.after(() => context.close());
      const proxy = await startProxy(name, { relay: port, application: pages.address().port, pages: elsewhere, http1 });
      t.after(proxy.stop);
      const say = (on, n) => publish(on, { tenant: 'acme', topic: 'things', type: TYPE, data: n });

      const both = [await openPage(context, proxy.origin, proxy), await openPage(context, elsewhere, proxy)];
      await say(relay, 1);
      for (const page of both) await until('the first event', async () => (await page.heard(TYPE)).length === 1);
      await relay[end]();
      for (const page of both) {
        await until('it has come back, and nobody was there', () => page.answered.size > 1);
      }
      assertNoneIn(`what ${name} wrote`, proxy.all());
      // What is no stream is told that there is no relay.
      const refused = await fetch(`${proxy.origin}/v1/status`, { headers: { Origin: elsewhere } });
      assert.ok([502, 503].includes(refused.status), `${refused.status}`);

      const successor = await startRelay(issuer, options);
      t.after(successor.stop);
      await say(successor, 2);
      for (const page of both) {
        await until('the missed event', async () => (await page.heard(TYPE)).join() === '1,2');
        assert.equal(await page.state(), OPEN);
      }
    });
  }
});
