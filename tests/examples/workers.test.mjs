// The worker manager: FastAPI, sessions in its memory, named events in envelopes, and a page of plain ES modules that opens
// a new EventSource each time.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, looksRight, mark, requestsOf, shows, startExample, until, WAYS, waysWith } from './harness.mjs';

const STREAM = '/api/events/stream';
const METRICS_SECONDS = '0.3';

describe('workers', { timeout: 290_000 }, () => {
  let browser;

  before(async () => { browser = await launch(); });
  after(() => browser?.close());

  const contexts = [];
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  /** What a test does with an example. */
  function usersOf(example) {
    const ask = async (context, method, path, data) => {
      const answer = await context.request.fetch(`${example.origin}${path}`, { method, data });
      assert.ok(answer.ok(), `${method} ${path}: ${answer.status()}`);
      return answer.status() === 204 ? null : answer.json();
    };
    const badge = (page) => page.locator('#badge');
    return {
      ask,
      badge,
      /** Somebody's browser, logged in. */
      async user(name) {
        const context = await example.user();
        contexts.push(context);
        await ask(context, 'POST', '/api/auth/login', { name, password: 'demo' });
        return context;
      },
      /** A tab with the workers, its stream open. */
      async tab(context) {
        const page = await example.open(context);
        await shows(badge(page), 'Realtime: connected');
        return page;
      },
      create: (context, name, region) => ask(context, 'POST', '/api/workers', { name, region }),
      card: (page, { id }) => page.locator(`article[data-id="${id}"]`),
      lines: (page) => page.locator('#events li').allInnerTexts(),
      toast: (page, text) => until(`a toast says ${text}`, async () =>
        (await page.locator('#toasts li').allInnerTexts()).some((shown) => shown.includes(text))),
      isLoggedOut: (page) => until('the login is shown', async () =>
        await page.locator('body').getAttribute('data-view') === 'login'),
    };
  }

  for (const way of waysWith(WAYS[2])) {
    describe(way, () => {
      let example;
      let user, tab, ask, badge, create, card, lines, toast, isLoggedOut;

      before(async () => {
        example = await startExample(browser, 'workers', {
          way, properties: { 'relay.streams.0.heartbeat.every': 'PT1S' }, environment: { METRICS_SECONDS },
        });
        ({ user, tab, ask, badge, create, card, lines, toast, isLoggedOut } = usersOf(example));
      });
      after(() => example?.stop());

      test('what happens to a worker is shown without a reload, in its region, and masked', async () => {
        const [ann, eva, uma] = [await user('ann'), await user('eva'), await user('uma')];
        const [admins, eu, us] = [await tab(ann), await tab(eva), await tab(uma)];
        const stay = [await mark(admins), await mark(eu), await mark(us)];

        await admins.getByLabel('Name of the worker').fill('cygnus');
        await admins.getByRole('button', { name: 'Create worker' }).click();
        await toast(eu, 'Worker cygnus was created');
        const cygnus = (await ask(eva, 'GET', '/api/workers')).find(({ name }) => name === 'cygnus');
        await shows(card(eu, cygnus).locator('.status'), 'stopped');

        await card(eu, cygnus).getByRole('button', { name: 'Start' }).click();
        await shows(card(admins, cygnus).locator('.status'), 'running');
        await toast(admins, 'Worker cygnus is running');
        await card(admins, cygnus).getByRole('button', { name: 'Add lab' }).click();
        await shows(card(eu, cygnus).locator('p'), /1 lab$/);
        await card(admins, cygnus).getByRole('button', { name: 'Terminate' }).click();
        await until('it is gone', async () => await card(eu, cygnus).count() === 0);
        await toast(eu, 'Worker cygnus was terminated');

        // Whatever had come for Uma would have come before.
        await ask(ann, 'POST', '/api/announcements', { text: 'Lunch' });
        await toast(us, 'ann: Lunch');
        assert.deepEqual((await lines(us)).filter((line) => line.includes('cygnus')), []);
        assert.equal(await card(us, cygnus).count(), 0);
        // Where it is reached is for administrators.
        const created = (shown) => shown.find((line) => line.includes('worker.created') && line.includes('cygnus'));
        assert.match(created(await lines(admins)), /"address":"10\.0\.0\.\d+"/);
        assert.doesNotMatch(created(await lines(eu)), /address/);
        for (const notReloaded of stay) await notReloaded();
      });

      test('measurements come in batches, from the button as from the job', async () => {
        const ann = await user('ann');
        const page = await tab(ann);
        const worker = await create(ann, 'dorado', 'eu');
        await page.evaluate((url) => {
          globalThis.batches = [];
          const source = new EventSource(url, { withCredentials: true });
          source.addEventListener('worker.metrics.updated', ({ data }) => globalThis.batches.push(JSON.parse(data)));
          globalThis.listening = new Promise((resolve) => { source.addEventListener('connected', resolve); });
        }, `${example.streamBase}${STREAM}`);
        await page.evaluate(() => globalThis.listening.then(() => {}));
        const of = async (condition) => (await page.evaluate(() => globalThis.batches))
          .flatMap(({ events }) => events).filter(({ data }) => data.id === worker.id && condition(data));

        await card(page, worker).getByRole('button', { name: 'Refresh' }).click();
        await until('it is measured', async () => (await of(({ cpu }) => cpu === 0)).length > 0);
        await ask(ann, 'POST', `/api/workers/${worker.id}/status`, { status: 'running' });
        await until('it is measured, again and again', async () => (await of(({ cpu }) => cpu > 0)).length > 1);
        await until('the page shows it', async () => !/\b0 %/.test(await card(page, worker).innerText()));

        const [batch] = await page.evaluate(() => globalThis.batches);
        assert.equal(batch.event_type, 'worker.metrics.updated');
        assert.equal(batch.count, batch.events.length);
        assert.deepEqual(Object.keys(batch.events[0]), ['type', 'source', 'time', 'data']);
        assert.equal(batch.events[0].type, 'worker.metrics.updated');
        await ask(ann, 'DELETE', `/api/workers/${worker.id}`);
      });

      test('a page whose relay was killed keeps what it knows, and comes back with what it missed', async () => {
        const ann = await user('ann');
        const page = await tab(ann);
        const notReloaded = await mark(page);
        await example.killRelay();
        await shows(badge(page), 'Realtime: reconnecting');
        assert.ok(await page.locator('article').count() >= 2);
        const said = example.backend.log().length;
        const lost = await create(ann, 'lost', 'eu');
        await until('the back end says so', () => /not published: worker\.created/.test(example.backend.log().slice(said)));
        await example.offline(ann);
        await example.restartRelay();
        const missed = await create(ann, 'missed', 'eu');
        await ann.setOffline(false);
        await shows(badge(page), 'Realtime: connected', 30_000);
        // The one is among the last events, and the other is loaded with the rest.
        await toast(page, 'Worker missed was created');
        await shows(card(page, missed).locator('.status'), 'stopped');
        await shows(card(page, lost).locator('.status'), 'stopped');
        await notReloaded();
        for (const worker of [lost, missed]) await ask(ann, 'DELETE', `/api/workers/${worker.id}`);
      });

      test('two tabs of a session both hear', async () => {
        const ann = await user('ann');
        const pages = [await tab(ann), await tab(ann)];
        await ask(ann, 'POST', '/api/announcements', { text: 'Both' });
        for (const page of pages) await toast(page, 'ann: Both');
      });

      test('a tab that was offline is back with what happened', async () => {
        const eva = await user('eva');
        const page = await tab(eva);
        const ann = await user('ann');
        await example.offline(eva);
        await shows(badge(page), 'Realtime: reconnecting');
        await ask(ann, 'POST', '/api/announcements', { text: 'While away' });
        await eva.setOffline(false);
        await toast(page, 'ann: While away');
        await shows(badge(page), 'Realtime: connected');
      });

      test('who logs out in one tab is told so in the other, and does not come back', async () => {
        const eva = await user('eva');
        const [one, other] = [await tab(eva), await tab(eva)];
        const requests = requestsOf(other, STREAM);
        await one.getByRole('button', { name: 'Log out' }).click();
        await isLoggedOut(one);
        await isLoggedOut(other);
        await shows(other.locator('#why'), 'Your session is over.');
        assert.equal(requests.length, 0);
        assert.equal(await badge(other).getAttribute('data-status'), 'disconnected');
      });

      if (way !== WAYS[0]) return;

      test('a relay that is stopped says so, and the page is back by itself', async () => {
        const page = await tab(await user('ann'));
        await example.relay().stop();
        await toast(page, 'about to restart');
        await shows(badge(page), 'Realtime: reconnecting');
        await example.restartRelay();
        await shows(badge(page), 'Realtime: connected', 30_000);
      });

      test('a stream begins with connected, and has heartbeats by name', async () => {
        const page = await tab(await user('eva'));
        const heard = await page.evaluate((url) => new Promise((resolve) => {
          const data = [];
          const source = new EventSource(url, { withCredentials: true });
          const listen = ({ type, data: text }) => {
            data.push([type, JSON.parse(text)]);
            if (data.length < 3) return;
            source.close();
            resolve(data);
          };
          source.addEventListener('connected', listen);
          source.addEventListener('heartbeat', listen);
        }), `${example.streamBase}${STREAM}`);
        assert.deepEqual(heard.map(([type]) => type), ['connected', 'heartbeat', 'heartbeat']);
        const [{ client_id: id, ...rest }, first, second] = heard.map(([, data]) => data);
        assert.match(id, /^s_/);
        assert.deepEqual(rest, { status: 'connected', user: 'eva' });
        assert.ok(Number(first.timestamp) < Number(second.timestamp), `${first.timestamp}, ${second.timestamp}`);
      });

      test('the client waits 1, 2, 4, 8, 16 and then 30 seconds between attempts, and turns red', async () => {
        const eva = await user('eva');
        await eva.clock.install();
        const page = await tab(eva);
        await page.clock.pauseAt(Date.now() + 1000);
        const requests = requestsOf(page, STREAM);
        await example.killRelay();
        for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
          await until('the attempt has failed', async () => await badge(page).getAttribute('title') === `Attempt ${index + 1}`);
          await shows(badge(page), index < 5 ? 'Realtime: reconnecting' : 'Realtime: error');
          assert.equal(requests.length, index);
          await page.clock.runFor(seconds * 1000 - 1);
          assert.equal(requests.length, index, `before ${seconds} s`);
          await page.clock.runFor(1);
        }
        await until('the last has failed', async () => await badge(page).getAttribute('title') === 'Attempt 8');
        await example.restartRelay();
        await page.clock.runFor(30_000);
        await shows(badge(page), 'Realtime: connected');
      });

      test('looks right on a phone and on a desk', async () => {
        const ann = await user('ann');
        const page = await tab(ann);
        for (const worker of await ask(ann, 'GET', '/api/workers')) {
          await ask(ann, 'POST', `/api/workers/${worker.id}/labs`, { labs: 3 });
          await ask(ann, 'POST', `/api/workers/${worker.id}/status`, { status: 'running' });
          await until('it is measured', async () => /CPU\s*[1-9]/.test(await card(page, worker).innerText()));
        }
        await looksRight(page, 'workers');
        // So that nothing is measured while the relay stops.
        for (const worker of await ask(ann, 'GET', '/api/workers')) {
          await ask(ann, 'POST', `/api/workers/${worker.id}/status`, { status: 'stopped' });
        }
      });
    });
  }

  test('a session that runs out ends its streams, and the page asks for another', async (t) => {
    const example = await startExample(browser, 'workers', { environment: { METRICS_SECONDS, SESSION_SECONDS: '5' } });
    t.after(example.stop);
    const { user, tab, isLoggedOut } = usersOf(example);
    const page = await tab(await user('uma'));
    await isLoggedOut(page);
    await shows(page.locator('#why'), 'Your session is over.');
  });

  test('with the setting off no stream is opened', async (t) => {
    const example = await startExample(browser, 'workers', { environment: { METRICS_SECONDS, REALTIME: 'off' } });
    t.after(example.stop);
    const { user, card, ask } = usersOf(example);
    const eva = await user('eva');
    const page = await eva.newPage();
    const requests = requestsOf(page, STREAM);
    await page.goto(`${example.origin}/`);
    const [worker] = await ask(eva, 'GET', '/api/workers');
    await shows(card(page, worker).locator('.status'), 'stopped');
    assert.equal(await page.locator('#badge').isVisible(), false);
    assert.equal(requests.length, 0);
  });
});
