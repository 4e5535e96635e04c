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
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Whether the relay answers; what it said last where it does not. */
export const contact = signal<{ readonly since: number; readonly reason: string } | undefined>(undefined);
/** Whether the relay wants to know who it is. */
export const strange = signal(false);

const LATE = 15_000;

function limited(signal: AbortSignal | null | undefined): AbortSignal {
  const late = AbortSignal.timeout(LATE);
  return signal ? AbortSignal.any([signal, late]) : late;
}

type Query = Readonly<Record<string, string | number | undefined>>;

function address(path: string, query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') asked.set(name, String(value));
  return `/admin/v1/${path}${asked.size > 0 ? `?${asked}` : ''}`;
}

async function send(path: string, query: Query, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address(path, query), {
      ...init, headers: { Accept: 'application/json', ...init.headers }, cache: 'no-cache', signal: limited(init.signal),
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
  const problem = await answer.json().catch(() => ({})) as { code?: string; detail?: string; title?: string };
  throw new Refusal(answer.status, problem.code ?? '', problem.detail ?? problem.title ?? `HTTP ${answer.status}`);
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
