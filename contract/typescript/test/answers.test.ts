// What servers answer, good and bad: each answer has a state, and none is asked for in a loop.
import { describe, expect, test, vi } from 'vitest';
import { serve, stream } from './server.js';
import { open } from './told.js';

const CONNECTED = 'id: k-1\nevent: system.connected\ndata: {"stream":"s_1","cursor":"k-1","heartbeat":15}\n\n';

describe('a refusal that does not pass by itself', () => {
  test.each([
    ['HTML with 200', 200, { 'Content-Type': 'text/html' }, 'error: no event stream'],
    ['403', 403, {}, 'error: HTTP 403'],
    ['404', 404, {}, 'error: HTTP 404'],
    ['400', 400, {}, 'error: HTTP 400'],
  ])('%s is an error, and is left alone', async (_, status, headers, expected) => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(status, headers as Record<string, string>);
      response.end('<html>event: a\ndata: 1\n\n</html>');
    });
    const told = open({ url });
    await told.becomes('error');
    expect(told.statuses).toEqual(['connecting', expected]);
    expect(told.waits[0]).toBeGreaterThan(290_000);
    expect(told.waits[0]).toBeLessThanOrEqual(300_000);
    expect(requests).toHaveLength(1);
    expect(told.events).toEqual([]);
  });

  test('204 is the end, until somebody wants it back', async () => {
    const { url, requests } = await serve((_, response, count) => {
      if (count === 1) response.writeHead(204).end();
      else stream(response, CONNECTED);
    });
    const told = open({ url });
    await told.becomes('disconnected');
    expect(told.live.details.nextAttemptTime).toBeUndefined();
    expect(requests).toHaveLength(1);
    told.live.reconnect();
    await told.becomes('connected');
  });

  test('401 asks for another token once', async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer 2') stream(response, CONNECTED);
      else response.writeHead(401).end();
    });
    let asked = 0;
    const told = open({ url, token: () => String(++asked) });
    await told.becomes('connected');
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });

  test('redirects that lead to themselves are a failure that passes', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { Location: '/' }).end());
    const told = open({ url });
    await told.becomes('reconnecting');
    expect(told.live.details.attempts).toBe(1);
  });
});

describe('a failure that passes', () => {
  test.each([
    ['502', 502, {}, 500, 1_000],
    ['503 with seconds', 503, { 'Retry-After': '7' }, 6_900, 7_000],
    ['429 with a date', 429, { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() }, 590_000, 600_000],
    ['503 with nonsense', 503, { 'Retry-After': 'soon' }, 400, 1_000],
  ])('%s is tried again after a while', async (_, status, headers, least, most) => {
    const { url } = await serve((_, response) => response.writeHead(status, headers as Record<string, string>).end());
    const told = open({ url });
    await told.becomes('reconnecting');
    const wait = told.waits[0];
    expect(wait).toBeGreaterThan(least - 100);
    expect(wait).toBeLessThanOrEqual(most);
  });

  test('nothing at all is noticed', async () => {
    const { url } = await serve(() => {});
    const told = open({ url, silence: 100 });
    await vi.waitFor(() => expect(told.statuses).toContain('reconnecting: silence'), { timeout: 5_000 });
  });

  test('a stream that falls silent is noticed, and what was published meanwhile is asked for', async () => {
    const { url, requests } = await serve((_, response, count) => {
      stream(response, count === 1
        ? 'id: k-1\nevent: system.connected\ndata: {"heartbeat":0.05}\n\nid: k-2\nevent: a\ndata: 1\n\n'
        : 'id: k-3\nevent: a\ndata: 2\n\n');
    });
    const told = open({ url });
    await told.hears('1', '2');
    expect(told.statuses).toContain('reconnecting: silence');
    expect(requests[1]!.headers['last-event-id']).toBe('k-2');
  });

  test.each(['limit', 'unavailable', 'slow', 'error'])('an end with %s comes back after what retry says', async (reason) => {
    const { url } = await serve((_, response) => {
      stream(response, `retry: 20000\nevent: system.end\ndata: {"reason":"${reason}"}\n\n`);
    });
    const told = open({ url });
    await told.becomes('reconnecting');
    expect(told.statuses).toEqual(['connecting', `reconnecting: ${reason}`]);
  });

  test('a shutdown is obeyed', async () => {
    const { url } = await serve((_, response) => {
      stream(response, `${CONNECTED}retry: 12500\nevent: system.shutdown\ndata: {"reconnect":12500}\n\n`);
    });
    const told = open({ url });
    await vi.waitFor(() => expect(told.statuses).toContain('reconnecting: shutdown'), { timeout: 5_000 });
    expect(told.waits[0]).toBeGreaterThan(12_000);
  });

  test.each(['superseded', 'disabled'])('an end with %s is for good', async (reason) => {
    const { url, requests } = await serve((_, response) => {
      stream(response, `${CONNECTED}id: k-1~\nretry: 3000\nevent: system.end\ndata: {"reason":"${reason}"}\n\n`);
    });
    const told = open({ url });
    await told.becomes('disconnected');
    expect(told.live.details.reason).toBe(reason);
    expect(told.live.position).toBe('k-1');
    expect(requests).toHaveLength(1);
  });
});

describe('frames', () => {
  test('cut anywhere by the network count once they are whole', async () => {
    const frame = 'id: k-2\nevent: a\ndata: {"é":"\u{1F600}"}\n\n';
    const bytes = Buffer.from(frame);
    for (let cut = 1; cut < bytes.length; cut += 3) {
      const { url, requests } = await serve((_, response, count) => {
        stream(response, CONNECTED);
        if (count === 1) {
          response.write(bytes.subarray(0, cut));
          setImmediate(() => response.destroy());
        } else {
          response.write(bytes);
        }
      });
      const told = open({ url });
      await told.becomes('reconnecting');
      told.live.reconnect();
      await told.hears('{"é":"\u{1F600}"}');
      expect(requests[1]!.headers['last-event-id']).toBe('k-1');
      told.live.close();
    }
  });

  test('an id alone is a place to come back to', async () => {
    const { url, requests } = await serve((_, response, count) => {
      stream(response, 'id: k-9\n\n');
      if (count === 1) setImmediate(() => response.destroy());
    });
    const told = open({ url });
    await told.becomes('reconnecting');
    told.live.reconnect();
    await told.becomes('connected');
    expect(requests[1]!.headers['last-event-id']).toBe('k-9');
    expect(told.gaps).toEqual([]);
  });

  test('of 10 MB are heard whole', async () => {
    const data = 'x'.repeat(10_000_000);
    const { url } = await serve((_, response) => stream(response, `event: a\ndata: ${data}\n\n`));
    const told = open({ url });
    await vi.waitFor(() => expect(told.events).toHaveLength(1), { timeout: 10_000 });
    expect(told.events[0]!.text).toBe(data);
  });

  test('that come twice, as from two leaders, are heard once', async () => {
    const { url } = await serve((_, response) => stream(response, 'id: k-2\ndata: 1\n\n'.repeat(3) + 'id: k-3\ndata: 2\n\n'));
    const told = open({ url });
    await told.hears('1', '2');
  });

  test('that look like the relay\'s own but have no sense in them break nothing', async () => {
    const { url } = await serve((_, response) => stream(response, ['connected', 'gap', 'reauth', 'shutdown?']
      .map((name) => `event: system.${name}\ndata: []\n\nevent: system.${name}\ndata: {\n\n`).join('') + 'data: 1\n\n'));
    const told = open({ url });
    await vi.waitFor(() => expect(told.texts()).toContain('1'));
    expect(told.errors).toEqual([]);
    expect(told.live.status).toBe('connected');
  });
});

describe('without a position', () => {
  test('a stream that was away is a gap', async () => {
    const { url } = await serve((_, response, count) => {
      stream(response, 'data: 1\n\n');
      if (count === 1) setImmediate(() => response.destroy());
    });
    const told = open({ url });
    await told.becomes('reconnecting');
    told.live.reconnect();
    await told.hears('1', '1');
    expect(told.gaps).toEqual([{ reason: 'no-position', from: undefined, to: undefined }]);
  });

  test('the first stream is none, unless it came late', async () => {
    const { url } = await serve((_, response, count) => {
      if (count === 1) response.writeHead(502).end();
      else stream(response, 'data: 1\n\n');
    });
    const told = open({ url });
    await told.becomes('reconnecting');
    told.live.reconnect();
    await told.hears('1');
    expect(told.gaps).toHaveLength(1);
  });
});

describe('an application', () => {
  test('whose handlers throw is told, and the others hear all the same', async () => {
    const { url } = await serve((_, response) => stream(response, 'event: a\ndata: 1\n\nevent: a\ndata: 2\n\n'));
    const errors: unknown[] = [];
    const told = open({ url, onError: (error) => errors.push(error) });
    told.live.on('a', () => { throw new Error('bug'); });
    const off = told.live.on('a', (data) => { if (data === 1) off(); });
    await told.hears('1', '2');
    expect(errors.map(String)).toEqual(['Error: bug', 'Error: bug']);
  });

  test('whose unwrap throws hears the event as it is', async () => {
    const { url } = await serve((_, response) => stream(response, 'data: 1\n\n'));
    const told = open({ url, unwrap: () => { throw new Error('bug'); } });
    await told.hears('1');
    expect(told.errors.map(String)).toEqual(['Error: bug']);
  });

  test('whose token cannot be had is told so, and tried again', async () => {
    const { url, requests } = await serve((_, response) => stream(response, CONNECTED));
    let asked = 0;
    const told = open({ url, token: () => { if (++asked === 1) throw new RangeError('secret words'); return 't'; } });
    await told.becomes('reconnecting');
    expect(told.live.details.reason).toBe('RangeError');
    told.live.reconnect();
    await told.becomes('connected');
    expect(requests).toHaveLength(1);
  });

  test('that closes is told no more, and its loops end', async () => {
    const { url } = await serve((_, response) => stream(response, `${CONNECTED}data: 1\n\n`));
    const told = open({ url });
    await told.hears('1');
    const loop = told.live.messages();
    const next = loop.next();
    told.live.close();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(told.live.status).toBe('disconnected');
    told.live.reconnect();
    expect(told.live.status).toBe('disconnected');
    expect(await told.live.messages().next()).toEqual({ done: true, value: undefined });
  });

  test('that is switched off asks nobody', async () => {
    const { url, requests } = await serve((_, response) => stream(response));
    const told = open({ url, enabled: false });
    expect(told.live.status).toBe('disconnected');
    told.live.reconnect();
    expect(requests).toHaveLength(0);
  });

  test('whose loop is slow loses the oldest, and is told of the gap once', async () => {
    const { url } = await serve((_, response) => stream(response, [1, 2, 3, 4, 5, 6].map((n) => `data: ${n}\n\n`).join('')));
    const told = open({ url });
    const loop = told.live.messages({ max: 3 });
    await told.hears('1', '2', '3', '4', '5', '6');
    expect(told.gaps.map(({ reason }) => reason)).toEqual(['dropped']);
    expect([await loop.next(), await loop.next(), await loop.next()].map(({ value }) => value.data)).toEqual([4, 5, 6]);
  });
});

describe('a position that is kept', () => {
  test('is there after a reload', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value),
    });
    const { url, requests } = await serve((_, response) => stream(response, 'id: k-5\ndata: 1\n\n'));
    const first = open({ url, persist: 'place' });
    await first.hears('1');
    first.live.close();
    expect([...kept]).toEqual([['place', 'k-5']]);
    open({ url, persist: 'place' });
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests[1]!.headers['last-event-id']).toBe('k-5');
    vi.unstubAllGlobals();
  });

  test.each(['getItem', 'setItem'])('is kept in memory where storage throws at %s', async (method) => {
    vi.stubGlobal('sessionStorage', {
      getItem: () => null, setItem: () => {}, [method]: () => { throw new DOMException('full', 'QuotaExceededError'); },
    });
    const { url } = await serve((_, response) => stream(response, 'id: k-5\ndata: 1\n\n'));
    const told = open({ url, persist: 'place' });
    await told.hears('1');
    expect(told.live.position).toBe('k-5');
    expect(told.errors).toEqual([]);
    vi.unstubAllGlobals();
  });
});
