/** Joins the parts: who listens, where the stream is, and who has it. */
import type { EventMap, Gap, Live, Message, Off, Options, Status, StatusDetails } from './api.js';
import { SILENCE } from './attempt.js';
import { link } from './link.js';
import { watch } from './page.js';
import { sleep } from './poll.js';
import { absolute, gapOf, parsed, valueOf } from './request.js';
import { type Tabs, canShare, join } from './tabs.js';

/** So many ids are remembered, so that what two leaders tell is heard once. */
const RECENT = 512;
/** How many events wait for a loop if it does not say. */
const WAITING = 1_000;
const MAX_WAITING = 100_000;

/** Calls each of them; what one throws is told and does not keep the others from being called. */
type Listeners<A extends unknown[]> = Set<(...all: A) => void>;

/**
 * Opens a stream that looks after itself.
 *
 * @throws TypeError where the address is none
 */
export function connect<E extends EventMap = EventMap>(options: Options): Live<E> {
  const address = absolute(options.url);
  const statusListeners: Listeners<[Status, StatusDetails]> = new Set();
  const gapListeners: Listeners<[Gap]> = new Set();
  const handlers = new Map<string, Listeners<[unknown, Message]>>();
  const typeListeners: Listeners<[string]> = new Set();
  const endListeners: Listeners<[]> = new Set();
  const recent = new Set<string>();

  let status: Status = 'disconnected';
  let reason: string | undefined;
  let attempts = 0;
  let lastEventTime: number | undefined;
  let next: number | undefined;
  let position = options.from;
  let tab: StatusDetails['tab'] = 'alone';
  let closed = options.enabled === false;
  let tabs: Tabs | undefined;
  /** Whether the relay wants no return: then only `reconnect()` leads to one. */
  let over = false;

  const onError = options.onError
    ?? ((error: unknown): void => (globalThis.reportError ?? console.error)(error));

  function call<A extends unknown[]>(listeners: Iterable<(...all: A) => void> | undefined, ...all: A): void {
    for (const listener of [...listeners ?? []]) {
      try {
        listener(...all);
      } catch (error) {
        onError(error);
      }
    }
  }

  function add<T>(set: Set<T>, listener: T): Off {
    set.add(listener);
    return () => { set.delete(listener); };
  }

  const details = (): StatusDetails => ({ attempts, lastEventTime, nextAttemptTime: next, reason, tab });

  function become(now: Status, why?: string, nextTry?: number): void {
    const changed = now !== status || why !== reason || nextTry !== next;
    [status, reason, next] = [now, why, nextTry];
    if (!changed) return;
    call(statusListeners, status, details());
    tabs?.state();
  }

  function storage(act: (storage: Storage, name: string) => void): void {
    if (options.persist === undefined) return;
    try {
      act(sessionStorage, options.persist);
    } catch {
      // It is full, or forbidden, or not there: the position is kept in memory.
    }
  }

  function moved(id: string): void {
    position = id;
    storage((kept, name) => kept.setItem(name, id));
  }

  function gap(found: Gap): void {
    call(gapListeners, found);
    tabs?.gap(found);
  }

  function message(type: string, text: string, id: string): void {
    // Frames have another name for types that are called as a browser calls its own events (contract, "Frames").
    type = type.replace(/^type\.(error|open|message)$/, '$1');
    if (id) {
      if (recent.has(id)) return;
      recent.add(id);
      if (recent.size > RECENT) recent.delete(recent.values().next().value!);
      moved(id);
    }
    lastEventTime = Date.now();
    tabs?.message(type, text, id);
    let heard: Message = { type, text, id, data: parsed(text) };
    if (options.unwrap) {
      try {
        heard = { ...heard, ...options.unwrap(heard) };
      } catch (error) {
        onError(error);
      }
    }
    call(handlers.get(heard.type), heard.data, heard);
    if (heard.type !== '*') call(handlers.get('*'), heard.data, heard);
  }

  const stream = link(options, {
    status: become,
    failed: (count) => { attempts = count; },
    over(why) {
      over = true;
      become('disconnected', why);
    },
    message, gap, moved,
    position: () => position,
    types: (each) => {
      for (const type of handlers.keys()) each(type);
      return add(typeListeners, each);
    },
  });

  /** Ends what is here. */
  function end(why: string): void {
    if (closed) return;
    closed = true;
    unwatch();
    tabs?.leave();
    tabs = undefined;
    stream.rest('disconnected', why);
    become('disconnected', why);
    call(endListeners);
  }

  const unwatch = closed ? () => {} : watch({
    rest: (why) => {
      tabs?.leave();
      if (!over) stream.rest(why === 'offline' ? 'reconnecting' : 'disconnected', why);
    },
    back: () => begin(),
  }, options.letGoAfter);

  function begin(): void {
    if (closed) return;
    if (tabs) tabs.back();
    else if (tab === 'alone') go();
  }

  /** Goes on; what is over only if it is asked for. */
  function go(asked = false): void {
    over &&= !asked;
    if (!over) stream.go(asked);
  }

  /** Joins the tabs, as soon as it is known for whom the stream is. */
  async function share(): Promise<void> {
    let { subject = '' } = options;
    if (!subject && options.token !== undefined) {
      const asked = new AbortController();
      const late = sleep(SILENCE, asked.signal).then(() => Promise.reject(new Error('late')));
      try {
        subject = subjectOf(await Promise.race([late, valueOf(options.token, asked.signal)]));
      } finally {
        asked.abort();
      }
    }
    if (closed) return;
    const { topics, types, filter, query } = options;
    tabs = join(`heliograph:${hash(JSON.stringify([address, subject, topics, types, filter, query]))}`, {
      lead() {
        tab = 'leader';
        go();
      },
      follow() {
        if (tab === 'leader') stream.rest('reconnecting', 'another tab leads');
        tab = 'follower';
      },
      told(state, another) {
        attempts = state.attempts;
        over = state.status === 'disconnected';
        const from = state.position;
        // What lies between is not told again, but to a tab that had no place yet.
        if (another && from && position && from !== position && !recent.has(from)) {
          gap(gapOf('missed', position, from));
        }
        if (from && (!position || (another && !recent.has(from)))) moved(from);
        become(state.status, state.reason, state.next);
      },
      message, gap,
      reconnect: () => go(true),
      close: () => end('closed'),
      state: () => ({ status, reason, attempts, next, position }),
    });
    tabs.back();
  }

  storage((kept, name) => { position = kept.getItem(name) ?? position; });
  if (!closed) {
    become('connecting');
    if ((options.tabs ?? 'shared') === 'shared' && canShare()) {
      tab = 'follower';
      share().catch(() => {
        // Without a token nobody knows for whom it is; the stream's own tries will say why there is none.
        tab = 'alone';
        begin();
      });
    } else {
      go();
    }
  }

  const live: Live<E> = {
    get status() { return status; },
    get details() { return details(); },
    get position() { return position; },
    on(type: string, handler: (data: never, message: Message<never>) => void): Off {
      const known = handlers.get(type) ?? new Set();
      if (!handlers.has(type)) {
        handlers.set(type, known);
        call(typeListeners, type);
      }
      return add(known, handler as (data: unknown, message: Message) => void);
    },
    onStatus(handler) {
      call([handler], status, details());
      return add(statusListeners, handler);
    },
    onGap: (handler) => add(gapListeners, handler),
    messages({ max = WAITING } = {}) {
      return iterate(Math.min(Math.max(max, 1), MAX_WAITING), {
        message: (each) => live.on('*', (_, message) => each(message)),
        end: (ended) => {
          if (closed) ended();
          return add(endListeners, ended);
        },
        dropped: () => call(gapListeners, gapOf('dropped')),
      });
    },
    reconnect() {
      if (closed) return;
      if (tab === 'follower') tabs?.ask('reconnect');
      else go(true);
    },
    close({ everywhere = false } = {}) {
      if (everywhere) tabs?.ask('close');
      end('closed');
    },
    async [Symbol.asyncDispose]() { live.close(); },
  };
  return live;
}

/** What tells one person from another in a token; the whole of it where it does not say. */
function subjectOf(token: string): string {
  try {
    const { iss, sub, tenant } = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>;
    if (sub) return JSON.stringify([iss, sub, tenant]);
  } catch {
    // It is no JWT.
  }
  return token;
}

/** A short name for a long one, by which nobody comes to know the long one (FNV-1a, 64 bits). */
function hash(text: string): string {
  let sum = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  return sum.toString(36);
}

/** A loop over events, of which at most `max` wait for it. */
function iterate(max: number, from: {
  message(each: (message: Message) => void): Off;
  end(ended: () => void): Off;
  dropped(): void;
}): AsyncIterableIterator<Message> {
  const waiting: Message[] = [];
  const wanted: ((result: IteratorResult<Message>) => void)[] = [];
  let over = false;
  let dropping = false;
  const off = from.message((message) => {
    const next = wanted.shift();
    if (next) return next({ done: false, value: message });
    if (waiting.push(message) <= max) return;
    waiting.shift();
    if (!dropping) from.dropped();
    dropping = true;
  });
  const end = (): IteratorResult<Message> => {
    over = true;
    off();
    forget?.();
    const done = { done: true, value: undefined } as const;
    for (const next of wanted.splice(0)) next(done);
    return done;
  };
  let forget: Off | undefined;
  forget = from.end(() => { end(); });
  return {
    next() {
      const message = waiting.shift();
      if (message) {
        dropping = false;
        return Promise.resolve({ done: false, value: message });
      }
      if (over) return Promise.resolve(end());
      return new Promise((resolve) => { wanted.push(resolve); });
    },
    return() {
      waiting.length = 0;
      return Promise.resolve(end());
    },
    [Symbol.asyncIterator]() { return this; },
  };
}
