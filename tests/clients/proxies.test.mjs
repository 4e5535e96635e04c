// The relay behind the proxies that deploy/README.md has blocks for: pages with cookies, clients with tokens and with
// tickets, streams that are not held up, and no token in what the proxy writes.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { startIssuer } from './issuer.mjs';
import { PROXIES, startProxy } from './proxies.mjs';
import { publish, startRelay } from './relay.mjs';
import { token as remember } from './secrets.mjs';
import { until } from './wait.mjs';

const ANN = { subject: 'ann', tenant: 'acme' };
const TYPE = 'thing.changed';

for (const name of PROXIES) {
  describe(`behind ${name}`, { timeout: 120_000 }, () => {
    let issuer;
    let plain;
    let believing;
    let beforePlain;
    let beforeBelieving;

    before(async () => {
      issuer = await startIssuer();
      [plain, believing] = await Promise.all([
        startRelay(issuer, { heartbeatMs: 1000 }),
        startRelay(issuer, { heartbeatMs: 1000, trustedProxies: ['192.0.2.0/24', '127.0.0.1'] }),
      ]);
      [beforePlain, beforeBelieving] = await Promise.all([startProxy(name, plain), startProxy(name, believing)]);
    });

    after(async () => {
      await Promise.all([beforePlain.stop(), beforeBelieving.stop()]);
      await Promise.all([plain.stop(), believing.stop()]);
      await issuer.close();
    });

    const bearer = () => ({ Authorization: `Bearer ${issuer.token(ANN)}` });
    const cookie = (origin, more = {}) => ({ Cookie: `access_token=${issuer.token(ANN)}`, Origin: origin, ...more });

    /** Opens a stream through a proxy; not by fetch, which sets headers of its own. */
    async function open(t, proxy, path, headers) {
      const asked = request(`${proxy.origin}${path}`, { headers, agent: false });
      t.after(() => asked.destroy());
      asked.end();
      const [answer] = await once(asked, 'response');
      const stream = { status: answer.statusCode, text: '' };
      answer.setEncoding('utf8').on('data', (text) => { stream.text += text; }).on('error', () => {});
      return stream;
    }

    /** Each event is here before the next one is published: nothing in between waits for more. */
    async function seesEachAsItComes(stream, relay) {
      await until('the stream is open', () => stream.text.includes('event: system.connected'));
      for (let n = 1; n <= 3; n++) {
        const { cursor } = await publish(relay, { tenant: 'acme', topic: 'things', type: TYPE, data: { n } });
        await until(`event ${n} is here`, () => stream.text.includes(`id: ${cursor}`));
      }
    }

    async function status(proxy, headers) {
      const asked = request(`${proxy.origin}/v1/status`, { headers, agent: false });
      asked.end();
      const [answer] = await once(asked, 'response');
      answer.resume();
      return answer.statusCode;
    }

    test('streams pass frame by frame, and heartbeats', async (t) => {
      const stream = await open(t, beforePlain, '/v1/stream', bearer());
      assert.equal(stream.status, 200);
      await seesEachAsItComes(stream, plain);
      const { length } = stream.text;
      await until('a heartbeat', () => /^:/m.test(stream.text.slice(length)));
    });

    test("a page's own cookie opens a stream, also where the proxy is not trusted", async (t) => {
      for (const [proxy, relay] of [[beforePlain, plain], [beforeBelieving, believing]]) {
        const headers = cookie(proxy.origin, { 'Sec-Fetch-Site': 'same-origin' });
        await seesEachAsItComes(await open(t, proxy, '/v1/stream', headers), relay);
      }
    });

    test('a cookie counts for no page of another origin', async () => {
      for (const [proxy, relay] of [[beforePlain, plain], [beforeBelieving, believing]]) {
        assert.equal(await status(proxy, cookie('http://evil.example')), 403);
        // The name by which the proxy calls the relay is nothing that a browser sees.
        assert.equal(await status(proxy, cookie(relay.url)), 403);
        for (const claimed of ['X-Forwarded-Host', 'Forwarded']) {
          const value = claimed === 'Forwarded' ? 'host=evil.example;proto=http' : 'evil.example';
          assert.equal(await status(proxy, cookie('http://evil.example', { [claimed]: value })), 403);
        }
        assert.equal(await status(proxy, cookie(proxy.origin)), 200);
      }
    });

    test('what the relay refuses is answered as the relay answers it, also for streams', async (t) => {
      for (const [path, headers, wanted] of [
        ['/v1/stream?replay=0', bearer(), 400],
        ['/v1/stream', {}, 401],
        ['/v1/stream', cookie('http://evil.example'), 403],
        ['/v1/stream', { ...bearer(), Accept: 'text/html' }, 406],
        ['/v1/events?after=no-cursor!', bearer(), 400],
      ]) {
        const { status: found, text } = await open(t, beforePlain, path, headers);
        assert.equal(found, wanted, `${path}: ${text}`);
      }
    });

    test('a trusted proxy says the scheme, whatever the client says of it', async () => {
      const secure = beforeBelieving.origin.replace('http:', 'https:');
      assert.equal(await status(beforeBelieving, cookie(secure)), 403);
      assert.equal(await status(beforeBelieving, cookie(secure, { 'X-Forwarded-Proto': 'https' })), 403);
      assert.equal(await status(beforePlain, cookie(beforePlain.origin.replace('http:', 'https:'))), 200);
    });

    test('a ticket and a token in the query open a stream, and are not written down', async (t) => {
      const sold = await fetch(`${beforePlain.origin}/v1/tickets`, {
        method: 'POST', headers: { ...bearer(), 'Content-Type': 'application/json' }, body: '{"topics":[">"]}',
      });
      const ticket = remember((await sold.json()).ticket);
      const token = issuer.token(ANN);
      for (const query of [`ticket=${ticket}`, `access_token=${token}`]) {
        await seesEachAsItComes(await open(t, beforePlain, `/v1/stream?${query}`, {}), plain);
      }
      // Streams are written down when they end, and this when it is answered.
      await status(beforePlain, bearer());
      const refused = await fetch(`${beforePlain.origin}/v1/events?access_token=${token}x`);
      assert.equal(refused.status, 401);
      await until('the proxy has written', () => beforePlain.accesses().includes('/v1/events'));
      const written = beforePlain.accesses();
      assert.ok(!written.includes('access_token='), written);
      assert.ok(!written.includes('ticket='), written);
      assert.ok(!written.includes(token), written);
    });
  });
}
