// The settings of a publisher, with their defaults and bounds.
import type { PublisherOptions } from './api.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The longest pause that a `Retry-After` can ask for, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 5 * MINUTE;

export interface Settings {
  readonly url: string;
  readonly batch: { readonly events: number; readonly bytes: number; readonly lingerMs: number };
  readonly queue: { readonly events: number; readonly bytes: number; readonly waits: boolean; readonly waitMs: number };
  readonly retry: {
    readonly attempts: number; readonly withinMs: number; readonly firstPauseMs: number; readonly maxPauseMs: number;
  };
  readonly requestTimeoutMs: number;
  readonly closeWithinMs: number;
  readonly fetch: typeof globalThis.fetch;
}

export function settings(options: PublisherOptions): Settings {
  const { batch = {}, queue = {}, retry = {} } = options;
  const firstPauseMs = whole('retry.firstPauseMs', retry.firstPauseMs ?? 200, 1, 10 * MINUTE);
  const whenFull = queue.whenFull ?? 'wait';
  if (whenFull !== 'wait' && whenFull !== 'reject') throw new RangeError('queue.whenFull: wait or reject');
  return {
    url: address(options.url),
    batch: {
      events: whole('batch.events', batch.events ?? 500, 1, 10_000),
      bytes: whole('batch.bytes', batch.bytes ?? MIB, KIB, 64 * MIB),
      lingerMs: whole('batch.lingerMs', batch.lingerMs ?? 5, 0, MINUTE),
    },
    queue: {
      events: whole('queue.events', queue.events ?? 10_000, 1, 1_000_000),
      bytes: whole('queue.bytes', queue.bytes ?? 64 * MIB, KIB, KIB * MIB),
      waits: whenFull === 'wait',
      waitMs: whole('queue.waitMs', queue.waitMs ?? 10_000, 1, HOUR),
    },
    retry: {
      attempts: whole('retry.attempts', retry.attempts ?? 20, 1, 1000),
      withinMs: whole('retry.withinMs', retry.withinMs ?? 2 * MINUTE, 1, 24 * HOUR),
      firstPauseMs,
      maxPauseMs: whole('retry.maxPauseMs', retry.maxPauseMs ?? Math.max(10_000, firstPauseMs), firstPauseMs, 10 * MINUTE),
    },
    requestTimeoutMs: whole('requestTimeoutMs', options.requestTimeoutMs ?? 30_000, 1, 10 * MINUTE),
    closeWithinMs: closeWithin(options.closeWithinMs ?? 10_000),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

export function closeWithin(ms: number): number {
  return whole('closeWithinMs', ms, 0, HOUR);
}

function whole(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: a whole number, ${least} to ${most}`);
  }
  return value;
}

// None of what is refused would be part of a publisher's address, and some would be a secret in it; so no message shows it.
function address(given: string | URL): string {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    throw new RangeError('url: an http or https URL without user information, query and fragment');
  }
  return url.href;
}
