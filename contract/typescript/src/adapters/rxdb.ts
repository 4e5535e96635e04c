/** RxDB: an event makes its replications pull, and a gap all of them. */
import type { EventMap, Live, Off } from '../api.js';
import { whenStale } from './stale.js';

/** What is used of RxDB's `RxReplicationState`. It has to be `live: true`, as others do not heed `reSync`. */
export interface Replication {
  reSync(): void;
}

/**
 * Calls `reSync` of a type's replication with each event of it, until it is called off. Of all at a gap, and once as soon as it is
 * known whether the stream is there, as what they pulled before may lack what was published before somebody listened.
 */
export function liveReplication<E extends EventMap>(
  live: Live<E>, replications: { readonly [K in keyof E & string]?: Replication | readonly Replication[] },
): Off {
  const of = (type: string): readonly Replication[] => [replications[type] ?? []].flat() as Replication[];
  const types = Object.keys(replications);
  const offs = types.map((type) => live.on(type, () => of(type).forEach((each) => each.reSync())));
  offs.push(whenStale(live, () => new Set(types.flatMap(of)).forEach((each) => each.reSync())));
  return () => offs.forEach((off) => off());
}
