// The certified OpenID provider of the npm package oidc-provider, at which operators log in: its pages, its keys, its tokens.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import * as secrets from './secrets.mjs';

export const CONSOLE = { id: 'console', secret: secrets.key('the-console-s-own-secret') };
const ROBOT = { id: 'robot', secret: secrets.key('a-program-s-own-secret') };
export const AUDIENCE = 'console-api';
const RESOURCE = 'https://console.example.com';

/** Who is in which groups. */
const GROUPS = { vera: ['staff'], otto: ['staff', 'sre'], robot: ['sre'], '<b>mallory</b>': ['staff'], stranger: [] };

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomUUID() };
}

function provider(url, consoleUrl, idTokenSeconds) {
  const made = new Provider(url, {
    jwks: { keys: [signingKey()] },
    clients: [{
      client_id: CONSOLE.id,
      client_secret: CONSOLE.secret,
      grant_types: ['authorization_code'],
      redirect_uris: [`${consoleUrl}/login/oidc/callback`],
      post_logout_redirect_uris: [`${consoleUrl}/login`],
      response_types: ['code'],
    }, {
      client_id: ROBOT.id,
      client_secret: ROBOT.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }],
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], groups: ['groups'] },
    conformIdTokenClaims: false,
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, groups: GROUPS[accountId] ?? [] }) }),
    ttl: { IdToken: idTokenSeconds },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt' }),
      },
    },
    extraTokenClaims: (_, { clientId }) => ({ groups: GROUPS[clientId] ?? [] }),
  });
  made.on('server_error', (_, error) => console.error(error));
  return made;
}

/**
 * Makes the provider at a port of its own, at another site than the console, as browsers see it.
 *
 * @param options console: how browsers call the console; idTokenSeconds: how long its ID tokens are good
 */
export async function loginProvider({ port, console: consoleUrl, idTokenSeconds = 3600 }) {
  const url = `http://localhost:${port}`;
  let server;
  let failure;

  return {
    url,
    /** Comes up, with keys that it never had before. */
    async start() {
      const callback = provider(url, consoleUrl, idTokenSeconds).callback();
      server = createServer((request, response) => {
        if (failure === undefined || !request.url.startsWith('/token')) callback(request, response);
        else if (failure === 'gone') request.socket.destroy();
        else response.writeHead(failure, { 'Content-Type': 'text/html' }).end('<b>broken</b>');
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop() {
      if (!server?.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
    /** Has it answer whoever wants a token with a status, or not at all (`gone`), until it is told nothing. */
    failWith(how) {
      failure = how;
    },
    /** An access token of a program. */
    async token() {
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        headers: {
          Authorization: `Basic ${Buffer.from(`${ROBOT.id}:${ROBOT.secret}`).toString('base64')}`,
          Connection: 'close',
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE }),
      });
      return secrets.token((await answer.json()).access_token);
    },
  };
}
