/** Vue: a stream that lives as long as the component or scope that asked for it. */
import { type ShallowRef, onScopeDispose, shallowRef } from 'vue';
import type { EventMap, Gap, Live, Message, Options, Status, StatusDetails } from '../api.js';
import { connect } from '../connect.js';
import { whenStale } from './stale.js';

/** The stream, and what it tells, as refs. */
export interface UseLive<E extends EventMap> {
  readonly live: Live<E>;
  readonly status: Readonly<ShallowRef<Status>>;
  readonly details: Readonly<ShallowRef<StatusDetails>>;
  /** The last event, undefined before the first. Of several in one turn a watcher sees the last: use `live.on` to hear all. */
  readonly message: Readonly<ShallowRef<Message | undefined>>;
  /**
   * The last gap. Undefined until it is known whether the stream is there; then one with the reason `start`, as what was fetched
   * before may lack something. `watch(gap, load)` has what is shown fetched whenever it has to be.
   */
  readonly gap: Readonly<ShallowRef<Gap | undefined>>;
}

/**
 * Opens a stream, and closes it with the component. Call it in `setup`, or in an effect scope. On a server that renders pages
 * nothing is opened, as components end without a word there, and the status is what a browser begins with.
 */
export function useLive<E extends EventMap = EventMap>(options: Options): UseLive<E> {
  const server = !globalThis.document;
  const live = connect<E>(server ? { ...options, enabled: false } : options);
  const status = shallowRef<Status>(server ? 'connecting' : live.status);
  const details = shallowRef(live.details);
  const message = shallowRef<Message>();
  const gap = shallowRef<Gap>();
  const all = { live, status, details, message, gap };
  if (server) return all;
  live.onStatus((now, more) => {
    status.value = now;
    details.value = more;
  });
  live.on('*', (_, heard) => { message.value = heard; });
  whenStale(live, (found) => { gap.value = found; });
  onScopeDispose(() => live.close());
  return all;
}
