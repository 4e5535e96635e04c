// The certified OpenID provider of the npm package oidc-provider: JWT access tokens for a client of its own, and for
// users, who log in and out at the provider's own pages.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { AUDIENCE } from './issuer.mjs';
import * as secrets from './secrets.mjs';

const CLIENT = { id: 'dashboard', secret: secrets.key('not-a-secret-of-anybody') };
const WEB = { id: 'web', secret: secrets.key('nobodys-secret-either') };
const RESOURCE = 'https://relay.example.com';

/** Where users come back to the application. */
export const CALLBACK = 'https://app.example.com/callback';

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

function provider(url, algorithm, logouts) {
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
    }, {
      client_id: WEB.id,
      client_secret: WEB.secret,
      grant_types: ['authorization_code'],
      redirect_uris: [CALLBACK],
      response_types: ['code'],
      backchannel_logout_uri: `${RESOURCE}/v1/logout`,
      backchannel_logout_session_required: logouts.bySession,
    }],
    cookies: { keys: [randomUUID()] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // By default the provider calls no address of this machine, where the relay is.
    fetch: (to, { dispatcher: _, ...options }) => fetch(to.replace(RESOURCE, logouts.relay), options),
    features: {
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } },
        }),
      },
    },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    extraTokenClaims: (_, { sid }) => ({ tenant: 'acme', roles: ['operator'], ...(sid && { sid }) }),
  });
  made.on('backchannel.success', (_, client, subject) => logouts.sent.push({ client: client.clientId, subject }));
  made.on('backchannel.error', (_, error) => logouts.failed.push(error));
  made.on('server_error', (_, error) => console.error(error));
  return made;
}

/**
 * Starts the provider at a port of its own, which it keeps.
 *
 * @param options algorithm: of access tokens; bySession: whether these and logout tokens name the user's session
 */
export async function startProvider({ algorithm, bySession = true }) {
  // What the provider says of its back-channel logouts; whoever starts a relay says where that is.
  const logouts = { bySession, relay: RESOURCE, sent: [], failed: [] };
  let server;
  let url;

  async function listen(port, chosen) {
    server = createServer((request, response) => server.handle(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${server.address().port}`;
    server.handle = provider(url, chosen, logouts).callback();
  }

  async function stop() {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  async function ask(client, parameters) {
    const answer = await fetch(`${url}/token`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
        Connection: 'close',
      },
      body: new URLSearchParams(parameters),
    });
    const body = await answer.json();
    if (!body.access_token) throw new Error(JSON.stringify(body));
    return secrets.token(body.access_token);
  }

  await listen(0, algorithm);
  return {
    url,
    token: () => ask(CLIENT, { grant_type: 'client_credentials', resource: RESOURCE }),
    opaque: () => ask(CLIENT, { grant_type: 'client_credentials' }),
    /** The client that logout tokens are for. */
    client: WEB.id,
    logouts,
    loginPage: (challenge) => `${url}/auth?${new URLSearchParams({
      client_id: WEB.id, response_type: 'code', redirect_uri: CALLBACK, scope: 'openid', resource: RESOURCE,
      code_challenge: challenge, code_challenge_method: 'S256',
    })}`,
    logoutPage: `${url}/session/end`,
    /** The access token for the code with which a user has come back. */
    exchange: (code, verifier) => ask(WEB, {
      grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK, resource: RESOURCE,
    }),
    stop,
    /** Comes back with other keys. */
    restart: ({ algorithm: other }) => listen(Number(new URL(url).port), other),
    close: stop,
  };
}
