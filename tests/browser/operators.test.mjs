// Operators log in at a real OpenID provider and out again, in a real browser: what they are then shown and may do, and
// what becomes of it when the provider is away, has new keys, or its tokens end.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { AUDIENCE, CONSOLE, loginProvider } from '../clients/login-provider.mjs';
import { freePorts } from '../clients/ports.mjs';
import { ROOT, startRelay } from '../clients/relay.mjs';
import * as secrets from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const TOKEN = secrets.key('0123456789abcdef-a-token-of-tests-only');
const ROLES = { viewer: ['staff'], operator: ['sre'] };
const REVOCATION = JSON.stringify({ tenant: 'acme', subject: 'ada' });

/** A provider, and a relay whose operators log in there. */
async function stage(t, { idTokenSeconds, down = false, warnings = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-operators-'));
  const [adminPort, port] = await freePorts(2);
  const issuer = await startIssuer();
  const provider = await loginProvider({ port, console: `http://127.0.0.1:${adminPort}`, idTokenSeconds });
  if (!down) await provider.start();
  writeFileSync(join(folder, 'secret'), CONSOLE.secret);
  writeFileSync(join(folder, 'token'), TOKEN);
  const audit = join(folder, 'audit.jsonl');
  const relay = await startRelay(issuer, {
    adminPort,
    warnings,
    admin: {
      audit: { file: audit },
      login: {
        tokens: [{ name: 'script', role: 'viewer', file: join(folder, 'token') }],
        oidc: {
          issuer: provider.url,
          url: `http://127.0.0.1:${adminPort}`,
          'client-id': CONSOLE.id,
          'client-secret-file': join(folder, 'secret'),
          scopes: ['groups'],
          audience: AUDIENCE,
          roles: ROLES,
        },
      },
    },
  });
  return {
    relay,
    provider,
    /** What the audit has, as action, operator and result. */
    noted: () => readFileSync(audit, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
      .map(({ action, operator, result }) => `${action} ${operator} ${result}`),
    async stop() {
      await relay.stop();
      secrets.assertNoneIn('the audit', readFileSync(audit, 'utf8'));
      await provider.stop();
      await issuer.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe('operators at a browser', { timeout: 280_000 }, () => {
  let browser;

  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await launch();
  });

  after(async () => {
    await browser.close();
  });

  /** A browser without any cookies. */
  async function person(t, options) {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    return context.newPage();
  }

  /** Does what the provider asks for, as long as it asks. */
  async function atProvider(page, { provider, relay }, name) {
    for (;;) {
      await page.waitForURL((url) => url.href.startsWith(provider.url) || url.href.startsWith(relay.admin));
      if (page.url().startsWith(relay.admin)) return;
      const asked = page.url();
      if (await page.locator('input[name=login]').count() === 1) {
        await page.fill('input[name=login]', name);
        await page.fill('input[name=password]', 'any');
      }
      await page.locator('button[type=submit]').click();
      await page.waitForURL((url) => url.href !== asked);
    }
  }

  async function logIn(page, scene, name) {
    await page.goto(`${scene.relay.admin}/login`);
    await page.getByText('Log in at your provider').click();
    await atProvider(page, scene, name);
  }

  const landed = (page, scene) => page.waitForURL(`${scene.relay.admin}/console/`);

  /** What a page of the relay's gets for a request of its own. */
  const ask = (page, path, options) => page.evaluate(async ([to, how]) => {
    const answer = await fetch(to, how);
    return { status: answer.status, body: await answer.text() };
  }, [path, options]);

  const revoke = (page) => ask(page, '/admin/revocations', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: REVOCATION,
  });

  /** Who the relay takes the browser for; a status if for nobody. The page of the login itself may ask for nothing. */
  async function session(page) {
    const answer = await page.request.get(`${new URL(page.url()).origin}/admin/v1/session`);
    return answer.ok() ? answer.json() : answer.status();
  }

  describe('whose provider is there', () => {
    let scene;

    before(async () => { scene = await stage(); });
    after(async () => { await scene.stop(); });

    test('is sent to the login, comes back from the provider, acts, and logs out at both', async (t) => {
      const page = await person(t);
      await page.goto(`${scene.relay.admin}/console/`);
      assert.equal(page.url(), `${scene.relay.admin}/login`);
      await logIn(page, scene, 'otto');
      await landed(page, scene);

      const known = await session(page);
      assert.equal(known.name, 'oidc:otto');
      assert.deepEqual(known.roles, ['viewer', 'operator']);
      assert.equal(known.login, 'oidc');
      assert.ok(Date.parse(known.expires) > Date.now());
      assert.equal((await revoke(page)).status, 200);
      const cookies = (await page.context().cookies()).filter(({ name }) => name.startsWith('heliograph-'));
      assert.deepEqual(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })), [
        { name: `heliograph-operator-${new URL(scene.relay.admin).port}`, httpOnly: true, sameSite: 'Strict' },
      ]);
      assert.equal(await page.evaluate(() => document.cookie), '');

      await page.goto(`${scene.relay.admin}/login`);
      assert.match(await page.locator('main').innerText(), /You are logged in as oidc:otto/);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.waitForURL((url) => url.href.startsWith(scene.provider.url));
      await page.locator('button[name=logout]').click();
      await page.waitForURL(`${scene.relay.admin}/login`);
      assert.equal(await session(page), 401);
      await page.getByText('Log in at your provider').click();
      await page.waitForSelector('input[name=login]');
      assert.deepEqual(scene.noted().slice(-4), [
        'login oidc:otto done', 'revoke oidc:otto asked', 'revoke oidc:otto done', 'logout oidc:otto done',
      ]);
    });

    test('reads and does not act as a viewer', async (t) => {
      const page = await person(t);
      await logIn(page, scene, 'vera');
      await landed(page, scene);
      assert.deepEqual((await session(page)).roles, ['viewer']);
      assert.equal((await ask(page, '/admin/revocations')).status, 200);
      const refused = await revoke(page);
      assert.equal(refused.status, 403);
      assert.equal(JSON.parse(refused.body).code, 'NOT_ALLOWED');
    });

    test('is not let in without a role, and is told so', async (t) => {
      const page = await person(t);
      await logIn(page, scene, 'stranger');
      assert.match(await page.getByRole('alert').innerText(), /^Not allowed/);
      assert.equal(await session(page), 401);
      assert.equal(scene.noted().at(-1), 'login  refused NOT_ALLOWED');
    });

    test('may be called what a page could take for its own', async (t) => {
      const page = await person(t);
      await logIn(page, scene, '<b>mallory</b>');
      await landed(page, scene);
      await page.goto(`${scene.relay.admin}/login`);
      assert.match(await page.locator('main').innerText(), /logged in as oidc:<b>mallory<\/b>\./);
      assert.equal(await page.locator('main b').count(), 0);
    });

    test('cannot be made to end a login that somebody else began', async (t) => {
      const page = await person(t);
      const refused = async (query, status) => {
        const answer = await page.goto(`${scene.relay.admin}/login/oidc/callback?${query}`);
        assert.equal(answer.status(), status, query);
        return page.getByRole('alert').innerText();
      };
      await refused('', 400);
      await refused('code=a', 400);
      await refused('code=a&state=b', 400);
      const attack = encodeURIComponent('<script>document.title="theirs"</script>');
      await refused(`error=${attack}&state=b`, 400);
      const url = new URL(scene.relay.admin);
      for (const value of ['', 'x', 'e30=', 'A'.repeat(200)]) {
        await page.context().addCookies([{
          name: 'heliograph-oidc-state', value, domain: url.hostname, path: '/login/oidc',
        }]);
        await refused('code=a&state=b', 400);
      }

      // The state of a login of one's own, and whatever else.
      await page.goto(`${scene.relay.admin}/login`);
      const [request] = await Promise.all([
        page.waitForRequest((it) => it.url().startsWith(`${scene.provider.url}/auth`)),
        page.getByText('Log in at your provider').click(),
      ]);
      const asked = new URL(request.url()).searchParams;
      assert.equal(asked.get('code_challenge_method'), 'S256');
      assert.ok(asked.get('code_challenge').length === 43 && asked.get('nonce'));
      const state = asked.get('state');
      const said = await refused(`error=${attack}&state=${state}`, 403);
      assert.ok(said.includes('<script>') && await page.title() !== 'theirs', said);
      await page.goto(`${scene.relay.admin}/login/oidc/done`);
      assert.match(await page.getByRole('alert').innerText(), /no login has come to its end here/);
    });

    test('has programs that bring a token of the provider', async () => {
      const asRobot = async (method, path) => {
        const answer = await fetch(`${scene.relay.admin}${path}`, {
          method,
          headers: { Authorization: `Bearer ${await scene.provider.token()}`, 'Content-Type': 'application/json' },
          body: method === 'POST' ? REVOCATION : undefined,
        });
        return answer.status;
      };
      assert.equal(await asRobot('GET', '/admin/v1/session'), 200);
      assert.equal(await asRobot('POST', '/admin/revocations'), 200);
      const answer = await fetch(`${scene.relay.admin}/admin/v1/session`, { headers: { Authorization: 'Bearer a.b.c' } });
      assert.equal(answer.status, 401);
    });

    test('gets in when the provider comes back with other keys', async (t) => {
      await scene.provider.stop();
      await scene.provider.start();
      const page = await person(t);
      await logIn(page, scene, 'otto');
      await landed(page, scene);
      assert.equal((await session(page)).name, 'oidc:otto');
    });

    test('logs in by a token without any script, on a phone, in the light and in the dark', async (t) => {
      for (const colorScheme of ['light', 'dark']) {
        const page = await person(t, { javaScriptEnabled: false, colorScheme, viewport: { width: 360, height: 640 } });
        await page.goto(`${scene.relay.admin}/login`);
        await page.screenshot({ path: join(PICTURES, `login-${colorScheme}.png`) });
        await page.getByLabel('Token').fill(`${TOKEN}x`);
        await page.getByRole('button', { name: 'Log in' }).click();
        assert.match(await page.getByRole('alert').innerText(), /^The token was refused/);
        await page.screenshot({ path: join(PICTURES, `login-refused-${colorScheme}.png`) });
        await page.getByLabel('Token').fill(TOKEN);
        await page.getByRole('button', { name: 'Log in' }).click();
        await landed(page, scene);
        await page.goto(`${scene.relay.admin}/login`);
        assert.match(await page.locator('main').innerText(), /logged in as token:script/);
      }
      const page = await person(t, { viewport: { width: 360, height: 640 } });
      await page.goto(`${scene.relay.admin}/login`);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(wider, false);
      const styled = await page.locator('button').evaluate((it) => getComputedStyle(it).display);
      assert.equal(styled, 'block', 'the policy lets the style in');
    });
  });

  /** What the page that refused says, whose address it is, and that one gets in from it when all is well again. */
  async function refusedAndIn(page, scene, words) {
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.innerText(), words);
    assert.equal(await page.getByText('Not a valid authorization code').count(), 0);
    assert.equal(await session(page), 401);
    const styled = await page.locator('.button').first().evaluate((it) => getComputedStyle(it).display);
    assert.equal(styled, 'block', 'it is a page of the relay, with its policy and its style');
    assert.ok(!(await page.content()).includes('broken'));
    scene.provider.failWith(undefined);
    await page.getByText('Log in at your provider').click();
    await atProvider(page, scene, 'otto');
    await landed(page, scene);
    assert.equal((await session(page)).name, 'oidc:otto');
  }

  for (const how of [500, 400, 'gone']) {
    test(`are told what to do when the provider gives no token: ${how}`, async (t) => {
      const scene = await stage(t, { warnings: [/ login-provider-failed /] });
      const page = await person(t);
      scene.provider.failWith(how);
      const answered = page.waitForResponse((it) => it.url().startsWith(`${scene.relay.admin}/login/oidc/callback`));
      await logIn(page, scene, 'otto');
      const answer = await answered;
      assert.equal(answer.status(), 401);
      assert.equal(answer.headers()['cache-control'], 'no-store');
      assert.match(answer.headers()['content-security-policy'], /^default-src 'none'/);
      if (how === 500) await page.screenshot({ path: join(PICTURES, 'login-not-exchanged.png') });
      await refusedAndIn(page, scene, /gave no token for the login; try again/);
      assert.deepEqual(scene.noted(), ['login  refused BAD_TOKEN', 'login oidc:otto done']);
      assert.equal(scene.relay.log().match(/ login-provider-failed /g).length, 1);
      await scene.stop();
    });
  }

  test('are told what to do when they did not agree at the provider, or come with a code that is none', async (t) => {
    const scene = await stage(t, { warnings: [/ login-provider-failed /] });
    const page = await person(t);
    await page.goto(`${scene.relay.admin}/login`);
    await page.getByText('Log in at your provider').click();
    await page.getByText('[ Cancel ]').click();
    await page.waitForURL((url) => url.href.startsWith(`${scene.relay.admin}/login/oidc/callback`));
    await refusedAndIn(page, scene, /the provider says access_denied/);

    const other = await person(t);
    await other.goto(`${scene.relay.admin}/login`);
    // The address to which it would go has the state of this browser's login.
    const begun = await other.request.get(`${scene.relay.admin}/login/oidc`, { maxRedirects: 0 });
    const state = new URL(begun.headers()['location']).searchParams.get('state');
    await other.goto(`${scene.relay.admin}/login/oidc/callback?code=none&state=${encodeURIComponent(state)}`);
    await refusedAndIn(other, scene, /gave no token for the login; try again/);
    assert.deepEqual(scene.noted(), [
      'login  refused NOT_ALLOWED', 'login oidc:otto done', 'login  refused BAD_TOKEN', 'login oidc:otto done',
    ]);
    await scene.stop();
  });

  test('are told what to do when the provider has gone before it was ever asked for a token', async (t) => {
    const scene = await stage(t, { warnings: [/ login-provider-failed /, / issuer-keys-failed /] });
    const page = await person(t);
    const begun = await page.request.get(`${scene.relay.admin}/login/oidc`, { maxRedirects: 0 });
    const state = new URL(begun.headers()['location']).searchParams.get('state');
    await scene.provider.stop();
    await page.goto(`${scene.relay.admin}/login/oidc/callback?code=any&state=${encodeURIComponent(state)}`);
    assert.match(await page.getByRole('alert').innerText(), /gave no token for the login; try again/);
    await scene.provider.start();
    await until('the keys are here', () => scene.relay.log().lastIndexOf(' issuer-keys') > scene.relay.log().lastIndexOf(' issuer-keys-failed'));
    await refusedAndIn(page, scene, /gave no token for the login; try again/);
    await scene.stop();
  });

  test('are out when their token at the provider ends', async (t) => {
    const scene = await stage(t, { idTokenSeconds: 4 });
    const page = await person(t);
    await logIn(page, scene, 'otto');
    await landed(page, scene);
    assert.equal((await session(page)).name, 'oidc:otto');
    await until('the session is over', async () => await session(page) === 401);
    await page.goto(`${scene.relay.admin}/console/`);
    assert.equal(page.url(), `${scene.relay.admin}/login`);
    await scene.stop();
  });

  test('are told that the provider is away, and get in when it is there', async (t) => {
    const scene = await stage(t, { down: true, warnings: [/ login-provider-failed /, / issuer-keys-failed /] });
    const page = await person(t);
    await page.goto(`${scene.relay.admin}/login`);
    const [answer] = await Promise.all([
      page.waitForResponse((it) => it.url().endsWith('/login/oidc')),
      page.getByText('Log in at your provider').click(),
    ]);
    assert.equal(answer.status(), 503);
    assert.match(await page.getByRole('alert').innerText(), /does not answer as it should/);
    await page.goto(`${scene.relay.admin}/login`);
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await landed(page, scene);
    await scene.provider.start();
    await until('the keys are here', () => scene.relay.log().includes(`issuer-keys issuer=${scene.provider.url} `));
    const other = await person(t);
    await logIn(other, scene, 'otto');
    await landed(other, scene);
    assert.equal((await session(other)).name, 'oidc:otto');
    await scene.stop();
  });
});
