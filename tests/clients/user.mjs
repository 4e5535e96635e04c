// Somebody at a browser of their own, as far as an OIDC provider needs one: cookies, redirects and forms.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { CALLBACK } from './provider.mjs';

export function user(provider, name) {
  const cookies = new Map();

  /** Goes on to where the provider sends it: a page with a form, or away to the application. */
  async function visit(url, form) {
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { Cookie: [...cookies].map((pair) => pair.join('=')).join('; '), Connection: 'close' },
      body: form && new URLSearchParams(form),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, key, value] = cookie.match(/^([^=]+)=([^;]*)/);
      cookies.set(key, value);
    }
    const page = await answer.text();
    const location = answer.headers.get('Location');
    if (!location) {
      assert.equal(answer.status, 200, page);
      return { page };
    }
    const next = new URL(location, url);
    return next.origin === provider.url ? visit(next) : { left: next };
  }

  function submit(page, filled) {
    const hidden = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
    const [, action] = page.match(/<form [^>]*action="([^"]+)"/);
    return visit(action, { ...Object.fromEntries([...hidden].map(([, key, value]) => [key, value])), ...filled });
  }

  return {
    /** Logs in, consents if asked to, and returns the access token that the application gets. */
    async login() {
      const verifier = randomBytes(32).toString('base64url');
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      let at = await visit(provider.loginPage(challenge));
      while (at.page) at = await submit(at.page, { login: name, password: 'any' });
      assert.ok(at.left.href.startsWith(CALLBACK), at.left.href);
      return provider.exchange(at.left.searchParams.get('code'), verifier);
    },
    async logout() {
      const { page } = await visit(provider.logoutPage);
      return submit(page, { logout: 'yes' });
    },
  };
}
