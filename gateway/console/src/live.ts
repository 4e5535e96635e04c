/** The relay's own figures, once a second while somebody looks at the page. */
import { computed, signal } from '@preact/signals';
import { contact, lost } from './api.js';
import type { Status } from './types.js';

/** Seconds of the past that the lines show. */
export const KEPT = 300;
/** Milliseconds until a broken stream is tried again. */
const AGAIN = 2_000;

/** What moved between two looks, by the second. */
export interface Moment {
  /** Seconds since 1970. */
  readonly time: number;
  readonly published: number;
  readonly delivered: number;
  readonly refused: number;
  /** Of deliveries in the last minute, in milliseconds. */
  readonly p99: number | null;
}

export const status = signal<Status | undefined>(undefined);
export const moments = signal<readonly Moment[]>([]);
/** The latest of them. */
export const rates = computed(() => moments.value.at(-1));
/** Counts the seconds in which the page is looked at; what is shown is read anew by it. */
export const tick = signal(0);
/** The time, as often as something is told. */
export const now = signal(Date.now());

let last: { readonly at: number; readonly status: Status } | undefined;

/** Takes what the relay told. A relay that was restarted counts from zero, and so begins anew. */
export function take(told: Status, at: number): void {
  const before = last;
  last = { at, status: told };
  status.value = told;
  now.value = at;
  tick.value++;
  if (before === undefined || before.status.started !== told.started || at <= before.at) return;
  const seconds = (at - before.at) / 1000;
  const per = (total: (status: Status) => number): number => Math.max(0, total(told) - total(before.status)) / seconds;
  moments.value = [...moments.value, {
    time: at / 1000,
    published: per((it) => it.published),
    delivered: per((it) => it.delivered),
    refused: per((it) => it.refused),
    p99: told.latency?.p99 == null ? null : told.latency.p99 * 1000,
  }].slice(-KEPT);
}

/** Listens while the page is seen. */
export function watch(): void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    // What was told before the break says nothing of the time between.
    last = undefined;
  }
  function open(): void {
    if (source) return;
    source = new EventSource('/admin/v1/live');
    source.addEventListener('status', ({ data }: MessageEvent<string>) => {
      contact.value = undefined;
      take(JSON.parse(data) as Status, Date.now());
    });
    // It would come back by itself from a break, but not from a refusal, and it does not say which it was: reading does.
    source.onerror = () => {
      close();
      lost('its stream of figures broke');
      now.value = Date.now();
      tick.value++;
      timer = setTimeout(open, AGAIN);
    };
  }
  const look = (): void => document.hidden ? close() : open();
  document.addEventListener('visibilitychange', look);
  look();
}
