// What it does over minutes and hours, with a clock that the test moves. The network is a function here, as an application may
// give one: each test says what it answers.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Options } from '../src/api.js';
import { open } from './told.js';

const URL_OF_STREAM = 'http://relay.test/v1/stream';

beforeEach(() => {
  vi.useFakeTimers();
  // The longest of what chance gives.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A stream that a test writes into. */
function line(text = '') {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (it) => { controller = it; } });
  const write = (more: string): void => controller.enqueue(new TextEncoder().encode(more));
  if (text) write(text);
  return { answer: new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }), write, end: () => controller.close() };
}

interface Asked { readonly url: URL; readonly headers: Headers; readonly method: string; readonly at: number }

/** A stream under test over a network that answers so, and what it asked when. */
function over(answer: (asked: Asked, count: number) => Response | Promise<Response>, options: Partial<Options> = {}) {
  const requests: Asked[] = [];
  const start = Date.now();
  const told = open({
    url: URL_OF_STREAM,
    fetch: async (url, init) => {
      const asked = {
        url: new URL(String(url)), headers: new Headers(init?.headers), method: init?.method ?? 'GET', at: Date.now() - start,
      };
      requests.push(asked);
      const aborted = new Promise<never>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
      });
      const response = await Promise.race([answer(asked, requests.length), aborted]);
      if (!init?.signal || !response.body) return response;
      // As the platform's own: aborting ends the body as well.
      const { body, headers, status } = response;
      return new Response(body.pipeThrough(new TransformStream(), { signal: init.signal }), { headers, status });
    },
    ...options,
  });
  return Object.assign(told, { requests, times: () => requests.map(({ at }) => at) });
}

const refused = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('tries', () => {
  test('come after 1, 2, 4, 8, 16 and then 30 seconds', async () => {
    const { times, live } = over(() => refused(502));
    await pass(3 * MINUTE);
    expect(times()).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121, 151].map((seconds) => seconds * 1000));
    expect(live.status).toBe('reconnecting');
    expect(live.details.attempts).toBe(10);
  });

  test('come after no less than half of that', async () => {
    vi.mocked(Math.random).mockReturnValue(0);
    const { times } = over(() => refused(502));
    await pass(MINUTE);
    expect(times()).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5].map((seconds) => seconds * 1000));
  });

  test('begin anew once a stream was open', async () => {
    const first = line('data: 1\n\n');
    const { times, live } = over((_, count) => count === 4 ? first.answer : refused(502));
    await pass(7_000);
    expect(live.status).toBe('connected');
    expect(live.details.attempts).toBe(0);
    first.end();
    await pass(3_000);
    expect(times()).toEqual([0, 1_000, 3_000, 7_000, 8_000, 10_000]);
  });

  test('obey Retry-After, by seconds and by date, up to ten minutes', async () => {
    const { times } = over((_, count) => refused(503, {
      'Retry-After': ['20', new Date(Date.now() + 40_000).toUTCString(), '86400', '0'][count - 1] ?? '-3',
    }));
    await pass(HOUR);
    const [, second, third, fourth, fifth] = times();
    expect(second).toBe(20_000);
    expect(third! - second!).toBeGreaterThan(38_000);
    expect(third! - second!).toBeLessThanOrEqual(40_000);
    expect(fourth! - third!).toBe(10 * MINUTE);
    expect(fifth! - fourth!).toBe(8_000);
  });

  test('obey what retry said last, also where the stream had not begun, and are spread by up to a half', async () => {
    const { times } = over((_, count) => count === 1
      ? line('retry: 30000\nevent: system.end\ndata: {"reason":"limit"}\n\n').answer : refused(502));
    await pass(2 * MINUTE);
    expect(times()).toEqual([0, 45_000, 90_000]);
    vi.mocked(Math.random).mockReturnValue(0);
    await pass(MINUTE);
    expect(times()[3]).toBe(135_000);
    expect(times()[4]).toBe(165_000);
  });

  test('after a shutdown come when the relay said, to the millisecond', async () => {
    const { times } = over((_, count) => count === 1
      ? line('id: 1\ndata: 1\n\nretry: 12500\nevent: system.shutdown\ndata: {"reconnect":12500}\n\n').answer : line('data: 2\n\n').answer);
    await pass(MINUTE);
    expect(times().slice(0, 2)).toEqual([0, 12_500]);
  });

  test('come at once when asked for, and only then', async () => {
    const { times, live } = over(() => refused(503, { 'Retry-After': '600' }));
    await pass(1_000);
    live.reconnect();
    await pass(1_000);
    expect(times()).toEqual([0, 1_000]);
    live.reconnect();
    live.reconnect();
    await pass(0);
    expect(times()).toEqual([0, 1_000, 2_000]);
  });
});

describe('what does not pass', () => {
  test.each([403, 404, 400, 405, 451])('%d is tried again every five minutes', async (status) => {
    const { times, statuses } = over(() => refused(status));
    await pass(11 * MINUTE);
    expect(times()).toEqual([0, 5 * MINUTE, 10 * MINUTE]);
    expect(new Set(statuses)).toEqual(new Set(['connecting', `error: HTTP ${status}`, `reconnecting: HTTP ${status}`]));
  });

  test('401 asks for a new token once, and then waits five minutes', async () => {
    let asked = 0;
    const { times, live } = over(() => refused(401), { token: () => `t${++asked}` });
    await pass(MINUTE);
    expect(times()).toEqual([0, 0]);
    expect(asked).toBe(2);
    expect(live.details.reason).toBe('HTTP 401');
    expect(live.status).toBe('error');
    await pass(5 * MINUTE);
    expect(times()).toEqual([0, 0, 5 * MINUTE]);
  });

  test('401 after a good stream asks for a new token once more', async () => {
    const lines = [line('data: 1\n\n'), line('data: 2\n\n')];
    let asked = 0;
    const { times, hears } = over((_, count) => count % 2 === 1 ? lines[(count - 1) / 2]!.answer : refused(401),
      { token: () => `t${++asked}` });
    await pass(0);
    lines[0]!.end();
    await pass(1_000);
    await pass(1);
    await hears('1', '2');
    expect(times()).toHaveLength(3);
    expect(times()[2]).toBeLessThanOrEqual(1_010);
  });

  test('204 is over for good', async () => {
    const { times, live } = over(() => refused(204));
    await pass(24 * HOUR);
    expect(times()).toEqual([0]);
    expect(live.status).toBe('disconnected');
  });

  test('an event without an end is refused, not asked for again and again', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(1_000_000));
    const { times, live } = over(() => new Response(new ReadableStream({
      start(controller) { controller.enqueue(new TextEncoder().encode('data: 1\n\ndata: ')); },
      pull(controller) { controller.enqueue(chunk); },
    }), { headers: { 'Content-Type': 'text/event-stream' } }));
    await vi.waitFor(() => expect(live.status).toBe('error'));
    expect(live.details.reason).toBe('too long an event');
    await pass(4 * MINUTE);
    expect(times()).toHaveLength(1);
  });
});

describe('silence', () => {
  const connected = 'id: k-1\nevent: system.connected\ndata: {"stream":"s","heartbeat":15}\n\n';

  test('of two heartbeats is a dead line', async () => {
    const lines = [line(connected), line(connected)];
    const { live, statuses, requests } = over((_, count) => lines[count - 1]!.answer);
    await pass(29_000);
    lines[0]!.write(':\n\n');
    await pass(29_999);
    expect(live.status).toBe('connected');
    await pass(1_001);
    expect(statuses).toContain('reconnecting: silence');
    expect(requests).toHaveLength(2);
    expect(requests[1]!.headers.get('last-event-id')).toBe('k-1');
  });

  test('of 45 seconds, where no heartbeat was told; also before the answer, and before the token', async () => {
    const { times } = over((_, count) => count === 2 ? line().answer : new Promise<never>(() => {}),
      { token: (() => { let n = 0; return () => ++n === 3 ? new Promise<never>(() => {}) : 't'; })() });
    await pass(3 * MINUTE);
    // The third has no token, so nothing is asked.
    expect(times()).toEqual([0, 46_000, 46_000 + 47_000 + 49_000]);
  });

  test('of a stream that never says a word is no success, so that polling begins', async () => {
    const poll = vi.fn();
    const { live, requests } = over(() => line().answer, { poll });
    await pass(2_000);
    expect(live.status).toBe('connected');
    await pass(45_000 + 46_000 + 47_000);
    expect(live.status).toBe('fallback');
    expect(requests).toHaveLength(3);
    expect(poll).toHaveBeenCalled();
  });
});

describe('a new token', () => {
  test('is brought in place, to the stream that asked', async () => {
    const stream = line('event: system.connected\ndata: {"stream":"s/1","heartbeat":3600}\n\n');
    let asked = 0;
    const { requests, statuses } = over(({ method }) => method === 'POST' ? refused(204) : stream.answer, { token: () => `t${++asked}` });
    await pass(10);
    stream.write('event: system.reauth\ndata: {"expires":"x"}\n\n');
    await pass(10);
    expect(requests.map(({ url, method, headers }) => [method, url.pathname, headers.get('authorization')])).toEqual([
      ['GET', '/v1/stream', 'Bearer t1'], ['POST', '/v1/streams/s%2F1/token', 'Bearer t2'],
    ]);
    expect(statuses).toEqual(['connecting', 'connected']);
  });

  test.each([
    ['a relay under a prefix', '/live/v1/stream?topic=a', '/live/v1/streams/s/token'],
    ['a path of a profile', '/api/7/live', '/v1/streams/s/token'],
    ['a path that only looks like it', '/api/v1/streams', '/v1/streams/s/token'],
  ])('is brought where %s has renewals', async (_, path, wanted) => {
    const stream = line('event: system.connected\ndata: {"stream":"s","heartbeat":3600}\n\nevent: system.reauth\ndata: {}\n\n');
    const { requests } = over(({ method }) => method === 'POST' ? refused(204) : stream.answer,
      { url: new URL(path, URL_OF_STREAM), token: 'token' });
    await pass(10);
    const [, renewal] = requests;
    expect([renewal?.url.pathname, renewal?.url.search]).toEqual([wanted, '']);
  });

  test.each(['expired', 'revoked'])('is asked for when a stream ends with %s', async (reason) => {
    let asked = 0;
    const { requests, hears } = over((_, count) => line(count === 1
      ? `data: 1\n\nevent: system.end\ndata: {"reason":"${reason}"}\n\n` : 'data: 2\n\n').answer, { token: () => `t${++asked}` });
    await pass(2_000);
    await hears('1', '2');
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
  });

  test('that cannot be had while a stream is open leaves the stream alone', async () => {
    const stream = line('event: system.connected\ndata: {"stream":"s","heartbeat":3600}\n\n');
    let asked = 0;
    const { live, errors } = over(() => stream.answer, { token: () => { if (++asked > 1) throw new Error('no'); return 't'; } });
    await pass(10);
    stream.write('event: system.reauth\ndata: {}\n\n');
    await pass(10);
    expect(live.status).toBe('connected');
    expect(errors).toEqual([]);
  });
});

describe('tickets', () => {
  test('are bought for each stream, and for nothing else: a token beside them is for polls', async () => {
    let bought = 0;
    const { requests } = over(({ url }) => url.pathname === '/poll' ? Response.json({ events: [], cursor: 'k-1', gap: null }) : refused(502),
      { ticket: () => `ticket-${++bought}`, token: 'token', poll: 'http://relay.test/poll' });
    await pass(3_500);
    expect(requests.map(({ url, headers }) => [url.pathname, url.searchParams.get('ticket'), headers.get('authorization')])).toEqual([
      ['/v1/stream', 'ticket-1', null], ['/v1/stream', 'ticket-2', null], ['/v1/stream', 'ticket-3', null],
      ['/poll', null, 'Bearer token'],
    ]);
  });

  test('open a stream that nothing is renewed for', async () => {
    const stream = line('event: system.connected\ndata: {"stream":"s","heartbeat":3600}\n\nevent: system.reauth\ndata: {}\n\n');
    const { requests, live } = over(() => stream.answer, { ticket: 'ticket', token: 'token' });
    await pass(100);
    expect(live.status).toBe('connected');
    expect(requests).toHaveLength(1);
  });
});

describe('the fallback', () => {
  test('calls the application at once and then every 15 seconds, until a stream is there', async () => {
    const poll = vi.fn(async () => {});
    let good = false;
    const { live } = over(() => good ? line('data: 1\n\n').answer : refused(403), { poll });
    await pass(0);
    expect(live.status).toBe('fallback');
    expect(poll).toHaveBeenCalledTimes(1);
    await pass(MINUTE);
    expect(poll).toHaveBeenCalledTimes(5);
    good = true;
    await pass(4 * MINUTE);
    expect(live.status).toBe('connected');
    const calls = poll.mock.calls.length;
    await pass(20_000);
    expect(poll).toHaveBeenCalledTimes(calls);
  });

  test('begins after three failures that pass', async () => {
    const poll = vi.fn();
    const { live } = over(() => refused(502), { poll });
    await pass(2_999);
    expect(live.status).toBe('reconnecting');
    await pass(1);
    expect(live.status).toBe('fallback');
  });

  test('asks the application no more than once a second, and survives what it throws', async () => {
    const poll = vi.fn(() => { throw new Error('bug'); });
    over(() => refused(403), { poll, pollEvery: 1 });
    await pass(10_000);
    expect(poll.mock.calls.length).toBe(11);
  });

  test.each([
    ['the relay, which has the type itself', (type: string): object => ({ type })],
    ['a profile, which has the name of a frame', (type: string): object => ({ event: `type.${type}` })],
  ])('hears types that are called as a browser calls its own from %s', async (_, event) => {
    const TYPES = ['error', 'open', 'message'];
    let polls = 0;
    const { live } = over(({ url }) => url.pathname !== '/poll' ? refused(403)
      : Response.json({ events: polls++ ? [] : TYPES.map((type) => event(type)), cursor: 'k-1', gap: null }),
    { poll: 'http://relay.test/poll', from: 'k-0' });
    const heard: string[] = [];
    for (const type of [...TYPES, ...TYPES.map((it) => `type.${it}`)]) live.on(type, () => heard.push(type));
    await pass(10);
    expect(heard).toEqual(TYPES);
  });

  test('does not keep the stream waiting for an application that never answers', async () => {
    const { live } = over((_, count) => count === 1 ? refused(403) : line('data: 1\n\n').answer,
      { poll: () => new Promise<never>(() => {}) });
    await pass(5 * MINUTE);
    expect(live.status).toBe('connected');
  });

  test('asks the relay from the same position, hears gaps, and hands the position back', async () => {
    const stream = line('id: k-9\ndata: 9\n\n');
    const answers = [
      { events: [{ type: 'a', data: { n: 3 } }, { type: 'b', data: 'text' }], cursor: 'k-4', gap: null },
      { events: [], cursor: 'k-7', gap: { reason: 'retention', from: 'k-4', to: 'k-6' } },
      { events: [], cursor: 'k-8', gap: null },
    ];
    let polls = 0;
    let good = false;
    const { requests, gaps, texts, live } = over(({ url }) => {
      if (url.pathname === '/v1/events') return Response.json(answers[Math.min(polls++, 2)]);
      return good ? stream.answer : refused(403);
    }, { poll: '/v1/events', from: 'k-2', topics: ['a.>'], url: URL_OF_STREAM });
    await pass(0);
    // A page's own address is what a path is taken from; here is none.
    expect(requests).toHaveLength(1);
    live.close();
    const again = over(({ url }) => {
      if (url.pathname === '/v1/events') return Response.json(answers[Math.min(polls++, 2)]);
      return good ? stream.answer : refused(403);
    }, { poll: 'http://relay.test/v1/events', from: 'k-2', topics: ['a.>'] });
    await pass(5_000);
    const asked = again.requests.filter(({ url }) => url.pathname === '/v1/events').map(({ url }) => url.search);
    expect(asked.slice(0, 3)).toEqual(['k-2', 'k-4', 'k-7'].map((after) => `?topic=a.%3E&after=${after}&wait=20`));
    expect(again.texts()).toEqual(['{"n":3}', 'text']);
    expect(again.gaps).toEqual([{ reason: 'retention', from: 'k-4', to: 'k-6' }]);
    good = true;
    again.live.reconnect();
    await pass(10);
    expect(again.requests.at(-1)!.headers.get('last-event-id')).toBe('k-8');
    expect(again.texts().at(-1)).toBe('9');
    expect([gaps, texts()]).toEqual([[], []]);
  });

  test.each([
    ['HTML', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }), 15_000],
    ['something else', () => Response.json({ hello: 1 }), 15_000],
    ['a failure that passes', () => refused(503), 15_000],
    ['a time to wait', () => refused(503, { 'Retry-After': '25' }), 25_000],
    ['a refusal', () => refused(403), 30_000],
    ['nothing', () => new Promise<never>(() => {}), 75_000],
    ['the same again', () => Response.json({ events: [{ type: 'a' }], cursor: 'k-1', gap: null }), 0, 1_000],
  ])('is not hurried where the relay polls with %s', async (_, answer, apart, next = apart) => {
    const { requests, live } = over(({ url }) => url.pathname === '/poll' ? answer() : refused(403),
      { poll: 'http://relay.test/poll' });
    await pass(4 * MINUTE);
    const times = requests.filter(({ url }) => url.pathname === '/poll').map(({ at }) => at);
    expect(times.slice(0, 3)).toEqual([0, apart, apart + next]);
    expect(live.status).toBe('fallback');
  });
});

describe('over hours', () => {
  test('nothing is left behind by tries that fail', async () => {
    const { live, requests } = over(() => refused(502), { poll: () => {} });
    await pass(12 * HOUR);
    expect(requests.length).toBeGreaterThan(1_000);
    expect(requests.length).toBeLessThan(12 * 60 * 2 + 10);
    // The next try, the next poll, and its end.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(3);
    live.close();
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a loop that ended is forgotten, and each that waits is answered', async () => {
    const stream = line('data: 1\n\n');
    const { live } = over(() => stream.answer);
    await pass(0);
    const loop = live.messages();
    const both = [loop.next(), loop.next()];
    stream.write('data: 2\n\ndata: 3\n\n');
    await pass(0);
    expect((await Promise.all(both)).map(({ value }) => value.data)).toEqual([2, 3]);
    const last = [loop.next(), loop.next()];
    await loop.return!();
    expect((await Promise.all(last)).map(({ done }) => done)).toEqual([true, true]);
  });
});

describe('tabs', () => {
  test('wait no longer than a stream does for the token that says who shares', async () => {
    vi.stubGlobal('isSecureContext', true);
    try {
      const { live, statuses, requests } = over(() => refused(502), { token: () => new Promise<never>(() => {}) });
      expect(live.details.tab).toBe('follower');
      await pass(44_000);
      expect(statuses).toEqual(['connecting']);
      await pass(MINUTE);
      expect(live.details.tab).toBe('alone');
      expect(statuses).toContain('reconnecting: silence');
      expect(requests).toEqual([]);
      live.close();
      await pass(0);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
