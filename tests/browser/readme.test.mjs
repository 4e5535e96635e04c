// The page of README.md, "all that a page needs", as it is written there: with the library that the relay serves, behind nginx,
// and through what it says that it survives.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { examples } from '../clients/readme.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';
import { arrange, numbers } from './client.mjs';

const [{ text: SNIPPET }] = (await examples(8080)).filter(({ text }) => text.includes("import('/client/heliograph.js')"));
const [, LOGOUT] = SNIPPET.match(/^\/\/ At logout, for all tabs: (.*;)$/m);
const PAGE = `<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<button>Log out</button>
<script type="module">
${SNIPPET}
document.querySelector('button').onclick = () => { ${LOGOUT} };
</script>`;

/** The application: the page, and the tokens of who is logged in. */
async function startApplication(issuer) {
  const application = { lifetime: 3600, tokens: 0 };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://application');
    if (pathname === '/demo/token') {
      application.tokens++;
      const [tenant, role] = [searchParams.get('tenant'), searchParams.get('role')];
      response.end(issuer.token({ subject: `${tenant}-${role}`, tenant, roles: [role], lifetime: application.lifetime }));
    } else {
      response.setHeader('Content-Type', 'text/html').end(PAGE);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(application, {
    port: server.address().port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}

describe('the page of README.md', { timeout: 400_000 }, () => {
  let issuer;
  let application;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    application = await startApplication(issuer);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    application?.close();
    await issuer?.close();
  });

  async function arranged(t, options) {
    application.lifetime = 3600;
    const place = await arrange(t, { issuer, pages: application, browser }, options);
    await place.context.addInitScript(() => {
      globalThis.printed = [];
      const { log } = console;
      console.log = (...all) => {
        globalThis.printed.push(all);
        log(...all);
      };
    });
    return place;
  }

  /** A tab with it that is connected, and what it prints. */
  async function newTab({ context, origin }) {
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(origin);
    const printed = () => page.evaluate(() => globalThis.printed);
    const tab = {
      page,
      statuses: async () => (await printed()).filter(([what]) => what === 'live updates:').map(([, status]) => status),
      orders: async () => (await printed()).flatMap(([, what]) => what?.order ?? []),
      becomes: (status) => until(`it is ${status}`, async () => (await tab.statuses()).at(-1) === status, 60_000),
      /** Waits until it has these orders, each once and in order; it never was told of a loss. */
      async has(...wanted) {
        const text = JSON.stringify(wanted);
        await until(`it has ${text}`, async () => JSON.stringify(await tab.orders()) === text, 60_000);
        assert.deepEqual((await printed()).filter(([what]) => /lost/.test(what)), []);
        assert.deepEqual(errors, []);
      },
    };
    await tab.becomes('connected');
    return tab;
  }

  const paid = (n) => ({ topic: 'orders.42', roles: ['operator', 'auditor'], data: { order: n } });
  const pay = (place, n) => place.pay(n, paid(n));

  test('has a new token before the old one ends, on the same stream', async (t) => {
    const place = await arranged(t, { relay: { stream: { reauth: 'PT5S' } } });
    application.lifetime = 6;
    const tab = await newTab(place);
    const asked = application.tokens;
    const renewed = () => place.proxy.accesses().match(/POST \/v1\/streams\/\S+\/token \S+" 200/g)?.length ?? 0;
    for (const n of numbers(3)) {
      await until(`renewal ${n}`, () => renewed() >= n, 30_000);
      await pay(place, n);
    }
    await tab.has(1, 2, 3);
    assert.ok(application.tokens >= asked + 3);
    assert.deepEqual(await tab.statuses(), ['connecting', 'connected']);
  });

  test('comes back with a new token where the old one ended, and has what was published meanwhile', async (t) => {
    const place = await arranged(t, { relay: { stream: { reauth: 'PT5S' } } });
    // A renewal does not get through.
    await place.context.route('**/v1/streams/**', (route) => route.abort());
    application.lifetime = 6;
    const tab = await newTab(place);
    const asked = application.tokens;
    await pay(place, 1);
    await tab.has(1);
    await tab.becomes('reconnecting');
    application.lifetime = 3600;
    await pay(place, 2);
    await tab.has(1, 2);
    await tab.becomes('connected');
    assert.ok(application.tokens > asked);
  });

  test('has what was published before and after the relay was killed and started again', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'heliograph-readme-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const [port] = await freePorts(1);
    const options = { port, log: { directory, durability: 'fsync' } };
    const place = await arranged(t, { relay: options });
    const tab = await newTab(place);
    await pay(place, 1);
    await tab.has(1);
    await place.relay.kill();
    await until('it has come, and nobody was there', () => / 200 \d+ \S+ 502/.test(place.proxy.accesses()), 60_000);
    const successor = await startRelay(issuer, options);
    t.after(successor.stop);
    await publish(successor, { tenant: 'acme', type: 'order.paid', ...paid(2) });
    await tab.has(1, 2);
    await tab.becomes('connected');
  });

  test('has what was published while nginx was told to read its file again, which ends its stream', async (t) => {
    const place = await arranged(t, { main: 'worker_shutdown_timeout 1s;' });
    const tab = await newTab(place);
    await pay(place, 1);
    await tab.has(1);
    const reloaded = place.proxy.reload();
    await pay(place, 2);
    await reloaded;
    await pay(place, 3);
    await tab.has(1, 2, 3);
    assert.ok((await tab.statuses()).includes('reconnecting'));
    await tab.becomes('connected');
  });

  test('has one stream in two tabs, in the one that is left as well, and none in either after a logout', async (t) => {
    const place = await arranged(t);
    const [first, second] = [await newTab(place), await newTab(place)];
    assert.equal(await place.streams(), 1);
    await pay(place, 1);
    for (const tab of [first, second]) await tab.has(1);
    const third = await newTab(place);
    await first.page.close();
    await pay(place, 2);
    await second.has(1, 2);
    await third.has(2);
    await until('the relay has one stream', async () => await place.streams() === 1);

    await second.page.click('button');
    for (const tab of [second, third]) await tab.becomes('disconnected');
    await until('the relay has no stream', async () => await place.streams() === 0);
    await pay(place, 3);
    await second.has(1, 2);
    await third.has(2);
  });
});
