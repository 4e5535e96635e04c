/** React: a stream's status as state, and handlers for as long as a component is there. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { EventMap, Live, Message, Status } from '../api.js';

/** A handler for some of the types; `*` hears all. */
export type Handlers<E extends EventMap> = {
  readonly [K in keyof E & string]?: (data: E[K], message: Message<E[K]>) => void;
} & { readonly '*'?: (data: never, message: Message) => void };

/**
 * Calls the handlers while the component is mounted, and renders anew when the status changes. The handlers may be new ones
 * in each render: the last ones are called. `live` is not closed, as it is the application's.
 */
export function useEventStream<E extends EventMap>(live: Live<E>, handlers: Handlers<E> = {}): Status {
  const last = useRef(handlers);
  useEffect(() => { last.current = handlers; });
  // Each type has its own listener, as the browser's own EventSource hears only the types that are named.
  const types = Object.keys(handlers).sort().join('\n');
  useEffect(() => {
    const offs = types.split('\n').filter(Boolean).map((type) => live.on(type as '*', (data, message) => {
      (last.current as Record<string, ((data: unknown, message: Message) => void) | undefined>)[type]?.(data, message);
    }));
    return () => offs.forEach((off) => off());
  }, [live, types]);
  const status = (): Status => live.status;
  return useSyncExternalStore((changed) => live.onStatus(changed), status, status);
}
