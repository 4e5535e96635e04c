// Every example that GitHub publishes of its webhooks, for two tenants, signed by the reference
// library: each arrives as it was sent at those who may see it, and at nobody else.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { event, maySee, payloads } from './github.mjs';
import { startIssuer } from './issuer.mjs';
import { run } from './programs.mjs';
import { publish, startRelay, WEBHOOK_SECRET } from './relay.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const TENANTS = ['acme', 'globex'];
const DONE = 'test.done';
const DEADLINE_MS = 60_000;

const WATCHERS = {
  'acme, role x': { subject: 'ann', tenant: 'acme', roles: ['x'] },
  'acme, role y': { subject: 'ben', tenant: 'acme', roles: ['y'] },
  'acme, roles x and z': { subject: 'cleo', tenant: 'acme', roles: ['z', 'x'] },
  'acme, no role': { subject: 'dan', tenant: 'acme', roles: [] },
  'acme, user ursula': { subject: 'ursula', tenant: 'acme', roles: [] },
  'globex, role x': { subject: 'ann', tenant: 'globex', roles: ['x'] },
  'globex, user ursula': { subject: 'ursula', tenant: 'globex', roles: [] },
  'initech, every role': { subject: 'ursula', tenant: 'initech', roles: ['x', 'y', 'z'] },
};

const corpus = payloads();
const published = Object.fromEntries(
  TENANTS.map((tenant) => [tenant, corpus.map((example, n) => event(tenant, example, n))]));
const everything = TENANTS.flatMap((tenant) => published[tenant]);
const types = [...new Set(everything.map(({ type }) => type)), DONE];

describe(`${corpus.length} payloads for each of ${TENANTS.join(' and ')}`, { timeout: 180_000 }, () => {
  const webhook = new Webhook(WEBHOOK_SECRET);
  const streams = {};
  let issuer;
  let relay;
  let cloudEvents;
  let curl;
  let rounds = 0;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer);
    for (const [name, who] of Object.entries(WATCHERS)) streams[name] = watch(who);
    cloudEvents = watch(WATCHERS['acme, role x'], 'format=cloudevents');
    curl = run('curl', ['-sN', '-H', `Authorization: Bearer ${issuer.token(WATCHERS['globex, role x'])}`,
      `${relay.url}/v1/stream`]);
    const all = [...Object.values(streams), cloudEvents];
    await Promise.all(all.map((stream) => stream.hears('system.connected')));
    await curl.hears('system.connected');
  });

  after(async () => {
    [...Object.values(streams), cloudEvents].forEach((stream) => stream?.close());
    await curl?.stop();
    await relay?.stop();
    await issuer?.close();
  });

  function watch(who, query = '') {
    const token = issuer.token(who);
    return subscribe(relay.url, { token: () => token, query, types });
  }

  async function post({ webhookId, body }) {
    const now = new Date();
    const answer = await fetch(`${relay.url}/v1/hooks/github`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': webhookId,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        'webhook-signature': webhook.sign(webhookId, now, body),
      },
      body,
    });
    assert.equal(answer.status, 202, `${webhookId}: ${answer.status}`);
    return answer.json();
  }

  /** Posts all, both tenants at once, each in order; then an event that says that it was all. */
  async function postAll() {
    const answers = await Promise.all(TENANTS.map(async (tenant) => {
      const own = [];
      for (const one of published[tenant]) own.push(await post(one));
      return own;
    }));
    rounds++;
    for (const tenant of [...TENANTS, 'initech']) {
      await publish(relay, { tenant, topic: 'test', type: DONE, data: rounds });
    }
    return answers;
  }

  /** Frames come in order, so after the last round's end nothing of it can come any more. */
  const finished = (stream, times = rounds) => until(`the end of round ${rounds}`, () =>
    stream.events().filter(({ type }) => type === DONE).length === times, DEADLINE_MS);

  const received = (stream) => stream.events().filter(({ type }) => type !== DONE);

  const expected = (who) => everything.filter((one) => maySee(who, one)).map(
    ({ type, cursor, text }) => ({ type, id: cursor, data: oneLine(text) }));

  function assertIncreasing(ids) {
    const places = ids.map((id) => Number(id.split('-')[1]));
    assert.ok(places.every((place, n) => n === 0 || place > places[n - 1]), 'ids increase');
  }

  test('are all stored, numbered within their tenant', async () => {
    const answers = await postAll();
    TENANTS.forEach((tenant, t) => {
      assert.deepEqual(answers[t].map(({ id, duplicate }) => ({ id, duplicate })),
        published[tenant].map(({ webhookId }) => ({ id: webhookId, duplicate: false })));
      assert.deepEqual(answers[t].map(({ cursor }) => Number(cursor.split('-')[1])),
        corpus.map((_, n) => n + 1));
      answers[t].forEach(({ cursor }, n) => { published[tenant][n].cursor = cursor; });
    });
  });

  for (const [name, who] of Object.entries(WATCHERS)) {
    test(`arrive at ${name} as they were sent, and nothing else does`, async () => {
      await finished(streams[name]);
      const events = received(streams[name]);
      assert.deepEqual(events, expected(who));
      assertIncreasing(events.map(({ id }) => id));
      assert.equal(streams[name].frames[0].type, 'system.connected');
      assert.equal(streams[name].frames.length, streams[name].events().length + 1, 'never interrupted');
    });
  }

  test('mean what GitHub wrote', () => {
    const events = streams['acme, roles x and z'].events();
    const at = new Map(published.acme.map(({ cursor }, n) => [cursor, corpus[n].payload]));
    for (const { id, data, type } of events) {
      if (type !== DONE) assert.deepEqual(JSON.parse(data), at.get(id));
    }
  });

  test('arrive at curl byte for byte', async () => {
    await curl.hears(`event: ${DONE}`);
    const frames = curl.text().replaceAll(/^: keepalive\n/gm, '').split('\n\n');
    assert.match(frames.shift(), /^id: \S+\nretry: 100\nevent: system\.connected\ndata: \{"stream":/);
    assert.equal(frames.pop(), '', 'the last frame is whole');
    assert.ok(frames.pop().includes(`event: ${DONE}`));
    const events = frames.filter((frame) => !/^id: \S+\nevent: system\.position\ndata: \{\}$/.test(frame));
    const wanted = expected(WATCHERS['globex, role x']).map(({ id, type, data }) =>
      Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${data}`).toString('latin1'));
    assert.deepEqual(events, wanted);
    assertIncreasing(curl.text().match(/^id: .*$/gm));
  });

  test('arrive as CloudEvents where that is asked for', async () => {
    await finished(cloudEvents);
    const visible = everything.filter((one) => maySee(WATCHERS['acme, role x'], one));
    const events = received(cloudEvents);
    assert.equal(events.length, visible.length);
    visible.forEach(({ webhookId, tenant, topic, type, text, cursor }, n) => {
      assert.equal(events[n].id, cursor);
      const { time, data, ...rest } = JSON.parse(events[n].data);
      assert.deepEqual(rest, {
        specversion: '1.0', id: webhookId, source: '/publishers/github', type, tenant, topic,
      });
      assert.ok(Math.abs(Date.now() - Date.parse(time)) < 300_000);
      assert.ok(events[n].data.endsWith(`,"data":${oneLine(text)}}`), 'the data is as it was sent');
    });
  });

  test('are the same when read from the log', async () => {
    const who = WATCHERS['acme, role y'];
    const epoch = published.acme[0].cursor.split('-')[0];
    const late = watch(who, `lastEventId=${epoch}-0`);
    await finished(late);
    assert.deepEqual(received(late), expected(who));
    late.close();
  });

  test('are narrowed by topic and type', async () => {
    const who = WATCHERS['acme, role x'];
    const epoch = published.acme[0].cursor.split('-')[0];
    const narrow = watch(who, new URLSearchParams([['lastEventId', `${epoch}-0`],
      ['topic', 'github.issues'], ['topic', 'test'], ['type', 'com.github.issues.*'], ['type', DONE]]));
    await finished(narrow);
    const wanted = new Set(published.acme.filter(({ topic }) => topic === 'github.issues')
      .map(({ cursor }) => cursor));
    assert.deepEqual(received(narrow), expected(who).filter(({ id }) => wanted.has(id)));
    assert.ok(received(narrow).length > 0);
    narrow.close();
  });

  test('posted a second time are known, and delivered to nobody', async () => {
    const answers = await postAll();
    TENANTS.forEach((tenant, t) => assert.deepEqual(answers[t], published[tenant].map(
      ({ webhookId, cursor }) => ({ id: webhookId, cursor, duplicate: true }))));
    for (const [name, who] of Object.entries(WATCHERS)) {
      await finished(streams[name]);
      assert.equal(received(streams[name]).length, expected(who).length, name);
    }
  });
});

function oneLine(text) {
  return text.replaceAll(/[\r\n]/g, '');
}
