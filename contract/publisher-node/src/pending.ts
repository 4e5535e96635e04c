import type { PublishError, Published } from './api.js';

/** An accepted event until it has its answer, which it has once. */
export class Pending {
  readonly answer: Promise<Published>;
  acceptedAt = 0;
  attempts = 0;
  /** An attempt ended without the relay's own answer. */
  unsure = false;
  /** An attempt is under way. */
  underWay = false;
  settled = false;
  /** It is in a request. */
  taken = false;
  /** Called once, when there is room for it. */
  onAccepted: () => void = () => {};
  /** Called once, when it is settled. */
  onSettled: () => void = () => {};
  #resolve!: (published: Published) => void;
  #reject!: (error: PublishError) => void;

  constructor(readonly id: string, readonly json: Uint8Array) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get mayBeStored(): boolean {
    return this.unsure || this.underWay;
  }

  stored(published: Published): void {
    if (this.#settle()) this.#resolve(published);
  }

  failed(error: PublishError): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled();
    return true;
  }
}
