// An identity provider as the relay sees one: discovery, a key set, and tokens signed with its key.
import { createServer } from 'node:http';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import * as secrets from './secrets.mjs';

export const AUDIENCE = 'heliograph';
const KEY_ID = 'test-1';
const HOUR = 3600;

export async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: KEY_ID }];
  const server = createServer((request, response) => {
    const answers = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys },
    };
    const answer = answers[request.url];
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A test that fails before it closes this is over all the same.
  server.unref();
  const url = `http://127.0.0.1:${server.address().port}`;

  return {
    url,
    /** A token for who is named; lifetime in seconds; kid: the key that it names, which may be none of the issuer's. */
    token({ subject, tenant, roles = [], lifetime = HOUR, kid = KEY_ID }) {
      const now = Date.now() / 1000;
      const claims = {
        iss: url, aud: AUDIENCE, sub: subject, tenant, roles, iat: Math.floor(now), exp: now + lifetime,
      };
      const text = [{ alg: 'RS256', kid, typ: 'JWT' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return secrets.token(`${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
