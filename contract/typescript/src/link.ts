/** One stream after the other, and what is done between them. */
import type { Gap, Options, Status } from './api.js';
import { type Listener, attempt } from './attempt.js';
import { either, poll, sleep } from './poll.js';
import { gapOf } from './request.js';

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
  /** The relay wants no return. */
  over(reason: string): void;
}

/** A stream that comes back. */
export interface Link {
  /** Connects, unless it does already; with `now` whatever it waits for. */
  go(now?: boolean): void;
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
    let reason: string | undefined;
    let status: Status = opened ? 'reconnecting' : 'connecting';
    for (;;) {
      if (status !== 'fallback') heard.status(status, reason);
      let lived = false;
      const before = attempts;
      const outcome = await attempt(options, {
        ...heard,
        retry: (ms) => { retry = ms; },
        opened: () => {
          lived = opened = true;
          attempts = 0;
          renewed = false;
          heard.failed(0);
          if (away && !heard.position()) heard.gap(gapOf('no-position'));
          away = false;
          heard.status('connected');
        },
      }, signal);
      if (signal.aborted) return;
      away = true;
      const { next } = outcome;
      reason = outcome.reason;
      if (next === 'over') {
        controller = undefined;
        return heard.over(reason);
      }
      // As if it had never been open.
      if (outcome.mute) attempts = before;

      // A token that was refused is asked for once more, and then it is an error.
      const refused = next === 'refused' || (next === 'anew' && renewed);
      if (next === 'anew') renewed = true;
      const again = next === 'anew' && !refused && !lived;
      if (!again) heard.failed(++attempts);
      const backoff = BACKOFF[Math.min(attempts, BACKOFF.length) - 1] ?? BACKOFF[0];
      // What the relay tells to all alike is never shortened, and stretched by up to a half.
      const chance = Math.random() / 2;
      const wait = again ? 0
        : refused ? REFUSED
          : Math.max(backoff * (0.5 + chance), outcome.wait ?? retry * (1 + chance));
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
      woken.abort();
      if (signal.aborted) return;
      wake = undefined;
    }
  }

  return {
    go(now = false) {
      if (now) wake?.();
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
