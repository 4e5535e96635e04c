// By what the relay knows the publisher. Nothing here shows a secret, in no message and to no inspection.
import type { PublisherCredential } from './api.js';

const MAX_SECRETS = 16;
const SECRET_BYTES = [24, 64] as const;
const MIN_KEY = 16;
const VISIBLE = /^[!-~]+$/;
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Makes the headers of one attempt. `delivery` is the same for each attempt of one request. */
export type Signer = (delivery: string, body: Uint8Array<ArrayBuffer>) => Promise<Record<string, string>>;

export function signer({ secret, key, token }: PublisherCredential): Signer {
  if ([secret, key, token].filter((it) => it !== undefined).length !== 1) {
    throw new RangeError('one of secret, key and token');
  }
  if (secret !== undefined) return signing(typeof secret === 'string' ? [secret] : secret);
  if (token !== undefined) return async () => bearer(await token());
  const given = key ?? '';
  if (given.length < MIN_KEY || !VISIBLE.test(given)) {
    throw new RangeError(`key: at least ${MIN_KEY} visible characters of ASCII`);
  }
  return () => Promise.resolve(bearer(given));
}

// What is no header, fetch shows in its message. So it never gets it.
function bearer(token: string): Record<string, string> {
  if (typeof token !== 'string' || !VISIBLE.test(token)) throw new TypeError('not a token');
  return { Authorization: `Bearer ${token}` };
}

/** Standard Webhooks 1.0.0, sections "Signature scheme" and "Webhook headers". */
function signing(secrets: readonly string[]): Signer {
  if (secrets.length < 1 || secrets.length > MAX_SECRETS) throw new RangeError(`secret: 1 to ${MAX_SECRETS} of them`);
  const bytes = secrets.map(secretBytes);
  // Imported with the first request, as that takes a promise.
  let imported: Promise<CryptoKey[]> | undefined;
  return async (delivery, body) => {
    imported ??= Promise.all(bytes.map((raw) => crypto.subtle.importKey('raw', raw, HMAC, false, ['sign'])));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const head = new TextEncoder().encode(`${delivery}.${timestamp}.`);
    const text = new Uint8Array(head.length + body.length);
    text.set(head);
    text.set(body, head.length);
    const signatures = await Promise.all((await imported).map((it) => crypto.subtle.sign('HMAC', it, text)));
    return {
      'webhook-id': delivery,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.map((it) => `v1,${base64(new Uint8Array(it))}`).join(' '),
    };
  };
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const text = typeof secret === 'string' && secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : '';
  const raw = BASE64.test(text) ? Uint8Array.from(atob(text), (it) => it.charCodeAt(0)) : new Uint8Array(0);
  const [least, most] = SECRET_BYTES;
  if (raw.length < least || raw.length > most) {
    throw new RangeError(`secret: ${least} to ${most} bytes in base64 behind whsec_`);
  }
  return raw;
}

const CHUNK = 8192;

export function base64(bytes: Uint8Array): string {
  let text = '';
  // In parts, as arguments of a call are bounded.
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(text);
}
