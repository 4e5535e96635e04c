// The console where much is wrong, and where very many are connected.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { ROOT, publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const MANY = 10_000;
/** How many connect at once: a listener lets no more wait. */
const AT_ONCE = 100;
/** Files that the test itself needs besides its sockets. */
const BESIDES = 500;
const FILES = Number(execFileSync('bash', ['-c', 'ulimit -Hn']).toString().replace('unlimited', 'Infinity'));

describe('the console at the extremes', { timeout: 240_000 }, () => {
  let issuer;
  let browser;
  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    issuer = await startIssuer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await issuer?.close();
  });

  async function open(t, relay, place, options) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${relay.admin}/console/${place}`);
    await page.getByRole('navigation').waitFor();
    return page;
  }

  test('says of each trouble since when it is, what came of it and what to do', async (t) => {
    const [nobody] = await freePorts(1);
    const relay = await startRelay(issuer, {
      more: { authorize: [{ topics: 'asked.*', url: `http://127.0.0.1:${nobody}/{2}` }] }, warnings: [/ upstream-failed /],
    });
    t.after(() => relay.kill());
    const token = issuer.token({ subject: 'ann', tenant: 'acme' });
    const status = async () => (await fetch(`${relay.admin}/admin/v1/status`)).json();
    await until('an upstream has failed', async () => {
      await (await fetch(`${relay.url}/v1/stream?topic=asked.1`, { headers: { Authorization: `Bearer ${token}` } })).text();
      return (await status()).troubles.length === 1;
    });
    const page = await open(t, relay, '');
    const trouble = (name) => page.getByRole('alert').filter({ has: page.getByRole('heading', { name }) });
    await trouble('upstream authorize.0').getByText(/^Since/).waitFor();
    await trouble('upstream authorize.0').getByText(/Next: see to the server/).waitFor();
    const state = page.locator('.figure', { hasText: 'State' });
    await state.filter({ hasText: 'trouble' }).waitFor();
    assert.equal((await fetch(`${relay.admin}/admin/v1/drain?reason=test`, { method: 'POST' })).status, 200);
    await trouble('stopping').getByText(/Next: wait until its streams have left/).waitFor();
    await state.filter({ hasText: 'draining' }).waitFor();
    for (const [width, colorScheme] of [[360, 'dark'], [1280, 'light']]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.screenshot({ path: join(PICTURES, `console-trouble-${width}-${colorScheme}.png`), fullPage: true });
    }
  });

  const few = FILES < MANY + BESIDES && `${MANY} sockets need more files than the ${FILES} that may be open`;
  test(`finds one of ${MANY} streams`, { skip: few }, async (t) => {
    const relay = await startRelay(issuer, { limits: { streams: MANY + 10, 'streams-per-tenant': MANY + 10, 'streams-per-user': MANY } });
    const sockets = [];
    t.after(async () => {
      sockets.forEach((socket) => socket.destroy());
      await relay.kill();
    });
    const subscribed = (token) => new Promise((resolve, reject) => {
      const socket = connect(relay.port, '127.0.0.1', () => socket.write(
        `GET /v1/stream?topic=orders.%3E HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`));
      socket.once('data', () => resolve(socket.resume())).on('error', reject);
      sockets.push(socket);
    });
    const crowd = issuer.token({ subject: 'crowd', tenant: 'acme' });
    await subscribed(issuer.token({ subject: 'needle', tenant: 'acme' }));
    while (sockets.length < MANY) await Promise.all(Array.from({ length: Math.min(AT_ONCE, MANY - sockets.length) }, () => subscribed(crowd)));
    await publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data: {} });
    const page = await open(t, relay, '#/streams');
    await page.getByText(`50 of ${MANY.toLocaleString('en')} shown`).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Previous' }).waitFor();
    await page.getByLabel('Subject').fill('needle');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1 shown').waitFor();
    await page.locator('tbody tr', { hasText: 'needle' }).getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Last frames' }).waitFor();
    for (const [place, name] of [['#/', 'overview'], ['#/streams', 'streams'], ['#/tenants', 'tenants']]) {
      await page.evaluate((to) => { location.hash = to; }, place);
      await page.getByText(MANY.toLocaleString('en')).first().waitFor();
      await page.screenshot({ path: join(PICTURES, `console-many-${name}-1280-light.png`) });
    }
  });
});
