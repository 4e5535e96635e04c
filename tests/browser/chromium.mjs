// The browser, as every test of it has it.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { signal, start } from '../clients/programs.mjs';
import { until } from '../clients/wait.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @param options of playwright; args are added to those of every test */
export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...args], ...options });

/**
 * A browser in which a tab that is not in front is hidden, and can be frozen, as people have it. For every page that playwright
 * opens in a browser that it has launched, it emulates that the page has the focus, which keeps it visible.
 *
 * @returns the browser's only context, whose tabs are in one window; close: ends it
 */
export async function launchWithHiddenTabs() {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-chromium-'));
  const child = start(CHROMIUM, [...FLAGS, '--headless=new', '--ignore-certificate-errors', '--remote-debugging-port=0',
    `--user-data-dir=${folder}`]);
  const ended = once(child, 'close').finally(() => rmSync(folder, { recursive: true, force: true }));
  let printed = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text) => { printed += text; });
  const [, address] = await until('Chromium listens', () => {
    assert.equal(child.exitCode, null, `Chromium ended:\n${printed}`);
    return printed.match(/^DevTools listening on (ws:\S+)$/m);
  }, 30_000);
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  return {
    context: browser.contexts()[0],
    async close() {
      await browser.close();
      if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGTERM');
      await ended;
    },
  };
}
