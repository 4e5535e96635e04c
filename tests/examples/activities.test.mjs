// The activity log: Flask, cookies that only it can read, and a page of a plain script that loads itself anew.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, looksRight, mark, requestsOf, shows, startExample, until, WAYS, waysWith } from './harness.mjs';

const STREAM = '/events/stream';

describe('activities', { timeout: 290_000 }, () => {
  let browser;

  before(async () => { browser = await launch(); });
  after(() => browser?.close());

  for (const way of waysWith(WAYS[1])) {
    describe(way, () => {
      let folder;
      let example;

      before(async () => {
        folder = mkdtempSync(join(tmpdir(), 'heliograph-activities-'));
        example = await startExample(browser, 'activities', {
          way,
          properties: { 'relay.log.directory': join(folder, 'log') },
          environment: { DATABASE: join(folder, 'activities.sqlite') },
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

      /** Somebody's browser, logged in. */
      async function user(name) {
        const context = await example.user();
        contexts.push(context);
        const answer = await context.request.post(`${example.origin}/login`, { form: { name, password: 'demo' } });
        assert.equal(new URL(answer.url()).pathname, '/', 'logged in');
        return context;
      }

      /** A tab with the dashboard, its stream open. */
      async function tab(context) {
        const page = await example.open(context);
        const loads = { count: 1 };
        page.on('load', () => { loads.count += 1; });
        await isGreen(page);
        return { page, loads };
      }

      const dot = (page) => page.locator('#sse-dot');
      const state = async (page, wanted) =>
        until(`the dot is ${wanted}`, async () => await dot(page).getAttribute('data-state') === wanted);
      const isGreen = (page) => state(page, 'open');
      const isRed = (page) => state(page, 'error');
      const titles = (page) => page.locator('.recent b').allInnerTexts();
      const hasTitle = (page, title) =>
        until(`${title} is there`, async () => (await titles(page)).includes(title));

      /** Logs an activity as the form does, without a page. */
      async function log(context, title) {
        const answer = await context.request.post(`${example.origin}/activities`, {
          form: { title, duration_hours: '1.5', activity_date: '2026-11-30', ksbs: 'K1, S4' },
        });
        assert.equal(answer.status(), 200);
      }

      test('what one tab logs and deletes is shown by the others of its person, and by nobody else', async () => {
        const ann = await user('ann');
        const ben = await user('ben');
        const [one, other, bens] = [await tab(ann), await tab(ann), await tab(ben)];
        assert.equal(await dot(other.page).getAttribute('title'), 'Live updates: connected');

        await one.page.getByLabel('Title').fill('Shadowing');
        await one.page.getByLabel('KSBs').fill('k2 s1');
        await one.page.getByRole('button', { name: 'Log it' }).click();
        await shows(other.page.locator('.banner'), /changed/);
        await hasTitle(other.page, 'Shadowing');
        await until('it was loaded once more', () => other.loads.count === 2);
        await hasTitle(one.page, 'Shadowing');
        await isGreen(other.page);

        await one.page.getByRole('button', { name: 'Delete Shadowing' }).click();
        await until('it is gone', async () => !(await titles(other.page)).includes('Shadowing'));

        // Whatever had come for Ben would have come before.
        await log(ben, 'Reading');
        await hasTitle(bens.page, 'Reading');
        await until('it was loaded once more', () => bens.loads.count === 2);
        assert.deepEqual(await titles(bens.page), ['Reading']);
      });

      test('several changes make one banner and one reload', async () => {
        const ann = await user('ann');
        const { page, loads } = await tab(ann);
        for (const title of ['One', 'Two', 'Three']) await log(ann, title);
        await shows(page.locator('.banner'), /changed/);
        assert.equal(await page.locator('.banner').count(), 1);
        await hasTitle(page, 'Three');
        await isGreen(page);
        await until('it was loaded once more', () => loads.count === 2);
      });

      test('a tab that was offline gets what it missed', async () => {
        const ann = await user('ann');
        const { page, loads } = await tab(ann);
        await example.offline(ann);
        await isRed(page);
        await log(ann, 'While away');
        await ann.setOffline(false);
        await hasTitle(page, 'While away');
        await until('it was loaded once more', () => loads.count === 2);
      });

      test('a killed relay turns the dot red and loses nothing, and a restarted one turns it green', async () => {
        const ann = await user('ann');
        const { page, loads } = await tab(ann);
        const notReloaded = await mark(page);
        await example.killRelay();
        await isRed(page);
        assert.equal(await dot(page).getAttribute('title'), 'Live updates: disconnected');
        await log(ann, 'Without a relay');
        await until('the back end says so', () => /not published: activity_saved/.test(example.backend.log()));
        // So that it is not back before something has happened.
        await example.offline(ann);
        await example.restartRelay();
        await notReloaded();
        await log(ann, 'After the restart');
        await ann.setOffline(false);
        await hasTitle(page, 'After the restart');
        assert.ok((await titles(page)).includes('Without a relay'));
        await until('it was loaded once more', () => loads.count === 2);
      });

      test('after a gap the page is loaded once', async () => {
        const ann = await user('ann');
        const { page, loads } = await tab(ann);
        await example.killRelay();
        await isRed(page);
        await log(ann, 'Lost');
        // As an operator says that a copy was put back: nothing is known of earlier positions.
        writeFileSync(join(folder, 'log', 'NEW-EPOCH'), '');
        await example.restartRelay();
        await hasTitle(page, 'Lost');
        await isGreen(page);
        await until('it was loaded once more', () => loads.count === 2);
      });

      test('the end of a session ends its streams for good', async () => {
        const ben = await user('ben');
        const { page } = await tab(ben);
        const ends = Math.floor(Date.now() / 1000) + 4;
        const database = new DatabaseSync(join(folder, 'activities.sqlite'));
        database.prepare('update sessions set ends = ? where name = ?').run(ends, 'ben');
        database.close();
        await page.reload();
        await isGreen(page);
        const requests = requestsOf(page, STREAM);
        await isRed(page);
        await until('it has come back, and is refused', async () =>
          requests.length === 1 && (await requests[0].response())?.status() === 401);
        await page.reload();
        await until('the login is shown', () => new URL(page.url()).pathname === '/login');
      });

      test('who logs out in one tab hears nothing in the other', async () => {
        const ann = await user('ann');
        const [one, other] = [await tab(ann), await tab(ann)];
        const requests = requestsOf(other.page, STREAM);
        await one.page.getByRole('button', { name: 'Log out' }).click();
        await until('the login is shown', () => new URL(one.page.url()).pathname === '/login');
        await isRed(other.page);
        await until('it has come back, and is refused', async () =>
          (await requests.at(-1)?.response())?.status() === 401);
      });

      test('a browser without EventSource has the page as it was', async () => {
        const context = await user('ben');
        await context.addInitScript(() => { delete globalThis.EventSource; });
        const page = await example.open(context);
        await shows(page.locator('h2').first(), 'Recent activities');
        assert.equal(await dot(page).getAttribute('data-state'), null);
        assert.equal(await dot(page).getAttribute('title'), 'Live updates: not connected');
      });

      test('a stranger gets no stream, and whoever is logged in gets one of the right type', async () => {
        const stranger = await example.user();
        assert.equal((await stranger.request.get(`${example.streamBase}${STREAM}`)).status(), 401);
        const page = await (await user('ann')).newPage();
        const answered = page.waitForResponse((response) => response.url().includes(STREAM));
        await page.goto(`${example.origin}/`);
        const answer = await answered;
        assert.equal(answer.status(), 200);
        assert.equal(answer.headers()['content-type'], 'text/event-stream');
        assert.match(answer.headers()['cache-control'], /no-cache/);
        // nginx reads it, and keeps it to itself.
        if (example.direct) assert.equal(answer.headers()['x-accel-buffering'], 'no');
      });

      if (way === WAYS[0]) {
        test('looks right on a phone and on a desk', async () => {
          const ann = await user('ann');
          for (const title of ['Reviewed a pull request with my mentor', 'Workshop: data modelling', 'Wrote the monthly reflection']) {
            await log(ann, title);
          }
          const { page } = await tab(ann);
          await looksRight(page, 'activities');
        });
      }
    });
  }
});
