/** What is done where no stream can be had: the relay is asked again and again, or the application is. */
import type { Options } from './api.js';
import type { Listener } from './attempt.js';
import { absolute, ask, authorize, refusal, retryAfter } from './request.js';

/** Seconds that the relay may wait with its answer while it has nothing to tell. */
const WAIT = '20';
/** Milliseconds after which an answer is late, and given up. */
const LATE = 60_000;
/** Milliseconds between two questions at least, unless the first was answered with events. */
const APART = 1_000;
/** Milliseconds until a refused poll is tried again. */
const REFUSED = 30_000;
/** Milliseconds between two calls of the application's own poll. */
const EVERY = 15_000;

/** Aborts with whichever is first. (`AbortSignal.any` is not in all browsers of the last three years.) */
export function either(...signals: readonly AbortSignal[]): AbortController {
  const both = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) both.abort();
    signal.addEventListener('abort', () => both.abort(), { signal: both.signal });
  }
  return both;
}

/** Waits; ends early, without an error, when the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
  });
}

interface Answer {
  events: { event?: string | null; id?: string; type?: string; data?: unknown; data_base64?: string }[];
  cursor: string;
  gap: { reason: string; from: string; to: string } | null;
}

/** Polls until the signal aborts, and ends once nothing of it is under way any more. */
export async function poll(options: Options, listener: Listener, signal: AbortSignal): Promise<void> {
  const { poll: how, pollEvery = EVERY, credentials = 'same-origin' } = options;

  /** Asks once; how many milliseconds to wait until the next time. */
  async function once(address: string | URL, signal: AbortSignal): Promise<number> {
    const url = ask(absolute(address), options);
    const headers = new Headers({ Accept: 'application/json', ...options.headers });
    await authorize(url, headers, options, signal);
    const after = listener.position();
    // What has no place yet is to have one at once, as what is published until then would not be told.
    if (after) {
      url.searchParams.set('after', after);
      url.searchParams.set('wait', WAIT);
    }
    const answer = await (options.fetch ?? fetch)(url, { headers, credentials, cache: 'no-store', signal });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return refusal(answer).next === 'again' ? retryAfter(answer.headers) ?? pollEvery : REFUSED;
    }
    const { events, cursor, gap } = await answer.json() as Answer;
    if (signal.aborted) return 0;
    if (gap) listener.gap(gap);
    for (const { event, id, type, data = null, data_base64: binary } of events) {
      // What is not told now is asked for again.
      if (signal.aborted) return 0;
      // A profile tells what a stream's frame would have, and /v1/events the whole event.
      const framed = event !== undefined;
      const text = binary ?? (typeof data === 'string' && !framed ? data : JSON.stringify(data));
      listener.message((framed ? event : type) || 'message', text, framed ? id ?? '' : '');
    }
    if (!signal.aborted && cursor) listener.moved(cursor);
    // Who tells the same again and again is not asked in a loop.
    return events.length > 0 && cursor !== after ? 0 : APART;
  }

  while (!signal.aborted) {
    let wait = Math.max(pollEvery, APART);
    const asked = either(signal);
    // Not all that an application does heeds a signal.
    const over = sleep(LATE, asked.signal).then(asked.abort.bind(asked));
    try {
      if (typeof how === 'function') await Promise.race([over, how(asked.signal)]);
      else if (how !== undefined) wait = await Promise.race([over, once(how, asked.signal)]) ?? wait;
    } catch {
      // Whatever it was, it is tried again.
    }
    asked.abort();
    await sleep(wait, signal);
  }
}
