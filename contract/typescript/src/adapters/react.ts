/** React: a stream's status as state, and handlers for as long as a component is there. */
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import type { EventMap, Gap, Live, Message, Status } from '../api.js';
import { whenStale } from './stale.js';

/** A handler for some of the types; `*` hears all. */
export type Handlers<E extends EventMap> = {
  readonly [K in keyof E & string]?: (data: E[K], message: Message<E[K]>) => void;
} & { readonly '*'?: (data: never, message: Message) => void };

/**
 * Calls the handlers while the component is mounted, and renders anew when the status changes. The handlers may be new ones
 * in each render: the last ones are called. `live` is not closed, as it is the application's.
 *
 * @param onGap called at each gap, and before with the reason `start`, as soon as it is known whether the stream is there, and when
 *   there are handlers for other types: it fetches what the component shows, and no other place has to
 */
export function useEventStream<E extends EventMap>(live: Live<E>, handlers: Handlers<E> = {}, onGap?: (gap: Gap) => void): Status {
  const last = useRef({ handlers, onGap });
  useEffect(() => { last.current = { handlers, onGap }; });
  // Each type has its own listener, as the browser's own EventSource hears only the types that are named.
  const types = Object.keys(handlers).sort().join('\n');
  useEffect(() => {
    const offs = types.split('\n').filter(Boolean).map((type) => live.on(type as '*', (data, message) => {
      (last.current.handlers as Record<string, ((data: unknown, message: Message) => void) | undefined>)[type]?.(data, message);
    }));
    // After the handlers, so that what comes after what it fetches is heard.
    offs.push(whenStale(live, (gap) => last.current.onGap?.(gap)));
    return () => offs.forEach((off) => off());
  }, [live, types]);
  // A server has no stream, and what it renders has to be what the browser begins with.
  return useSyncExternalStore(useCallback((changed) => live.onStatus(changed), [live]), () => live.status, () => 'connecting');
}
