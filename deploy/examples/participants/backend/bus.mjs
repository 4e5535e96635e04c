// Publishes to whoever listens to a channel of a tenant. This is the one place that knows of the relay.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const ATTEMPTS = 2;
const TIMEOUT_MS = 2_000;
const RETRY_MS = 500;

export function createBus({ url, key }) {
  async function post(body) {
    const answer = await fetch(`${url}/v1/hooks/api`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return answer.status;
  }

  /**
   * Publishes one event, after the change that it tells of, and never fails for the relay's sake. A relay that does not
   * answer is asked once more with the same id, so that the event is there once even if the first answer was lost.
   */
  async function publish(tenant, channel, { type, data }, users) {
    const body = JSON.stringify({ id: randomUUID(), tenant, topic: channel, type, data, ...(users && { users }) });
    let trouble;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) await pause(RETRY_MS);
      try {
        const status = await post(body);
        if (status < 300) return;
        trouble = `status ${status}`;
        if (status < 500 && status !== 429) break;
      } catch (error) {
        trouble = error.cause?.code ?? error.name;
      }
    }
    console.warn(`not published: ${type} on ${channel}: ${trouble}`);
  }

  return { publish };
}
