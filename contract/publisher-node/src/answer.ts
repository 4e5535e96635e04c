// Reads what a relay, or what stands in front of it, answers to a request.
import type { Published, PublishErrorKind, Refusal } from './api.js';

/** What came of one attempt to send a request. */
export type Answer =
  /** The relay answered for each event, in the order of the request. */
  | { readonly is: 'results'; readonly results: readonly Result[] }
  /** The whole request was refused, and nothing of it was stored. */
  | { readonly is: 'refused'; readonly refusal: Refusal }
  /** The attempt failed in a way that another may not. */
  | { readonly is: 'failed'; readonly why: string; readonly mayBeStored: boolean; readonly askedMs?: number | undefined };
export type Result = { readonly published: Published } | { readonly refusal: Refusal };

/** The longest detail that is kept, in characters: a log has to bear it. */
const MAX_DETAIL = 500;
/** A status of 5xx that a retry does not mend: 501, 505. */
const LASTING = new Set([501, 505]);

type Members = Record<string, unknown>;

export function read(status: number, type: string, text: string, ids: readonly string[], askedMs?: number): Answer {
  const body = parse(text);
  // That it is stored, and not where. Sent again, the events are found to be there.
  if (status === 202) return results(body, ids) ?? unsure('202 with an answer that is not a relay\'s');
  const refusal = refusalOf(status, type.startsWith('application/problem+json') ? members(body) : {});
  const temporary = status === 408 || status === 429 || (status >= 500 && !LASTING.has(status));
  if (!temporary) return { is: 'refused', refusal };
  // A relay that refuses a request has stored nothing, unless it is stopping just then or has a bug. An answer without its
  // code is another's, who may have lost the relay's own.
  const sure = refusal.code !== '' && refusal.code !== 'SHUTTING_DOWN' && refusal.code !== 'INTERNAL_ERROR';
  return { is: 'failed', why: describe(refusal), mayBeStored: !sure, askedMs };
}

export const unsure = (why: string): Answer => ({ is: 'failed', why, mayBeStored: true });
export const unsent = (why: string): Answer => ({ is: 'failed', why, mayBeStored: false });

export function describe({ status, code, detail }: Refusal): string {
  return `refused with ${status}${code && ` ${code}`}${detail && `: ${detail}`}`;
}

export function kindOf({ status, code }: Refusal): PublishErrorKind {
  if (code === 'INVALID_JSON') return 'invalid';
  const kinds: Readonly<Record<number, PublishErrorKind>> =
    { 401: 'unauthenticated', 403: 'not-allowed', 413: 'too-large', 422: 'invalid' };
  return kinds[status] ?? 'refused';
}

/** A part of the request may pass where the whole does not: one event is at fault, or there are too many. */
export function mayBeAPartsAlone({ status, code }: Refusal): boolean {
  return status === 413 || code === 'INVALID_JSON' || code === 'INVALID_EVENT';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const members = (value: unknown): Members => (typeof value === 'object' && value !== null ? value as Members : {});

function results(body: unknown, ids: readonly string[]): Answer | undefined {
  const list = members(body)['results'];
  if (!Array.isArray(list) || list.length !== ids.length) return undefined;
  const read: Result[] = [];
  for (const [index, id] of ids.entries()) {
    const result = resultOf(members(list[index]), id);
    if (!result) return undefined;
    read.push(result);
  }
  return { is: 'results', results: read };
}

function resultOf(given: Members, id: string): Result | undefined {
  const { cursor, duplicate, code, status } = given;
  if (typeof cursor === 'string' && cursor !== '') {
    return typeof duplicate === 'boolean' && given['id'] === id ? { published: { id, cursor, duplicate } } : undefined;
  }
  const refused = typeof code === 'string' && typeof status === 'number' && status >= 400 && status < 600;
  return refused ? { refusal: refusalOf(status, given) } : undefined;
}

function refusalOf(status: number, given: Members): Refusal {
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
  return {
    status,
    code: /^[A-Z][A-Z_]{0,63}$/.test(text('code')) ? text('code') : '',
    detail: clean(text('detail')),
    // Without the index of the event in its batch.
    pointer: clean(text('pointer').replace(/^\/\d+(?=\/|$)/, '')),
  };
}

const clean = (text: string): string => text.slice(0, MAX_DETAIL).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
