// What of a browser has to do with tabs, in one process: locks as Web Locks has them, and channels whose words can get lost.
// Node has both, but delivers words in real time, and the tests' time is not that.
import { onTestFinished, vi } from 'vitest';

interface Request {
  readonly grant: () => void;
  readonly lose: () => void;
}

/** Web Locks: one holder for each name, others wait in their order, one that steals is the holder at once. */
export class Locks {
  readonly #held = new Map<string, Request>();
  readonly #waiting = new Map<string, Request[]>();
  /** How often it was stolen. */
  stolen = 0;

  request(name: string, { steal = false, signal }: { steal?: boolean; signal?: AbortSignal }, act: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request: Request = {
        grant: () => {
          this.#held.set(name, request);
          void Promise.resolve().then(act).then((value) => {
            if (this.#held.get(name) !== request) return;
            this.#held.delete(name);
            resolve(value);
            this.#next(name);
          });
        },
        lose: () => reject(new DOMException('stolen', 'AbortError')),
      };
      if (steal) {
        this.stolen++;
        this.#held.get(name)?.lose();
        request.grant();
        return;
      }
      const waiting = this.#waiting.get(name) ?? [];
      this.#waiting.set(name, waiting);
      waiting.push(request);
      signal?.addEventListener('abort', () => {
        const at = waiting.indexOf(request);
        if (at < 0) return;
        waiting.splice(at, 1);
        reject(new DOMException('given up', 'AbortError'));
      });
      if (!this.#held.has(name)) this.#next(name);
    });
  }

  waiting(name: string): number {
    return this.#waiting.get(name)?.length ?? 0;
  }

  #next(name: string): void {
    this.#waiting.get(name)?.shift()?.grant();
  }
}

/** Whatever tabs say. */
export type Word = Readonly<Record<string, unknown>>;

/** A `BroadcastChannel` whose words come at once, unless `losing` says that they get lost. */
export class Channel {
  static open: Channel[] = [];
  static losing: (word: Word, from: Channel) => boolean = () => false;
  /** All words that were sent, in order. */
  static sent: Word[] = [];
  onmessage: ((event: { data: unknown }) => void) | undefined;

  constructor(readonly name: string) {
    Channel.open.push(this);
  }

  postMessage(word: Word): void {
    if (Channel.losing(word, this)) return;
    Channel.sent.push(word);
    for (const other of Channel.open) {
      if (other !== this && other.name === this.name) void Promise.resolve().then(() => other.onmessage?.({ data: structuredClone(word) }));
    }
  }

  close(): void {
    this.onmessage = undefined;
    Channel.open = Channel.open.filter((it) => it !== this);
  }
}

/** A browser for the test that runs, in which it is as late as the test says. */
export function browser(): { locks: Locks; document: { hidden: boolean }; pass: (ms: number) => Promise<unknown> } {
  vi.useFakeTimers();
  const locks = new Locks();
  const document = { hidden: false };
  Channel.open = [];
  Channel.sent = [];
  Channel.losing = () => false;
  vi.stubGlobal('navigator', { locks });
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('BroadcastChannel', Channel);
  vi.stubGlobal('document', document);
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return { locks, document, pass: (ms) => vi.advanceTimersByTimeAsync(ms) };
}
