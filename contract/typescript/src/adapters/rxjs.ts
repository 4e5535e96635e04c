/** RxJS and Angular: events, status and gaps as observables, told inside Angular's zone if there is one. */
import { Observable } from 'rxjs';
import type { EventMap, Gap, Live, Message, Off, Status } from '../api.js';
import { whenStale } from './stale.js';

/** What is used of Angular's `NgZone`. */
export interface Zone {
  run<T>(act: () => T): T;
}

/** A stream's observables. Each subscription is a listener of its own; none of them ends the stream. */
export interface FromLive<E extends EventMap> {
  on<K extends keyof E & string>(type: K): Observable<Message<E[K]>>;
  on(type: '*'): Observable<Message>;
  /** The status as it is, and each change. */
  readonly status$: Observable<Status>;
  /**
   * Each gap, and before them, with the reason `start`, once for each subscriber, as soon as it is known whether the stream is
   * there: `gaps$.pipe(switchMap(() => http.get('/api/orders')))` is what there is to show, whenever it is subscribed to.
   */
  readonly gaps$: Observable<Gap>;
}

/** Makes observables of a stream. With a zone, Angular sees what its subscribers change. */
export function fromLive<E extends EventMap>(live: Live<E>, zone?: Zone): FromLive<E> {
  const observe = <T>(listen: (next: (value: T) => void) => Off): Observable<T> =>
    new Observable<T>((to) => listen((value) => (zone ? zone.run(() => to.next(value)) : to.next(value))));
  return {
    on: (type: string) => observe<Message<never>>((next) => live.on(type as '*', (_, message) => next(message as Message<never>))),
    status$: observe((next) => live.onStatus((status) => next(status))),
    gaps$: observe((next) => whenStale(live, next)),
  };
}
