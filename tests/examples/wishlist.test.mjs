// Wishlists: FastAPI, tokens of its own, thin events that have RxDB pull, and one stream for each session.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key, launch, looksRight, mark, requestsOf, shows, startExample, token, until, WAYS, waysWith } from './harness.mjs';

const STREAM = '/api/v1/events/stream';
const STATUS = '/api/v1/events/status';
// Over HTTP/1.1 pages put their token into the address; otherwise it is in a cookie.
const QUERY = WAYS[1];

describe('wishlist', { timeout: 290_000 }, () => {
  let browser;

  before(async () => { browser = await launch(); });
  after(() => browser?.close());

  for (const way of waysWith(QUERY)) {
    describe(way, () => {
      let folder;
      let secret;
      let example;

      before(async () => {
        folder = mkdtempSync(join(tmpdir(), 'heliograph-wishlist-'));
        secret = key(randomBytes(32).toString('hex'));
        example = await startExample(browser, 'wishlist', {
          way,
          // One supersedes another as often as the relay lets it.
          warnings: [/ supersede-storm /],
          properties: { 'relay.streams.0.heartbeat.every': 'PT1S' },
          environment: {
            DATABASE: join(folder, 'wishlist.sqlite'), JWT_SECRET: secret,
            // RxDB leaves out what it pulls of a document whose push it has not noted as done; on a busy machine that takes a while.
            RESOLVE_SECONDS: '1',
            STREAM_TOKEN: way === QUERY ? 'query' : 'cookie',
          },
        });
      });
      after(async () => {
        await example?.stop();
        rmSync(folder, { recursive: true });
      });

      const contexts = [];
      afterEach(async () => {
        for (const context of contexts.splice(0)) await context.close();
      });

      /** Somebody's browser. */
      async function stranger() {
        const context = await example.user();
        contexts.push(context);
        return context;
      }

      /** The same, logged in. */
      async function user(name) {
        const context = await stranger();
        const answer = await context.request.post(`${example.origin}/api/v1/auth/login`, { data: { name, password: 'demo' } });
        assert.equal(answer.status(), 200);
        const { token: held } = await answer.json();
        if (held) token(held);
        return context;
      }

      /** Has the pages of a browser remember what their own streams bring. */
      const listenIn = (context) => context.addInitScript(() => {
        const Native = globalThis.EventSource;
        globalThis.heard = [];
        globalThis.EventSource = class extends Native {
          constructor(...address) {
            super(...address);
            for (const type of ['wishlists:updated', 'sync:ping']) {
              this.addEventListener(type, ({ data }) => globalThis.heard.push([type, data]));
            }
          }
        };
      });
      const heard = async (page, type) =>
        (await page.evaluate(() => globalThis.heard)).filter(([name]) => name === type).map(([, data]) => JSON.parse(data));

      const state = (page) => page.locator('.bar .state').getAttribute('data-state');
      const isLive = (page) => until('the page is live', async () => await state(page) === 'realtime', 30_000);

      /** A tab with the wishlists, its stream open. */
      async function tab(context) {
        const page = await example.open(context);
        await isLive(page);
        return page;
      }

      /** Makes a wishlist as the page does, and waits until it is chosen. */
      async function createWishlist(page, title, ...viewers) {
        await page.getByLabel('Title').fill(title);
        for (const viewer of viewers) await page.getByLabel(viewer).check();
        await page.getByRole('button', { name: 'Create' }).click();
        await shows(page.locator('section.card > h2'), title);
      }

      async function choose(page, title) {
        await page.locator('.choices button', { hasText: title }).click();
        await shows(page.locator('section.card > h2'), title);
      }

      async function addItem(page, name) {
        await page.getByLabel('Address of the item').fill(`https://shop.example/${name}`);
        await page.getByRole('button', { name: 'Add' }).click();
      }

      const item = (page, title) => page.locator('.items li', { hasText: title });
      const shown = (locator) => until(`${locator} is there`, async () => await locator.count() === 1, 30_000);

      test('what one person adds, is found out and marked is shown to those it is for, without a reload', async () => {
        const [ann, ben, cai] = [await user('ann'), await user('ben'), await user('cai')];
        const [anns, bens, cais] = [await tab(ann), await tab(ben), await tab(cai)];
        const device = await tab(await user('ann'));
        const stay = [await mark(anns), await mark(bens), await mark(cais), await mark(device)];

        await createWishlist(anns, 'Birthday', 'ben');
        await choose(bens, 'Birthday');
        await choose(device, 'Birthday');
        await addItem(anns, 'blue-kettle');
        for (const page of [anns, bens, device]) await shown(item(page, 'Blue kettle'));
        await shows(anns.locator('.toast').last(), 'Found: Blue kettle');

        // A mark is a secret before the owner.
        const pulls = requestsOf(anns, '/sync/marks/pull');
        await item(bens, 'Blue kettle').getByRole('button', { name: 'I’ll get it' }).click();
        await shows(item(bens, 'Blue kettle').locator('.state'), 'taken by ben');
        await createWishlist(bens, 'Christmas', 'ann', 'cai');
        await choose(cais, 'Christmas');
        await choose(anns, 'Christmas');
        assert.equal(pulls.length, 0);
        await addItem(bens, 'red-socks');
        await shown(item(cais, 'Red socks'));
        await item(cais, 'Red socks').getByRole('button', { name: 'I’ll get it' }).click();
        await shows(item(anns, 'Red socks').locator('.state'), 'taken by cai');

        // Whatever had come for Cai would have come before.
        assert.deepEqual((await cais.locator('.choices b').allInnerTexts()).filter((title) => title === 'Birthday'), []);
        for (const notReloaded of stay) await notReloaded();
      });

      test('two tabs of a session end up with a stream each, and both hear', async () => {
        const cai = await user('cai');
        const before = await superseded();
        await listenIn(cai);
        const pages = [await example.open(cai), await example.open(cai)];
        const ben = await tab(await user('ben'));
        await until('both are let in', async () => {
          const open = await status(pages[0]);
          return open.connected && (await Promise.all(pages.map(state))).every((now) => now === 'realtime')
            && /supersede-storm/.test(example.relay().log());
        }, 60_000);
        assert.ok(await superseded() - before <= 3, 'no more than three');
        await createWishlist(ben, 'For both', 'cai');
        for (const page of pages) {
          await shown(page.locator('.choices button', { hasText: 'For both' }));
          // By a stream of its own: one of the two tabs replicates for both.
          await until('it was told', async () => (await heard(page, 'wishlists:updated')).length === 1);
        }
      });

      /** How many streams of the profile were superseded. */
      async function superseded() {
        const metrics = await (await fetch(`${example.relay().admin}/observe/metrics`)).text();
        return metrics.split('\n')
          .filter((line) => line.startsWith('heliograph_stream_ends_total{') && line.includes('reason="superseded"'))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      }

      /** What the page is told about its streams. */
      async function status(page) {
        const held = way === QUERY
          ? `?token=${(await (await page.context().request.get(`${example.origin}/api/v1/auth/me`)).json()).token}` : '';
        return page.evaluate((url) => fetch(url, { credentials: 'include' }).then((answer) => answer.json()),
          `${example.streamBase}${STATUS}${held}`);
      }

      test('the status tells of the caller and of the tenant, and friends are seen to be there', async () => {
        const page = await tab(await user('ann'));
        await tab(await user('ben'));
        const { connected, total_connections: total, ...rest } = await status(page);
        assert.deepEqual([connected, rest], [true, {}]);
        assert.ok(total >= 2, `${total} connections`);
        await page.reload();
        await shown(page.locator('label', { hasText: 'ben' }).locator('.online'));
      });

      test('a page whose relay was killed works on by hand, and is live again by itself', async () => {
        const [anns, bens] = [await tab(await user('ann')), await tab(await user('ben'))];
        const notReloaded = await mark(bens);
        await example.killRelay();
        await until('the page says so', async () => await state(bens) === 'reconnecting');
        await createWishlist(anns, 'In the dark', 'ben');
        await until('the back end says so', () => /not published: wishlists:updated/.test(example.backend.log()));
        // By hand.
        await bens.getByRole('button', { name: 'Sync now' }).click();
        await choose(bens, 'In the dark');
        await addItem(anns, 'tall-candle');
        await until('it is found out', async () => {
          await anns.getByRole('button', { name: 'Sync now' }).click();
          return await item(anns, 'Tall candle').count() === 1;
        });
        await example.restartRelay();
        await isLive(bens);
        await shown(item(bens, 'Tall candle'));
        await notReloaded();
      });

      test('offline a page shows and takes what it can, and is live again when it is back', async () => {
        const [ann, ben] = [await user('ann'), await user('ben')];
        const [anns, bens] = [await tab(ann), await tab(ben)];
        await createWishlist(anns, 'On a train', 'ben');
        await choose(bens, 'On a train');
        await example.offline(ann);
        await until('the page says so', async () => await state(anns) === 'reconnecting');
        await addItem(anns, 'green-tent');
        await shown(item(anns, 'green-tent'));
        await ann.setOffline(false);
        await isLive(anns);
        await shown(item(bens, 'Green tent'));
        await shown(item(anns, 'Green tent'));
      });

      test('a position that means nothing any more has all three collections pulled', async () => {
        const cai = await user('cai');
        const page = await cai.newPage();
        await page.goto(`${example.origin}/`);
        const { token: held } = await (await cai.request.get(`${example.origin}/api/v1/auth/me`)).json();
        const types = await page.evaluate(([url]) => new Promise((resolve) => {
          const heard = [];
          const source = new EventSource(url, { withCredentials: true });
          for (const type of ['items:updated', 'wishlists:updated', 'marks:updated']) {
            source.addEventListener(type, () => {
              heard.push(type);
              if (heard.length < 3) return;
              source.close();
              resolve(heard);
            });
          }
        }), [`${example.streamBase}${STREAM}?lastEventId=00000000-1${way === QUERY ? `&token=${held}` : ''}`]);
        assert.deepEqual(types, ['items:updated', 'wishlists:updated', 'marks:updated']);
      });

      test('who logs out in one tab hears nothing in the other', async () => {
        const cai = await user('cai');
        const [one, other] = [await tab(cai), await example.open(cai)];
        await isLive(other);
        await one.getByRole('button', { name: 'Log out' }).click();
        await shown(one.getByRole('button', { name: 'Log in' }));
        // It learns of it by the next that it asks for: by itself, if it is to replicate now, or by hand.
        await until('the other is out as well', async () => {
          const sync = other.getByRole('button', { name: 'Sync now' });
          if (await sync.count() > 0) await sync.click({ timeout: 1000 });
          return await other.getByRole('button', { name: 'Log in' }).count() === 1;
        });
        await until('nobody has a stream of it', async () => await streams() === 0);
      });

      /** How many streams of the profile are open. */
      async function streams() {
        const metrics = await (await fetch(`${example.relay().admin}/observe/metrics`)).text();
        return metrics.split('\n').filter((line) => line.startsWith('heliograph_streams_open'))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      }

      test('a token that runs out ends its stream, and the application asks for another', async () => {
        const context = await stranger();
        const now = Math.floor(Date.now() / 1000);
        await context.addCookies([{
          name: 'wishlist_session', value: signed({ sub: 'ben', sid: randomBytes(8).toString('hex'), iat: now, exp: now + 6 }),
          url: example.origin, httpOnly: true, sameSite: 'Lax',
        }]);
        const page = await tab(context);
        await until('the stream has ended', async () => await state(page) !== 'realtime');
        await page.getByRole('button', { name: 'Sync now' }).click();
        await shown(page.getByRole('button', { name: 'Log in' }));
      });

      /** A token as the application makes them. */
      function signed(claims) {
        const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
        return token(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
      }

      if (way !== WAYS[0]) return;

      test('a ping tells that the stream lives', async () => {
        const ben = await user('ben');
        await listenIn(ben);
        const page = await tab(ben);
        await until('it has two', async () => (await heard(page, 'sync:ping')).length > 1);
        const [ping, next] = await heard(page, 'sync:ping');
        assert.deepEqual(Object.keys(ping), ['timestamp']);
        assert.match(ping.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.ok(ping.timestamp < next.timestamp);
        await until('the page has heard of it', async () =>
          / · /.test(await page.locator('.bar .state').getAttribute('title')));
      });

      test('a page that is refused waits 1, 2, 4 and 8 seconds between attempts', async () => {
        const cai = await user('cai');
        await cai.clock.install();
        // A pull that is refused has the page logged out, and nothing would ask for the stream any more.
        await cai.route('**/api/v1/sync/**', (route) => route.abort());
        const page = await tab(cai);
        await shown(page.getByLabel('ben'));
        await page.clock.pauseAt(Date.now() + 1000);
        const requests = requestsOf(page, STREAM);
        await cai.request.post(`${example.origin}/api/v1/auth/logout`);
        // The stream ends, and the browser comes back by itself, which is the first to be refused.
        for (const [index, seconds] of [1, 2, 4, 8].entries()) {
          // In a page whose time stands still a locator that has to wait may wait for ever.
          await until('it was refused', async () =>
            await page.locator('.bar .state').getAttribute('data-attempts', { timeout: 1000 }) === String(index + 1));
          assert.equal(requests.length, index + 1);
          await page.clock.runFor(seconds * 1000 - 1);
          assert.equal(requests.length, index + 1, `before ${seconds} s`);
          await page.clock.runFor(1);
        }
        await until('it has come back again', () => requests.length === 5);
        for (const request of requests) assert.equal((await request.response()).status(), 401);
      });

      test('speaks Russian as well', async () => {
        const page = await tab(await user('ann'));
        await page.getByLabel('Language').selectOption('ru');
        await shows(page.locator('.bar .state'), 'В реальном времени');
      });

      test('looks right on a phone and on a desk', async () => {
        const page = await tab(await user('ann'));
        await createWishlist(page, 'New flat', 'ben', 'cai');
        // RxDB leaves out what the server changes before it has noted the push.
        for (const [name, title] of [['cast-iron-pan', 'Cast iron pan'], ['reading-lamp', 'Reading lamp'], ['wool-blanket', 'Wool blanket']]) {
          await addItem(page, name);
          await shown(item(page, title));
        }
        await until('it has said so', async () => await page.locator('.toast').count() === 0);
        await looksRight(page, 'wishlist');
      });
    });
  }
});
