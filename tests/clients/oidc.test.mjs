// A real OIDC provider: its discovery, its keys and its tokens are nobody's of ours.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { publish, startRelay } from './relay.mjs';
import { startProvider } from './provider.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const TYPE = 'thing.changed';

describe('a real OIDC provider', { timeout: 120_000 }, () => {
  let provider;
  let relay;

  before(async () => {
    provider = await startProvider({ algorithm: 'PS256' });
    relay = await startRelay(provider);
  });

  after(async () => {
    await relay.stop();
    await provider.close();
  });

  async function sees(t, token) {
    const subscriber = subscribe(relay.url, { token: () => token, types: [TYPE] });
    t.after(subscriber.close);
    await until('the stream is open', () => subscriber.told('system.connected').length === 1);
    const before = subscriber.events().length;
    await publish(relay, { tenant: 'acme', topic: 'things.1', type: TYPE, data: {} });
    await until('the event is here', () => subscriber.events().length === before + 1);
  }

  async function status(token) {
    const answer = await fetch(`${relay.url}/v1/events`, { headers: { Authorization: `Bearer ${token}` } });
    return answer.status;
  }

  test('gives tokens that open streams', async (t) => {
    const token = await provider.token();
    const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    assert.equal(JSON.parse(header).typ, 'at+jwt');
    assert.equal(JSON.parse(claims).tenant, 'acme');
    await sees(t, token);
  });

  test('gives opaque tokens to others, which open nothing', async () => {
    assert.equal(await status(await provider.opaque()), 401);
  });

  for (const algorithm of ['ES256', 'EdDSA']) {
    test(`comes back with another key, for ${algorithm}, and the relay runs on`, async (t) => {
      const old = await provider.token();
      assert.equal(await status(old), 200);
      await provider.stop();
      // What was signed while it was there is as good while it is away.
      assert.equal(await status(old), 200);
      await provider.restart({ algorithm });
      await until('a token of the new key is taken', async () => (await status(await provider.token())) === 200);
      await sees(t, await provider.token());
      assert.equal(await status(old), 401);
    });
  }
});
