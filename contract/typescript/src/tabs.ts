/** One stream for many tabs: the one that holds a lock has it, and tells the others what it hears. */
import type { Gap, Status } from './api.js';

/** Milliseconds between two signs of life of the leader. */
const BEACON = 2_000;
/** Milliseconds without one after which a visible tab takes the lead. */
const SILENT = 8_000;
/** Milliseconds between two tries to take it, as two that steal from each other would never end. */
const PATIENCE = 60_000;

/** How the leader is. */
export interface State {
  readonly status: Status;
  readonly reason: string | undefined;
  readonly attempts: number;
  readonly next: number | undefined;
  readonly position: string | undefined;
}

/** What tabs tell each other. */
type Word =
  | { readonly k: 'message'; readonly type: string; readonly text: string; readonly id: string }
  | { readonly k: 'gap'; readonly gap: Gap }
  /** How the leader is. */
  | { readonly k: 'state'; readonly state: State }
  /** Asked of the leader. */
  | { readonly k: 'hello' }
  | { readonly k: 'reconnect' }
  | { readonly k: 'close' };

/** As it is sent: which leader says it, and how many words it has said that count. */
type Sent = Word & { readonly by: number; readonly n: number };

/** The part of a tab that has to do with streams. */
export interface Tab {
  /** It has the stream from now on. */
  lead(): void;
  /** Another tab has it. */
  follow(): void;
  /** The leader says how it is. */
  told(state: State, another: boolean): void;
  message(type: string, text: string, id: string): void;
  gap(gap: Gap): void;
  /** Tries again now. */
  reconnect(): void;
  /** It is over for all tabs. */
  close(): void;
  state(): State;
}

export interface Tabs {
  /** Tells the others; only the leader does. */
  message(type: string, text: string, id: string): void;
  gap(gap: Gap): void;
  /** Tells them how it is. */
  state(): void;
  /** Asks the leader. */
  ask(what: 'reconnect' | 'close'): void;
  /** Lets another lead, if it has the lead, and hears nothing until `back()`. */
  leave(): void;
  back(): void;
}

/** Whether tabs can share here: pages without a secure context have no locks; Node has them, but no tabs. */
export const canShare = (): boolean => globalThis.isSecureContext && !!navigator.locks;

/**
 * Joins the tabs that share a stream.
 *
 * @param name what they share; has no credential in it
 */
export function join(name: string, tab: Tab): Tabs {
  /** Tells this leader from those before: when it came to lead, or higher where a clock was set back. */
  let me = 0;
  let said = 0;
  let leader = 0;
  let heard = 0;
  let seen = Date.now();
  let stolen = -PATIENCE;
  let channel: BroadcastChannel | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let asked: AbortController | undefined;
  let release: (() => void) | undefined;

  const say = (word: Word): void => channel?.postMessage({ ...word, by: me, n: said } satisfies Sent);
  const tell = (word: Word, counts = 1): void => {
    if (!release) return;
    said += counts;
    say(word);
  };
  const state = (): void => tell({ k: 'state', state: tab.state() }, 0);

  /** Notes that the leader has said so many words; if this tab has not heard them all, it has missed some. */
  function inOrder(n: number): void {
    if (n > heard) tab.gap({ reason: 'missed', from: undefined, to: undefined });
    heard = n;
  }

  function hear({ data: word }: MessageEvent<Sent>): unknown {
    if (word.k === 'close') return tab.close();
    if (word.k === 'hello') return state();
    if (word.k === 'reconnect') return release && tab.reconnect();
    const now = Date.now();
    // A former leader that has slept may not know yet that it is none. (Later ones have higher numbers.)
    if (release || (word.by < leader && now - seen < SILENT)) return undefined;
    seen = now;
    if (word.k === 'state') {
      const another = leader !== word.by;
      if (another) heard = word.n;
      inOrder(word.n);
      leader = word.by;
      tab.told(word.state, another);
    } else if (word.by === leader) {
      inOrder(word.n - 1);
      heard = word.n;
      if (word.k === 'gap') tab.gap(word.gap);
      else tab.message(word.type, word.text, word.id);
    }
  }

  /** Hears the others from now on, and waits for the lead. */
  function follow(): void {
    leader = 0;
    seen = Date.now();
    tab.follow();
    say({ k: 'hello' });
    run(false);
  }

  function run(steal: boolean): void {
    asked?.abort();
    const mine = asked = new AbortController();
    const held = (): Promise<void> | void => {
      if (mine.signal.aborted) return;
      return new Promise((resolve) => {
        release = resolve;
        me = Math.max(Date.now(), leader + 1);
        said = 0;
        tab.lead();
        state();
      });
    };
    // A lock cannot be stolen and be given up waiting for.
    navigator.locks.request(name, steal ? { steal } : { signal: mine.signal }, held)
      // Another tab took it, as this one was not heard of for too long.
      .catch(() => {})
      .then(() => {
        if (mine !== asked || mine.signal.aborted) return;
        release = undefined;
        follow();
      });
  }

  function beat(): void {
    if (release) return state();
    const now = Date.now();
    if (now - seen > SILENT && now - stolen > PATIENCE && !globalThis.document?.hidden) {
      stolen = now;
      run(true);
    }
  }

  return {
    message: (type, text, id) => tell({ k: 'message', type, text, id }),
    gap: (gap) => tell({ k: 'gap', gap }),
    state,
    ask: (k) => say({ k }),
    leave() {
      clearInterval(timer);
      channel?.close();
      channel = undefined;
      asked?.abort();
      asked = undefined;
      release?.();
      release = undefined;
    },
    back() {
      if (channel) return;
      channel = new BroadcastChannel(name);
      channel.onmessage = hear;
      timer = setInterval(beat, BEACON);
      follow();
    },
  };
}
