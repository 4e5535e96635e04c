// Every example that GitHub publishes of its webhooks, sent and signed as GitHub does: each becomes one
// event, with the body as its data, under the names that the scheme gives it; sent again it is known. Some of
// them are the same, byte for byte, and are other events all the same.
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { payloads } from './github.mjs';
import { startIssuer } from './issuer.mjs';
import { GITHUB_SECRET, startRelay } from './relay.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const corpus = payloads().map(({ name, payload }, n) => ({
  name,
  delivery: `72d3162e-cc78-11e3-81ab-${String(n).padStart(12, '0')}`,
  type: ['com.github', name, payload.action].filter(Boolean).join('.'),
  body: JSON.stringify(payload),
  source: (payload.repository ?? payload.organization)?.url ?? payload.enterprise?.html_url
    ?? payload.sender?.url ?? 'https://github.com',
}));
describe(`${corpus.length} deliveries of GitHub`, { timeout: 180_000 }, () => {
  let issuer;
  let relay;
  let stream;

  before(async () => {
    issuer = await startIssuer();
    relay = await startRelay(issuer);
    const token = issuer.token({ subject: 'ann', tenant: 'acme', roles: [] });
    stream = subscribe(relay.url, {
      token: () => token, query: 'format=cloudevents', types: [...new Set(corpus.map(({ type }) => type))],
    });
    await stream.hears('system.connected');
  });

  after(async () => {
    stream?.close();
    await relay?.stop();
    await issuer?.close();
  });

  async function deliver({ name, delivery, body }, secret = GITHUB_SECRET) {
    const answer = await fetch(`${relay.url}/v1/hooks/hub/acme`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'GitHub-Hookshot/044aadd',
        'X-GitHub-Event': name,
        'X-GitHub-Delivery': delivery,
        'X-GitHub-Hook-ID': '292430182',
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    });
    return { status: answer.status, ...await answer.json() };
  }

  test('are accepted', async () => {
    for (const example of corpus) {
      const { status, id, duplicate, cursor, ...rest } = await deliver(example);
      assert.deepEqual({ status, id, duplicate, rest },
        { status: 202, id: example.delivery, duplicate: false, rest: {} }, example.type);
      example.cursor = cursor;
    }
  });

  test('arrive under their names, with the body as it was sent', async () => {
    await until('the last one', () => stream.events().length >= corpus.length, 60_000);
    assert.equal(stream.events().length, corpus.length);
    assert.ok(new Set(corpus.map(({ body }) => body)).size < corpus.length, 'no two of one body');
    stream.events().forEach(({ id, type, data }, n) => {
      const example = corpus[n];
      const event = JSON.parse(data);
      assert.deepEqual(
        { id, type, event: event.id, source: event.source, topic: event.topic, tenant: event.tenant },
        { id: example.cursor, type: example.type, event: example.delivery, source: example.source,
          topic: `github.${example.name}`, tenant: 'acme' });
      assert.ok(data.endsWith(`,"data":${example.body}}`), `${example.type} byte for byte`);
    });
  });

  test('are known when they come again', async () => {
    for (const example of corpus) {
      const { status, id, duplicate, cursor } = await deliver(example);
      assert.deepEqual({ status, id, duplicate, cursor },
        { status: 202, id: example.delivery, duplicate: true, cursor: example.cursor });
    }
    assert.equal(stream.events().length, corpus.length);
  });

  test('are refused with another signature', async () => {
    const { status, code } = await deliver(corpus[0], 'not the secret of the hook');
    assert.deepEqual({ status, code }, { status: 401, code: 'BAD_SIGNATURE' });
  });
});
