import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PublishError, type PublisherEvent, Publisher } from '../src/index.js';
import { FAST, SECRET, event, refuse, relay, stored } from './relay.js';

const failure = (answer: Promise<unknown>): Promise<PublishError> => answer.then(
  () => expect.fail('it was published'),
  (error: unknown) => {
    expect(error).toBeInstanceOf(PublishError);
    return error as PublishError;
  },
);

describe('what is sent', () => {
  test('is signed by Standard Webhooks, with each secret, over the bytes of the body', async () => {
    const { url, requests } = await relay(stored);
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const publisher = new Publisher({ url, secret: [SECRET, other] });
    const published = await publisher.publish(event('ö-1', { data: { text: 'ü' } }));
    expect(published).toEqual({ id: 'ö-1', cursor: expect.stringMatching(/^5rsd6na8-\d+$/), duplicate: false });
    const [{ headers, body }] = requests as [(typeof requests)[0]];
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe([SECRET, other].map((secret) => `v1,${
      createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(text).digest('base64')}`).join(' '));
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    await publisher.close();
  });

  test.each([
    ['alone', false], ['with its public key behind it', true],
  ])('is signed by a private key of Ed25519, %s', async (_, whole) => {
    const { url, requests } = await relay(stored);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { d, x } = privateKey.export({ format: 'jwk' });
    const key = Buffer.concat([d!, ...whole ? [x!] : []].map((it) => Buffer.from(it, 'base64url')));
    await using publisher = new Publisher({ url, secret: [`whsk_${key.toString('base64')}`, SECRET] });
    await publisher.publish(event('ö-1', { data: { text: 'ü' } }));
    const [{ headers, body }] = requests as [(typeof requests)[0]];
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const [asymmetric, shared, ...more] = String(headers['webhook-signature']).split(' ');
    expect(asymmetric).toMatch(/^v1a,/);
    expect(verify(null, Buffer.from(text), publicKey, Buffer.from(asymmetric!.slice(4), 'base64'))).toBe(true);
    expect(shared).toMatch(/^v1,/);
    expect(more).toEqual([]);
  });

  test('has each member of an event, times in RFC 3339, bytes in base64 and names as lists', async () => {
    const { url, requests } = await relay(stored);
    await using publisher = new Publisher({ url, key: 'sixteen-visible-1' });
    await publisher.publish(event('1', {
      roles: ['a,b'], users: ['ann'], time: new Date(0), ephemeral: true, attributes: { subject: 's', tries: 3 },
      datacontenttype: 'image/png', data: new Uint8Array([1, 2, 3]),
    }));
    expect(requests[0]?.events).toEqual([{
      specversion: '1.0', id: '1', source: '/shop', type: 'order.paid', tenant: 'acme', topic: 'orders.42', subject: 's',
      tries: 3, roles: ['a,b'], users: ['ann'], time: '1970-01-01T00:00:00.000Z', ephemeral: true,
      datacontenttype: 'image/png', data_base64: 'AQID',
    }]);
    expect(requests[0]?.headers.authorization).toBe('Bearer sixteen-visible-1');
  });

  test('is what the event was when it was published', async () => {
    const { url, requests } = await relay(stored);
    await using publisher = new Publisher({ url, secret: SECRET });
    const data = { order: 1 };
    const answer = publisher.publish(event('1', { data }));
    data.order = 2;
    await answer;
    expect(requests[0]?.events[0]?.['data']).toEqual({ order: 1 });
  });

  test('has an id of its own if the event has none', async () => {
    const { url, requests } = await relay(stored);
    await using publisher = new Publisher({ url, secret: SECRET });
    const { id, ...unnamed } = event('');
    const [one, two] = await Promise.all([publisher.publish(unnamed), publisher.publish(unnamed)]);
    expect(id).toBe('');
    expect(requests[0]?.ids).toEqual([one.id, two.id]);
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.id).not.toBe(two.id);
  });
});

describe('batches and order', () => {
  test('are as large as they may be, by count and by bytes, and in the order of the publishes', async () => {
    const { url, requests } = await relay(stored);
    await using publisher = new Publisher({ url, secret: SECRET, batch: { events: 3, bytes: 1024, lingerMs: 60_000 } });
    const large = { data: 'x'.repeat(600) };
    const ids = Array.from({ length: 9 }, (_, index) => String(index));
    const answers = ids.map((id) => publisher.publish(event(id, Number(id) >= 6 ? large : {})));
    // What lingers is sent when it closes.
    await publisher.close();
    await Promise.all(answers);
    expect(requests.map((it) => it.ids)).toEqual([['0', '1', '2'], ['3', '4', '5'], ['6'], ['7'], ['8']]);
    for (const { body } of requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1024);
  });

  test('keep their order through failures, each request with its id', async () => {
    const { url, requests } = await relay((sent, response, count) => {
      if (count % 3 === 1) response.destroy();
      else if (count % 3 === 2) refuse(response, 503, 'SHUTTING_DOWN');
      else stored(sent, response);
    });
    await using publisher = new Publisher({ url, secret: SECRET, retry: FAST, batch: { events: 2, lingerMs: 0 } });
    const done: string[] = [];
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) =>
      publisher.publish(event(id)).then((it) => done.push(it.id))));
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(requests).toHaveLength(9);
    const deliveries = requests.map(({ headers }) => headers['webhook-id']);
    for (const first of [0, 3, 6]) expect(new Set(deliveries.slice(first, first + 3)).size).toBe(1);
    expect(new Set(deliveries).size).toBe(3);
  });

  test('one bad event harms no other, whether it is refused alone or takes its request with it', async () => {
    const { url } = await relay((sent, response) => {
      if (sent.ids.includes('json')) refuse(response, 400, 'INVALID_JSON');
      else {
        const results = sent.ids.map((id, index) => (id === 'topic'
          ? { status: 422, code: 'INVALID_EVENT', detail: 'topic: is required', pointer: `/${index}/topic` }
          : { id, cursor: 'c-1', duplicate: id === 'old' }));
        response.writeHead(202).end(JSON.stringify({ results }));
      }
    });
    await using publisher = new Publisher({ url, secret: SECRET });
    const [a, topic, old, json, z] = ['a', 'topic', 'old', 'json', 'z'].map((id) => publisher.publish(event(id)));
    const [errorOfTopic, errorOfJson] = await Promise.all([failure(topic!), failure(json!)]);
    expect(errorOfTopic).toMatchObject({ kind: 'invalid', status: 422, code: 'INVALID_EVENT', pointer: '/topic' });
    expect(errorOfJson).toMatchObject({ kind: 'invalid', status: 400, mayBeStored: false });
    expect(await Promise.all([a, old, z])).toMatchObject([{ id: 'a' }, { duplicate: true }, { id: 'z' }]);
  });
});

describe('what a retry cannot mend is not tried again', () => {
  test.each([
    [400, 'INVALID_REQUEST', 'refused'], [401, 'BAD_SIGNATURE', 'unauthenticated'], [403, 'NOT_ALLOWED', 'not-allowed'],
    [404, 'NOT_FOUND', 'refused'], [413, 'TOO_LARGE', 'too-large'], [422, 'INVALID_EVENT', 'invalid'], [501, '', 'refused'],
    [505, '', 'refused'], [204, '', 'refused'], [200, '', 'refused'],
  ] as const)('%i %s: %s', async (status, code, kind) => {
    const { url, requests } = await relay((_, response) => refuse(response, status, code));
    await using publisher = new Publisher({ url, secret: SECRET });
    expect(await failure(publisher.publish(event('1')))).toMatchObject({ kind, status, code, mayBeStored: false });
    expect(requests).toHaveLength(1);
  });

  test('and a redirect is not followed', async () => {
    const elsewhere = await relay(stored);
    const { url, requests } = await relay((_, response) => refuse(response, 307, '', { Location: elsewhere.url }));
    await using publisher = new Publisher({ url, secret: SECRET });
    expect(await failure(publisher.publish(event('1')))).toMatchObject({ kind: 'refused', status: 307 });
    expect([requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });
});

describe('what is no answer', () => {
  const answers: Record<string, (response: import('node:http').ServerResponse) => unknown> = {
    'HTML with 202': (it) => it.writeHead(202, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>'),
    'nothing with 202': (it) => it.writeHead(202).end(),
    'results of others': (it) => it.writeHead(202).end('{"results":[{"id":"2","cursor":"c-1","duplicate":false}]}'),
    'too few results': (it) => it.writeHead(202).end('{"results":[]}'),
    '10 MB': (it) => it.writeHead(202).end('x'.repeat(10_000_000)),
    'a cut': (it) => { it.writeHead(202, { 'Content-Length': '100' }); it.write('{"resu', () => it.socket?.end()); },
    'no head': (it) => it.socket?.destroy(),
    '502 of a proxy': (it) => refuse(it, 502),
  };
  test.each(Object.keys(answers))('%s: tried until the attempts are used up, and it may be stored', async (name) => {
    const { url, requests } = await relay((_, response) => answers[name]?.(response));
    await using publisher = new Publisher({ url, secret: SECRET, retry: { ...FAST, attempts: 3 } });
    expect(await failure(publisher.publish(event('1')))).toMatchObject({ kind: 'gave-up', mayBeStored: true });
    expect(requests).toHaveLength(3);
  });

  test('nothing listens: it cannot be stored', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    await using publisher =
      new Publisher({ url: `http://127.0.0.1:${port}/v1/hooks/shop`, secret: SECRET, retry: { ...FAST, attempts: 2 } });
    expect(await failure(publisher.publish(event('1')))).toMatchObject({ kind: 'gave-up', mayBeStored: false });
  });
});

describe('bounds and ends', () => {
  test('a full queue has publishes wait in their turn, or rejects', async () => {
    const held: (() => void)[] = [];
    const { url, requests } = await relay((sent, response) => held.push(() => stored(sent, response)));
    const options = { url, secret: SECRET, batch: { events: 1, lingerMs: 0 } };
    const rejecting = new Publisher({ ...options, queue: { events: 1, whenFull: 'reject' } });
    const first = rejecting.publish(event('r1'));
    expect(await failure(rejecting.publish(event('r2')))).toMatchObject({ kind: 'queue-full', mayBeStored: false });
    await expect.poll(() => held.length).toBe(1);
    held.shift()?.();
    await first;
    await rejecting.close();

    const waiting = new Publisher({ ...options, queue: { events: 2, whenFull: 'wait' } });
    const answers = ['1', '2', '3', '4'].map((id) => waiting.publish(event(id)));
    // As many may wait as there is room for, and no more.
    expect(await failure(waiting.publish(event('5')))).toMatchObject({ kind: 'queue-full' });
    expect(waiting.unanswered).toBe(2);
    for (let answered = 0; answered < 4; answered++) {
      await expect.poll(() => held.length).toBe(1);
      held.shift()?.();
    }
    await Promise.all(answers);
    expect(requests.map(({ ids }) => ids[0])).toEqual(['r1', '1', '2', '3', '4']);
    expect(waiting.unanswered).toBe(0);
    await waiting.close();
  });

  test('a signal takes back what is not under way, and tells of what is', async () => {
    const held: (() => void)[] = [];
    const { url, requests } = await relay((sent, response) => held.push(() => stored(sent, response)));
    const publisher = new Publisher({ url, secret: SECRET, batch: { events: 1, lingerMs: 0 }, queue: { events: 2 } });
    const abort = [1, 2, 3].map(() => new AbortController());
    const answers = abort.map(({ signal }, index) => failure(publisher.publish(event(String(index)), { signal })));
    const last = publisher.publish(event('last'));
    await expect.poll(() => held.length).toBe(1);
    abort.toReversed().forEach((it) => it.abort());
    expect((await Promise.all(answers)).map(({ kind, mayBeStored }) => [kind, mayBeStored]))
      .toEqual([['aborted', true], ['aborted', false], ['aborted', false]]);
    held.shift()?.();
    await expect.poll(() => held.length).toBe(1);
    held.shift()?.();
    await last;
    expect(requests.map(({ ids }) => ids[0])).toEqual(['0', 'last']);
    expect(await failure(publisher.publish(event('x'), { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' });
    await publisher.close();
  });

  test('closing sends what was accepted, and tells the rest when its time is over', async () => {
    const { url, requests } = await relay((sent, response, count) => { if (count === 1) stored(sent, response); });
    const publisher = new Publisher({ url, secret: SECRET, batch: { events: 1, lingerMs: 0 }, queue: { events: 3 } });
    const [one, ...others] = ['1', '2', '3', '4'].map((id) => publisher.publish(event(id)));
    const failures = others.map(failure);
    await one;
    await expect.poll(() => requests.length).toBe(2);
    await Promise.all([publisher.close(), publisher.close(0)]);
    expect((await Promise.all(failures)).map(({ kind, mayBeStored }) => [kind, mayBeStored]))
      .toEqual([['closed', true], ['closed', false], ['closed', false]]);
    expect(await failure(publisher.publish(event('5')))).toMatchObject({ kind: 'closed', mayBeStored: false });
    await publisher.close();
    expect(requests).toHaveLength(2);
  });

  test('an event over the bytes of a batch is told before anything is sent', async () => {
    const { url, requests } = await relay(stored);
    await using publisher = new Publisher({ url, secret: SECRET, batch: { bytes: 1024 } });
    expect(await failure(publisher.publish(event('1', { data: 'x'.repeat(1024) })))).toMatchObject({ kind: 'too-large' });
    expect(requests).toHaveLength(0);
  });
});

describe('an event that is none', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each([
    ['an audience that got lost', { roles: undefined }, '/roles'],
    ['an audience of no names', { users: 'ann' }, '/users'],
    ['a misspelt audience', { role: ['operator'] }, '/role'],
    ['no topic', { topic: undefined }, '/topic'],
    ['data that is no JSON', { data: cycle }, '/data'],
    ['a number that JSON does not have', { data: 1n }, '/data'],
    ['bytes of no type', { data: new Uint8Array(1) }, '/datacontenttype'],
    ['a time that is none', { expirytime: new Date(Number.NaN) }, '/expirytime'],
    ['an attribute that JSON does not have', { attributes: { tries: Number.NaN } }, '/attributes'],
    ['an attribute that is a member', { attributes: { tenant: 'beta' } }, '/attributes'],
  ])('%s', async (_, more, pointer) => {
    await using publisher = new Publisher({ url: 'https://relay.example/v1/hooks/shop', secret: SECRET });
    const error = await failure(publisher.publish(event('1', more) as PublisherEvent));
    expect(error).toMatchObject({ kind: 'invalid', pointer, mayBeStored: false, status: undefined });
  });
});

describe('secrets', () => {
  test('are in no message and no inspection', async () => {
    const hidden = 'TOPSECRETTOPSECRET';
    const seen: string[] = [];
    for (const options of [{ secret: `whsec_${hidden}` }, { secret: `whsk_${hidden}` }, { secret: hidden }, { key: `${hidden}\n` }, {}, { key: hidden, secret: SECRET }]) {
      expect(() => new Publisher({ url: 'https://relay.example/', ...options })).toThrow(RangeError);
      try {
        void new Publisher({ url: 'https://relay.example/', ...options });
      } catch (error) {
        seen.push(inspect(error, { depth: null }).split('\n')[0] ?? '');
      }
    }
    expect(() => new Publisher({ url: `https://ann:${hidden}@relay.example/`, secret: SECRET })).toThrow(RangeError);
    const { url, requests } = await relay(stored);
    const publisher = new Publisher({ url, key: hidden });
    seen.push(inspect(publisher, { depth: null, showHidden: true }), JSON.stringify(publisher), String(publisher));
    await publisher.close();
    const asking = new Publisher({
      url, retry: { ...FAST, attempts: 2 }, token: () => Promise.reject(new Error(`no token for ${hidden}`)),
    });
    const error = await failure(asking.publish(event('1')));
    expect(error).toMatchObject({ kind: 'gave-up', mayBeStored: false });
    seen.push(inspect(error, { depth: null, showHidden: true }));
    await asking.close();
    for (const text of seen) expect(text).not.toContain('TOPSECRET');
    expect(requests).toHaveLength(0);
  });

  test('a token is asked for before each attempt', async () => {
    const { url, requests } = await relay((sent, response, count) =>
      (count === 1 ? refuse(response, 503) : stored(sent, response)));
    let asked = 0;
    await using publisher = new Publisher({ url, token: () => `token-${++asked}`, retry: FAST });
    await publisher.publish(event('1'));
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

test.each([
  [{ batch: { events: 0 } }], [{ batch: { bytes: 1023 } }], [{ batch: { lingerMs: 1.5 } }], [{ queue: { events: Number.NaN } }],
  [{ queue: { waitMs: 0 } }], [{ queue: { whenFull: 'drop' as 'wait' } }], [{ retry: { attempts: 1001 } }],
  [{ retry: { firstPauseMs: 10, maxPauseMs: 9 } }], [{ requestTimeoutMs: 0 }], [{ closeWithinMs: -1 }],
  [{ url: 'ftp://relay.example/' }], [{ url: '/v1/hooks/shop' }], [{ url: 'https://relay.example/?key=1' }],
])('a setting out of its bounds is refused: %j', (options) => {
  expect(() => new Publisher({ url: 'https://relay.example/', secret: SECRET, ...options })).toThrow(RangeError);
});
