// What web-platform-tests asks of an EventSource (its folder `eventsource`), asked of this library: a server answers, and the
// library has to hear what a browser hears. Names in brackets are those of the cases there. Where it is meant to differ, a
// case says so.
import { describe, expect, test, vi } from 'vitest';
import { serve, stream } from './server.js';
import { open } from './told.js';

/** Hears a body, in one piece. */
async function heard(body: string | Buffer, contentType = 'text/event-stream') {
  const { url, requests } = await serve((_, response, count) => {
    response.writeHead(200, { 'Content-Type': contentType });
    if (count === 1) response.end(body);
    else response.write(':\n');
  });
  const told = open({ url });
  await vi.waitFor(() => expect(told.statuses).toContain('reconnecting: the stream ended'), { timeout: 5_000 });
  return Object.assign(told, { requests, events: told.events.map(({ type, text, id }) => ({ type, text, id })) });
}

const plain = (...texts: string[]) => texts.map((text) => ({ type: 'message', text, id: '' }));

describe('the format of a stream', () => {
  test.each([
    ['a byte order mark is no part of it (format-bom)', '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n', plain('1', '3')],
    ['two byte order marks are one too many (format-bom-2)', '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n', plain('2', '3')],
    ['comments are nothing (format-comments)', `data:1\r:\0\n:\r\ndata:2\n:${'long'.repeat(1_000)}\rdata:3\n:data:fail\r:${'long'.repeat(1_000)}\ndata:4\n\n`,
      plain('1\n2\n3\n4')],
    ['an event needs its empty line (format-data-before-final-empty-line)', 'retry:1000\ndata:test1\n\nid:test\ndata:test2', plain('test1')],
    ['fields of data are lines (format-field-data)', 'data:\n\ndata\ndata\n\ndata:test\n\n', plain('', '\n', 'test')],
    ['types (format-field-event)', 'event:test\ndata:x\n\ndata:x\n\n',
      [{ type: 'test', text: 'x', id: '' }, ...plain('x')]],
    ['an empty type is none (format-field-event-empty)', 'event: \ndata:data\n\n', plain('data')],
    ['the last type counts', 'event:a\nevent:b\ndata:x\n\n', [{ type: 'b', text: 'x', id: '' }]],
    ['a type does not outlive its event', 'event:a\n\ndata:x\n\n', plain('x')],
    ['a line without a colon is a field without a value (format-field-parsing)',
      'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
      plain('\0\n 2\n1\n3\n\n4')],
    ['only one space is taken away (format-leading-space)', 'data:\ttest\rdata: \ndata:test\n\n', plain('\ttest\n\ntest')],
    ['line ends in all ways (format-newlines)', 'data:test\r\ndata\ndata:test\r\n\r', plain('test\n\ntest')],
    ['fields that are not known are nothing (format-field-unknown)', 'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n',
      plain('test\n\ntest')],
    ['NUL is a character (format-null-character)', 'data:\0\n\n\n\n', plain('\0')],
    ['U+2028 ends no line', 'data:a\u2028b\u0085c\n\n', plain('a\u2028b\u0085c')],
    ['without data there is no event (event-data)', 'event:a\nid:1\n\ndata\n\n', plain('')],
  ])('%s', async (_, body, events) => {
    expect((await heard(body)).events).toEqual(events);
  });

  test('is UTF-8, whatever is said (format-utf-8), and what is none becomes U+FFFD', async () => {
    expect((await heard('data:ok…\n\n', 'text/event-stream;charset=windows-1252')).events).toEqual(plain('ok…'));
    expect((await heard(Buffer.from('646174613a61ff620a0a', 'hex'))).events).toEqual(plain('a\uFFFDb'));
  });

  test('media types may have parameters and capitals (format-mime-trailing-semicolon, -valid-bogus)', async () => {
    expect((await heard('data:1\n\n', 'text/event-stream;')).events).toEqual(plain('1'));
    expect((await heard('data:1\n\n', 'TEXT/Event-Stream; a="b"')).events).toEqual(plain('1'));
  });

  test.each(['text/x-bogus', 'text/event-streams', 'x text/event-stream', ''])(
    'nothing is read of another media type (format-mime-bogus): %j', async (type) => {
      const { url, requests } = await serve((_, response) => {
        response.writeHead(200, type ? { 'Content-Type': type } : {}).end('data: data\n\n');
      });
      const told = open({ url });
      await told.becomes('error');
      expect(told.events).toEqual([]);
      expect(requests).toHaveLength(1);
    });
});

describe('ids', () => {
  test('go back with the next request (format-field-id), and stand until the next', async () => {
    const told = await heard('id:a\u2026\ndata:1\n\ndata:2\n\n');
    expect(told.events).toEqual([{ type: 'message', text: '1', id: 'a…' }, { type: 'message', text: '2', id: '' }]);
    expect(told.live.position).toBe('a…');
  });

  test('with NUL are none (format-field-id-null)', async () => {
    for (const id of ['\0x', 'x\0x', ' \0']) {
      const told = await heard(`id:${id}\ndata:hello\n\n`);
      expect(told.live.position).toBeUndefined();
      told.live.reconnect();
      await vi.waitFor(() => expect(told.requests).toHaveLength(2));
      expect(told.requests[1]!.headers['last-event-id']).toBeUndefined();
    }
  });

  // A browser forgets where it was. Here that would be events lost without a word, so the place before it stands.
  test('that are empty take no position away, unlike in a browser (format-field-id-2)', async () => {
    const told = await heard('id:1\ndata:1\n\nid\ndata:2\n\n');
    expect(told.events.map(({ text, id }) => [text, id])).toEqual([['1', '1'], ['2', '']]);
    expect(told.live.position).toBe('1');
  });

  test('of a frame that was cut do not count', async () => {
    expect((await heard('id:1\ndata:1\n\nid:2\ndata:2\n')).live.position).toBe('1');
  });
});

describe('the time until the next try', () => {
  /** After one failure it is at least half a second by itself. */
  const waitAfter = async (body: string): Promise<number> => {
    const { live } = await heard(body);
    return live.details.nextAttemptTime! - Date.now();
  };

  test.each([
    ['retry is obeyed (format-field-retry)', 'retry:3000\n\ndata:x\n\n', 2_500, 4_500],
    ['also without an empty line, as the field counts at once', 'data:x\n\nretry:3000\n', 2_500, 4_500],
    ['retry without digits alone is not (format-field-retry-bogus)', 'retry:3000\nretry:1000x\ndata:x\n\n', 2_500, 4_500],
    ['an empty one is not (format-field-retry-empty)', 'retry\ndata:test\n\n', 0, 1_000],
    ['leading zeros are digits', 'retry:0003000\ndata:x\n\n', 2_500, 4_500],
    ['it is never longer than ten minutes and their half', `retry:${'9'.repeat(30)}\ndata:x\n\n`, 590_000, 900_000],
  ])('%s', async (_, body, least, most) => {
    const wait = await waitAfter(body);
    expect(wait).toBeGreaterThan(least);
    expect(wait).toBeLessThanOrEqual(most);
  });
});

describe('requests', () => {
  test('say what is wanted, and that nothing of it is kept (request-accept, request-cache-control)', async () => {
    const { requests } = await heard('data:1\n\n');
    expect(requests[0]!.method).toBe('GET');
    expect(requests[0]!.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' });
    expect(requests[0]!.headers['last-event-id']).toBeUndefined();
  });

  test.each([301, 302, 303, 307, 308])('are led on by %d (request-redirect)', async (status) => {
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(status, { Location: '/there' }).end();
      else stream(response, 'data:1\n\n');
    });
    const told = open({ url });
    await told.hears('1');
    expect(requests.map((request) => request.url)).toEqual(['/', '/there']);
  });

  test.each([204, 205, 210])('that are answered %d have no stream (request-status-error)', async (status) => {
    const { url, requests } = await serve((_, response) => response.writeHead(status, { 'Content-Type': 'text/event-stream' }).end());
    const told = open({ url });
    await told.becomes(status === 204 ? 'disconnected' : 'error');
    expect(requests).toHaveLength(1);
  });

  test('whose connection is cut without an answer are made again', async () => {
    const { url } = await serve((_, response) => response.destroy());
    const told = open({ url });
    await told.becomes('reconnecting');
    expect(told.live.details).toMatchObject({ attempts: 1 });
  });

  test.each(['http://this is invalid/', 'http://[', '//'])('to no address throw (eventsource-constructor-url-bogus): %s', (url) => {
    expect(() => open({ url })).toThrow(TypeError);
  });

  test('that are closed at once are never open (eventsource-close)', async () => {
    const { url, requests } = await serve((_, response) => stream(response, 'data:1\n\n'));
    const told = open({ url });
    told.live.close();
    // Whatever was on its way has been there when this is answered.
    await (await fetch(url)).body?.cancel();
    expect(told.statuses).toEqual(['connecting', 'disconnected: closed']);
    expect(told.events).toEqual([]);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  test('end when it is closed (eventsource-close)', async () => {
    let gone = false;
    const { url } = await serve((request, response) => {
      request.on('close', () => { gone = true; });
      stream(response, 'data:1\n\n');
    });
    const told = open({ url });
    await told.hears('1');
    told.live.close();
    await vi.waitFor(() => expect(gone).toBe(true), { timeout: 5_000 });
  });

  test('closed by a handler bring nothing more of what was read already', async () => {
    const { url } = await serve((_, response) => stream(response, 'id:1\ndata:1\n\nid:2\ndata:2\n\nid:3\n\n'));
    const told = open({ url });
    told.live.on('message', () => told.live.close());
    await told.hears('1');
    expect(told.live.position).toBe('1');
  });
});

describe('events', () => {
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', '*', 'error', 'open'])(
    'of the type %s are like others', async (type) => {
      const { events } = await heard(`event: ${type}\nid: 1\ndata: {}\n\n`);
      expect(events).toEqual([{ type, text: '{}', id: '1' }]);
    });
});
