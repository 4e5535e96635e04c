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
export type Word =
  | { readonly k: 'message'; readonly n: number; readonly type: string; readonly text: string; readonly id: string }
  | { readonly k: 'gap'; readonly n: number; readonly gap: Gap }
  /** How the leader is, and how many words it has said that count. */
  | { readonly k: 'state'; readonly n: number; readonly by: number; readonly state: State }
  /** Asked of the leader. */
  | { readonly k: 'hello' }
  | { readonly k: 'reconnect' }
  | { readonly k: 'close' };

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

/** Whether tabs can share here: Node has locks as well, but no tabs; pages without a secure context have none. */
export const canShare = (): boolean =>
  globalThis.isSecureContext && 'BroadcastChannel' in globalThis && !!globalThis.navigator?.locks;

/**
 * Joins the tabs that share a stream.
 *
 * @param name what they share; has no credential in it
 */
export function join(name: string, tab: Tab): Tabs {
  /** Tells this leader from those before. */
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

  const say = (word: Word): void => channel?.postMessage(word);
  const state = (): void => {
    if (release) say({ k: 'state', n: said, by: me, state: tab.state() });
  };

  /** Notes that the leader has said so many words; if this tab has not heard them all, it has missed some. */
  function inOrder(n: number): void {
    if (n > heard) tab.gap({ reason: 'missed', from: undefined, to: undefined });
    heard = n;
  }

  function hear({ data: word }: MessageEvent<Word>): void {
    if (word.k === 'close') return tab.close();
    if (word.k === 'hello') return state();
    if (word.k === 'reconnect') {
      if (release) tab.reconnect();
      return;
    }
    // What a former leader says that does not know yet that it is none.
    if (release) return;
    seen = Date.now();
    if (word.k === 'state') {
      const another = leader !== word.by;
      if (another) heard = word.n;
      inOrder(word.n);
      leader = word.by;
      tab.told(word.state, another);
    } else if (leader !== 0) {
      inOrder(word.n - 1);
      heard = word.n;
      if (word.k === 'gap') tab.gap(word.gap);
      else tab.message(word.type, word.text, word.id);
    }
  }

  function run(steal: boolean): void {
    asked?.abort();
    const mine = asked = new AbortController();
    const held = (): Promise<void> | void => {
      if (mine.signal.aborted) return;
      return new Promise((resolve) => {
        release = resolve;
        me = Date.now() + Math.random();
        said = 0;
        tab.lead();
        state();
      });
    };
    // A lock cannot be stolen and be given up waiting for.
    (steal ? navigator.locks.request(name, { steal }, held) : navigator.locks.request(name, { signal: mine.signal }, held))
      // Another tab took it, as this one was not heard of for too long.
      .catch(() => {})
      .then(() => {
        if (mine !== asked || mine.signal.aborted) return;
        release = undefined;
        leader = 0;
        seen = Date.now();
        tab.follow();
        say({ k: 'hello' });
        run(false);
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
    message: (type, text, id) => { if (release) say({ k: 'message', n: ++said, type, text, id }); },
    gap: (gap) => { if (release) say({ k: 'gap', n: ++said, gap }); },
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
      leader = 0;
      seen = Date.now();
      timer = setInterval(beat, BEACON);
      tab.follow();
      say({ k: 'hello' });
      run(false);
    },
  };
}
