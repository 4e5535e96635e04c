// Waits, in a time that the tests move.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Publisher } from '../src/index.js';
import { retryAfterMs } from '../src/retry-after.js';
import { event, storedBody } from './relay.js';

const url = 'https://relay.example/v1/hooks/shop';
beforeEach(() => { vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }); });
afterEach(() => { vi.useRealTimers(); vi.restoreAllMocks(); });

/** Answers by a list, and says when it was asked, in milliseconds from now. */
function scripted(...answers: (Response | undefined)[]) {
  const began = Date.now();
  const at: number[] = [];
  const ask = ((_: unknown, { body, signal }: RequestInit) => {
    at.push(Date.now() - began);
    if (answers.length > 0) {
      const answer = answers.shift();
      // None: until it is given up.
      return answer ? Promise.resolve(answer) : new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
    }
    const ids = (JSON.parse(new TextDecoder().decode(body as Uint8Array)) as { id: string }[]).map(({ id }) => id);
    return Promise.resolve(new Response(storedBody(ids), { status: 202 }));
  }) as typeof fetch;
  return { at, fetch: ask };
}
const unavailable = (headers: Record<string, string> = {}) => new Response('', { status: 503, headers });
// A key, as signing would take turns of the real event loop.
const common = { url, key: 'sixteen-visible-1', batch: { lingerMs: 0 } };

/** Moves the time, in small steps, until there is an answer. */
async function settled<T>(answer: Promise<T>): Promise<T> {
  let over = false;
  const done = (): void => { over = true; };
  answer.then(done, done);
  while (!over) {
    await vi.advanceTimersByTimeAsync(1);
  }
  return answer;
}

describe('pauses', () => {
  test('double up to their bound, with a random half', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { at, fetch } = scripted(...Array.from({ length: 5 }, () => unavailable()));
    const publisher = new Publisher({ ...common, fetch, retry: { firstPauseMs: 100, maxPauseMs: 400 } });
    await settled(publisher.publish(event('1')));
    const pauses = at.slice(1).map((it, index) => it - (at[index] ?? 0));
    expect(pauses).toEqual([50, 100, 200, 200, 200]);
  });

  test.each([
    ['seconds', '2', 2000], ['a date', 'Thu, 01 Jan 2026 00:00:03 GMT', 3000], ['over five minutes', '301', 300_000],
  ])('obey Retry-After: %s', async (_, value, least) => {
    const { at, fetch } = scripted(unavailable({ 'Retry-After': value }));
    const publisher = new Publisher({ ...common, fetch, retry: { firstPauseMs: 2, withinMs: 3_600_000 } });
    const answer = publisher.publish(event('1'));
    await vi.advanceTimersByTimeAsync(least - 1);
    expect(at).toHaveLength(1);
    await settled(answer);
    // And the random part of its own pause.
    expect(at[1]).toBeGreaterThanOrEqual(least);
    expect(at[1]).toBeLessThanOrEqual(least + 2);
  });

  test('that would be in vain are not made', async () => {
    const { at, fetch } = scripted(unavailable({ 'Retry-After': '60' }));
    const publisher = new Publisher({ ...common, fetch, retry: { withinMs: 59_000 } });
    await expect(settled(publisher.publish(event('1')))).rejects.toMatchObject({ kind: 'gave-up' });
    expect(at).toHaveLength(1);
    expect(Date.now()).toBeLessThan(Date.UTC(2026, 0, 1, 0, 0, 30));
  });
});

test('an attempt ends when its time is over, and may have been stored', async () => {
  const { at, fetch } = scripted(undefined);
  const publisher = new Publisher({ ...common, fetch, requestTimeoutMs: 500, retry: { attempts: 1 } });
  await expect(settled(publisher.publish(event('1')))).rejects.toMatchObject({ kind: 'gave-up', mayBeStored: true });
  expect(at).toHaveLength(1);
});

test('an event lingers for others, and no longer', async () => {
  const { at, fetch } = scripted();
  const publisher = new Publisher({ ...common, fetch, batch: { lingerMs: 200 } });
  const one = publisher.publish(event('1'));
  await vi.advanceTimersByTimeAsync(150);
  const two = publisher.publish(event('2'));
  expect(at).toHaveLength(0);
  await settled(Promise.all([one, two]));
  expect(at).toHaveLength(1);
});

test('a publish waits for room as long as it may', async () => {
  const { fetch } = scripted(undefined);
  const publisher = new Publisher({ ...common, fetch, queue: { events: 1, waitMs: 300 } });
  const first = publisher.publish(event('1'));
  const second = publisher.publish(event('2'));
  await expect(settled(second)).rejects.toMatchObject({ kind: 'queue-full', mayBeStored: false });
  const closed = publisher.close(0);
  await expect(settled(first)).rejects.toMatchObject({ kind: 'closed' });
  await settled(closed);
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);
  test.each([
    ['0', 0], ['120', 120_000], [' 7 ', 7000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000], ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['Thu Jan  1 00:01:00 2026', 60_000], ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
  ])('%s', (value, ms) => expect(retryAfterMs(value, now)).toBe(ms));
  test.each([[null], [''], ['soon'], ['-1'], ['1.5'], ['9999999999'], ['Thu, 31 Feb 2026 00:00:00 GMT'],
    ['Thu, 01 Foo 2026 00:00:00 GMT'], ['Thu, 01 Jan 2026 24:00:00 GMT']])('%s is none', (value) =>
    expect(retryAfterMs(value, now)).toBeUndefined());
});
