/** TanStack Query for React: events say which queries are stale, and a gap that all are. */
import { useEffect, useRef } from 'react';
import type { EventMap, Live } from '../api.js';
import { whenStale } from './stale.js';

/** What is used of TanStack's `Query`. */
export interface StaleQuery {
  readonly state: { readonly data: unknown; readonly fetchStatus: string };
  readonly promise: Promise<unknown> | undefined;
}

/** Which queries: by the beginning of their keys, or by a look at each. */
export interface Filters {
  queryKey?: readonly unknown[];
  predicate?: (query: StaleQuery) => boolean;
}

/** What is used of TanStack's `QueryClient`. */
export interface Invalidator {
  invalidateQueries(filters: Filters): unknown;
  getQueryCache(): { findAll(filters: Filters): readonly StaleQuery[] };
}

/** Which queries an event of a type makes stale: their keys, or the beginnings of them. */
export type Keys<E extends EventMap> = { readonly [K in keyof E & string]?: (data: E[K]) => readonly (readonly unknown[])[] };

/** A query's first fetch is not begun anew by TanStack, and its result counts as fresh, though it may have been read before. */
function invalidate(client: Invalidator, filters: Filters): void {
  const first = client.getQueryCache().findAll(filters).filter(({ state }) => state.data === undefined && state.fetchStatus === 'fetching');
  client.invalidateQueries(filters);
  for (const query of first) query.promise?.then(() => client.invalidateQueries({ predicate: (each) => each === query }), () => {});
}

/**
 * Invalidates what the events name, and everything at a gap, while the component is mounted. Everything also once, as soon as it
 * is known whether the stream is there, as nobody has looked after what was fetched before. So its place is a component that
 * stays, as the one with the `QueryClientProvider`. The last render's keys count.
 */
export function useLiveQueryInvalidation<E extends EventMap>(live: Live<E>, client: Invalidator, keys: Keys<E>): void {
  const last = useRef(keys);
  useEffect(() => { last.current = keys; });
  // Each type has its own listener, as the browser's own EventSource hears only the types that are named.
  const types = Object.keys(keys).sort().join('\n');
  useEffect(() => {
    const offs = types.split('\n').filter(Boolean).map((type) => live.on(type, (data) => {
      for (const queryKey of last.current[type]?.(data) ?? []) invalidate(client, { queryKey });
    }));
    offs.push(whenStale(live, () => invalidate(client, {})));
    return () => offs.forEach((off) => off());
  }, [live, client, types]);
}
