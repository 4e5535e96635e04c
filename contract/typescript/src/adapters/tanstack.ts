/** TanStack Query for React: events say which queries are stale, and a gap that all are. */
import { useEffect, useRef } from 'react';
import type { EventMap, Live } from '../api.js';

/** What is used of TanStack's `QueryClient`. */
export interface Invalidator {
  invalidateQueries(filters?: { queryKey: readonly unknown[] }): unknown;
}

/** Which queries an event of a type makes stale: their keys, or the beginnings of them. */
export type Keys<E extends EventMap> = { readonly [K in keyof E & string]?: (data: E[K]) => readonly (readonly unknown[])[] };

/** Invalidates what the events name, and everything at a gap, while the component is mounted. The last render's keys count. */
export function useLiveQueryInvalidation<E extends EventMap>(live: Live<E>, client: Invalidator, keys: Keys<E>): void {
  const last = useRef(keys);
  useEffect(() => { last.current = keys; });
  // Each type has its own listener, as the browser's own EventSource hears only the types that are named.
  const types = Object.keys(keys).sort().join('\n');
  useEffect(() => {
    const offs = types.split('\n').filter(Boolean).map((type) => live.on(type, (data) => {
      for (const queryKey of last.current[type]?.(data) ?? []) client.invalidateQueries({ queryKey });
    }));
    offs.push(live.onGap(() => { client.invalidateQueries(); }));
    return () => offs.forEach((off) => off());
  }, [live, client, types]);
}
