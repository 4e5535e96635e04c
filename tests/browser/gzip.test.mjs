// A stream in gzip in a real browser, which asks for it by itself: each event at once.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const COUNT = 20;
const LENGTHS = [1, 300, 9_000, 70_000];

const brief = (data) => `${data.slice(0, 12)}, ${data.length} characters`;

describe('a stream in gzip, in a browser', { timeout: 120_000 }, () => {
  let issuer;
  let relay;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer);
    browser = await launch();
  });

  /** A page of the relay's own origin, of which the relay knows nothing. */
  async function openPage(t) {
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.route(`${relay.url}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>a page</title>' }));
    await page.goto(`${relay.url}/`);
    return page;
  }

  after(async () => {
    await browser?.close();
    if (relay?.running()) await relay.stop();
    await issuer?.close();
  });

  for (const [name, listen] of Object.entries({ EventSource: listenByEventSource, fetch: listenByFetch })) {
    test(`is read event by event by ${name}`, async (t) => {
      const page = await openPage(t);
      const token = issuer.token({ subject: 'ann', tenant: 'acme' });
      const [answer] = await Promise.all([
        page.waitForResponse(/\/v1\/stream/),
        page.evaluate(listen, `/v1/stream?access_token=${token}`),
      ]);
      assert.equal((await answer.allHeaders())['content-encoding'], 'gzip');
      const shown = () => page.evaluate(() => globalThis.shown);
      await until('it is connected', async () => (await shown()).includes('system.connected'));
      const wanted = [];
      for (let n = 0; n < COUNT; n++) {
        const text = `${n} ${'x'.repeat(LENGTHS[n % LENGTHS.length])}`;
        await publish(relay, { tenant: 'acme', topic: 'lamps', type: 'lamp.lit', data: { text } });
        // Nothing else is on its way that could push this one out.
        wanted.push(JSON.stringify({ text }));
        await until(`event ${n}`, async () => (await shown()).includes(wanted[n]));
      }
      const events = (await shown()).filter((data) => data.startsWith('{"text"'));
      assert.deepEqual(events.map(brief), wanted.map(brief));
    });
  }
});

/** In the page. */
function listenByEventSource(url) {
  globalThis.shown = [];
  const source = new EventSource(url);
  source.addEventListener('system.connected', ({ type }) => globalThis.shown.push(type));
  source.addEventListener('lamp.lit', ({ data }) => globalThis.shown.push(data));
}

/** In the page. */
async function listenByFetch(url) {
  globalThis.shown = [];
  const answer = await fetch(url);
  const read = async () => {
    let rest = '';
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${part}`.split('\n');
      rest = lines.pop();
      globalThis.shown.push(...lines.map((line) => line.replace(/^(data|event): /, '')));
    }
  };
  read();
}
