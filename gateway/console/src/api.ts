/** What the console asks of the relay: its admin API, and nothing else. */
import { signal } from '@preact/signals';

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent at the end. */
  readonly cursor?: string | null;
  /** How many there are in all, where the relay counts them. */
  readonly total?: number;
}

/** Why a request failed, as a person reads it (RFC 9457). */
export class Refusal extends Error {
  /** @param pointer at what is wrong, as a JSON pointer; empty if it is the whole */
  constructor(readonly status: number, readonly code: string, message: string, readonly pointer = '') {
    super(message);
    this.name = 'Refusal';
  }
}

/** Whether the relay answers; what it said last where it does not. */
export const contact = signal<{ readonly since: number; readonly reason: string } | undefined>(undefined);
/** Whether the relay wants to know who it is. */
export const strange = signal(false);

const LATE = 15_000;

function limited(signal: AbortSignal | null | undefined): AbortSignal | null {
  const late = AbortSignal.timeout(LATE);
  return signal ? AbortSignal.any([signal, late]) : late;
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

function address(path: string, query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') for (const each of [value].flat()) asked.append(name, String(each));
  return `/admin/v1/${path}${asked.size > 0 ? `?${asked}` : ''}`;
}

/** @param limit how long the whole answer may take */
async function send(path: string, query: Query, init: RequestInit, limit = limited): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address(path, query), {
      ...init, headers: { Accept: 'application/json', ...init.headers }, cache: 'no-cache', signal: limit(init.signal),
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    lost('it does not answer');
    throw new Refusal(0, 'UNREACHABLE', 'The relay does not answer.');
  }
  contact.value = undefined;
  if (answer.ok) {
    strange.value = false;
    return answer;
  }
  if (answer.status === 401) strange.value = true;
  const problem = await answer.json().catch(() => ({})) as { code?: string; detail?: string; title?: string; pointer?: string };
  throw new Refusal(answer.status, problem.code ?? '', problem.detail ?? problem.title ?? `HTTP ${answer.status}`, problem.pointer);
}

/** Notes that the relay does not answer. */
export function lost(reason: string): void {
  contact.value ??= { since: Date.now(), reason };
}

/** Reads. The browser keeps what it read and asks whether it has changed, by the relay's `ETag`. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const value = await (await send(path, query, { ...signal && { signal } })).json() as T;
  signal?.throwIfAborted();
  return value;
}

/** Acts, and answers what the relay says of it; `undefined` where it says nothing. */
export async function act<T>(method: 'POST' | 'DELETE', path: string, query: Query, body?: unknown): Promise<T | undefined> {
  const answer = await send(path, query, {
    method, ...body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } },
  });
  const text = await answer.text();
  return text ? JSON.parse(text) as T : undefined;
}

/**
 * Follows a stream of messages until it is over. An `EventSource` would say nothing of why it is refused.
 *
 * @param told takes each message
 * @throws Refusal if it is refused, or breaks
 */
export async function follow(path: string, query: Query, signal: AbortSignal, told: (name: string, data: string) => void): Promise<void> {
  const answer = await send(path, query, { signal, headers: { Accept: 'text/event-stream' } }, (mine) => mine ?? null);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const messages = (rest + part.value).split('\n\n');
      rest = messages.pop()!;
      for (const message of messages) {
        const fields = new Map(message.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
        told(fields.get('event') ?? '', fields.get('data') ?? '');
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refusal(0, 'BROKEN', 'The stream broke.');
  }
}
