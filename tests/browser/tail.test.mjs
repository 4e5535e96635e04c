// Operators look on at events as they come, in Chromium: one who may see data, and one who may not.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, ROOT, startRelay, STATIC_TOKEN } from '../clients/relay.mjs';
import * as secrets from '../clients/secrets.mjs';
import { subscribe } from '../clients/subscriber.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const AXE = readFileSync(join(ROOT, 'contract', 'typescript', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const TOKENS = {
  viewer: secrets.key('viewer-0123456789abcdef-of-tests-only'),
  payload: secrets.key('payload-0123456789abcdef-of-tests-only'),
};
/** More than is shown in any second, or in the two that a burst may fall into. */
const FLOOD = 400;
/** What an outsider may choose: markup, control characters of a terminal, a line that turns, and length. */
const HOSTILE = `<img src=x onerror=alert(1)>\u001b[31m\u202e${'ü'.repeat(400)}`;

describe('the tail', { timeout: 240_000 }, () => {
  let issuer;
  let relay;
  let browser;
  let folder;
  let bob;

  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'heliograph-tail-'));
    issuer = await startIssuer();
    const tokens = Object.entries(TOKENS).map(([role, token]) => {
      writeFileSync(join(folder, role), token);
      return { name: role, role: ['viewer', role], file: join(folder, role) };
    });
    relay = await startRelay(issuer, { admin: { tails: 10, audit: { file: join(folder, 'audit.jsonl') }, login: { tokens } } });
    bob = subscribe(relay.url, { token: () => issuer.token({ subject: 'bob', tenant: 'acme', roles: ['viewer'] }), query: 'topic=orders.%3E', types: ['order.paid'] });
    await bob.hears('system.connected');
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    bob?.close();
    await relay?.stop();
    await issuer?.close();
    rmSync(folder, { recursive: true });
  });

  /** The console of an operator who has logged in. */
  async function open(t, role, place = '#/tail', options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`));
    await page.goto(`${relay.admin}/login`);
    await page.locator('input[name=token]').fill(TOKENS[role]);
    await page.locator('input[name=token]').press('Enter');
    await page.waitForURL(/console/);
    await page.goto(`${relay.admin}/console/${place}`);
    await page.getByRole('navigation').waitFor();
    return { page, fine: () => assert.deepEqual(problems, []) };
  }

  const row = (page, text) => page.locator('tbody tr', { hasText: text });

  async function start(page, choice = {}) {
    for (const [label, text] of Object.entries({ Tenant: 'acme', ...choice })) await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Start' }).click();
  }
  const watching = (page) => page.getByText('watching').waitFor();

  const paid = (more = {}) => publish(relay, { tenant: 'acme', topic: 'orders.1', type: 'order.paid', data: { total: 1 }, ...more });

  async function flood(count) {
    const body = JSON.stringify(Array.from({ length: count }, () => ({ tenant: 'acme', topic: 'orders.1', type: 'order.flood' })));
    const answer = await fetch(`${relay.url}/v1/hooks/curl`, {
      method: 'POST', headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' }, body,
    });
    assert.equal(answer.status, 202, await answer.text());
  }

  test('shows events as they come, those that a filter chooses, and only while it is started', async (t) => {
    const { page, fine } = await open(t, 'viewer');
    await page.getByText('Nothing is shown before you start').waitFor();
    await start(page, { Topics: 'orders.* bills.>', Filter: 'event.subject != "b"' });
    await watching(page);
    await paid({ id: 'a-1', subject: 'a' });
    await paid({ id: 'b-1', subject: 'b' });
    await paid({ id: 'c-1', subject: 'c', topic: 'notes.1' });
    await paid({ id: 'd-1', subject: 'd', topic: 'bills.1' });
    await row(page, 'd-1').waitFor();
    assert.equal(await page.locator('tbody tr').count(), 2);
    // The newest is the first.
    await page.locator('tbody tr').first().filter({ hasText: 'd-1' }).waitFor();
    assert.match(page.url(), /topic=orders\.\*\+bills\.%3E/);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    await paid({ id: 'e-1', subject: 'e' });
    await page.getByRole('button', { name: 'Start' }).click();
    await watching(page);
    await paid({ id: 'f-1', subject: 'f' });
    await row(page, 'f-1').waitFor();
    assert.equal(await row(page, 'e-1').count(), 0, 'it came while nobody looked on');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing has come yet').waitFor();
    fine();
  });

  test('shows data to those with the role, and to others how much there is', async (t) => {
    const viewer = await open(t, 'viewer');
    const payload = await open(t, 'payload');
    for (const { page } of [viewer, payload]) {
      await start(page);
      await watching(page);
    }
    await paid({ id: 'secret-1', data: { pin: 4711 } });
    await row(payload.page, 'secret-1').getByRole('button', { name: 'More' }).click();
    await payload.page.getByText('{"pin":4711}').waitFor();
    await row(viewer.page, 'secret-1').getByRole('button', { name: 'More' }).click();
    await viewer.page.getByText('12 B, shown to the role payload').waitFor();
    assert.ok(!(await viewer.page.content()).includes('4711'));
    await viewer.page.getByRole('button', { name: 'Less' }).click();
    await viewer.page.locator('.details').waitFor({ state: 'detached' });
    viewer.fine();
    payload.fine();
  });

  test('counts what is more than it shows', async (t) => {
    const { page, fine } = await open(t, 'viewer');
    await start(page);
    await watching(page);
    await flood(FLOOD);
    const shown = async () => {
      const rows = await page.locator('tbody tr').count();
      const said = await page.getByText(/\d+ not shown/).innerText();
      return rows + Number(said.match(/\d+/)[0]) === FLOOD;
    };
    await until('all are shown or counted', shown);
    fine();
  });

  test('says at the form what is wrong with it', async (t) => {
    const { page, fine } = await open(t, 'viewer');
    await start(page, { Filter: 'event.id ==' });
    await page.getByRole('alert').filter({ hasText: 'filter: line 1' }).waitFor();
    assert.equal(await page.getByLabel('Filter', { exact: true }).getAttribute('aria-invalid'), 'true');
    await start(page, { Filter: 'data.total > 1' });
    await page.getByRole('alert').filter({ hasText: 'needs the role payload' }).waitFor();
    await start(page, { Filter: '', Topics: 'a..b' });
    await page.getByRole('alert').filter({ hasText: 'topic: segments' }).waitFor();
    assert.equal(await page.getByLabel('Topics', { exact: true }).getAttribute('aria-invalid'), 'true');
    await start(page, { Topics: '' });
    await watching(page);
    assert.equal(await page.getByRole('alert').count(), 0);
    fine();
  });

  test('leads from an event to why bob did not get it', async (t) => {
    const { page, fine } = await open(t, 'viewer');
    await start(page, { Topics: 'orders.*' });
    await watching(page);
    await paid({ id: 'for-auditors', roles: ['auditor'] });
    await row(page, 'for-auditors').getByRole('link', { name: 'Explain' }).click();
    await page.getByRole('heading', { level: 1, name: 'Explain' }).waitFor();
    await until('it knows which', async () => await page.getByLabel('For roles').inputValue() === 'auditor');
    assert.equal(await page.getByLabel('Topic', { exact: true }).inputValue(), 'orders.1');
    await page.getByLabel('Subject').fill('bob');
    await page.getByLabel('Roles', { exact: true }).fill('viewer');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'not delivered' }).waitFor();
    await page.getByText('for roles that it lacks, and not for it by name').waitFor();
    await page.getByLabel('Filter').fill('data.total == 1');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('needs the role payload').waitFor();
    fine();
  });

  test('leads from what a stream was given last to why it was', async (t) => {
    const { stream } = bob.told('system.connected').at(-1);
    await paid({ id: 'for-bob' });
    await until('bob has it', () => bob.events().length > 0);
    const { page, fine } = await open(t, 'viewer', `#/streams/${stream}`);
    await page.getByRole('region', { name: 'Last frames' }).getByRole('link').first().click();
    await until('it knows who', async () => await page.getByLabel('Subject').inputValue() === 'bob');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'delivered', exact: true }).waitFor();
    await until('it tells which', async () => await page.getByLabel('Topic', { exact: true }).inputValue() === 'orders.1');
    fine();
  });

  test('shows what outsiders chose as text', async (t) => {
    const { page, fine } = await open(t, 'payload');
    await start(page, { Types: 'order.hostile' });
    await watching(page);
    await paid({ type: 'order.hostile', subject: '<b>\u202e', roles: ['<i>r</i>'], data: HOSTILE });
    await page.getByRole('button', { name: 'More' }).click();
    const details = page.locator('.details');
    await details.getByText('<img src=x onerror=alert(1)>').waitFor();
    await details.getByText('<b>\\u{202e}').waitFor();
    await details.getByRole('button', { name: 'all' }).click();
    await details.getByText('ü'.repeat(400)).waitFor();
    assert.equal(await page.locator('tbody img, tbody i').count(), 0);
    fine();
  });

  test('looks away while its tab is hidden, and when its screen is left', async (t) => {
    const { page, fine } = await open(t, 'viewer');
    const ended = () => readFileSync(join(folder, 'audit.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
      .filter(({ action, target, result }) => action === 'tail' && target.includes('hidden.*') && result === 'done').length;
    await start(page, { Topics: 'hidden.*' });
    await watching(page);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until('the relay has seen it', () => ended() === 1);
    await page.evaluate(() => {
      delete document.hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await watching(page);
    await paid({ topic: 'hidden.1', id: 'seen-again' });
    await row(page, 'seen-again').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Topics' }).click();
    await until('the relay has seen that too', () => ended() === 2);
    fine();
  });

  test('goes by the keyboard', async (t) => {
    const { page, fine } = await open(t, 'payload');
    await page.getByLabel('Tenant', { exact: true }).fill('acme');
    await page.getByLabel('Types', { exact: true }).fill('order.typed');
    await page.getByLabel('Tenant', { exact: true }).press('Enter');
    await watching(page);
    await paid({ type: 'order.typed', data: { typed: true } });
    await page.getByRole('button', { name: 'More' }).press('Enter');
    await page.getByText('{"typed":true}').waitFor();
    await page.getByRole('button', { name: 'Pause' }).press(' ');
    await page.getByText('paused').waitFor();
    await page.getByRole('link', { name: 'Explain' }).last().press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Explain' }).waitFor();
    fine();
  });

  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1280, 'light'], [1280, 'dark'], [1920, 'dark']]) {
    test(`looks right at ${width} px, ${colorScheme}, and axe finds nothing`, async (t) => {
      const { page, fine } = await open(t, 'payload', '#/tail', { viewport: { width, height: 900 }, colorScheme });
      await page.evaluate(AXE);
      const look = async (name) => {
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than the screen`);
        const found = await page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`));
        assert.deepEqual(found, [], name);
        // Of the many events those are looked at that are seen first.
        await page.screenshot({ path: join(PICTURES, `tail-${name}-${width}-${colorScheme}.png`), fullPage: name !== 'events' });
      };
      await look('empty');
      await start(page, { Filter: 'event.id ==' });
      await page.getByRole('alert').waitFor();
      await look('refused');
      await start(page, { Filter: '' });
      await watching(page);
      await flood(FLOOD);
      await page.getByText(/not shown/).waitFor();
      // What comes in the same second as the last of the flood is not shown either.
      let tries = 0;
      await until('it shows events again', async () => {
        const id = `after-${++tries}-${width}-${colorScheme}`;
        await paid({ id });
        await row(page, id).waitFor({ timeout: 2000 });
        return true;
      });
      for (let n = 1; n <= 3; n++) await paid({ id: `look-${n}-${width}-${colorScheme}`, time: '2026-03-01T10:00:00Z', subject: 'ann', roles: n === 2 ? ['auditor', 'boss', 'c', 'd'] : undefined, topic: `orders.eu.west.${n}` });
      await paid({ id: `${width}-${colorScheme}-${'a-very-long-id-'.repeat(12)}`, data: HOSTILE });
      await row(page, 'look-2-').getByRole('button', { name: 'More' }).click();
      await page.getByText('{"total":1}').first().waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await look('events');
      fine();
    });
  }
});
