// ScoutHouse, whose pages follow one event each: tokens of its own in the query, unnamed events in an envelope, and polling
// from the first error on.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import {
  heard, key, launch, listenIn, looksRight, mark, openRaw, requestsOf, shows, startExample, token, until, WAYS, waysWith,
} from './harness.mjs';

const PASSWORD = 'scout';
const ANN = 'ann@scouts.example';
const BOB = 'bob@scouts.example';
const ANNS = { id: 1, name: 'Autumn trials, Leeds' };
const BOBS = { id: 2, name: "Goalkeepers' day, York" };
const BOTHS = { id: 3, name: 'Winter cup, Hull' };
const POLL_MS = 15_000;
/** Of 1.2 MB each, which is less than a tenant may have waiting. */
const BURSTS = 25;
const secret = key(randomBytes(32).toString('base64url'));

/** A token as the back end makes them, with a life of some seconds. */
function tokenOf(userId, seconds) {
  const now = Math.floor(Date.now() / 1000);
  const text = [{ alg: 'HS256', typ: 'JWT' }, { sub: String(userId), jti: randomUUID(), iat: now, exp: now + seconds }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return token(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
}

const state = (page) => page.getByRole('status');
const stage = (page, name) => page.getByLabel(`Stage of ${name}`);
const count = (page, of) => page.locator(`[data-stage="${of}"]`);
const isLive = (page) => shows(state(page), 'Live');

/** Looks at an event; its stream is open then. The page says so as well, but until it draws anew it says so of the last one. */
async function choose(page, { id, name }) {
  const events = page.getByLabel('Event', { exact: true });
  if (await events.evaluate((list) => list.selectedOptions[0]?.text) === name) return;
  const opened = page.waitForResponse((answer) => answer.url().includes(`/api/v1/events/${id}/live?`));
  await events.selectOption(name);
  await opened;
}

async function login(example, email, prepare = () => {}) {
  const context = await example.user();
  await listenIn(context, ['message']);
  await prepare(context);
  const page = await example.open(context);
  await fillIn(page, email);
  return { context, page };
}

async function fillIn(page, email) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await isLive(page);
}

const moves = (page, name, to) => stage(page, name).selectOption(to);
const hasMoved = (page, name, to) =>
  until(`${name} is at ${to}`, async () => await stage(page, name).inputValue() === to);

describe('ScoutHouse', { timeout: 240_000 }, () => {
  let browser;

  before(async () => { browser = await launch(); });
  after(() => browser?.close());

  for (const way of waysWith(WAYS[1])) {
    describe(way, () => {
      let example;
      let ann;
      let bob;

      before(async () => {
        example = await startExample(browser, 'scouthouse', { way, environment: { JWT_SECRET: secret } });
        ann = await login(example, ANN);
        // With timers that a test can let run ahead.
        bob = await login(example, BOB, (context) => context.clock.install());
      });
      after(() => example?.stop());

      /** Both look at the same event, by streams that they did not have before. */
      const meet = async () => {
        for (const [page, own] of [[ann.page, ANNS], [bob.page, BOBS]]) {
          for (const event of [own, BOTHS]) {
            await choose(page, event);
            await isLive(page);
          }
        }
      };

      test('who is no member of an event hears nothing of it, and cannot ask', async () => {
        await moves(ann.page, 'Jo Clarke', 'invited');
        await hasMoved(ann.page, 'Jo Clarke', 'invited');
        await moves(bob.page, 'Max Stone', 'invited');
        await until('both events of his own', async () => (await heard(bob.page)).length >= 2);
        const told = (await heard(bob.page)).map(({ data }) => JSON.parse(data));
        assert.ok(told.every((data) => data.event_id === BOBS.id), JSON.stringify(told));

        const ask = async (id, credential) =>
          (await bob.context.request.get(`${example.streamBase}/api/v1/events/${id}/live${credential}`)).status();
        const his = `?access_token=${tokenOf(2, 60)}`;
        assert.equal(await ask(ANNS.id, his), 403);
        assert.equal(await ask(ANNS.id, ''), 401);
        assert.equal(await ask(ANNS.id, `${his}x`), 401);
        assert.equal(await ask('abc', his), 400);
      });

      test('what one member changes, the others see without a reload', async () => {
        await meet();
        const notReloaded = await mark(bob.page);
        const before = (await heard(bob.page)).length;

        await moves(ann.page, 'Ada Marsh', 'shortlist');
        await hasMoved(bob.page, 'Ada Marsh', 'shortlist');
        await shows(count(bob.page, 'shortlist'), 1);
        await ann.page.getByLabel('Ask for the floodlights').click();
        await shows(count(bob.page, 'tasks'), 0);
        await until('the task is ticked', () => bob.page.getByLabel('Ask for the floodlights').isChecked());
        await ann.page.getByLabel('Name', { exact: true }).fill('Nora Dale');
        await ann.page.getByLabel('Position').fill('Striker');
        await ann.page.getByRole('button', { name: 'Add' }).click();
        await hasMoved(bob.page, 'Nora Dale', 'seen');

        await notReloaded();
        const told = (await heard(bob.page)).slice(before).map(({ data }) => JSON.parse(data));
        assert.deepEqual(new Set(told.map(({ type }) => type)), new Set(['candidate_updated', 'summary_updated', 'task_updated']));
        // A number, or the hook would not take it for its own.
        assert.ok(told.every((data) => data.event_id === BOTHS.id));
      });

      test('all tabs of a user follow', async () => {
        const second = await example.open(ann.context);
        await choose(second, BOTHS);
        await isLive(second);
        await moves(ann.page, 'Ada Marsh', 'signed');
        await hasMoved(second, 'Ada Marsh', 'signed');
        await moves(second, 'Ada Marsh', 'seen');
        await hasMoved(ann.page, 'Ada Marsh', 'seen');
        await second.close();
      });

      test('a page that was offline shows what it missed', async () => {
        const notReloaded = await mark(bob.page);
        await example.offline(bob.context);
        await shows(state(bob.page), 'Polling every 15 s');
        await moves(ann.page, 'Ada Marsh', 'invited');
        await hasMoved(ann.page, 'Ada Marsh', 'invited');
        await bob.context.setOffline(false);
        await bob.page.clock.runFor(POLL_MS);
        await hasMoved(bob.page, 'Ada Marsh', 'invited');
        await notReloaded();
      });

      test('without the relay a page polls, and another stream is live again after its return', async () => {
        await meet();
        const notReloaded = await mark(bob.page);
        await example.killRelay();
        await shows(state(bob.page), 'Polling every 15 s');
        // The change is not held up by a relay that is not there.
        await moves(ann.page, 'Ada Marsh', 'signed');
        await hasMoved(ann.page, 'Ada Marsh', 'signed');
        await bob.page.clock.runFor(POLL_MS);
        await hasMoved(bob.page, 'Ada Marsh', 'signed');
        await until('the back end says that nobody was told', () =>
          example.backend.log().includes('not published: candidate_updated on event.3'));

        await example.restartRelay();
        await choose(bob.page, BOBS);
        await isLive(bob.page);
        await choose(bob.page, BOTHS);
        await isLive(bob.page);
        await moves(ann.page, 'Ada Marsh', 'seen');
        await hasMoved(bob.page, 'Ada Marsh', 'seen');
        await notReloaded();
      });

      test('the stream ends with its token, and the page asks for another login', async () => {
        await bob.page.evaluate((value) => localStorage.setItem('scouthouse.token', value), tokenOf(2, 5));
        await choose(bob.page, BOBS);
        await isLive(bob.page);
        await shows(state(bob.page), 'Polling every 15 s');
        await bob.page.clock.runFor(POLL_MS);
        await bob.page.getByRole('button', { name: 'Log in' }).waitFor();
      });

      test('logging out in one tab ends the streams of all', async () => {
        await fillIn(bob.page, BOB);
        const second = await example.open(bob.context);
        await isLive(second);
        const taken = token(await second.evaluate(() => localStorage.getItem('scouthouse.token')));
        await bob.page.getByRole('button', { name: 'Log out' }).click();
        await bob.page.getByRole('button', { name: 'Log in' }).waitFor();
        await shows(state(second), 'Polling every 15 s');
        await second.clock.runFor(POLL_MS);
        await second.getByRole('button', { name: 'Log in' }).waitFor();
        const again = await bob.context.request.get(`${example.streamBase}/api/v1/events/2/live?access_token=${taken}`);
        assert.equal(again.status(), 401);
      });

      if (way === WAYS[0]) {
        test('the page looks right', async () => {
          await choose(ann.page, ANNS);
          await isLive(ann.page);
          await looksRight(ann.page, 'scouthouse');
        });
      }
    });
  }

  describe('on the wire', () => {
    let example;
    const url = (id, more = '') => `${example.relayUrl}/api/v1/events/${id}/live?access_token=${tokenOf(1, 60)}${more}`;
    const tell = (id, type, data) => example.publish({ tenant: 'main', topic: `event.${id}`, type, data });

    before(async () => {
      example = await startExample(browser, 'scouthouse', {
        environment: { JWT_SECRET: secret }, properties: { 'relay.streams.0.heartbeat.every': 'PT1S' },
      });
    });
    after(() => example?.stop());

    test('an event is one line of type, number and payload, and the first frame is no event', async () => {
      const stream = await openRaw(url(1));
      await tell(1, 'task_updated', { task_id: 7 });
      await stream.hears('"task_id"');
      assert.match(stream.text(), /^data: \{"type":"task_updated","event_id":1,"payload":\{"task_id":7\}\}$/m);
      assert.ok(!/^event: (task_updated|system\.connected)$/m.test(stream.text()), stream.text());
      assert.match(stream.headers.get('content-type'), /^text\/event-stream/);
      stream.close();
    });

    test('the heartbeat is data, and only where nothing else was said', async () => {
      const stream = await openRaw(url(1));
      await stream.hears('data: {"type":"keepalive","event_id":1,"payload":{}}\n\n');
      assert.ok(!stream.text().includes('payload":{"task_id'));
      stream.close();
    });

    test('nothing in the query widens it', async () => {
      const stream = await openRaw(url(1, '&topic=%3E&type=*&filter=true&replay=9&since=PT1H&snapshot=true'));
      await tell(3, 'task_updated', { task_id: 31 });
      await tell(1, 'task_updated', { task_id: 11 });
      await stream.hears('"task_id":11');
      assert.ok(!stream.text().includes('"task_id":31'), stream.text());
      assert.ok(!stream.text().includes('"task_id":7'), 'something of before');
      stream.close();
    });

    test('a path that is no number, or no segment of a topic, is refused and named', async () => {
      for (const id of ['abc', 'a.b', '*', '%3E', '%00', '..%2f1', '1%2F2', '9'.repeat(10_000)]) {
        const refused = await openRaw(url(id));
        await refused.ends();
        assert.equal(refused.status, 400, `${id.slice(0, 20)}: ${refused.text()}`);
        assert.match(refused.text(), /path\.id/, id.slice(0, 20));
      }
    });

    test('a gap says that everything may have changed', async () => {
      const stream = await openRaw(url(1, '&lastEventId=zzzzzzzz-1'));
      await stream.hears('"summary_updated"');
      const told = stream.text().split('\n').filter((line) => line.startsWith('data: ')).slice(0, 3);
      assert.deepEqual(told, ['candidate_updated', 'task_updated', 'summary_updated']
        .map((type) => `data: {"type":"${type}","event_id":1,"payload":{}}`));
      stream.close();
    });
  });

  test('a page that fell behind fetches everything again', async (t) => {
    const example = await startExample(browser, 'scouthouse', {
      properties: { 'relay.streams.0.queue': '1', 'relay.stream.write-timeout': 'PT1M' },
    });
    t.after(example.stop);
    const { page } = await login(example, ANN);
    const fetches = requestsOf(page, `/api/v1/events/${ANNS.id}/`);
    // Nothing that the hook knows, so that what it knows can only come from a gap. More than all buffers on the way hold.
    const burst = Array.from({ length: 20 }, (_, n) => ({
      tenant: 'main', topic: `event.${ANNS.id}`, type: 'photo_added', data: { n, text: 'x'.repeat(60_000) },
    }));
    example.hold();
    for (let n = 0; n < BURSTS; n++) await example.publish(burst);
    example.release();
    await until('a gap is told', async () =>
      (await heard(page)).some(({ data }) => data.startsWith('{"type":"summary_updated"')), 60_000);
    for (const query of ['candidates', 'tasks', 'summary']) {
      await until(`${query} were fetched`, () => fetches.some((request) => request.url().endsWith(query)));
    }
  });

  test('the relay can read the tokens itself, by the shared secret', async (t) => {
    const example = await startExample(browser, 'scouthouse', {
      environment: { JWT_SECRET: secret },
      properties: {
        'relay.streams.0.token.verify': 'issuer',
        'relay.identity.issuers.0.name': 'app',
        'relay.identity.issuers.0.secrets.0': secret,
        'relay.identity.issuers.0.algorithms.0': 'HS256',
        'relay.identity.issuers.0.issuer': 'none',
        'relay.identity.issuers.0.audience': 'none',
        'relay.identity.issuers.0.tenants.0': 'main',
      },
    });
    t.after(example.stop);
    const { page, context } = await login(example, ANN);
    const second = await example.open(context);
    await isLive(second);
    await moves(page, 'Mia Ward', 'signed');
    await hasMoved(second, 'Mia Ward', 'signed');
    const ask = async (id, credential) =>
      (await context.request.get(`${example.streamBase}/api/v1/events/${id}/live?access_token=${credential}`)).status();
    assert.equal(await ask(BOBS.id, tokenOf(1, 60)), 403);
    const [, claims] = tokenOf(1, 60).split('.');
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    assert.equal(await ask(ANNS.id, `${unsigned}.${claims}.`), 401);
  });
});
