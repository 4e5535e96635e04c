// The events that were accepted, in the order of their acceptance, and those that wait for room in theirs.
import { PublishError } from './api.js';
import type { Pending } from './pending.js';
import type { Settings } from './settings.js';

/** Of a batch, around its events. */
const BRACKETS = 2;

export class EventQueue {
  readonly #room: Settings['queue'];
  readonly #batch: Settings['batch'];
  /** Accepted, and in no request yet. */
  #queued: Pending[] = [];
  #queuedBytes = 0;
  /** Accepted and not answered, in a request or not. */
  #heldEvents = 0;
  #heldBytes = 0;
  /** Wait for room. */
  #outside: Pending[] = [];
  #outsideBytes = 0;
  #closed = false;
  #wake: () => void = () => {};

  constructor({ queue, batch }: Settings) {
    this.#room = queue;
    this.#batch = batch;
  }

  get held(): number {
    return this.#heldEvents;
  }

  /** Accepts an event, has it wait for room, or fails it. */
  offer(event: Pending): void {
    const { events, bytes, waits } = this.#room;
    const size = event.json.length;
    if (this.#closed) {
      event.failed(new PublishError('closed', 'the publisher is closed'));
    } else if (this.#outside.length === 0 && this.#fits(size)) {
      this.#accept(event);
    } else if (!waits || this.#outside.length >= events || this.#outsideBytes + size > bytes) {
      event.failed(new PublishError('queue-full', 'the queue is full'));
    } else {
      this.#await(event);
    }
  }

  #fits(size: number): boolean {
    return this.#heldEvents < this.#room.events && this.#heldBytes + size <= this.#room.bytes;
  }

  #await(event: Pending): void {
    const { waitMs } = this.#room;
    this.#outside.push(event);
    this.#outsideBytes += event.json.length;
    const timer = setTimeout(() => event.failed(new PublishError('queue-full', `no room within ${waitMs} ms`)), waitMs);
    event.onSettled = () => {
      clearTimeout(timer);
      this.#outside.splice(this.#outside.indexOf(event), 1);
      this.#outsideBytes -= event.json.length;
      // It may have been the one that was too large for the room there is.
      this.#admit();
    };
    event.onAccepted = () => clearTimeout(timer);
  }

  #accept(event: Pending): void {
    const size = event.json.length;
    event.onAccepted();
    event.acceptedAt = performance.now();
    this.#queued.push(event);
    this.#queuedBytes += size;
    this.#heldEvents++;
    this.#heldBytes += size;
    event.onSettled = () => {
      this.#heldEvents--;
      this.#heldBytes -= size;
      if (!event.taken) {
        this.#queued.splice(this.#queued.indexOf(event), 1);
        this.#queuedBytes -= size;
      }
      this.#admit();
    };
    this.#wake();
  }

  #admit(): void {
    let first = this.#outside[0];
    while (first && this.#fits(first.json.length)) {
      this.#outside.shift();
      this.#outsideBytes -= first.json.length;
      this.#accept(first);
      first = this.#outside[0];
    }
  }

  /** Waits for events and then, for as long as they may linger, for more. Empty: closed, and nothing is left. */
  async nextBatch(): Promise<Pending[]> {
    for (;;) {
      const first = this.#queued[0];
      if (!first) {
        if (this.#closed) return [];
        await this.#change();
        continue;
      }
      // Counted from its acceptance: what waited for another request has lingered meanwhile.
      const left = first.acceptedAt + this.#batch.lingerMs - performance.now();
      if (this.#closed || this.#isFull() || left <= 0) return this.#take();
      await this.#change(left);
    }
  }

  /** Until an event was accepted, or the queue closed, or for so long. */
  #change(atMostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = atMostMs === undefined ? undefined : setTimeout(() => this.#wake(), atMostMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #isFull(): boolean {
    const { events, bytes } = this.#batch;
    return this.#queued.length >= events || BRACKETS + this.#queuedBytes + this.#queued.length - 1 >= bytes;
  }

  #take(): Pending[] {
    let count = 0;
    let bytes = BRACKETS;
    for (const { json } of this.#queued) {
      // With the comma before it, or none; one more byte is no harm.
      bytes += json.length + 1;
      if (count > 0 && (count >= this.#batch.events || bytes > this.#batch.bytes)) break;
      count++;
    }
    const batch = this.#queued.splice(0, count);
    for (const event of batch) {
      event.taken = true;
      this.#queuedBytes -= event.json.length;
    }
    return batch;
  }

  /** Accepts nothing more; what was accepted is still handed out, and lingers no more. */
  close(): void {
    this.#closed = true;
    for (const event of [...this.#outside].reverse()) {
      event.failed(new PublishError('closed', 'closed before there was room'));
    }
    this.#wake();
  }

  /** Fails what is in no request. */
  drain(error: () => PublishError): void {
    for (const event of [...this.#queued]) event.failed(error());
  }
}
