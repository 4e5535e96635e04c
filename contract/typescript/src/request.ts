/** What requests to the relay have in common: addresses, credentials, and how refusals are read. */
import type { Gap, Options, Source } from './api.js';

/** Why a connection ended, and what follows. */
export interface Outcome {
  /**
   * - `again`: it passes, so after a while.
   * - `anew`: with another credential.
   * - `refused`: it does not pass by itself.
   * - `over`: the relay wants no return.
   */
  readonly next: 'again' | 'anew' | 'refused' | 'over';
  /** In words for people; never has a credential. */
  readonly reason: string;
  /** At least so many milliseconds until the next try. */
  readonly wait?: number | undefined;
  /** Whether not a byte of the answer's body came, as where something between keeps the stream for itself. */
  readonly mute?: boolean;
}

/** The longest wait that a relay or proxy can ask for, in milliseconds. */
export const MAX_WAIT = 600_000;

export async function valueOf<T>(source: Source<T>, signal: AbortSignal): Promise<T> {
  return typeof source === 'function' ? (source as (signal: AbortSignal) => T | Promise<T>)(signal) : source;
}

export function absolute(url: string | URL): URL {
  return new URL(url, globalThis.location?.href);
}

/** Puts what is asked for into a query, beside what the address has already. */
export function ask(url: URL, { topics = [], types = [], filter, query = {} }: Options): URL {
  for (const topic of topics) url.searchParams.append('topic', topic);
  for (const type of types) url.searchParams.append('type', type);
  if (filter) url.searchParams.set('filter', filter);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) url.searchParams.append(name, one);
  }
  return url;
}

/** Adds the token where it belongs, if there is one. */
export async function authorize(url: URL, headers: Headers, options: Options, signal: AbortSignal): Promise<void> {
  if (options.token === undefined) return;
  const token = await valueOf(options.token, signal);
  const { tokenIn = options.transport === 'eventsource' ? { query: 'access_token' } : 'header' } = options;
  if (tokenIn === 'header') headers.set('Authorization', `Bearer ${token}`);
  else url.searchParams.set(tokenIn.query, token);
}

/** What `Retry-After` asks for (RFC 9110, section 10.2.3: seconds or a date), in milliseconds. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('Retry-After');
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return ms > 0 ? Math.min(ms, MAX_WAIT) : undefined;
}

/** JSON as a value, and anything else as the text it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const gapOf = (reason: string, from?: string, to?: string): Gap => ({ reason, from, to });

/** What a status other than 200 means. */
export function refusal({ status, headers }: Response): Outcome {
  const next = status === 204 ? 'over'
    : status === 401 ? 'anew'
      // Those that pass: of the relay itself, and of proxies that find no relay.
      : status >= 500 || status === 408 || status === 425 || status === 429 ? 'again' : 'refused';
  return { next, reason: `HTTP ${status}`, wait: retryAfter(headers) };
}
