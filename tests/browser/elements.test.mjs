// The elements as a page without a bundler has them, in Chromium, with the files that the relay serves and events of its own.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, ROOT, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const AXE = join(ROOT, 'contract', 'typescript', 'node_modules', 'axe-core', 'axe.min.js');
const PAGE = `<!doctype html><html lang="ru"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Live</title><main><h1>Live</h1><live-status></live-status></main><live-toasts></live-toasts>`;
/** Nothing is parsed as markup, and no style stands in the page. */
const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";

describe('the elements', { timeout: 120_000 }, () => {
  let issuer;
  let relay;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer);
    browser = await launch();
    mkdirSync(PICTURES, { recursive: true });
  });

  after(async () => {
    await browser?.close();
    await relay?.stop();
    await issuer?.close();
  });

  /** A page with both, which show what comes of the two types. */
  async function open(t, options = {}, headers = {}) {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    const problems = [];
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: PAGE }));
    await page.goto(`${relay.url}/page`);
    await page.evaluate(async (token) => {
      const { connect } = await import('/client/heliograph.js');
      const live = connect({ url: '/v1/stream', topics: ['orders.>'], token });
      const toasts = document.querySelector('live-toasts');
      // Before the script of the elements is there, as pages have it that load it last.
      document.querySelector('live-status').live = live;
      toasts.live = live;
      toasts.templates = {
        'note.added': { text: (text) => text },
        'sla.overdue': {
          text: ({ name }) => name, within: 60_000,
          many: { one: '# участник', few: '# участника', many: '# участников', other: '# участника' },
        },
      };
      await import('/client/heliograph-elements.js');
    }, issuer.token({ subject: 'ann', tenant: 'acme' }));
    const status = page.getByRole('status');
    await until('the badge says that it is live', async () => await status.textContent() === 'В эфире');
    const texts = () => page.locator('live-toasts [part=text]').allTextContents();
    return {
      page, problems, texts, status,
      show: (...wanted) => until(`the toasts are ${wanted}`, async () => JSON.stringify(await texts()) === JSON.stringify(wanted)),
    };
  }

  const tell = (type, data) => publish(relay, { tenant: 'acme', topic: 'orders.1', type, data });

  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`show what comes, at ${width} px and ${colorScheme}, and axe finds nothing`, async (t) => {
        const { page, show, problems } = await open(t, { viewport: { width, height: 640 }, colorScheme });
        await tell('note.added', '<img src=x onerror=alert(1)>');
        for (const name of ['Ann', 'Bob', 'Cleo']) await tell('sla.overdue', { name });
        await show('<img src=x onerror=alert(1)>', '3 участника');
        assert.equal(await page.getByRole('log').count(), 1);
        await page.screenshot({ path: join(PICTURES, `elements-${width}-${colorScheme}.png`) });
        await page.addScriptTag({ path: AXE });
        assert.deepEqual((await page.evaluate(() => globalThis.axe.run())).violations.map(({ id }) => id), []);
        assert.deepEqual(problems, []);
      });
    }
  }

  test('go by the keyboard, which stays among them', async (t) => {
    const { page, show } = await open(t);
    for (const text of ['one', 'two', 'three']) await tell('note.added', text);
    await show('one', 'two', 'three');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await show('two', 'three');
    await page.keyboard.press('Escape');
    await show('three');
    await page.keyboard.press('Escape');
    await show();
  });

  test('are at most five', async (t) => {
    const { show } = await open(t);
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await tell('note.added', `${n}`);
    await show('3', '4', '5', '6', '7');
  });

  test('work in a page with the strictest policy', async (t) => {
    const { page, show, problems } = await open(t, {}, { 'Content-Security-Policy': STRICT });
    await tell('note.added', 'hello');
    await show('hello');
    assert.equal(await page.locator('live-toasts').evaluate((it) => getComputedStyle(it).position), 'fixed');
    assert.deepEqual(problems.filter((text) => !text.includes('favicon')), []);
  });
});
