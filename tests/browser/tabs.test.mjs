// Two tabs of one user in a real browser, where a user may have one stream: the newer has it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, startRelay } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const OPEN = 1;
const CLOSED = 2;

describe('two tabs of a user who may have one stream', { timeout: 120_000 }, () => {
  let issuer;
  let relay;
  let browser;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer, {
      stream: { 'over-user-limit': 'supersede' }, limits: { 'streams-per-user': 1 },
    });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await relay?.stop();
    await issuer?.close();
  });

  /** An empty page of the relay's own origin, with a stream of its own. */
  async function openTab(token) {
    const page = await browser.newPage();
    const requests = [];
    page.on('request', (request) => {
      if (request.url().includes('/v1/stream')) requests.push(request);
    });
    await page.route('**/empty', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto(`${relay.url}/empty`);
    await page.evaluate((value) => {
      globalThis.heard = [];
      globalThis.stream = new EventSource(`/v1/stream?access_token=${value}`);
      for (const type of ['system.connected', 'system.end', 'order.paid']) {
        globalThis.stream.addEventListener(type, ({ data, lastEventId }) =>
          globalThis.heard.push({ type, data, lastEventId }));
      }
    }, token);
    return {
      requests,
      heard: (type) => page.evaluate((wanted) =>
        globalThis.heard.filter((it) => it.type === wanted), type),
      state: () => page.evaluate(() => globalThis.stream.readyState),
    };
  }

  const pay = (order) =>
    publish(relay, { tenant: 'acme', topic: 'orders', type: 'order.paid', data: { order } });

  test('the older one stops for good, and the newer one stays', async () => {
    const token = issuer.token({ subject: 'ann', tenant: 'acme' });
    const first = await openTab(token);
    await until('the first is open', async () => (await first.heard('system.connected')).length === 1);
    const { cursor } = await pay(1);
    await until('it hears', async () => (await first.heard('order.paid')).length === 1);

    const second = await openTab(token);
    await until('the first has given up', async () => await first.state() === CLOSED);
    assert.deepEqual(await first.heard('system.end'),
      [{ type: 'system.end', data: '{"reason":"superseded"}', lastEventId: `${cursor}~` }]);
    const statuses = await Promise.all(first.requests.map(async (request) => (await request.response()).status()));
    assert.deepEqual(statuses, [200, 204]);

    await pay(2);
    await until('the second hears', async () => (await second.heard('order.paid')).length === 1);
    assert.equal(await second.state(), OPEN);
    assert.equal(second.requests.length, 1);
    assert.equal(first.requests.length, 2);
    assert.equal((await first.heard('order.paid')).length, 1);
  });
});
