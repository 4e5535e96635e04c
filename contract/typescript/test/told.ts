// A stream under test, and all that it told.
import { expect, onTestFinished, vi } from 'vitest';
import type { Gap, Message, Options, Status } from '../src/api.js';
import { connect } from '../src/connect.js';

export function open(options: Options) {
  const events: Message[] = [];
  const gaps: Gap[] = [];
  const statuses: string[] = [];
  const errors: unknown[] = [];
  /** Milliseconds until the next try, each as it was when it was told. */
  const waits: number[] = [];
  const live = connect({ onError: (error) => errors.push(error), ...options });
  live.on('*', (_, message) => events.push(message));
  live.onGap((gap) => gaps.push(gap));
  live.onStatus((status, { reason }) => statuses.push(reason === undefined ? status : `${status}: ${reason}`));
  live.onStatus((_, { nextAttemptTime }) => {
    if (nextAttemptTime !== undefined) waits.push(nextAttemptTime - Date.now());
  });
  onTestFinished(() => live.close());
  return {
    live, events, gaps, statuses, errors, waits,
    texts: () => events.map(({ text }) => text),
    becomes: (status: Status) => vi.waitFor(() => expect(live.status).toBe(status), { timeout: 5_000, interval: 5 }),
    hears: (...texts: string[]) =>
      vi.waitFor(() => expect(events.map(({ text }) => text)).toEqual(texts), { timeout: 5_000, interval: 5 }),
  };
}
