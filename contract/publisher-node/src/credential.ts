// By what the relay knows the publisher. Nothing here shows a secret, in no message and to no inspection.
import type { PublisherCredential } from './api.js';

const MAX_SECRETS = 16;
const MIN_KEY = 16;
const VISIBLE = /^[!-~]+$/;
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const ED25519 = { name: 'Ed25519' };
/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const PRIVATE_BYTES = 32;
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
  const keys = secrets.map(signingKey);
  // Imported with the first request, as that takes a promise.
  let imported: Promise<CryptoKey[]> | undefined;
  return async (delivery, body) => {
    imported ??= Promise.all(keys.map(({ form, raw, algorithm }) => crypto.subtle.importKey(form, raw, algorithm, false, ['sign'])));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const head = new TextEncoder().encode(`${delivery}.${timestamp}.`);
    const text = new Uint8Array(head.length + body.length);
    text.set(head);
    text.set(body, head.length);
    const signatures = await Promise.all((await imported).map((it) => crypto.subtle.sign(it.algorithm.name, it, text)));
    return {
      'webhook-id': delivery,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.map((it, n) => `${keys[n]?.version},${base64(new Uint8Array(it))}`).join(' '),
    };
  };
}

interface SigningKey {
  readonly version: 'v1' | 'v1a';
  readonly form: 'raw' | 'pkcs8';
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly algorithm: { readonly name: string; readonly hash?: string };
}

/** Reads a secret, of which the prefix says what it is. */
function signingKey(secret: string): SigningKey {
  const shared = decoded(secret, 'whsec_');
  if (shared.length >= 24 && shared.length <= 64) return { version: 'v1', form: 'raw', raw: shared, algorithm: HMAC };
  // The public key may be behind it, as many programs keep the two.
  const pair = decoded(secret, 'whsk_');
  if (pair.length === PRIVATE_BYTES || pair.length === 2 * PRIVATE_BYTES) {
    const raw = Uint8Array.from([...PKCS8, ...pair.subarray(0, PRIVATE_BYTES)]);
    return { version: 'v1a', form: 'pkcs8', raw, algorithm: ED25519 };
  }
  throw new RangeError('secret: 24 to 64 bytes in base64 behind whsec_, or 32 or 64 behind whsk_');
}

function decoded(secret: string, prefix: string): Uint8Array<ArrayBuffer> {
  const text = typeof secret === 'string' && secret.startsWith(prefix) ? secret.slice(prefix.length) : '';
  return BASE64.test(text) ? Uint8Array.from(atob(text), (it) => it.charCodeAt(0)) : new Uint8Array(0);
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
