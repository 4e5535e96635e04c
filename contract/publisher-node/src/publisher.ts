import { PublishError, type Published, type PublisherEvent, type PublisherOptions } from './api.js';
import { signer } from './credential.js';
import { type Written, write } from './event.js';
import { Pending } from './pending.js';
import { EventQueue } from './queue.js';
import { Sender } from './sender.js';
import { type Settings, closeWithin, settings } from './settings.js';

/** Of a batch, around its one event. */
const BRACKETS = 2;

/**
 * Publishes events to a relay. They are sent in batches, signed, and again with the same ids until the relay answers; each
 * publish has one answer.
 *
 * Events are stored in the order in which they were published, as one request is under way at a time. An event that fails is
 * missing from that order, and those after it are sent all the same. What is not answered is in memory only: an event that
 * must not be lost is kept with its id in the database transaction that caused it, an outbox.
 */
export class Publisher {
  readonly #settings: Settings;
  readonly #queue: EventQueue;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  /** @throws RangeError for a setting out of its bounds, without showing it */
  constructor(options: PublisherOptions) {
    this.#settings = settings(options);
    this.#queue = new EventQueue(this.#settings);
    this.#done = new Sender(this.#settings, signer(options), this.#queue, this.#stop.signal).run();
  }

  /**
   * Publishes an event. It never throws for what is wrong with an event, a relay or a network: the promise is rejected with a
   * {@link PublishError}, whose kind says what can be done.
   *
   * @param options signal: takes the event back if it is in no request yet, and in any case tries it no more; the error says
   *     whether it may be stored
   */
  publish(event: PublisherEvent, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Published> {
    let written: Written;
    try {
      written = write(event);
    } catch (error) {
      return Promise.reject(error);
    }
    const { batch, queue } = this.#settings;
    if (written.json.length > Math.min(batch.bytes - BRACKETS, queue.bytes)) {
      return Promise.reject(new PublishError('too-large', 'over the bytes of a batch or of the queue'));
    }
    if (signal?.aborted) return Promise.reject(new PublishError('aborted', 'aborted before it was accepted'));
    const pending = new Pending(written.id, written.json);
    this.#queue.offer(pending);
    if (signal && !pending.settled) {
      const abort = (): void => pending.failed(new PublishError('aborted', 'aborted', pending.mayBeStored));
      const forget = (): void => signal.removeEventListener('abort', abort);
      signal.addEventListener('abort', abort);
      pending.answer.then(forget, forget);
    }
    return pending.answer;
  }

  /** How many events were accepted and have no answer yet. */
  get unanswered(): number {
    return this.#queue.held;
  }

  /**
   * Accepts nothing more, sends what was accepted, in order, and is fulfilled when all of it has its answer. When the time is
   * over, the rest is rejected as `closed`. Called again, the shorter time counts.
   *
   * @param withinMs how long to go on sending, 0 to 3600000; by default as the publisher was told
   */
  async close(withinMs = this.#settings.closeWithinMs): Promise<void> {
    const within = closeWithin(withinMs);
    this.#queue.close();
    const timer = setTimeout(() => this.#stop.abort(), within);
    await this.#done;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Where it publishes, and nothing of the credential. */
  toString(): string {
    return `Publisher[${this.#settings.url}]`;
  }
}
