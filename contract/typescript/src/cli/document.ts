import { codeOf, Failure } from './failure.js';
import { isObject, type Json, type JsonObject } from './json.js';

/** The most bytes of a document. A relay's own, with 200 types, has a tenth of it. */
export const MAX_BYTES = 8 * 1024 * 1024;

/** How long the whole answer may take, in milliseconds. */
export const TIMEOUT = 30_000;

/**
 * Fetches an AsyncAPI 3 document.
 *
 * @param address where it is, such as `http://relay:8080/asyncapi`
 * @throws Failure saying what is wrong with the address or with what is there
 */
export async function fetchDocument(address: string): Promise<JsonObject> {
  const url = parse(address);
  const text = await read(url);
  if (/^\s*</.test(text)) {
    throw new Failure(`${url.origin} answers a page of HTML; the document of a relay is at ${url.origin}/asyncapi`);
  }
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch {
    throw new Failure(`${url.origin} answers something that is not JSON`);
  }
  if (!isObject(document) || typeof document['asyncapi'] !== 'string' || !document['asyncapi'].startsWith('3.')) {
    throw new Failure(`${url.origin} answers JSON that is no AsyncAPI 3 document; that of a relay is at ${url.origin}/asyncapi`);
  }
  return document;
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Failure('the address has to be a whole one, such as http://relay:8080/asyncapi');
  }
  return url;
}

async function read(url: URL): Promise<string> {
  // Messages name the origin alone: the rest of an address can have a secret in it.
  try {
    const answer = await fetch(url, {
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!answer.ok) throw new Failure(`${url.origin} answers ${answer.status}`);
    return await whole(answer, url);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${url.origin} cannot be read: ${why(error)}`);
  }
}

async function whole(answer: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Failure(`${url.origin} answers more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function why(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return `no whole answer within ${TIMEOUT / 1000} s`;
  const code = codeOf(error);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no such host';
    case 'ECONNREFUSED':
      return 'nothing listens there';
    default:
      return code ?? 'the connection broke';
  }
}
