// A subscriber that remembers: the eventsource package, told who it is and what to listen for.
import { EventSource } from 'eventsource';
import { until } from './wait.mjs';

export const OWN_TYPES = [
  'system.connected', 'system.gap', 'system.reauth', 'system.shutdown', 'system.end',
];

/**
 * Opens a stream.
 *
 * @param options token: a function that gives the token of each connection; query: what follows
 *     the question mark; types: event types to listen for
 */
export function subscribe(url, { token, query = '', types = [] }) {
  const frames = [];
  const requests = [];
  const errors = [];
  const source = new EventSource(`${url}/v1/stream?${query}`, {
    fetch: (input, init) => {
      const headers = { ...init.headers, Authorization: `Bearer ${token()}` };
      requests.push(headers);
      return fetch(input, { ...init, headers });
    },
  });
  for (const type of [...types, ...OWN_TYPES]) {
    source.addEventListener(type, ({ data, lastEventId }) => {
      frames.push({ type, id: lastEventId, data });
    });
  }
  source.addEventListener('error', (error) => errors.push(error));
  const own = (type) => frames.filter((frame) => frame.type === type);

  return {
    frames,
    requests,
    errors,
    events: () => frames.filter(({ type }) => types.includes(type)),
    told: (type) => own(type).map(({ data }) => JSON.parse(data)),
    /** Waits for the n-th frame of the relay's own of a type. */
    hears: async (type, n = 1) =>
      JSON.parse((await until(`${type} number ${n}`, () => own(type)[n - 1])).data),
    closed: () => source.readyState === EventSource.CLOSED,
    close: () => source.close(),
  };
}
