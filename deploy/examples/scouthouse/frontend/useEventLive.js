// The live channel of one event. Everything that knows of it is in here: it tells the queries that they are out of date,
// and they fetch what is new by themselves.
import { useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { getToken } from './api.js';

const POLL_MS = 15_000;

const QUERY = { candidate_updated: 'candidates', task_updated: 'tasks', summary_updated: 'summary' };

/** Follows an event and says how: `connecting`, `live` or `polling`. */
export function useEventLive(eventId) {
  const queries = useQueryClient();
  const [state, setState] = useState('connecting');

  useEffect(() => {
    let timer;
    const outdate = (name) => queries.invalidateQueries({ queryKey: ['event', eventId, name] });
    const poll = () => {
      if (timer) return;
      setState('polling');
      timer = setInterval(() => Object.values(QUERY).forEach(outdate), POLL_MS);
    };

    setState('connecting');
    const token = encodeURIComponent(getToken());
    const source = new EventSource(`${globalThis.STREAM_BASE}/api/v1/events/${eventId}/live?access_token=${token}`);
    source.onopen = () => setState('live');
    source.onmessage = (message) => {
      const data = JSON.parse(message.data);
      if (data.event_id !== eventId) return;
      if (QUERY[data.type]) outdate(QUERY[data.type]);
    };
    source.onerror = () => {
      source.close();
      poll();
    };
    return () => {
      source.close();
      clearInterval(timer);
    };
  }, [eventId, queries]);

  return state;
}
