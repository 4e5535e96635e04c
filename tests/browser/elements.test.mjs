// The elements as a page without a bundler has them, in Chromium, fed by a stream that the test scripts.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { launch } from './chromium.mjs';

const client = new URL('../../contract/typescript/', import.meta.url);
const pictures = new URL('../target/pictures/', import.meta.url);
const PAGE = `<!doctype html><html lang="ru"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Live</title>
<main><h1>Live</h1><live-status></live-status></main><live-toasts></live-toasts>`;

test('the elements have no findings of axe, count in Russian, show text as text and close by the keyboard', async () => {
  const browser = await launch();
  try {
    mkdirSync(pictures, { recursive: true });
    for (const width of [360, 1280]) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await browser.newPage({ viewport: { width, height: 640 }, colorScheme });
        await page.setContent(PAGE);
        await page.addScriptTag({ type: 'module', content: readFileSync(new URL('target/classes/META-INF/client/heliograph-elements.js', client), 'utf8') });
        await page.evaluate(() => customElements.whenDefined('live-toasts').then(() => {
          const on = {};
          const live = {
            on: (type, call) => { on[type] = call; return () => delete on[type]; },
            onStatus: (call) => { call('connected', {}); return () => {}; },
          };
          document.querySelector('live-status').live = live;
          const toasts = document.querySelector('live-toasts');
          toasts.templates = {
            note: { text: (text) => text },
            late: { text: () => '1 участник', many: { one: '# участник', few: '# участника', many: '# участников', other: '# участника' }, within: 60_000 },
          };
          toasts.live = live;
          on.note('<img src=x onerror=alert(1)>');
          for (let count = 0; count < 3; count++) on.late();
        }));
        await page.addScriptTag({ path: new URL('node_modules/axe-core/axe.min.js', client).pathname });
        assert.deepEqual((await page.evaluate(() => globalThis.axe.run())).violations.map(({ id }) => id), []);
        await page.screenshot({ path: new URL(`elements-${width}-${colorScheme}.png`, pictures).pathname });
        const texts = () => page.locator('live-toasts [part=text]').allTextContents();
        assert.deepEqual(await texts(), ['<img src=x onerror=alert(1)>', '3 участника']);
        assert.equal(await page.getByRole('status').textContent(), 'В эфире');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        assert.deepEqual(await texts(), ['3 участника']);
        await page.keyboard.press('Tab');
        await page.keyboard.press('Escape');
        assert.deepEqual(await texts(), []);
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
});
