// A stream for tests of what is built on one.
import { expect, onTestFinished, vi } from 'vitest';
import type { Live, Off } from '../src/api.js';
import { connect } from '../src/connect.js';

/** A stream whose server says what the test says, and how many listen to it. */
export class Script {
  listeners = 0;
  readonly live: Live;
  readonly #real: Live;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    this.#real = connect({
      url: 'http://relay.example/v1/stream',
      tabs: 'own',
      fetch: () => Promise.resolve(new Response(this.#stream(),
        { headers: { 'Content-Type': 'text/event-stream' } })),
    });
    onTestFinished(() => this.#real.close());
    const counted = (listen: (...all: unknown[]) => Off) => (...all: unknown[]): Off => {
      const off = listen(...all);
      this.listeners++;
      return () => {
        off();
        this.listeners--;
      };
    };
    this.live = new Proxy(this.#real, {
      get: (live, name) => name === 'on' || name === 'onStatus' || name === 'onGap'
        ? counted(live[name] as (...all: unknown[]) => Off) : Reflect.get(live, name),
    });
  }

  #stream(): ReadableStream<Uint8Array> {
    let mine: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream({
      start: (body) => { this.#body = mine = body; },
      cancel: () => { if (this.#body === mine) this.#body = undefined; },
    });
  }

  /** Waits until a connection has been asked for. */
  async asked(): Promise<void> {
    await vi.waitFor(() => expect(this.#body).toBeDefined());
  }

  /** Says it, and waits until it was heard by all who listened before. */
  async #say(frame: string, heard: (done: () => void) => Off): Promise<void> {
    await this.asked();
    await new Promise<void>((resolve) => {
      const off = heard(() => {
        off();
        resolve();
      });
      this.#body!.enqueue(new TextEncoder().encode(frame));
    });
  }

  event(type: string, data: unknown): Promise<void> {
    return this.#say(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, (done) => this.#real.on(type, done));
  }

  /** Says that the stream is open. */
  open(): Promise<void> {
    return this.#say('event: system.connected\ndata: {}\n\n', (done) =>
      this.#real.onStatus((status) => { if (status === 'connected') done(); }));
  }

  gap(): Promise<void> {
    return this.#say('event: system.gap\ndata: {"reason":"retention"}\n\n', (done) => this.#real.onGap(done));
  }
}
