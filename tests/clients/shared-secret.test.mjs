// Tokens as applications make them, by the libraries that they use, with a secret that the relay has too.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import jwt from 'jsonwebtoken';
import { publish, startRelay } from './relay.mjs';
import * as secrets from './secrets.mjs';
import { subscribe } from './subscriber.mjs';
import { until } from './wait.mjs';

const SECRET = secrets.key('8f3b0c5e7d9a1426c8e0f2a4b6d8903e5f7a9c1b3d5e7f90');
const OTHER = secrets.key('another-secret-of-more-than-sixty-four-bytes-as-hs512-would-have-it-0');
const TYPE = 'note.added';

const APPLICATION = {
  entry: {
    name: 'app',
    secrets: [SECRET],
    algorithms: ['HS256'],
    issuer: 'none',
    audience: 'none',
    tenants: ['main'],
    lifetime: 'PT1H',
  },
};

const seconds = () => Math.floor(Date.now() / 1000);

/** What PyJWT of Debian's Python makes of a payload. */
function pyjwt(payload, secret = SECRET) {
  const program = 'import sys, json, jwt; print(jwt.encode(json.loads(sys.argv[1]), sys.argv[2], "HS256"))';
  return execFileSync('/usr/bin/python3', ['-c', program, JSON.stringify(payload), secret]).toString().trim();
}

const RIGHT = {
  'jsonwebtoken, as Express applications call it': () => jwt.sign({ sub: 'ann' }, SECRET, { expiresIn: '30m' }),
  'PyJWT, as FastAPI applications call it': () => pyjwt({ sub: 'ann', exp: seconds() + 1800 }),
  'PyJWT, as Flask-JWT-Extended calls it': () => pyjwt({
    fresh: false, iat: seconds(), jti: '6c1a', type: 'access', sub: 'ann', nbf: seconds(), csrf: 'c', exp: seconds() + 900,
  }),
};

const WRONG = {
  'with another secret': () => jwt.sign({ sub: 'ann' }, OTHER, { expiresIn: '30m' }),
  'with another algorithm': () => jwt.sign({ sub: 'ann' }, OTHER, { algorithm: 'HS512', expiresIn: '30m' }),
  'with the secret and another algorithm': () => jwt.sign({ sub: 'ann' }, SECRET, { algorithm: 'HS384', expiresIn: '30m' }),
  'with none': () => jwt.sign({ sub: 'ann' }, null, { algorithm: 'none', expiresIn: '30m' }),
  'by an issuer that nobody knows': () => jwt.sign({ sub: 'ann' }, SECRET, { expiresIn: '30m', issuer: 'app' }),
  'for somebody else': () => jwt.sign({ sub: 'ann' }, SECRET, { expiresIn: '30m', audience: 'mail' }),
  'over': () => jwt.sign({ sub: 'ann', iat: seconds() - 60 }, SECRET, { expiresIn: '30s' }),
  'for refreshing': () => jwt.sign({ sub: 'ann', type: 'refresh' }, SECRET, { expiresIn: '30m' }),
  'without an end': () => jwt.sign({ sub: 'ann' }, SECRET),
  'good for longer than the lifetime': () => pyjwt({ sub: 'ann', exp: seconds() + 86_400 }),
  'without a subject': () => jwt.sign({ id: 7 }, SECRET, { expiresIn: '30m' }),
};

describe('an application with a secret', { timeout: 60_000 }, () => {
  let relay;

  before(async () => { relay = await startRelay(APPLICATION); });
  after(() => relay?.stop());

  for (const [name, make] of Object.entries(RIGHT)) {
    test(`a token of ${name} opens a stream of its user`, async () => {
      const token = secrets.token(make());
      const stream = subscribe(relay.url, { token: () => token, types: [TYPE] });
      try {
        assert.equal((await stream.hears('system.connected')).tenant, 'main');
        for (const [tenant, user] of [['other', 'ann'], ['main', 'bob'], ['main', 'ann']]) {
          await publish(relay, { tenant, topic: 'notes', type: TYPE, users: [user], data: { tenant, user } });
        }
        await until('the user hears its event', () => stream.events().length > 0);
        assert.deepEqual(stream.events().map(({ data }) => JSON.parse(data)), [{ tenant: 'main', user: 'ann' }]);
      } finally {
        stream.close();
      }
    });
  }

  for (const [name, make] of Object.entries(WRONG)) {
    test(`a token ${name} opens nothing`, async () => {
      const token = make();
      const answer = await fetch(`${relay.url}/v1/stream`, { headers: { Authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 401);
      assert.match((await answer.json()).code, /^(BAD|EXPIRED)_TOKEN$/);
    });
  }
});
