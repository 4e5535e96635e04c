/** HTMX: events of a stream as events of the DOM, which `hx-trigger` hears in any version of it. */
import type { EventMap, Live, Off } from '../api.js';
import { whenStale } from './stale.js';

/**
 * Fires each event at `target` as `live:TYPE`, whose `detail` is the message, and the status as `live:status`. Fires `refresh`, whose
 * `detail` is the gap, at a gap, and once with the reason `start`, as the page was made before the stream was there. An element
 * asks anew with `hx-trigger="live:order.paid from:body, refresh from:body"`.
 *
 * @param target default: the document's body
 */
export function liveEvents<E extends EventMap>(live: Live<E>, target: EventTarget = document.body): Off {
  const fire = (name: string, detail: unknown): void => { target.dispatchEvent(new CustomEvent(name, { detail })); };
  const offs = [
    live.on('*', (_, message) => fire(`live:${message.type}`, message)),
    live.onStatus((status) => fire('live:status', status)),
    whenStale(live, (gap) => fire('refresh', gap)),
  ];
  return () => offs.forEach((off) => off());
}
