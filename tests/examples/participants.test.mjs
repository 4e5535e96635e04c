// Participants, with a session cookie, several channels on one stream, named events with bare data, and a new EventSource
// after each error.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  heard, key, launch, listenIn, looksRight, mark, metric, openRaw, requestsOf, shows, startExample, until, WAYS, waysWith,
} from './harness.mjs';

const PASSWORD = 'demo';
const ADMIN = 'admin@north.example';
const VERA = 'vera@north.example';
const SUE = 'admin@south.example';
const TYPES = ['participant:created', 'participant:approved', 'participant:rejected', 'sla:overdue', 'notification:new'];
const STREAMS_OF_A_USER = 5;
const CHANNELS = '/api/sse?channels=validation,notifications,dashboard';

const state = (page) => page.getByTestId('state');
const toast = (page, text) => page.locator('.toast', { hasText: text });
const tile = (page, name) => page.getByTestId(name);
const isConnected = (page) => shows(state(page), 'connected');
const approves = (page, name) => page.getByRole('button', { name: `Approve ${name}` }).click();

async function login(example, email, prepare = () => {}) {
  const context = await example.user();
  await listenIn(context, TYPES);
  await prepare(context);
  const page = await example.open(context);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  const { value } = (await context.cookies()).find(({ name }) => name === 'sid');
  return { context, page, cookie: `sid=${key(value)}` };
}

async function loginLive(example, email, prepare) {
  const user = await login(example, email, prepare);
  await isConnected(user.page);
  return user;
}

const waits = (page, name) => page.getByRole('button', { name: `Approve ${name}` }).waitFor();
const gone = (page, name) => page.getByRole('button', { name: `Approve ${name}` }).waitFor({ state: 'detached' });

const add = async (page, name) => {
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Add' }).click();
};

describe('Participants', { timeout: 240_000 }, () => {
  let browser;

  before(async () => { browser = await launch(); });
  after(() => browser?.close());

  for (const way of waysWith(WAYS[2])) {
    describe(way, () => {
      let example;
      let admin;
      let vera;
      let sue;

      before(async () => {
        example = await startExample(browser, 'participants', { way });
        admin = await loginLive(example, ADMIN);
        // With timers that a test can let run ahead.
        vera = await loginLive(example, VERA, (context) => context.clock.install());
        sue = await loginLive(example, SUE);
      });
      after(() => example?.stop());

      /** Another tab of a user, with updates. */
      async function secondTab({ context }) {
        const page = await example.open(context);
        await isConnected(page);
        return page;
      }

      test('what one validator decides, the others see without a reload, and nobody of another tenant', async () => {
        const notReloaded = await mark(vera.page);
        await approves(admin.page, 'John Doe');
        await toast(vera.page, 'John Doe approved by Admin').waitFor();
        await shows(tile(vera.page, 'approved'), 1);
        await gone(vera.page, 'John Doe');
        await vera.page.getByRole('region', { name: 'Notifications' }).getByText('John Doe approved').waitFor();
        await vera.page.getByRole('button', { name: 'Reject Jane Roe' }).click();
        await toast(admin.page, 'Jane Roe rejected by Vera').waitFor();
        await add(admin.page, 'Zoe Quill');
        await waits(vera.page, 'Zoe Quill');
        await notReloaded();

        // All of the others' was told before hers, so it would be there, too.
        await add(sue.page, 'Ivo Lund');
        await until('her own event', async () => (await heard(sue.page)).length > 0);
        assert.deepEqual((await heard(sue.page)).map(({ type, data }) => [type, JSON.parse(data).name]),
          [['participant:created', 'Ivo Lund']]);
        // Who has decided needs no notification of it.
        assert.deepEqual((await heard(admin.page)).filter(({ type }) => type === 'notification:new')
          .map(({ data }) => JSON.parse(data).title), ['Jane Roe rejected']);
      });

      test('several overdue participants are one toast', async () => {
        const second = await secondTab(sue);
        await shows(tile(second, 'waiting'), /[1-9]/);
        const waiting = await tile(second, 'waiting').innerText();
        await sue.page.getByRole('button', { name: 'Check for overdue steps' }).click();
        await toast(second, `${waiting} participants overdue`).waitFor();
        await shows(tile(second, 'overdue'), waiting);
        assert.equal((await heard(second)).filter(({ type }) => type === 'sla:overdue').length, Number(waiting));
        await second.close();
      });

      test('all tabs of a user are told', async () => {
        const second = await secondTab(vera);
        await add(admin.page, 'Two Tabs');
        for (const page of [vera.page, second]) await waits(page, 'Two Tabs');
        await second.close();
      });

      test('a page that was left has no stream any more', async () => {
        const open = (count) => until(`${count} streams are open`, async () =>
          await metric(example.relay(), 'heliograph_streams_open') === count);
        await open(3);
        const second = await secondTab(vera);
        await open(4);
        await second.goto('about:blank');
        await open(3);
        await second.close();
      });

      test('a page that was offline shows what it missed', async () => {
        const notReloaded = await mark(vera.page);
        await example.offline(vera.context);
        await shows(state(vera.page), 'disconnected');
        await add(admin.page, 'Off Line');
        await waits(admin.page, 'Off Line');
        await vera.context.setOffline(false);
        await isConnected(vera.page);
        await waits(vera.page, 'Off Line');
        await notReloaded();
      });

      test('a page whose relay was killed comes back by itself and shows what it missed', async () => {
        for (const { page } of [vera, admin]) await isConnected(page);
        const notReloaded = await mark(vera.page);
        await example.killRelay();
        for (const { page } of [vera, admin]) await shows(state(page), /disconnected|connecting/);
        await approves(admin.page, 'Ravi Patel');
        await gone(admin.page, 'Ravi Patel');
        await until('the back end says that nobody was told', () =>
          example.backend.log().includes('not published: participant:approved on validation'));
        await example.restartRelay();
        await isConnected(vera.page);
        await gone(vera.page, 'Ravi Patel');
        await isConnected(admin.page);
        await approves(vera.page, 'Mei Lin');
        await gone(admin.page, 'Mei Lin');
        await notReloaded();
      });

      test('the switch of a tenant ends its streams, and no other tenant’s', async () => {
        for (const { page } of [admin, vera, sue]) await isConnected(page);
        const untouched = await mark(sue.page);
        const hers = requestsOf(sue.page, '/api/sse');
        const refused = vera.page.waitForResponse((response) => response.url().includes('/api/sse') && response.status() === 404);
        await admin.page.getByRole('button', { name: 'Switch live updates off' }).click();
        await refused;
        await shows(state(admin.page), 'updates off');
        await vera.page.goto(example.origin);
        await shows(state(vera.page), 'updates off');
        const streams = requestsOf(vera.page, '/api/sse');
        await add(vera.page, 'By Hand');
        await waits(vera.page, 'By Hand');
        assert.deepEqual(streams, []);
        await isConnected(sue.page);
        assert.deepEqual(hers, []);
        await untouched();

        await admin.page.getByRole('button', { name: 'Switch live updates on' }).click();
        await isConnected(admin.page);
        await vera.page.reload();
        await isConnected(vera.page);
      });

      if (way === WAYS[0]) {
        test('the page looks right', async () => {
          await add(admin.page, 'Ruth Amber');
          await waits(admin.page, 'Ruth Amber');
          await approves(admin.page, 'Ruth Amber');
          await toast(vera.page, 'Ruth Amber approved by Admin').waitFor();
          await looksRight(vera.page, 'participants');
        });

        test('the hook waits 1, 2, 4, 8, 16 and then 30 seconds between attempts', async () => {
          const { clock } = vera.page;
          await isConnected(vera.page);
          await clock.pauseAt(await vera.page.evaluate(() => Date.now() + 1_000));
          const streams = requestsOf(vera.page, '/api/sse');
          await example.killRelay();
          for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
            await shows(state(vera.page), 'disconnected');
            const before = streams.length;
            await clock.runFor(seconds * 1_000 - 1);
            assert.equal(streams.length, before, `before ${seconds} s`);
            const failed = vera.page.waitForEvent('requestfailed', (request) => request.url().includes('/api/sse'));
            await clock.runFor(1);
            await failed;
            assert.equal(streams.length, before + 1, `after ${seconds} s`);
          }
          await example.restartRelay();
          await clock.runFor(30_000);
          await clock.resume();
          await isConnected(vera.page);
        });
      }

      test('logging out in one tab ends the streams of all, and no other user’s', async () => {
        const second = await secondTab(vera);
        await isConnected(admin.page);
        const others = requestsOf(admin.page, '/api/sse');
        const refused = second.waitForResponse((response) => response.url().includes('/api/sse') && response.status() === 401);
        await vera.page.getByRole('button', { name: 'Log out' }).click();
        await vera.page.getByRole('button', { name: 'Log in' }).waitFor();
        await refused;
        await shows(state(second), /disconnected|connecting/);
        assert.deepEqual(others, []);
        await isConnected(admin.page);
      });
    });
  }

  describe('on the wire', () => {
    let example;
    let vera;

    before(async () => {
      example = await startExample(browser, 'participants', { properties: { 'relay.stream.heartbeat': 'PT0.2S' } });
      vera = await login(example, VERA);
      // Its own stream would be one of the five.
      await vera.page.goto('about:blank');
      await until('it is closed', async () => await metric(example.relay(), 'heliograph_streams_open') === 0);
    });
    after(() => example?.stop());

    const open = (path, headers = { Cookie: vera.cookie }) => openRaw(`${example.relayUrl}${path}`, headers);
    const tell = (topic, type, data, more = {}) => example.publish({ tenant: 'north', topic, type, data, ...more });

    test('it begins with who the stream is, and keeps alive by a comment', async () => {
      const stream = await open('/api/sse?channels=validation');
      await stream.hears('\n:keepalive\n');
      assert.match(stream.text(), /^event: connected\ndata: \{"clientId":"s_\w+"\}\n$/m);
      assert.match(stream.headers.get('content-type'), /^text\/event-stream/);
      assert.match(stream.headers.get('cache-control'), /no-cache/);
      stream.close();
    });

    test('it has the channels that are asked for and known, and events with bare data', async () => {
      const stream = await open('/api/sse?channels=validation,secrets&topic=%3E&type=*');
      await tell('dashboard', 'sla:overdue', { participantId: 1, stepName: 'payment' });
      await tell('validation', 'participant:approved', { id: 1, name: 'John Doe', approvedBy: 'Admin' });
      await stream.hears('participant:approved');
      await stream.hears('data: {"id":1,"name":"John Doe","approvedBy":"Admin"}\n\n');
      assert.ok(!stream.text().includes('sla:overdue'));
      stream.close();
    });

    test('without a known channel it is 400, without a session 401', async () => {
      for (const query of ['?channels=secrets', '?channels=', '']) {
        assert.equal((await open(`/api/sse${query}`)).status, 400, query);
      }
      assert.equal((await open(CHANNELS, {})).status, 401);
      assert.equal((await open(CHANNELS, { Cookie: 'sid=somebody' })).status, 401);
    });

    test('a notification is for one user', async () => {
      const stream = await open(CHANNELS);
      await stream.hears('event: connected');
      await tell('notifications', 'notification:new', { id: 900, title: 'not hers', message: '' }, { users: ['n-admin'] });
      await tell('notifications', 'notification:new', { id: 901, title: 'hers', message: '' }, { users: ['n-vera'] });
      await stream.hears('"id":901');
      assert.ok(!stream.text().includes('"id":900'));
      stream.close();
    });

    test('a user has five streams, and a sixth is told that there is a limit', async () => {
      await until('the others are closed', async () => await metric(example.relay(), 'heliograph_streams_open') === 0);
      const streams = [];
      for (let n = 0; n < STREAMS_OF_A_USER; n++) {
        streams.push(await open(CHANNELS));
        await streams[n].hears('event: connected');
      }
      const sixth = await open(CHANNELS);
      await sixth.ends();
      assert.match(sixth.text(), /"reason":"limit"/);
      assert.ok(!sixth.text().includes('event: connected'));
      streams.forEach((stream) => stream.close());
    });
  });
});
