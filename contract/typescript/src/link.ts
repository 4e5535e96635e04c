/** One stream after the other, and what is done between them. */
import type { Gap, Options, Status } from './api.js';
import { type Listener, attempt } from './attempt.js';
import { either, poll, sleep } from './poll.js';

/** Milliseconds before the next try, by how many have failed; each is cut by chance to no less than a half. */
const BACKOFF = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;
/** Milliseconds until what does not pass by itself is tried again. */
const REFUSED = 300_000;
/** After so many failed tries in a row a stream counts as impossible for now. */
const IMPOSSIBLE = 3;

/** What is heard of a link. */
export interface Heard extends Omit<Listener, 'opened' | 'retry'> {
  status(status: Status, reason?: string, nextAttemptTime?: number): void;
  gap(gap: Gap): void;
  /** How many tries have failed since the last open stream. */
  failed(attempts: number): void;
}

/** A stream that comes back. */
export interface Link {
  /** Connects, or tries again at once. */
  go(): void;
  /** Lets the stream go, to be resumed by `go()`. */
  rest(status: Status, reason: string): void;
}

export function link(options: Options, heard: Heard): Link {
  let controller: AbortController | undefined;
  /** Ends the wait for the next try, if there is one. */
  let wake: (() => void) | undefined;
  let retry = 0;
  let attempts = 0;
  let opened = false;
  /** Whether there was a time in which something may have been published that nobody will tell. */
  let away = false;

  async function run(signal: AbortSignal): Promise<void> {
    let renewed = false;
    let status: Status = opened ? 'reconnecting' : 'connecting';
    for (;;) {
      if (status !== 'fallback') heard.status(status);
      let lived = false;
      const outcome = await attempt(options, {
        ...heard,
        // Only what was heard before the signal counts, as another stream may be open since.
        message: (...all) => { if (!signal.aborted) heard.message(...all); },
        retry: (ms) => { retry = ms; },
        opened: () => {
          lived = opened = true;
          attempts = 0;
          renewed = false;
          heard.failed(0);
          if (away && !heard.position()) heard.gap({ reason: 'no-position', from: undefined, to: undefined });
          away = false;
          heard.status('connected');
        },
      }, signal);
      if (signal.aborted) return;
      away = true;
      const { next, reason } = outcome;
      if (next === 'over') return heard.status('disconnected', reason);

      // A token that was refused is asked for once more, and then it is an error.
      const refused = next === 'refused' || (next === 'anew' && renewed);
      if (next === 'anew') renewed = true;
      const again = next === 'anew' && !refused && !lived;
      if (!again) heard.failed(++attempts);
      const backoff = BACKOFF[Math.min(attempts, BACKOFF.length) - 1] ?? BACKOFF[0];
      const wait = again ? 0
        : refused ? REFUSED
          : Math.max(backoff * (0.5 + Math.random() / 2), outcome.wait ?? (lived ? retry : 0));
      const fallback = options.poll !== undefined && (refused || attempts >= IMPOSSIBLE);
      status = fallback ? 'fallback' : 'reconnecting';
      heard.status(refused && !fallback ? 'error' : status, reason, Date.now() + wait);

      const woken = either(signal);
      wake = () => woken.abort();
      if (fallback) {
        const polling = either(signal);
        const polled = poll(options, { ...heard, retry: () => {}, opened: () => {} }, polling.signal);
        await sleep(wait, woken.signal);
        // It goes on from the position that the stream begins with, so it must not be under way any more.
        polling.abort();
        await polled;
      } else {
        await sleep(wait, woken.signal);
      }
      wake = undefined;
      woken.abort();
      if (signal.aborted) return;
    }
  }

  return {
    go() {
      if (wake) return wake();
      if (controller) return;
      const mine = controller = new AbortController();
      void run(mine.signal).finally(() => {
        if (controller === mine) controller = undefined;
      });
    },
    rest(status, reason) {
      if (opened) away = true;
      controller?.abort();
      controller = wake = undefined;
      heard.status(status, reason);
    },
  };
}
