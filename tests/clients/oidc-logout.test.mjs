// A real OIDC provider tells a real relay that somebody has logged out.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { publish, startRelay } from './relay.mjs';
import { startProvider } from './provider.mjs';
import { subscribe } from './subscriber.mjs';
import { user } from './user.mjs';
import { until } from './wait.mjs';

const TYPE = 'thing.changed';

for (const bySession of [true, false]) {
  describe(`a real OIDC provider that names ${bySession ? 'sessions' : 'users alone'}`, { timeout: 120_000 }, () => {
    let provider;
    let relay;

    before(async () => {
      provider = await startProvider({ algorithm: 'ES256', bySession });
      relay = await startRelay(provider);
      provider.logouts.relay = relay.url;
    });

    after(async () => {
      await relay.stop();
      await provider.close();
    });

    const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

    async function open(t, token) {
      const subscriber = subscribe(relay.url, { token: () => token, types: [TYPE] });
      t.after(subscriber.close);
      await subscriber.hears('system.connected');
      return subscriber;
    }

    async function assertRevoked(subscriber, token) {
      assert.deepEqual(await subscriber.hears('system.end'), { reason: 'revoked' });
      await until('the client gives up', subscriber.closed);
      const refused = await fetch(`${relay.url}/v1/events`, { headers: { Authorization: `Bearer ${token}` } });
      assert.equal(refused.status, 401);
      assert.equal((await refused.json()).code, 'REVOKED_TOKEN');
    }

    test('ends the streams of who logs out, and no others', async (t) => {
      const ada = user(provider, 'ada');
      const here = await ada.login();
      const there = await user(provider, 'ada').login();
      const others = await user(provider, 'bob').login();
      const { sub, sid } = claims(here);
      assert.equal(sub, 'ada');
      assert.equal(sid !== undefined, bySession);
      const [first, second, other] = [await open(t, here), await open(t, there), await open(t, others)];

      await ada.logout();

      assert.deepEqual(provider.logouts.failed, []);
      assert.deepEqual(provider.logouts.sent, [{ client: 'web', subject: 'ada' }]);
      await assertRevoked(first, here);
      const staying = [other];
      if (bySession) {
        assert.notEqual(claims(there).sid, sid);
        staying.push(second, await open(t, await ada.login()));
      } else {
        await assertRevoked(second, there);
      }
      await publish(relay, { tenant: 'acme', topic: 'things.1', type: TYPE, data: {} });
      for (const subscriber of staying) {
        await until('the event is here', () => subscriber.events().length === 1);
        assert.equal(subscriber.told('system.end').length, 0);
      }
    });
  });
}
