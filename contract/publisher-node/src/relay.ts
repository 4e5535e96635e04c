// The relay as a publisher sees it: an address that takes requests.
import { type Answer, read, unsent, unsure } from './answer.js';
import type { Signer } from './credential.js';
import { retryAfterMs } from './retry-after.js';
import type { Settings } from './settings.js';

// An id has up to 256 characters, which may all be escaped; a detail names a few members.
const ANSWER_BYTES_PER_EVENT = 4 * 1024;
const ANSWER_BYTES = 64 * 1024;
/** Codes of a connection that was never there, so nothing went over it. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Sends a request once and waits for its whole answer, for as long as an attempt may take. Never rejects.
 *
 * @param delivery the id of the request, the same for each attempt
 * @param stop aborted when the time to close is over
 */
export async function post(
  settings: Settings, sign: Signer, delivery: string, ids: readonly string[], body: Uint8Array<ArrayBuffer>,
  stop: AbortSignal,
): Promise<Answer> {
  const attempt = new AbortController();
  const end = (): void => attempt.abort();
  const timer = setTimeout(end, settings.requestTimeoutMs);
  stop.addEventListener('abort', end);
  try {
    const headers = await unlessEnded(attempt.signal, sign(delivery, body)).catch((error: unknown) => nameOf(error));
    // Of what a caller's token function throws, the message may have anything in it.
    if (typeof headers === 'string') return unsent(`no credential: ${headers}`);
    return await exchange(settings, headers, ids, body, attempt.signal);
  } catch (error) {
    if (attempt.signal.aborted) return unsure(`no answer within ${settings.requestTimeoutMs} ms`);
    const code = codeOf(error);
    return NO_CONNECTION.has(code) ? unsent(`no connection: ${code}`) : unsure(`no answer: ${code || nameOf(error)}`);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
    // Whatever of the answer was not read.
    attempt.abort();
  }
}

async function exchange(
  settings: Settings, headers: Record<string, string>, ids: readonly string[], body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Answer> {
  // A redirect would hand the credential on.
  const answer = await unlessEnded(signal, settings.fetch(settings.url, {
    method: 'POST',
    redirect: 'manual',
    signal,
    body,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, application/problem+json', ...headers },
  }));
  const text = await limited(answer, ANSWER_BYTES + ANSWER_BYTES_PER_EVENT * ids.length, signal);
  if (text === undefined) return unsure('an answer with more bytes than one has');
  const asked = retryAfterMs(answer.headers.get('Retry-After'), Date.now());
  return read(answer.status, answer.headers.get('Content-Type') ?? '', text, ids, asked);
}

/** The body's text; `undefined` if it has more bytes than that. */
async function limited(answer: Response, most: number, signal: AbortSignal): Promise<string | undefined> {
  if (!answer.body) return '';
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for (;;) {
    const { done, value } = await unlessEnded(signal, reader.read());
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > most) return undefined;
    text += decoder.decode(value, { stream: true });
  }
}

/** Also a function of the caller's that does not look at the signal is waited for no longer. */
function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new DOMException('ended', 'AbortError'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : '';
}
