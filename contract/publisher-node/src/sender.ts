// Sends what is in the queue, one request at a time: the next one goes only after the answer to the last, which keeps the order.
import { type Answer, describe, kindOf, mayBeAPartsAlone } from './answer.js';
import { PublishError, type Refusal } from './api.js';
import type { Signer } from './credential.js';
import type { Pending } from './pending.js';
import type { EventQueue } from './queue.js';
import { post } from './relay.js';
import { MAX_RETRY_AFTER_MS, type Settings } from './settings.js';

/** Events that are sent together, with an id that is the same for each attempt, and another one for other events. */
interface Request {
  readonly id: string;
  readonly events: readonly Pending[];
}

const request = (events: readonly Pending[]): Request => ({ id: `msg_${crypto.randomUUID()}`, events });
const COMMA = ','.charCodeAt(0);
const OPEN = '['.charCodeAt(0);
const CLOSE = ']'.charCodeAt(0);

export class Sender {
  readonly #settings: Settings;
  readonly #sign: Signer;
  readonly #queue: EventQueue;
  /** Aborted when the time to close is over. */
  readonly #stop: AbortSignal;
  #failures = 0;
  #notBefore = 0;

  constructor(settings: Settings, sign: Signer, queue: EventQueue, stop: AbortSignal) {
    this.#settings = settings;
    this.#sign = sign;
    this.#queue = queue;
    this.#stop = stop;
  }

  /** Ends when the queue is closed and each event has its answer. */
  async run(): Promise<void> {
    for (;;) {
      const batch = await this.#queue.nextBatch();
      if (batch.length === 0) return;
      await this.#deliver(batch);
    }
  }

  /** Sends these, and parts of them where the whole is refused, until each is settled. */
  async #deliver(batch: readonly Pending[]): Promise<void> {
    const left = [request(batch)];
    for (let next = left.shift(); next; next = left.shift()) {
      await this.#pause(this.#notBefore - performance.now());
      if (this.#stop.aborted) {
        for (const event of [next, ...left].flatMap(({ events }) => events)) event.failed(closed(event));
        this.#queue.drain(() => new PublishError('closed', 'closed before it was sent'));
        return;
      }
      left.unshift(...await this.#attempt(next));
    }
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#stop.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#stop.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      this.#stop.addEventListener('abort', over);
    });
  }

  /** Makes one attempt, and says what has to be sent after it, in order. */
  async #attempt(whole: Request): Promise<Request[]> {
    this.#giveUp(whole.events, 'it was never sent', 0);
    const current = unsettled(whole);
    if (!current) return [];
    const { events } = current;
    for (const event of events) {
      event.attempts++;
      event.underWay = true;
    }
    const ids = events.map(({ id }) => id);
    const answer = await post(this.#settings, this.#sign, current.id, ids, body(events), this.#stop);
    for (const event of events) event.underWay = false;
    if (answer.is === 'failed') return this.#again(current, answer);
    this.#failures = 0;
    return answer.is === 'refused' ? this.#refuse(events, answer.refusal) : this.#settle(events, answer.results);
  }

  #settle(events: readonly Pending[], results: Extract<Answer, { is: 'results' }>['results']): Request[] {
    for (const [index, event] of events.entries()) {
      const result = results[index];
      if (result && 'published' in result) event.stored(result.published);
      else if (result) event.failed(refused(event, result.refusal));
    }
    return [];
  }

  // One bad event must not take others with it that have only the request in common with it.
  #refuse(events: readonly Pending[], refusal: Refusal): Request[] {
    if (events.length > 1 && mayBeAPartsAlone(refusal)) {
      const half = Math.floor(events.length / 2);
      return [request(events.slice(0, half)), request(events.slice(half))];
    }
    for (const event of events) event.failed(refused(event, refusal));
    return [];
  }

  #again(current: Request, failed: Extract<Answer, { is: 'failed' }>): Request[] {
    const pause = this.#nextPause(failed.askedMs);
    this.#notBefore = performance.now() + pause;
    if (failed.mayBeStored) for (const event of current.events) event.unsure = true;
    this.#giveUp(current.events, failed.why, pause);
    const rest = unsettled(current);
    return rest ? [rest] : [];
  }

  /** Doubles up to a limit; a random part keeps publishers that failed together from coming back together. */
  #nextPause(askedMs = 0): number {
    const { firstPauseMs, maxPauseMs } = this.#settings.retry;
    const full = Math.min(maxPauseMs, firstPauseMs * 2 ** this.#failures++);
    const least = Math.max(full / 2, Math.min(askedMs, MAX_RETRY_AFTER_MS));
    return least + Math.random() * (full / 2);
  }

  /** Gives up those for which there is no other attempt after this pause: a wait for it would be in vain. */
  #giveUp(events: readonly Pending[], why: string, pause: number): void {
    const { attempts, withinMs } = this.#settings.retry;
    const then = performance.now() + pause;
    for (const event of events) {
      const late = then - event.acceptedAt > withinMs;
      if (!late && event.attempts < attempts) continue;
      const bound = late ? `within ${withinMs} ms` : 'in that many attempts';
      event.failed(new PublishError(
        'gave-up', `not published ${bound}, attempts: ${event.attempts}; the last: ${why}`, event.mayBeStored));
    }
  }
}

/** Without those that were given up or aborted meanwhile: other events have another id. */
function unsettled(whole: Request): Request | undefined {
  const rest = whole.events.filter(({ settled }) => !settled);
  if (rest.length === whole.events.length) return whole;
  return rest.length > 0 ? request(rest) : undefined;
}

function refused(event: Pending, refusal: Refusal): PublishError {
  return new PublishError(kindOf(refusal), describe(refusal), event.mayBeStored, refusal);
}

function closed(event: Pending): PublishError {
  return new PublishError('closed', 'closed before it was answered', event.mayBeStored);
}

function body(events: readonly Pending[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(events.reduce((sum, { json }) => sum + json.length + 1, 1));
  let at = 0;
  for (const { json } of events) {
    bytes[at] = at === 0 ? OPEN : COMMA;
    bytes.set(json, at + 1);
    at += json.length + 1;
  }
  bytes[at] = CLOSE;
  return bytes;
}
