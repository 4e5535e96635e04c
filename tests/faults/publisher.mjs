// A publisher by static token that says what became of an event.
import assert from 'node:assert/strict';
import { STATIC_TOKEN } from '../clients/relay.mjs';

const RETRY_MS = 50;
const ANSWER_MS = 20_000;

/** One try: the status, the body and Retry-After; undefined if no answer came. */
export async function attempt(url, event) {
  try {
    const answer = await fetch(`${url}/v1/hooks/curl`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return {
      status: answer.status, body: await answer.json(), retryAfter: answer.headers.get('retry-after'),
    };
  } catch (error) {
    if (error.name !== 'TypeError') throw error;
    return undefined;
  }
}

/** Tries with the same id until the event is acknowledged. */
export async function publishUntilTaken(url, event, { stopped = () => false } = {}) {
  for (let tries = 1; ; tries++) {
    const answer = await attempt(url, event);
    if (answer?.status === 202) {
      assert.ok(tries > 1 || !answer.body.duplicate, `${event.id} is new and came back as a duplicate`);
      return { ...event, ...answer.body, tries };
    }
    assert.ok(answer === undefined || answer.status === 503, JSON.stringify(answer));
    if (stopped()) return undefined;
    await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
  }
}
