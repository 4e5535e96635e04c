// The platform's own EventSource in the place of fetch.
import { expect, test, vi } from 'vitest';
import { serve, stream } from './server.js';
import { open } from './told.js';

test('events without an id are heard, though the last id stands for them too', async () => {
  const { url } = await serve((_, response) =>
    stream(response, 'id: k-1\ndata: 1\n\ndata: 2\n\ndata: 3\n\nid: k-2\ndata: 4\n\nid: k-2\n\ndata: 5\n\n'));
  const told = open({ url, transport: 'eventsource' });
  await told.hears('1', '2', '3', '4', '5');
  expect(told.events.map(({ id }) => id)).toEqual(['k-1', '', '', 'k-2', '']);
  expect(told.live.position).toBe('k-2');
});

test('it comes back by the library, with the position and a new token in its address', async () => {
  const { url, requests } = await serve((_, response, count) => {
    stream(response, `id: k-${count}\nevent: a\ndata: ${count}\n\n`);
    if (count === 1) setTimeout(() => response.end());
  });
  let asked = 0;
  const told = open({ url: `${url}/v1/stream`, transport: 'eventsource', token: () => `t${++asked}`, topics: ['a.>'] });
  const heard: unknown[] = [];
  told.live.on('a', (data) => heard.push(data));
  await vi.waitFor(() => expect(heard).toEqual([1, 2]), { timeout: 5_000 });
  expect(requests.map((request) => request.url)).toEqual([
    '/v1/stream?topic=a.%3E&access_token=t1', '/v1/stream?topic=a.%3E&access_token=t2&lastEventId=k-1',
  ]);
  expect(told.statuses.filter((status) => !status.startsWith('reconnecting'))).toEqual(['connecting', 'connected', 'connected']);
});

test('its own events of errors are no messages, and a refusal is tried again with a pause', async () => {
  const { url } = await serve((_, response) => response.writeHead(403).end());
  const told = open({ url, transport: 'eventsource' });
  const heard: unknown[] = [];
  for (const type of ['error', 'open', 'message']) told.live.on(type, (data) => heard.push(data));
  await told.becomes('reconnecting');
  expect(heard).toEqual([]);
  expect(told.waits[0]).toBeGreaterThan(300);
});

test.each(['fetch', 'eventsource'] as const)('types that are called as a browser calls its own are heard by %s', async (transport) => {
  // The relay names their frames with type. before them, so that no handler of the browser's own events takes them.
  const { url } = await serve((_, response) => stream(response, ['error', 'open', 'message'].map((type, n) =>
    `id: k-${n}\nevent: type.${type}\ndata: ${n}\n\n`).join('') + 'data: 3\n\nevent: type.other\ndata: 4\n\n'));
  const told = open({ url, transport });
  const heard: unknown[] = [];
  for (const type of ['error', 'open', 'message', 'type.other', 'type.error', 'other']) {
    told.live.on(type, (data, message) => heard.push([type, data, message.type]));
  }
  await told.hears('0', '1', '2', '3', '4');
  expect(heard).toEqual([
    ['error', 0, 'error'], ['open', 1, 'open'], ['message', 2, 'message'], ['message', 3, 'message'], ['type.other', 4, 'type.other'],
  ]);
});

test('it ends with the library, and with a relay that wants no return', async () => {
  let gone = 0;
  const { url, requests } = await serve((request, response) => {
    request.on('close', () => gone++);
    stream(response, request.url === '/over' ? 'id: k-1~\nevent: system.end\ndata: {"reason":"superseded"}\n\n' : 'data: 1\n\n');
  });
  const closed = open({ url, transport: 'eventsource' });
  await closed.hears('1');
  closed.live.close();
  await vi.waitFor(() => expect(gone).toBe(1), { timeout: 5_000 });
  const over = open({ url: `${url}/over`, transport: 'eventsource' });
  await over.becomes('disconnected');
  await vi.waitFor(() => expect(gone).toBe(2), { timeout: 5_000 });
  expect(requests).toHaveLength(2);
});
