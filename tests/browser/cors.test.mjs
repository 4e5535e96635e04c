// A page of another origin in a real browser: one that is configured reads with the user's cookie, one
// that is not reads nothing.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import * as secrets from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const OPEN = 1;
const CLOSED = 2;

/** A server of an empty page. Another port of the same host: another origin, and the same cookies. */
async function startPages() {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!doctype html><title>a page</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('pages of other origins', { timeout: 120_000 }, () => {
  let issuer;
  let allowed;
  let foreign;
  let relay;
  let browser;
  let context;
  let token;

  before(async () => {
    issuer = await startIssuer();
    allowed = await startPages();
    foreign = await startPages();
    relay = await startRelay(issuer, { cors: { origins: [allowed.origin] } });
    browser = await launch();
    context = await browser.newContext();
    token = issuer.token({ subject: 'ann', tenant: 'acme' });
    await context.addCookies([{
      name: 'access_token', value: token, url: relay.url, httpOnly: true, sameSite: 'Strict',
    }]);
  });

  after(async () => {
    await browser?.close();
    await relay?.stop();
    await foreign?.close();
    await allowed?.close();
    await issuer?.close();
  });

  /** A page of an origin, with a stream that goes by the cookie. */
  async function open(origin) {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    await page.evaluate((url) => {
      globalThis.heard = [];
      globalThis.stream = new EventSource(`${url}/v1/stream`, { withCredentials: true });
      for (const type of ['system.connected', 'order.paid']) {
        globalThis.stream.addEventListener(type, ({ data }) => globalThis.heard.push({ type, data }));
      }
    }, relay.url);
    return {
      heard: () => page.evaluate(() => globalThis.heard),
      state: () => page.evaluate(() => globalThis.stream.readyState),
      /** What a fetch gives: the status, or the name of the error. */
      fetch: (path, options) => page.evaluate(async ([address, given]) => {
        try {
          const answer = await fetch(address, given);
          return { status: answer.status, body: await answer.json() };
        } catch (error) {
          return error.name;
        }
      }, [relay.url + path, options]),
    };
  }

  const pay = () =>
    publish(relay, { tenant: 'acme', topic: 'orders', type: 'order.paid', data: { order: 1 } });

  test('a configured one reads streams, polls and refusals, and may send headers', async () => {
    const page = await open(allowed.origin);
    await until('it is connected', async () => (await page.heard()).length === 1);
    await pay();
    await until('it hears', async () => (await page.heard()).length === 2);
    assert.equal((await page.heard())[1].data, '{"order":1}');
    assert.equal(await page.state(), OPEN);

    const status = await page.fetch('/v1/status', { credentials: 'include' });
    assert.deepEqual(status, { status: 200, body: { connected: true, streams: 1 } });
    const refusal = await page.fetch('/v1/events?wait=x', { credentials: 'include' });
    assert.equal(refusal.status, 400);
    assert.equal(refusal.body.code, 'INVALID_REQUEST');
    const ticket = await page.fetch('/v1/tickets', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"topics":["orders"]}',
    });
    assert.equal(ticket.status, 200);
    secrets.token(ticket.body.ticket);
    assert.equal(ticket.body.expiresIn, 30);
  });

  test('another one reads nothing, whatever it tries', async () => {
    const page = await open(foreign.origin);
    await until('it has given up', async () => await page.state() === CLOSED);
    assert.deepEqual(await page.heard(), []);
    // Refused by the relay itself, not only hidden by the browser.
    const metrics = await (await fetch(`${relay.admin}/observe/metrics`)).text();
    assert.match(metrics, /^heliograph_refusals_total\{[^}]*code="NOT_ALLOWED"[^}]*\} 1(\.0)?$/m);
    for (const [path, options] of [
      ['/v1/events', { credentials: 'include' }],
      ['/v1/status', { credentials: 'include' }],
      ['/v1/status', { headers: { Authorization: `Bearer ${token}` } }],
      [`/v1/status?access_token=${token}`, {}],
    ]) {
      assert.equal(await page.fetch(path, options), 'TypeError', path.replace(/=.*/, '='));
    }
  });
});
