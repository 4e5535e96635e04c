// The relay behind the proxies that deploy/proxies has files for: pages with cookies, clients with tokens and with
// tickets, streams that are not held up, many of them on one connection, and no token in what the proxy writes.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, constants } from 'node:http2';
import { Agent, request } from 'node:https';
import { startIssuer } from './issuer.mjs';
import { run } from './programs.mjs';
import { PROXIES, startProxy } from './proxies.mjs';
import { publish, startRelay, STATIC_TOKEN } from './relay.mjs';
import { assertNoneIn, key, token as remember } from './secrets.mjs';
import { together, until } from './wait.mjs';
import { wireTo } from './wire.mjs';

const TYPE = 'thing.changed';
const CONNECTED = 'event: system.connected';
/**
 * How many streams each proxy has to carry on one connection. Apache works on six requests of a connection at a time,
 * and on more only after some were answered to their end, which streams are not.
 */
const TOGETHER = { nginx: 12, haproxy: 12, caddy: 12, apache: 5 };
const PAGE = `<!doctype html><title>The application</title>${'<p>words</p>'.repeat(1000)}`;

describe('behind a proxy', { concurrency: true, timeout: 240_000 }, () => {
  let issuer;
  let application;
  let plain;
  let believing;

  before(async () => {
    issuer = await startIssuer();
    application = createServer((asked, answer) => answer.setHeader('Content-Type', 'text/html').end(PAGE));
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    await together([
      startRelay(issuer, { heartbeatMs: 1000 }).then((relay) => { plain = relay; }),
      // It writes nothing but events, and compresses nothing.
      startRelay(issuer, {
        heartbeatMs: 3_600_000, stream: { compression: 'none' }, trustedProxies: ['192.0.2.0/24', '127.0.0.1'],
      }).then((relay) => { believing = relay; }),
    ]);
  });

  after(async () => {
    try {
      await together([plain?.stop(), believing?.stop()]);
    } finally {
      application?.closeAllConnections();
      application?.close();
      await issuer?.close();
    }
  });

  for (const name of PROXIES) describe(name, { concurrency: 1 }, () => suite(name));

  function suite(name) {
    // Each proxy has a subject of its own, as all have the same relays.
    const ANN = { subject: name, tenant: 'acme' };
    let wire;
    let beforePlain;
    let beforeBelieving;

    before(async () => {
      wire = await wireTo(plain.port);
      const { port } = application.address();
      await together([
        startProxy(name, { relay: Number(new URL(wire.url).port), application: port }).then((proxy) => { beforePlain = proxy; }),
        startProxy(name, { relay: believing.port, application: port }).then((proxy) => { beforeBelieving = proxy; }),
      ]);
    });

    after(async () => {
      try {
        await together([beforePlain?.stop(), beforeBelieving?.stop()]);
      } finally {
        await wire?.close();
      }
    });

    const bearer = (who = ANN) => ({ Authorization: `Bearer ${issuer.token(who)}` });
    const cookie = (origin, more = {}) => ({ Cookie: `access_token=${issuer.token(ANN)}`, Origin: origin, ...more });

    /** Asks through a proxy; not by fetch, which sets headers of its own. */
    async function ask(proxy, path, { method = 'GET', headers = {}, body, agent = false } = {}) {
      const asked = request(`${proxy.origin}${path}`, { method, headers, agent });
      asked.end(body);
      const [answer] = await once(asked, 'response');
      return { asked, answer };
    }

    async function whole(proxy, path, options) {
      const { answer } = await ask(proxy, path, options);
      const parts = await answer.toArray();
      return { status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() };
    }

    async function open(t, proxy, path, headers) {
      const { asked, answer } = await ask(proxy, path, { headers });
      t.after(() => asked.destroy());
      const stream = { status: answer.statusCode, headers: answer.headers, text: '', leave: () => asked.destroy() };
      answer.setEncoding('utf8').on('data', (text) => { stream.text += text; }).on('error', () => {});
      return stream;
    }

    const say = (relay, n) => publish(relay, { tenant: 'acme', topic: 'things', type: TYPE, data: { n } });

    /** Each event is here before the next one is published: nothing in between waits for more. */
    async function seesEachAsItComes(stream, relay) {
      await until('the stream is open', () => stream.text.includes(CONNECTED));
      for (let n = 1; n <= 3; n++) {
        const { cursor } = await say(relay, n);
        await until(`event ${n} is here`, () => stream.text.includes(`id: ${cursor}`));
      }
    }

    const status = async (proxy, headers) => (await whole(proxy, '/v1/status', { headers })).status;

    test('streams pass frame by frame, and heartbeats', async (t) => {
      const stream = await open(t, beforePlain, '/v1/stream', bearer());
      assert.equal(stream.status, 200);
      await seesEachAsItComes(stream, plain);
      const { length } = stream.text;
      await until('a heartbeat', () => /^:/m.test(stream.text.slice(length)));
    });

    test('a stream that the relay does not compress is not held up by compressing it here', async (t) => {
      const stream = await open(t, beforeBelieving, '/v1/stream', { ...bearer(), 'Accept-Encoding': 'gzip, br' });
      assert.equal(stream.headers['content-encoding'], undefined);
      // Nothing else is written that could push them: the next heartbeat is an hour away.
      await seesEachAsItComes(stream, believing);
    });

    test('a stream that the relay compresses comes so to a client over HTTP/2, and each event at once', async (t) => {
      const { Authorization } = bearer();
      const curl = run('curl', ['-sSN', '--http2', '--compressed', '--cacert', beforePlain.authority, '-D', '-',
        '-H', `Authorization: ${Authorization}`, `${beforePlain.origin}/v1/stream`]);
      t.after(curl.stop);
      await curl.hears(CONNECTED);
      assert.match(curl.text(), /^HTTP\/2 200\b/);
      assert.match(curl.text(), /^content-encoding: gzip\r$/mi);
      await seesEachAsItComes({ get text() { return curl.text(); } }, plain);
    });

    test('an application beside the relay is reached, and compressed', async () => {
      const { status: found, headers } = await whole(beforePlain, '/', { headers: { 'Accept-Encoding': 'gzip' } });
      assert.deepEqual([found, headers['content-encoding']], [200, 'gzip']);
      assert.equal((await whole(beforePlain, '/')).text, PAGE);
    });

    test('paths of own streams lead to the relay', async () => {
      for (const path of ['/api/events/none', '/api/events', '/api/events?none']) {
        const { headers, text } = await whole(beforePlain, path, { headers: bearer() });
        assert.equal(headers['content-type'], 'application/problem+json', `${path}: ${text}`);
      }
      assert.equal((await whole(beforePlain, '/api/eventsandmore')).text, PAGE);
    });

    test('the client library and what describes the relay are those of the relay', async () => {
      const index = await whole(beforePlain, '/client');
      const { files } = JSON.parse(index.text);
      assert.deepEqual(files.map(({ file }) => file).filter((file) => file.endsWith('.js')),
        ['heliograph.js', 'heliograph-elements.js']);
      const { path, integrity } = files.find(({ file }) => file === 'heliograph.js');
      const script = await whole(beforePlain, '/client/heliograph.js');
      assert.match(script.headers['content-type'], /^text\/javascript\b/);
      assert.equal(`sha384-${createHash('sha384').update(script.text).digest('base64')}`, integrity);
      assert.equal((await whole(beforePlain, path)).headers['cache-control'], 'public, max-age=31536000, immutable');

      assert.equal(JSON.parse((await whole(beforePlain, '/asyncapi')).text).asyncapi, '3.0.0');
      assert.match((await whole(beforePlain, '/openapi')).text, /^openapi: 3/m);

      for (const described of ['/client/heliograph.js', '/client', '/asyncapi', '/openapi']) {
        const headers = { 'Accept-Encoding': 'gzip' };
        const straight = await fetch(`${plain.url}${described}`, { headers });
        await straight.body.cancel();
        const { status: found, headers: told } = await whole(beforePlain, described, { headers });
        assert.equal(found, 200, described);
        for (const header of ['content-type', 'content-encoding', 'cache-control', 'etag']) {
          assert.equal(told[header], straight.headers.get(header) ?? undefined, `${described}: ${header}`);
        }
        if (described === '/openapi') continue; // It has no ETag.
        const again = await whole(beforePlain, described, { headers: { ...headers, 'If-None-Match': told.etag } });
        assert.equal(again.status, 304, described);
      }
      for (const other of ['/clients', '/asyncapi2', '/openapi.json']) {
        assert.equal((await whole(beforePlain, other)).text, PAGE, other);
      }
    });

    test('many streams share one connection with requests, and leave it again', async (t) => {
      const mia = { subject: `mia-${name}`, tenant: 'acme' };
      const session = connect(beforePlain.origin);
      t.after(() => session.destroy());
      const streams = Array.from({ length: TOGETHER[name] }, () => {
        const stream = session.request({ ':path': '/v1/stream', accept: 'text/event-stream', ...bearer(mia) });
        const got = { text: '', leave: () => stream.close(constants.NGHTTP2_CANCEL) };
        stream.setEncoding('utf8').on('data', (text) => { got.text += text; }).on('error', () => {});
        return got;
      });
      const opened = async () => {
        const asked = session.request({ ':path': '/v1/status', ...bearer(mia) });
        return JSON.parse((await asked.setEncoding('utf8').toArray()).join('')).streams;
      };
      for (const stream of streams) await until('it is open', () => stream.text.includes(CONNECTED));
      const { cursor } = await say(plain, 1);
      for (const stream of streams) await until('the event', () => stream.text.includes(`id: ${cursor}`));
      assert.equal(await opened(), streams.length);
      assert.equal(session.alpnProtocol, 'h2');
      streams.forEach((stream) => stream.leave());
      await until('the relay has none', async () => (await opened()) === 0);
    });

    test('connections to the relay are kept for the next request', async (t) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      t.after(() => agent.destroy());
      const had = wire.connections;
      for (let n = 0; n < 5; n++) {
        const { status: found } = await whole(beforePlain, '/v1/status', { headers: bearer(), agent });
        assert.equal(found, 200);
      }
      assert.ok(wire.connections - had <= 1, `${wire.connections - had} connections for 5 requests`);
    });

    test('a stream that its client leaves does not stay open', async (t) => {
      const lea = { subject: `lea-${name}`, tenant: 'acme' };
      const streams = async () =>
        JSON.parse((await whole(beforePlain, '/v1/status', { headers: bearer(lea) })).text).streams;
      const stream = await open(t, beforePlain, '/v1/stream', bearer(lea));
      await until('the stream is open', () => stream.text.includes(CONNECTED));
      assert.equal(await streams(), 1);
      stream.leave();
      await until('the relay has none', async () => (await streams()) === 0);
    });

    test('a body as long as the relay takes is judged by the relay', async () => {
      const body = JSON.stringify({ tenant: 'acme', topic: 'things', type: TYPE, data: 'x'.repeat(2 << 20) });
      const { status: found, text } = await whole(beforePlain, '/v1/hooks/curl', {
        method: 'POST', body, headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' },
      });
      assert.equal(found, 413);
      assert.equal(JSON.parse(text).code, 'TOO_LARGE');
    });

    test("a page's own cookie opens a stream, also where the proxy is not trusted", async (t) => {
      const headers = (proxy) => cookie(proxy.origin, { 'Sec-Fetch-Site': 'same-origin' });
      await seesEachAsItComes(await open(t, beforeBelieving, '/v1/stream', headers(beforeBelieving)), believing);
      await seesEachAsItComes(await open(t, beforePlain, '/v1/stream', headers(beforePlain)), plain);
    });

    test('a cookie counts for no page of another origin', async () => {
      for (const [proxy, relay] of [[beforePlain, plain], [beforeBelieving, believing]]) {
        assert.equal(await status(proxy, cookie('https://evil.example')), 403);
        // The name by which the proxy calls the relay is nothing that a browser sees.
        assert.equal(await status(proxy, cookie(relay.url)), 403);
        for (const claimed of ['X-Forwarded-Host', 'Forwarded']) {
          const value = claimed === 'Forwarded' ? 'host=evil.example;proto=https' : 'evil.example';
          assert.equal(await status(proxy, cookie('https://evil.example', { [claimed]: value })), 403);
        }
        assert.equal(await status(proxy, cookie(proxy.origin)), 200);
      }
    });

    test('over HTTP/2 the relay is told the same host as over HTTP/1.1', async (t) => {
      const session = connect(beforeBelieving.origin);
      t.after(() => session.destroy());
      for (const [origin, wanted] of [[beforeBelieving.origin, 200], ['https://evil.example', 403]]) {
        const asked = session.request({ ':path': '/v1/status', ...cookie(origin) });
        const [headers] = await once(asked, 'response');
        assert.equal(headers[':status'], wanted, origin);
        asked.close();
      }
    });

    test('what the relay refuses is answered as the relay answers it, also for streams', async () => {
      for (const [path, headers, wanted] of [
        ['/v1/stream?replay=0', bearer(), 400],
        ['/v1/stream', {}, 401],
        ['/v1/stream', cookie('https://evil.example'), 403],
        ['/v1/stream', { ...bearer(), Accept: 'text/html' }, 406],
        ['/v1/events?after=no-cursor!', bearer(), 400],
      ]) {
        for (const accept of [{}, { Accept: 'text/event-stream' }]) {
          const { status: found, text } = await whole(beforePlain, path, { headers: { ...accept, ...headers } });
          assert.equal(found, wanted, `${path}: ${text}`);
          assert.ok(JSON.parse(text).code, text);
        }
      }
    });

    test('a trusted proxy says the scheme, whatever the client says of it', async () => {
      const insecure = beforeBelieving.origin.replace('https:', 'http:');
      assert.equal(await status(beforeBelieving, cookie(insecure)), 403);
      assert.equal(await status(beforeBelieving, cookie(insecure, { 'X-Forwarded-Proto': 'http' })), 403);
      assert.equal(await status(beforePlain, cookie(beforePlain.origin.replace('https:', 'http:'))), 200);
    });

    test('a ticket and a token in the query open a stream, and are not written down', async (t) => {
      const sold = await whole(beforePlain, '/v1/tickets', {
        method: 'POST', headers: { ...bearer(), 'Content-Type': 'application/json' }, body: '{"topics":[">"]}',
      });
      const ticket = remember(JSON.parse(sold.text).ticket);
      const token = issuer.token(ANN);
      for (const query of [`ticket=${ticket}`, `access_token=${token}`]) {
        await seesEachAsItComes(await open(t, beforePlain, `/v1/stream?${query}`, {}), plain);
      }
    });

    test('nothing that the proxy writes has a secret in it, and requests are written down', async () => {
      const token = issuer.token(ANN);
      const before = beforePlain.accesses().length;
      const lines = (pattern) => beforePlain.accesses().slice(before).split('\n').filter((line) => pattern.test(line));
      const queries = [`access_token=${token}x`, `token=${token}`, `access%5Ftoken=${token}&lastEventId=1`,
        `access_token=a&access_token=${token}`, `;${token}`];
      for (const query of queries) {
        await whole(beforePlain, `/v1/events?${query}`, { headers: { Referer: `/?${query}` } });
      }
      // A sender's key, in a header that a proxy does not know to be secret.
      const refused = await whole(beforePlain, '/v1/hooks/hub', {
        method: 'POST', body: '{}', headers: { 'X-Gitlab-Token': key('a-key-that-nobody-else-has') },
      });
      const last = new RegExp(`POST.*/v1/hooks/hub.*\\b${refused.status}\\b`);
      await until('the last is written down', () => lines(last).length === 1);
      assert.equal(lines(/GET.*\/v1\/events\b.*\b4\d\d\b/).length, queries.length, beforePlain.accesses());
      assertNoneIn(`what ${name} wrote`, beforePlain.all());
    });
  }
});
