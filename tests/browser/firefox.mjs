// Debian's Firefox, driven over WebDriver BiDi (W3C), which it speaks by itself. Playwright has a Firefox of its own and asks
// that of Debian for commands that it does not know.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { signal, start } from '../clients/programs.mjs';
import { until } from '../clients/wait.mjs';

export const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const STARTS_MS = 60_000;
/** What people have: pages are kept to go back to. Those who drive it for tests have it otherwise by default. */
const PREFERENCES = [['remote.prefs.recommended', false], ['fission.bfcacheInParent', true],
  ['browser.shell.checkDefaultBrowser', false], ['datareporting.policy.dataSubmissionEnabled', false],
  ['app.update.disabledForTesting', true], ['network.captive-portal-service.enabled', false], ['browser.aboutwelcome.enabled', false]];

/** Starts it with a profile of its own, which takes certificates that nobody has signed. */
export async function launchFirefox() {
  const profile = mkdtempSync(join(tmpdir(), 'heliograph-firefox-'));
  writeFileSync(join(profile, 'user.js'), PREFERENCES.map((pair) => `user_pref(${pair.map((it) => JSON.stringify(it))});`).join('\n'));
  const child = start(FIREFOX, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
    env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const ended = once(child, 'close').finally(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { printed += text; });
  const [, address] = await until('Firefox says where it listens', () => {
    assert.equal(child.exitCode, null, `Firefox ended:\n${printed}`);
    return printed.match(/WebDriver BiDi listening on (ws:\/\/\S+)/);
  }, STARTS_MS);

  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  let count = 0;
  const asked = new Map();
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error, message } = JSON.parse(data);
    const { resolve, reject } = asked.get(id) ?? {};
    asked.delete(id);
    if (error) reject?.(new Error(`${error}: ${message}`));
    else resolve?.(result);
  });
  const send = (method, params) => new Promise((resolve, reject) => {
    const id = ++count;
    asked.set(id, { resolve, reject });
    socket.send(JSON.stringify({ id, method, params }));
  });
  await send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });

  return {
    /** A tab of a user, who is somebody else than all others; without a user, of the first one. */
    async newTab(url, userContext = 'default') {
      const { context } = await send('browsingContext.create', { type: 'tab', userContext });
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
      return {
        /** Calls a function with one value in the page, and gives what it returns. */
        async evaluate(act, value) {
          const { result, exceptionDetails } = await send('script.evaluate', {
            // As JSON, since the protocol has values of its own.
            expression: `Promise.resolve((${act})(${JSON.stringify(value)})).then((it) => JSON.stringify(it))`,
            awaitPromise: true, target: { context },
          });
          if (exceptionDetails) throw new Error(exceptionDetails.text);
          return result.value && JSON.parse(result.value);
        },
        go: (to) => send('browsingContext.navigate', { context, url: to, wait: 'complete' }),
        back: () => send('browsingContext.traverseHistory', { context, delta: -1 }),
        close: () => send('browsingContext.close', { context }),
      };
    },
    newUser: async () => (await send('browser.createUserContext', {})).userContext,
    async close() {
      await send('browser.close', {}).catch(() => {});
      socket.close();
      if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGTERM');
      await ended;
    },
  };
}
