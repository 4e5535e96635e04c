// Every recipe of deploy/publishers, in one relay: what the sender signs becomes the right event, and what it did
// not sign, or signed too long ago, is refused.
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startIssuer } from './issuer.mjs';
import { ROOT, startRelay } from './relay.mjs';
import { key } from './secrets.mjs';
import { SENDERS } from './senders.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const FOLDER = join(ROOT, 'deploy', 'publishers');
const RECIPES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml')).map((file) => file.replace('.yaml', ''));
const HOUR = 3_600_000;
const VERIFY_TOKEN = key('the-token-typed-in-at-Meta');

describe('senders', { timeout: 120_000 }, () => {
  let issuer;
  let relay;
  let stream;

  before(async () => {
    issuer = await startIssuer();
    const environment = { META_VERIFY_TOKEN: VERIFY_TOKEN };
    SENDERS.forEach(({ recipe, secret }) => { environment[secretOf(recipe)] = secret; });
    relay = await startRelay(issuer, {
      recipes: RECIPES.map((name) => readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')), environment,
      warnings: [/weak-hash publisher=(intercom|twilio) hash=sha1/],
    });
    const token = issuer.token({ subject: 'ann', tenant: 'acme', roles: [] });
    stream = subscribe(relay.url, {
      token: () => token, query: 'format=cloudevents', types: SENDERS.map(({ event }) => event.type),
    });
    await stream.hears('system.connected');
  });

  after(async () => {
    stream?.close();
    await relay?.stop();
    await issuer?.close();
  });

  async function post(sender, secret, at) {
    const body = sender.form ? new URLSearchParams(sender.body).toString() : JSON.stringify(sender.body);
    const type = sender.form ? 'application/x-www-form-urlencoded' : 'application/json';
    const answer = await fetch(`${relay.url}/v1/hooks/${path(sender, secret)}`, {
      method: 'POST', headers: { 'Content-Type': type, ...await sender.headers(body, secret, at) }, body,
    });
    const text = await answer.text();
    const { results: [first] = [], ...rest } = text === '' ? {} : JSON.parse(text);
    return { status: answer.status, ...rest, ...first };
  }

  test('each recipe has one', () => {
    assert.deepEqual(SENDERS.map(({ recipe }) => recipe).sort(), RECIPES.sort());
  });

  for (const sender of SENDERS) {
    test(sender.recipe, async () => {
      const wrong = await post(sender, other(sender.secret), Date.now());
      assert.deepEqual({ status: wrong.status, code: wrong.code }, { status: 401, code: 'BAD_SIGNATURE' });
      if (sender.timed) {
        const stale = await post(sender, sender.secret, Date.now() - HOUR);
        assert.deepEqual({ status: stale.status, code: stale.code }, { status: 401, code: 'STALE_REQUEST' });
      }
      const right = await post(sender, sender.secret, Date.now());
      // Some take no other status, and no word with it.
      const { answer = { status: 202, duplicate: false } } = sender;
      const { status, duplicate, cursor } = right;
      assert.deepEqual({ duplicate: undefined, ...answer }, { status, duplicate }, JSON.stringify(right));
      const frame = await until('the event', () => stream.events().find(({ id, data }) =>
        cursor === undefined ? JSON.parse(data).id === sender.event.id : id === cursor));
      const event = JSON.parse(frame.data);
      assert.deepEqual({ ...event, ...sender.event }, event);
      assert.deepEqual(event.data, Array.isArray(sender.body) ? sender.body[0] : sender.body);

      // Sent again it is known where it has an id, and else it is one more: nothing is lost.
      const again = await post(sender, sender.secret, Date.now());
      assert.equal(again.duplicate, answer.duplicate === undefined ? undefined : sender.event.id !== undefined);
    });
  }

  const hook = (name, ...more) => fetch(`${relay.url}/v1/hooks/${name}`, ...more);

  async function assertAnswer(answer, type, text) {
    assert.deepEqual(
      { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() },
      { status: 200, type, text });
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }

  async function signed(recipe, body, more = {}) {
    const sender = SENDERS.find((one) => one.recipe === recipe);
    const text = JSON.stringify(body);
    return hook(recipe, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...await sender.headers(text, sender.secret, Date.now()), ...more },
      body: text,
    });
  }

  test('challenges are answered', async () => {
    await assertAnswer(await hook('dropbox?challenge=a%20b%3Cc'), 'text/plain', 'a b<c');
    await assertAnswer(
      await hook(`meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${VERIFY_TOKEN}`),
      'text/plain', '1158201444');
    await assertAnswer(
      await hook('okta', { headers: { 'X-Okta-Verification-Challenge': 'Ab"1' } }),
      'application/json', '{"verification":"Ab\\"1"}');
    await assertAnswer(
      await hook('graph?validationToken=Validation%3A+Testing', { method: 'POST', headers: { 'Content-Type': 'text/plain' } }),
      'text/plain', 'Validation: Testing');
    await assertAnswer(
      await signed('slack', { type: 'url_verification', challenge: '3eZbrw1a' }), 'text/plain', '3eZbrw1a');
    await assertAnswer(
      await signed('twitch', { challenge: 'pogchamp', subscription: { type: 'channel.follow' } },
        { 'Twitch-Eventsub-Message-Type': 'webhook_callback_verification' }),
      'text/plain', 'pogchamp');
    const { secret } = SENDERS.find(({ recipe }) => recipe === 'zoom');
    const encryptedToken = createHmac('sha256', secret).update('qgg8vlvZRS6').digest('hex');
    await assertAnswer(
      await signed('zoom', { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6' } }),
      'application/json', JSON.stringify({ plainToken: 'qgg8vlvZRS6', encryptedToken }));
  });

  test('what is no challenge is not answered as one', async () => {
    for (const path of ['dropbox', 'dropbox?challenge=', 'dropbox?challenge=a&challenge=b', 'dropbox?challenge=a%0Ab',
      `dropbox?challenge=${'a'.repeat(1025)}`, 'dropbox?challenge=%C3%BC', 'github?challenge=a', 'nobody?challenge=a', 'slack',
      'meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another-token-than-this',
      `meta?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=${VERIFY_TOKEN}`, 'okta']) {
      const answer = await hook(path);
      const { code } = await answer.json();
      assert.deepEqual({ path, status: answer.status, code }, { path, status: 401, code: 'BAD_SIGNATURE' });
    }
    const unsigned = await hook('zoom', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6' } }),
    });
    assert.equal(unsigned.status, 401);
    await unsigned.text();
  });
});

function secretOf(recipe) {
  return `${recipe.replace('microsoft-', '').toUpperCase()}_SECRET`;
}

function path({ recipe, path = () => recipe }, secret) {
  return path(secret);
}

/** Another secret of the same form. */
function other(secret) {
  const prefix = secret.match(/^(whsec_)?/)[0];
  return prefix + [...secret.slice(prefix.length)].map((c) => (/[0-8a-y]/i.test(c) ? String.fromCharCode(c.charCodeAt(0) + 1) : c)).join('');
}
