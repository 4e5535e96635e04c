import { beforeEach, expect, test, vi } from 'vitest';
import { KEPT, clear, others, refusal, rows, start, state, stop, take } from '../src/tail.js';

const event = (id: string): string => JSON.stringify({ place: 'e-1', id, tenant: 'acme', topic: 'a', type: 'b', source: '/', dataBytes: 0 });
const CHOICE = { tenant: 'acme', topic: 'a.* b', type: '', filter: '' };

beforeEach(() => {
  stop();
  clear();
  vi.unstubAllGlobals();
});

/** Has the relay answer with these pieces, and tells what it was asked. */
function answers(status: number, ...pieces: string[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return new Response(new Blob(pieces).stream(), { status });
  });
  return asked;
}

test('the newest event is the first, and the oldest go', async () => {
  answers(200, ...Array.from({ length: KEPT + 2 }, (_, n) => `event: event\ndata: ${event(String(n))}\n\n`));
  await start(CHOICE);
  expect(rows.value.length).toBe(KEPT);
  expect([rows.value[0]!.event.id, rows.value.at(-1)!.event.id]).toEqual([String(KEPT + 1), '2']);
});

test('messages are read across the pieces that they come in, and what was not shown is added up', async () => {
  const text = `event:tail\ndata:{}\n\nevent: event\ndata: ${event('a: b')}\n\nevent: notShown\ndata: {"notShown":2,"passedOver":1}\n\n`
    + 'event: beat\ndata: {}\n\nevent: notShown\ndata: {"notShown":3,"passedOver":0}\n\nevent: end\ndata: {"reason":"login"}\n\n';
  const asked = answers(200, ...text);
  await start(CHOICE);
  expect(asked).toEqual(['/admin/v1/tail?tenant=acme&topic=a.*&topic=b']);
  expect(rows.value.map((it) => it.event.id)).toEqual(['a: b']);
  expect(others.value).toEqual({ notShown: 5, passedOver: 1 });
  expect(state.value).toBe('login');
});

test('a refusal is kept for the form, with where it points', async () => {
  answers(400, '{"code":"INVALID_REQUEST","detail":"filter: line 1","pointer":"/filter"}');
  await start(CHOICE);
  expect([refusal.value?.pointer, refusal.value?.message, state.value]).toEqual(['/filter', 'filter: line 1', 'idle']);
});

test('a stream that ends without a word is broken', async () => {
  answers(200, 'event: tail\ndata: {}\n\n');
  await start(CHOICE);
  expect(state.value).toBe('broken');
});

test('what was shown of another choice goes, and of the same one stays', async () => {
  answers(200, `event: event\ndata: ${event('one')}\n\n`);
  await start(CHOICE);
  await start(CHOICE);
  expect(rows.value.length).toBe(2);
  await start({ ...CHOICE, tenant: 'other' });
  expect(rows.value.length).toBe(1);
  take('event', event('late'), '2026-01-01T00:00:00Z');
  stop();
  expect(rows.value[0]!.event.id).toBe('late');
});
