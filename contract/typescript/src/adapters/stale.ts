/** When a consumer of a stream has to fetch what it shows: once the stream is there for it, and at each gap. */
import type { EventMap, Gap, Live, Off } from '../api.js';

/**
 * Tells of each gap, and before the first of a beginning, with the reason `start`: as soon as the first try to connect is over,
 * which is at once where it was before. What a consumer has fetched earlier may lack what the stream told before it listened,
 * be it an event or a gap, or what was published before the stream was open. What it fetches from then on lacks nothing.
 */
export function whenStale<E extends EventMap>(live: Live<E>, handler: (gap: Gap) => void): Off {
  let started = false;
  const offs = [
    live.onGap(handler),
    live.onStatus((status) => {
      const before = started;
      // The network may go before the stream is open for the first time. Without a position it begins anew then, and tells of no gap.
      started = status !== 'connecting' || (before && live.position !== undefined);
      if (started && !before) handler({ reason: 'start', from: undefined, to: undefined });
    }),
  ];
  return () => offs.forEach((off) => off());
}
