// The elements as a page without a bundler has them, in Chromium, with the files that the relay serves and events of its own.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, ROOT, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';
import { reader } from './reader.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const AXE = join(ROOT, 'contract', 'typescript', 'node_modules', 'axe-core', 'axe.min.js');
const PAGE = (head = '') => `<!doctype html><html lang="ru"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Live</title>${head}<header><h1>Participants</h1><live-status></live-status></header><main><p>Nobody is late.</p></main><live-toasts></live-toasts>`;
/** A page as one might be, as the elements take its font. */
const LOOK = `<style>body { margin: 0; font: 15px/1.45 system-ui } header { display: flex; justify-content: space-between; align-items: center;
padding: 0 1.25rem; border-bottom: 1px solid #8884 } h1 { font-size: 1.1rem } main { padding: 0 1.25rem }</style>`;
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
  async function open(t, options = {}, headers = {}, stopped = false) {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    if (stopped) await page.clock.install();
    const problems = [];
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: PAGE(headers['Content-Security-Policy'] ? '' : LOOK) }));
    await page.goto(`${relay.url}/page`);
    await page.evaluate(async ([token, duration]) => {
      const { connect } = await import('/client/heliograph.js');
      const live = connect({ url: '/v1/stream', topics: ['orders.>'], token });
      const toasts = document.querySelector('live-toasts');
      // Before the script of the elements is there, as pages have it that load it last.
      document.querySelector('live-status').live = live;
      toasts.live = live;
      if (duration) toasts.setAttribute('duration', duration);
      toasts.templates = {
        'note.added': { text: (text) => text },
        'many.came': { text: (text) => text, within: 60_000, many: 'многие' },
        'sla.overdue': {
          text: ({ name }) => name, within: 60_000,
          many: { one: '# участник', few: '# участника', many: '# участников', other: '# участника' },
        },
      };
      await import('/client/heliograph-elements.js');
      // No toast goes while a test looks, however slow that is, but where it has the clock.
    }, [issuer.token({ subject: 'ann', tenant: 'acme' }), stopped ? undefined : 'none']);
    const status = page.getByRole('status');
    await until('the badge says that it is live', async () => await status.textContent() === 'В эфире');
    if (stopped) await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
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
        const { page, show, problems } = await open(t, { viewport: { width, height: 640 }, colorScheme, reducedMotion: 'reduce' });
        const long = `The export of ${'orders and invoices '.repeat(40)}is ready`;
        for (const text of ['<img src=x onerror=alert(1)>', long]) await tell('note.added', text);
        for (const name of ['Ann', 'Bob', 'Cleo']) await tell('sla.overdue', { name });
        await show('<img src=x onerror=alert(1)>', long, '3 участника');
        assert.deepEqual(await page.locator('live-toasts [part~=toast]').evaluateAll((all) => all.flatMap((it) => {
          const keyframes = it.getAnimations().flatMap(({ effect }) => effect.getKeyframes());
          return [...keyframes.flatMap(Object.keys).filter((name) => !/^(offset|computedOffset|easing|composite)$/.test(name) && name !== 'opacity'),
            ...(it.getBoundingClientRect().height > 250 ? ['too high'] : [])];
        })), [], 'nothing moves, and no toast takes all of the page');
        assert.equal(await page.getByRole('log').count(), 1);
        await page.locator('live-toasts').evaluate((it) => Promise.all(it.shadowRoot.getAnimations().map(({ finished }) => finished)));
        await page.screenshot({ path: join(PICTURES, `elements-${width}-${colorScheme}.png`) });
        await page.addScriptTag({ path: AXE });
        assert.deepEqual((await page.evaluate(() => globalThis.axe.run())).violations.map(({ id }) => id), []);
        assert.deepEqual(problems, []);
      });
    }
  }

  test('are read aloud once, without the buttons', async (t) => {
    const { page, status, show } = await open(t);
    const listen = await reader(page);
    const heard = [...await listen()];
    assert.deepEqual(heard, ['В эфире']);
    const hear = (...more) => {
      heard.push(...more);
      return until(`these are read: ${heard}`, async () => JSON.stringify(await listen()) === JSON.stringify(heard));
    };
    await tell('note.added', 'hello');
    await hear('hello');
    for (const [name, text] of [['Ann', 'Ann'], ['Bob', '2 участника'], ['Cleo', '3 участника']]) {
      await tell('sla.overdue', { name });
      await hear(text);
    }
    await tell('many.came', 'one came');
    await hear('one came');
    for (const text of ['two', 'three', 'four']) await tell('many.came', text);
    await hear('многие');
    await page.context().setOffline(true);
    await until('the badge tells that it is offline', async () => !['В эфире', ''].includes(await status.textContent()));
    await hear(await status.textContent());
    await page.context().setOffline(false);
    await until('it is live again', async () => await status.textContent() === 'В эфире');
    const [reconnecting] = (await listen()).slice(heard.length, -1);
    await hear(...(reconnecting ? [reconnecting] : []), 'В эфире');
    for (let left = 3; left > 0; left--) await page.getByRole('button', { name: 'Закрыть' }).first().press('Escape');
    await show();
    // Whatever was read before this one, was read by now.
    await tell('note.added', 'the last');
    await hear('the last');
    assert.equal(new Set(heard).size, heard.length - 1, 'and nothing but the first status came again');
  });

  test('go after their time, which stands still while somebody is at one of them', async (t) => {
    const { page, texts } = await open(t, {}, {}, true);
    const wait = (seconds) => page.clock.runFor(seconds * 1000);
    // After a jump in time the stream may have to come back, for which time has to go on.
    const show = (...expected) => until(`the toasts are ${expected}`, async () => {
      await wait(0.05);
      return JSON.stringify(await texts()) === JSON.stringify(expected);
    });
    await tell('note.added', 'one');
    await show('one');
    await wait(5);
    await tell('note.added', 'two');
    await show('one', 'two');
    await page.locator('live-toasts [part~=toast]').first().hover();
    await wait(60);
    assert.deepEqual(await texts(), ['one', 'two'], 'the pointer is on the first');
    await page.mouse.move(0, 0);
    await wait(3);
    assert.deepEqual(await texts(), ['two']);
    await page.keyboard.press('Tab');
    await wait(60);
    assert.deepEqual(await texts(), ['two'], 'the keyboard is at the button');
    await tell('note.added', 'three');
    await show('two', 'three');
    await page.keyboard.press('Enter');
    await show('three');
    await wait(60);
    assert.deepEqual(await texts(), ['three'], 'the keyboard has gone on to it');
    await page.locator('main').click();
    await wait(8);
    assert.deepEqual(await texts(), []);
  });

  test('stand still no longer after a click on one of them than the pointer is there', async (t) => {
    const { page, show, texts } = await open(t, {}, {}, true);
    for (const text of ['one', 'two']) await tell('note.added', text);
    await show('one', 'two');
    await page.getByRole('button', { name: 'Закрыть' }).last().click();
    await show('one');
    await page.mouse.move(0, 0);
    await page.clock.runFor(8000);
    assert.deepEqual(await texts(), []);
  });

  test('take the colours and shapes that the page gives them', async (t) => {
    const { page, show } = await open(t);
    await tell('note.added', 'hello');
    await show('hello');
    await page.addStyleTag({ content: `:root { --live-background: rgb(1, 2, 3); --live-ink: rgb(250, 251, 252); --live-color: rgb(4, 5, 6) }
      live-toasts::part(toasts) { left: 7px } live-toasts::part(toast) { border-radius: 9px } live-toasts::part(note\\.added) { order: 3 }
      live-toasts::part(text) { font-weight: 700 }
      live-toasts::part(dismiss) { padding: 11px } live-status::part(status) { letter-spacing: 2px } live-status[status=connected] { opacity: .5 }` });
    const of = (part, ...names) => page.locator(`[part~=${part}]`).evaluate((it, all) => all.map((name) => getComputedStyle(it)[name]), names);
    assert.deepEqual(await of('toast', 'backgroundColor', 'color', 'borderLeftColor', 'borderRadius', 'order'),
      ['rgb(1, 2, 3)', 'rgb(250, 251, 252)', 'rgb(4, 5, 6)', '9px', '3']);
    assert.deepEqual([...await of('toasts', 'left'), ...await of('text', 'fontWeight'), ...await of('dismiss', 'padding'), ...await of('status', 'letterSpacing')],
      ['7px', '700', '11px', '2px']);
    assert.deepEqual(await page.locator('live-status').evaluate((it) => [getComputedStyle(it).opacity, getComputedStyle(it.shadowRoot.lastChild, '::before').color]),
      ['0.5', 'rgb(4, 5, 6)']);
  });

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
    assert.equal(await page.locator('live-toasts [part=toasts]').evaluate((it) => getComputedStyle(it).position), 'fixed');
    assert.deepEqual(problems.filter((text) => !text.includes('favicon')), []);
  });
});
