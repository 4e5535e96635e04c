// The live updates of a page: one EventSource for all its channels. It comes back by itself, with a new EventSource each
// time, after 1, 2, 4, 8 … and at most 30 seconds.
import { useEffect, useRef, useState } from 'react';

const FIRST_MS = 1_000;
const MOST_MS = 30_000;
const TYPES = [
  'participant:created', 'participant:approved', 'participant:rejected', 'sla:overdue', 'notification:new',
];

/** Listens to channels and says how that goes: `connecting`, `connected` or `disconnected`. */
export function useSSE(channels, onEvent, enabled) {
  const [state, setState] = useState('disconnected');
  const handler = useRef(onEvent);
  handler.current = onEvent;
  const query = channels.join(',');

  useEffect(() => {
    if (!enabled) return undefined;
    let source;
    let timer;
    let wait = FIRST_MS;

    function connect() {
      setState('connecting');
      source = new EventSource(`${globalThis.STREAM_BASE}/api/sse?channels=${query}`, { withCredentials: true });
      source.addEventListener('connected', () => {
        wait = FIRST_MS;
        setState('connected');
      });
      for (const type of TYPES) {
        source.addEventListener(type, ({ data }) => handler.current({ type, data: JSON.parse(data) }));
      }
      source.onerror = () => {
        source.close();
        setState('disconnected');
        timer = setTimeout(connect, wait);
        wait = Math.min(wait * 2, MOST_MS);
      };
    }

    connect();
    return () => {
      clearTimeout(timer);
      source.close();
      setState('disconnected');
    };
  }, [query, enabled]);

  return state;
}
