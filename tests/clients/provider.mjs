// The certified OpenID provider of the npm package oidc-provider, with client credentials and JWT access tokens.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { AUDIENCE } from './issuer.mjs';

const CLIENT = { id: 'dashboard', secret: 'not-a-secret-of-anybody' };
const RESOURCE = 'https://relay.example.com';

const KINDS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519'],
};

function signingKey(algorithm) {
  const { privateKey } = generateKeyPairSync(...KINDS[algorithm]);
  return { ...privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: randomUUID() };
}

function provider(url, algorithm) {
  // The provider wants a key for its own default beside the one that signs access tokens.
  const keys = [signingKey(algorithm)];
  if (algorithm !== 'RS256') keys.push(signingKey('RS256'));
  const made = new Provider(url, {
    jwks: { keys },
    clients: [{
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } },
        }),
      },
    },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    extraTokenClaims: () => ({ tenant: 'acme', roles: ['operator'] }),
  });
  made.on('server_error', (_, error) => console.error(error));
  return made;
}

/** Starts the provider at a port of its own, which it keeps. */
export async function startProvider({ algorithm }) {
  let server;
  let url;

  async function listen(port, chosen) {
    server = createServer((request, response) => server.handle(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${server.address().port}`;
    server.handle = provider(url, chosen).callback();
  }

  async function stop() {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  async function ask(parameters) {
    const answer = await fetch(`${url}/token`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`,
        Connection: 'close',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
    });
    const body = await answer.json();
    if (!body.access_token) throw new Error(JSON.stringify(body));
    return body.access_token;
  }

  await listen(0, algorithm);
  return {
    url,
    token: () => ask({ resource: RESOURCE }),
    opaque: () => ask({}),
    stop,
    /** Comes back with other keys. */
    restart: ({ algorithm: other }) => listen(Number(new URL(url).port), other),
    close: stop,
  };
}
