// The console as an operator uses it: a relay with tenants, publishers and readers of which one stands still, in Chromium.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../clients/ports.mjs';
import { startIssuer } from '../clients/issuer.mjs';
import { publish, ROOT, startRelay } from '../clients/relay.mjs';
import { key } from '../clients/secrets.mjs';
import { subscribe } from '../clients/subscriber.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const AXE = readFileSync(join(ROOT, 'contract', 'typescript', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const TYPES = ['order.paid', 'note.long'];
/** Rows of a page of the console. */
const ROWS = 50;
/** More than a socket and a queue take. */
const LONG = 'x'.repeat(100_000);
/** What an outsider may choose: markup, control characters of a terminal, a line that turns, and length. */
const HOSTILE = `<img src=x onerror=alert(1)>\u001b[31m\u202e${'ü'.repeat(150)}`;

const SECRET = key('tests-only-secret-of-the-console');

/** A reader that asks for a stream and then takes no byte of it. */
async function stall(relay, token) {
  const socket = connect(relay.port, '127.0.0.1');
  await new Promise((resolve) => { socket.once('connect', resolve); });
  socket.write(`GET /v1/stream?topic=notes.%3E HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nUser-Agent: ${
    '<b>slow</b>'}\r\nAccept: text/event-stream\r\n\r\n`);
  await new Promise((resolve) => { socket.once('readable', resolve); });
  socket.pause();
  return socket;
}

describe('the console', { timeout: 240_000 }, () => {
  let issuer;
  let relay;
  let browser;
  let folder;
  const readers = [];
  const sockets = [];

  const reader = (who, query = 'topic=orders.%3E') => {
    const opened = subscribe(relay.url, { token: () => issuer.token(who), query, types: TYPES });
    readers.push(opened);
    return opened;
  };

  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    issuer = await startIssuer();
    // The reader that stands still is not cut while it is looked at.
    folder = mkdtempSync(join(tmpdir(), 'heliograph-console-'));
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    relay = await startRelay(issuer, {
      stream: { 'write-timeout': 'PT10M' }, warnings: [/ tenant-late /, / reload-refused /, / restart-needed /],
      publishers: [{ name: 'filed', scheme: 'token', 'secret-files': [join(folder, 'secret')], tenants: ['acme'] }],
    });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    readers.forEach((each) => each.close());
    sockets.forEach((each) => each.destroy());
    if (relay?.running()) await relay.stop();
    await issuer?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** The console on a screen of its own. */
  async function open(t, place = '', options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const problems = [];
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`));
    await page.goto(`${relay.admin}/console/${place}`);
    await page.getByRole('navigation').waitFor();
    return { page, context, problems, fine: () => assert.deepEqual(problems, []) };
  }
  const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
  /** The row that has a text in it. */
  const row = (page, text) => page.locator('tbody tr', { hasText: text });

  test('of an empty relay says on each screen that there is nothing, and what is to be done', async (t) => {
    const { page, fine } = await open(t);
    await page.getByText('Well').waitFor();
    for (const [screen, words] of [
      ['Tenants', 'No tenant has a stream or an event yet'], ['Streams', 'Nobody is connected'], ['Topics', 'Nothing was published since the start'],
      ['Revocations', 'Nothing is revoked'],
    ]) {
      await page.getByRole('navigation').getByRole('link', { name: screen }).click();
      await heading(page, screen);
      await page.getByText(words).waitFor();
    }
    fine();
  });

  describe('of a relay at work', () => {
    before(async () => {
      for (const subject of ['ann', 'bob', 'cy']) reader({ subject, tenant: 'acme', roles: ['viewer'] });
      reader({ subject: 'dan', tenant: 'globex' });
      reader({ subject: HOSTILE, tenant: 'globex' }, `topic=orders.%3E&filter=${encodeURIComponent('data.total > 1000 && event.type != "a.b"')}`);
      await until('all are there', () => readers.every((each) => each.told('system.connected').length > 0));
      for (let n = 0; n < 20; n++) await publish(relay, { tenant: n % 3 ? 'acme' : 'globex', topic: `orders.${n}`, type: 'order.paid', data: { total: n } });
      sockets.push(await stall(relay, issuer.token({ subject: 'slow', tenant: 'acme' })));
      for (let n = 0; n < 60; n++) await publish(relay, { tenant: 'acme', topic: 'notes.1', type: 'note.long', data: LONG });
    });

    test('shows who is late, how late, and since when it is blocked', async (t) => {
      const { page, fine } = await open(t);
      await page.getByRole('link', { name: 'Late streams' }).click();
      await heading(page, 'Streams');
      // The latest is the first.
      const first = page.locator('tbody tr').first();
      await first.filter({ hasText: 'slow' }).waitFor();
      await first.getByText(/blocked|reading/).waitFor();
      await first.getByText(/\d+ events/).waitFor();
      await first.getByRole('link').first().click();
      await page.getByText('<b>slow</b>').waitFor();
      await page.getByText('notes.>').waitFor();
      // Whoever reads nothing has been written what the socket takes.
      await page.getByRole('region', { name: 'Last frames' }).locator('td[data-name="Type"]', { hasText: 'note.long' }).first().waitFor();
      await page.getByRole('region', { name: 'Last frames' }).locator('td[data-name="Bytes"]', { hasText: /^97\.\d KiB$|^98 KiB$/ }).first().waitFor();
      fine();
    });

    test('tells why somebody did not get an event', async (t) => {
      const { page, fine } = await open(t, '#/streams?subject=bob');
      await row(page, 'bob').getByRole('link').first().click();
      await page.getByRole('link', { name: /Why did it not get/ }).click();
      await heading(page, 'Explain');
      await until('it knows who', async () => await page.getByLabel('Subject').inputValue() === 'bob');
      await page.getByLabel('Topic', { exact: true }).fill('orders.1');
      await page.getByLabel('Type', { exact: true }).fill('order.paid');
      await page.getByLabel('For roles').fill('auditor');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByRole('heading', { name: 'not delivered' }).waitFor();
      await page.getByText('for roles that it lacks, and not for it by name').waitFor();
      await page.getByLabel('For roles').fill('viewer');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByRole('heading', { name: 'delivered', exact: true }).waitFor();
      await page.getByLabel('Data, as JSON').fill('{');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('The data is not JSON').waitFor();
      fine();
    });

    test('ends one stream, which comes back and misses nothing', async (t) => {
      const ann = readers[0];
      const { stream } = ann.told('system.connected').at(-1);
      const { page } = await open(t, `#/streams/${stream}`);
      await page.getByRole('button', { name: 'End it' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Would end 1 stream of ann').waitFor();
      assert.ok(await dialog.getByRole('button', { name: 'End it' }).isDisabled(), 'without a reason');
      await dialog.getByLabel('Reason').fill('it hangs <i>');
      await dialog.getByRole('button', { name: 'End it' }).click();
      await page.getByText('Ended the stream of ann').waitFor();
      await page.getByText('This stream is over').waitFor();
      await ann.hears('system.connected', 2);
      await publish(relay, { tenant: 'acme', topic: 'orders.7', type: 'order.paid', data: { total: 77 } });
      await until('ann hears what comes after', () => ann.events().some(({ data }) => data.includes('77')));
      assert.deepEqual(ann.told('system.gap'), []);
      await page.getByRole('navigation').getByRole('link', { name: 'Audit' }).click();
      await row(page, 'it hangs <i>').filter({ hasText: 'done' }).waitFor();
    });

    test('revokes somebody, whose streams end, and takes it back', async (t) => {
      const cy = readers[2];
      const { page } = await open(t, '#/streams?subject=cy');
      await row(page, 'cy').getByRole('link').first().click();
      await page.getByRole('link', { name: 'Revoke' }).click();
      await heading(page, 'Revocations');
      await page.getByRole('button', { name: 'Revoke' }).click();
      const dialog = page.getByRole('dialog', { name: /Revoke .*cy/ });
      await dialog.getByText('Would end 1 stream').waitFor();
      await dialog.getByLabel('Reason').fill('left the company');
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('Revoked; ended 1 stream').waitFor();
      await until('the stream ends', () => cy.told('system.end').length > 0);
      assert.equal(cy.told('system.end')[0].reason, 'revoked');
      await row(page, 'cy').getByRole('button', { name: 'Take back' }).click();
      await page.getByLabel('Reason').fill('she came back');
      await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
      await page.getByText('Nothing is revoked').waitFor();
    });

    test('puts a changed file in force while streams stay open, and refuses a wrong one', async (t) => {
      const bob = readers[1];
      const ids = bob.told('order.paid').length;
      const { page } = await open(t, '#/configuration');
      await heading(page, 'Configuration');
      const dialog = page.getByRole('dialog', { name: /Read the configuration/ });
      relay.write({ stream: { 'write-timeout': 'soon' } });
      await page.getByRole('button', { name: 'Reload' }).click();
      await dialog.getByRole('alert').filter({ hasText: 'relay.stream.write-timeout' }).waitFor();
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      relay.write({ stream: { 'write-timeout': 'PT9M' }, log: { dedup: 'PT1H' } });
      await page.getByRole('button', { name: 'Reload' }).click();
      await dialog.getByText('Would be in force: relay.stream.write-timeout changed. Only from the next start on: relay.log.dedup.').waitFor();
      await dialog.getByLabel('Reason').fill('slow readers');
      await dialog.getByRole('button', { name: 'Reload' }).click();
      await page.getByText('In force: relay.stream.write-timeout changed.').waitFor();
      await page.getByLabel('Key').fill('write-timeout');
      await page.getByLabel('only what differs').check();
      await row(page, 'relay.stream.write-timeout').getByText('PT9M').waitFor();
      await publish(relay, { tenant: 'acme', topic: 'orders.9', type: 'order.paid', data: {} });
      await until('the stream goes on', () => bob.told('order.paid').length > ids);
      assert.equal(bob.told('system.end').length, 0);
      await page.getByRole('navigation').getByRole('link', { name: 'Audit' }).click();
      await row(page, 'slow readers').first().getByText('reload').first().waitFor();
    });

    test('shows what outsiders chose as text', async (t) => {
      const { page, fine } = await open(t, '#/streams?tenant=globex');
      const hostile = row(page, '<img src=x onerror=alert(1)>');
      await hostile.getByText('\\u{1b}[31m\\u{202e}').waitFor();
      await hostile.getByRole('button', { name: 'all' }).click();
      await hostile.getByText('ü'.repeat(150)).waitFor();
      assert.equal(await page.locator('tbody img').count(), 0);
      fine();
    });

    test('shows the last lines of the log as they come, and more of them when asked', async (t) => {
      const reload = async (reason) => {
        const answer = await fetch(`${relay.admin}/admin/v1/config/reload?reason=${encodeURIComponent(reason)}`, { method: 'POST' });
        assert.equal(answer.status, 200, await answer.text());
      };
      for (let n = 0; n < 8; n++) await reload(`${n} ${HOSTILE}`);
      const { page, fine } = await open(t);
      const lines = page.getByRole('region', { name: 'Log' }).getByRole('listitem');
      await lines.nth(7).waitFor();
      assert.equal(await lines.count(), 8);
      // A reload may say on a second line what needs a restart.
      const latest = lines.filter({ hasText: 'reloaded' }).first();
      await latest.getByText('7 <img src=x onerror=alert(1)>').waitFor();
      await reload('the newest');
      await latest.getByText('the newest').waitFor();
      await page.getByRole('region', { name: 'Log' }).getByRole('button', { name: 'More' }).click();
      await lines.filter({ hasText: 'started' }).waitFor();
      await page.getByRole('region', { name: 'Log' }).getByRole('button', { name: 'Less' }).click();
      await until('there are fewer', async () => await lines.count() === 8);
      fine();
    });

    test('shows how old the secrets of a publisher are, and what of it was refused last and where', async (t) => {
      const refused = await fetch(`${relay.url}/v1/hooks/filed`, {
        method: 'POST', headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ tenant: 'acme', topic: 'a b', type: 'x' }),
      });
      assert.equal(refused.status, 422, await refused.text());
      const { page, fine } = await open(t, '#/publishers');
      const filed = row(page, 'filed');
      await filed.getByText('INVALID_EVENT').waitFor();
      await filed.getByText('/topic', { exact: true }).waitFor();
      await filed.getByText(join(folder, 'secret')).waitFor();
      await filed.locator('td[data-name="Secrets"] time').waitFor();
      assert.ok(!(await page.content()).includes(SECRET));
      fine();
    });

    test('stops asking while its tab is hidden', async (t) => {
      const { page, context } = await open(t, '#/streams');
      await row(page, 'bob').waitFor();
      const tools = await context.newCDPSession(page);
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await until('it asks', () => asked.length > 0);
      await tools.send('Emulation.setFocusEmulationEnabled', { enabled: false });
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      const other = await open(t, '#/streams');
      asked.length = 0;
      // Another page is told twice meanwhile.
      const before = await other.page.evaluate(() => performance.getEntriesByType('resource').length);
      await until('the other page asks on', async () => await other.page.evaluate(() => performance.getEntriesByType('resource').length) >= before + 2);
      assert.deepEqual(asked, []);
      await page.evaluate(() => {
        delete document.hidden;
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await until('it asks again', () => asked.some((url) => url.endsWith('/admin/v1/live')));
    });

    test('goes by the keyboard', async (t) => {
      const { page, fine } = await open(t);
      await page.keyboard.press('Tab');
      await page.getByRole('link', { name: 'To the screen' }).press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
      await page.getByRole('link', { name: /^Streams/ }).first().focus();
      await page.keyboard.press('Enter');
      await heading(page, 'Streams');
      await page.getByRole('button', { name: 'Events' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('th[aria-sort="descending"]', { hasText: 'Events' }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('th[aria-sort="ascending"]', { hasText: 'Events' }).waitFor();
      await row(page, 'bob').getByRole('link').first().press('Enter');
      await page.getByRole('button', { name: 'End it' }).press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      fine();
    });

    // Contrast differs by the colours, and what else axe looks at by the width.
    for (const [width, colorScheme, axe] of [[360, 'light', true], [360, 'dark'], [1280, 'light'], [1280, 'dark', true], [1920, 'dark']]) {
      test(`looks right at ${width} px, ${colorScheme}${axe ? ', and axe finds nothing' : ''}`, async (t) => {
        const { page, fine } = await open(t, '', { viewport: { width, height: 900 }, colorScheme });
        if (axe) await page.evaluate(AXE);
        for (const screen of ['', 'tenants', 'streams', 'topics', 'publishers', 'tail', 'explain', 'revocations', 'identity', 'storage', 'configuration', 'audit']) {
          await page.evaluate((to) => { location.hash = `#/${to}`; }, screen);
          await page.locator('nav [aria-current]').waitFor();
          await page.locator('main table, main .figures, main .empty, main form').first().waitFor();
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${screen} is wider than the screen`);
          const found = !axe ? [] : await page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`));
          assert.deepEqual(found, [], screen);
          await page.screenshot({ path: join(PICTURES, `console-${screen || 'overview'}-${width}-${colorScheme}.png`), fullPage: true });
        }
        fine();
      });
    }
  });

  test('says that the relay went away, and goes on when it is back', async (t) => {
    const [port, adminPort] = await freePorts(2);
    const first = await startRelay(issuer, { port, adminPort });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${first.admin}/console/`);
    await page.getByText('Well').waitFor();
    await first.kill();
    await page.getByText('The relay does not answer').waitFor();
    await page.screenshot({ path: join(PICTURES, 'console-gone-1280-light.png') });
    const second = await startRelay(issuer, { port, adminPort });
    t.after(second.stop);
    await page.getByText('Well').waitFor();
  });

  test('pages through many streams, sorted by the relay', async (t) => {
    const many = [];
    for (let n = 0; n < ROWS + 10; n++) many.push(reader({ subject: `user-${String(n).padStart(3, '0')}`, tenant: 'initech' }));
    await until('all are there', () => many.every((each) => each.told('system.connected').length > 0), 30_000);
    const { page, fine } = await open(t, '#/streams?tenant=initech&sort=opened');
    // They were opened side by side: which are on the first page is known only when it is seen.
    const rows = page.locator('tbody tr');
    const subjects = async (count) => {
      await until(`a page of ${count}`, async () => await rows.count() === count);
      return (await rows.allInnerTexts()).map((text) => text.match(/user-\d{3}/)[0]);
    };
    const first = await subjects(ROWS);
    await page.getByRole('button', { name: 'Next' }).click();
    const second = await subjects(10);
    assert.equal(new Set([...first, ...second]).size, ROWS + 10, 'each is on one page');
    await page.getByRole('button', { name: 'Previous' }).click();
    assert.deepEqual(await subjects(ROWS), first);
    fine();
  });
});
