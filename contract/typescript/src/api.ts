/**
 * What the library looks like from outside. After any break an application has every event, or its `onGap` is called: all
 * that stands here serves that.
 */

/** A map from event types to what their data is; `heliograph-client types` writes one from a relay's `/asyncapi`. */
export type EventMap = Record<string, unknown>;

/**
 * - `connecting`: the first try is under way.
 * - `connected`: the stream is open.
 * - `reconnecting`: the stream broke, and the next try is under way or waits for its time.
 * - `disconnected`: it is over, by `close()`, or because the relay said so for good (204, `superseded`, `disabled`). Also when
 *   `enabled` is false, and while the page is hidden for longer than `letGoAfter`.
 * - `error`: the relay refused for a reason that does not pass (401 after a new token, 403, 404, an answer that is no stream)
 *   and there is nothing to poll; tried again every five minutes.
 * - `fallback`: streams are impossible now, and polling is in their place.
 */
export type Status = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'error' | 'fallback';

/** What is known beside the status. */
export interface StatusDetails {
  /** How many tries have failed since the last open stream. */
  readonly attempts: number;
  /** When an event was last received, in milliseconds since 1970; undefined before the first. */
  readonly lastEventTime: number | undefined;
  /** When the next try begins, in milliseconds since 1970, while it waits for one. */
  readonly nextAttemptTime: number | undefined;
  /** Why it is not connected. Never a token. */
  readonly reason: string | undefined;
  /** Whether this tab has the stream (`leader`), hears of it from another (`follower`), or shares with none (`alone`). */
  readonly tab: 'leader' | 'follower' | 'alone';
}

/** An event as it came. */
export interface Message<D = unknown> {
  /** The event's type, also where its frame has to be called otherwise, as with `error`; `message` if it had none. */
  readonly type: string;
  /** The data: JSON as a value, anything else as the text it is. */
  readonly data: D;
  /** The data as it came. */
  readonly text: string;
  /** The position after it, to go on from; empty if it has none of its own, as an ephemeral event. */
  readonly id: string;
}

/** Events were missed, or may have been: what is shown has to be fetched anew. */
export interface Gap {
  /**
   * The relay's reason (`expired`, `unknown`, `overflow`, ...), or one of the library's own: `no-position` when it comes back
   * without having been given a place to come back to, `dropped` when an iteration was too slow. The
   * adapters tell `start` to who begins to listen.
   */
  readonly reason: string;
  /** The position before the first missed event, where the relay told it. */
  readonly from: string | undefined;
  /** The position of the last missed event, where the relay told it. */
  readonly to: string | undefined;
}

/** Takes itself out. Calling it again does nothing. */
export type Off = () => void;

/** The relay's own frames by the names that a profile gave them; what is left out has the contract's. */
export interface OwnNames {
  readonly connected?: string;
  readonly gap?: string | readonly string[];
  readonly reauth?: string;
  readonly shutdown?: string;
  readonly end?: string | readonly string[];
  readonly heartbeat?: string;
}

/** Gives a value now or later, again each time it is needed. */
export type Source<T> = T | ((signal: AbortSignal) => T | Promise<T>);

export interface Options {
  /** The stream's address: `/v1/stream` of a relay or a profile's path, absolute or relative to the page. */
  readonly url: string | URL;
  /** Patterns of topics, for `/v1/stream`. */
  readonly topics?: readonly string[];
  /** Patterns of types, for `/v1/stream`. */
  readonly types?: readonly string[];
  /** A filter in CEL, for `/v1/stream`. */
  readonly filter?: string;
  /** More parameters of the query, as a profile has them. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** More headers, with `transport: 'fetch'`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A bearer token; asked for again when it ends or was refused. */
  readonly token?: Source<string>;
  /** Where the token goes: the header, or with a name this parameter of the query. Default `header`; with `eventsource` `access_token`. */
  readonly tokenIn?: 'header' | { readonly query: string };
  /** A ticket, asked for before each connection, as it is good once. */
  readonly ticket?: Source<string>;
  /** Whether cookies are sent. Default `same-origin`. */
  readonly credentials?: RequestCredentials;
  /** Default `fetch`. With `eventsource` the browser's own is used, without headers, and only `on` with names hears events that have one. */
  readonly transport?: 'fetch' | 'eventsource';
  /** Whether tabs of one origin and one `subject` share a stream. Default `shared`, where the browser can; else each has its own. */
  readonly tabs?: 'shared' | 'own';
  /** Who the stream is for, so that two logins in one browser never share one. Default: a hash of the first token, or none. */
  readonly subject?: string;
  /** Keeps the position over a reload of the tab, in its session storage under this name. Default: only in memory. */
  readonly persist?: string;
  /** Where to begin: a position of before. */
  readonly from?: string;
  /**
   * What to do where streams are impossible: the address of the relay's polling, or the application's own way to fetch what is
   * new, which is called at once and then each `pollEvery`, and given up after a minute. Without it the status is `error` or
   * `reconnecting`.
   */
  readonly poll?: string | URL | ((signal: AbortSignal) => unknown);
  /** Milliseconds between calls of the application's own poll; at least 1000. Default 15000. */
  readonly pollEvery?: number;
  /** Feature flag: with false nothing is connected, and the status is `disconnected`. Default true. */
  readonly enabled?: boolean;
  /** The names that a profile gave the relay's own frames. */
  readonly names?: OwnNames;
  /** Takes an event out of a profile's envelope: its type and data. What it throws is told to `onError`. */
  readonly unwrap?: (message: Message) => { readonly type: string; readonly data: unknown };
  /**
   * Milliseconds without a byte after which a connection is dead, where the relay does not tell its heartbeat, as with a
   * profile whose `connected` is off. Default 45000.
   */
  readonly silence?: number;
  /** Lets the stream go when the page was hidden for so many milliseconds, and resumes when it is seen. Default: never. */
  readonly letGoAfter?: number;
  /** Told of what a handler or `unwrap` throws. Default: `reportError`, else `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** For tests and old platforms. Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A stream that looks after itself, until `close()`. */
export interface Live<E extends EventMap = EventMap> extends AsyncDisposable {
  readonly status: Status;
  readonly details: StatusDetails;
  /** The position after the last event, or undefined before the first position. */
  readonly position: string | undefined;
  /** Calls a handler with each event of a type, or of all with `*`. */
  on<K extends keyof E & string>(type: K, handler: (data: E[K], message: Message<E[K]>) => void): Off;
  on(type: '*', handler: (data: unknown, message: Message) => void): Off;
  /** Calls a handler with the status as it is now, and with each change. */
  onStatus(handler: (status: Status, details: StatusDetails) => void): Off;
  /** Calls a handler with each gap. An application fetches its state anew there. */
  onGap(handler: (gap: Gap) => void): Off;
  /**
   * The events from now on, in order. Ends at `close()` and when the loop is left.
   *
   * @param options.max how many wait for the loop, 1 to 100000, default 1000; then the oldest are dropped, and `onGap` is called
   */
  messages(options?: { readonly max?: number }): AsyncIterableIterator<Message>;
  /** Tries again now, whatever it is waiting for; also after `error` and after the relay ended it. */
  reconnect(): void;
  /** Ends it, here and, if tabs share it, for all tabs of the same subject with `everywhere`, as at logout. */
  close(options?: { readonly everywhere?: boolean }): void;
}

export type Connect = <E extends EventMap = EventMap>(options: Options) => Live<E>;
