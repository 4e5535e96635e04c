// The demo as a stranger meets it: deploy/run, what it prints, and its page in a real browser.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../clients/ports.mjs';
import { run, signal, start as startProgram } from '../clients/programs.mjs';
import { examples } from '../clients/readme.mjs';
import { ROOT } from '../clients/relay.mjs';
import * as secrets from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';
import { CONTROLS, HOSTILE } from './hostile.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const AXE = join(ROOT, 'contract', 'typescript', 'node_modules', 'axe-core', 'axe.min.js');
const BUILD_MS = 120_000;

// What the demo publishes, in turns, and who may see it. The n-th event, from 1, is of kind n - 1.
const KINDS = [
  { type: 'order.created', tenant: 'acme', text: (n) => `{"order":${n},"total":99.5}` },
  { type: 'order.created', tenant: 'globex', text: (n) => `{"order":${n},"total":12}` },
  { type: 'stock.low', tenant: 'acme', roles: ['operator'], text: (n) => `{"item":"lens ${n}","left":2}` },
  { type: 'payment.flagged', tenant: 'acme', roles: ['operator', 'auditor'],
    text: (n, panel) => `{"payment":${n},"card":"${panel.endsWith('auditor') ? `4929-0000-${n}` : '***'}"}` },
  { type: 'stock.low', tenant: 'globex', roles: ['operator'], text: (n) => `{"item":"mirror ${n}","left":1}` },
  { type: 'order.paid', tenant: 'acme', roles: ['operator', 'auditor'], text: (n) => `{"order":${n}}` },
];
const PANELS = ['acme viewer', 'acme operator', 'acme auditor', 'globex viewer', 'globex operator'];
/** Where the page leads, and what is to be read there. */
const LINKS = {
  README: /^# Heliograph\n/,
  Contract: /^# The protocol\n/,
  OpenAPI: /^openapi: 3\./,
  AsyncAPI: /"asyncapi" ?: ?"3\./,
  Metrics: /^# HELP [^]*\nheliograph_streams_open/,
  Library: /"file":"heliograph\.js"/,
};
const isOwn = ({ type }) => type.startsWith('note.');

function shows(panel, n) {
  const [tenant, role] = panel.split(' ');
  const kind = KINDS[(n - 1) % KINDS.length];
  return kind.tenant === tenant && (kind.roles?.includes(role) ?? true);
}

/** What a panel must have shown of the demo's first events, up to the last that it has shown. */
function expected(panel, shown) {
  const wanted = [];
  for (let n = 1; wanted.length < shown.length; n++) {
    const { type, text } = KINDS[(n - 1) % KINDS.length];
    if (shows(panel, n)) wanted.push({ type, text: text(n, panel) });
  }
  return wanted;
}

describe('the demo', { timeout: 280_000 }, () => {
  let ports;
  let demo;
  let browser;
  let context;
  let page;
  let saved;
  const bugs = [];
  /** What the browser's console says by itself of requests that came to nothing is no bug; all else is. */
  function forgive() {
    assert.deepEqual(bugs.filter((bug) => !/^Failed to load resource|net::ERR/.test(bug)), []);
    bugs.length = 0;
  }
  const printedByPage = [];

  before(async () => {
    // The demo's issuer has its port in its name, so the port must be known before.
    ports = await freePorts(2);
    await mkdir(PICTURES, { recursive: true });
    demo = await start();
    browser = await launch();
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => bugs.push(error));
    page.on('console', (message) => {
      printedByPage.push(message.text());
      if (message.type() === 'error') bugs.push(message.text());
    });
    page.on('request', (request) => {
      const token = new URL(request.url()).searchParams.get('access_token')
        ?? request.headers().authorization?.replace('Bearer ', '');
      if (token) secrets.token(token);
    });
    await page.addInitScript(remember);
    await page.goto(demo.printed.match(/page +(\S+)/)[1]);
  });

  after(async () => {
    await browser?.close();
    if (demo?.child.exitCode === null) await demo.stop();
  });

  async function start() {
    const child = startProgram(join(ROOT, 'deploy', 'run'), ['--',
      `-Dserver.port=${ports[0]}`, `-Dserver.sockets.admin.port=${ports[1]}`,
      // The way back of five panels, spread over half a minute, is long to watch.
      '-Drelay.shutdown.reconnect-window=PT1S'],
    // Started from elsewhere, as it may be.
    { cwd: tmpdir() });
    const ended = once(child, 'exit');
    let errors = '';
    child.stderr.on('data', (text) => { errors += text; });
    const started = { child, printed: '' };
    child.stdout.on('data', (text) => { started.printed += text; });
    await until('deploy/run says how to stop it', () => {
      assert.equal(child.exitCode, null, errors);
      return started.printed.includes('Ctrl-C');
    }, BUILD_MS);
    started.stop = async () => {
      signal(child, 'SIGINT'); // As a terminal does: the whole group gets it.
      const [code] = await ended;
      assert.equal(code, 0, errors);
      secrets.assertNoneIn('the log of the demo', errors);
      assert.match(errors, / stopped streams=\d+ left-open=0\n$/);
    };
    return started;
  }

  /** The curl lines that were printed, exactly: each a command that may go over several lines. */
  const lines = () => demo.printed.match(/^ {2}curl (.*\\\n)*.*/gm);

  /** Everything that each panel has ever shown, oldest first, and its state now. */
  const panels = () => page.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll('.watcher')].map(({ dataset }) => {
      const name = `${dataset.tenant} ${dataset.role}`;
      return [name, { state: dataset.state, shown: globalThis.shown[name] ?? [] }];
    })));

  const all = (what, condition, deadlineMs = 30_000) => until(what, async () => {
    const now = await panels();
    return PANELS.every((name) => condition(now[name], name)) && now;
  }, deadlineMs);

  test('prints addresses that answer', async () => {
    const addresses = [...demo.printed.matchAll(/^ +(?:page|metrics|health) +(\S+)$/gm)].map(([, url]) => url);
    assert.equal(addresses.length, 3);
    for (const address of addresses) assert.equal((await fetch(address)).status, 200, address);
  });

  test('has five panels, and all of them open', async () => {
    const now = await all('every panel is open', ({ state }) => state === 'connected');
    assert.deepEqual(Object.keys(now), PANELS);
  });

  test('shows in each panel what its tenant and role may see, live, and nothing else', async () => {
    // The page may have come after the first events: those were before its time.
    const turns = (shown) => shown.filter((item) => !isOwn(item));
    const now = await all('two turns of everything', ({ shown }, name) =>
      turns(shown).length >= 2 * KINDS.filter((_, kind) => shows(name, kind + 1)).length);
    for (const name of PANELS) {
      const shown = turns(now[name].shown);
      const first = Number(shown[0].text.match(/(\d+)/)[1]);
      const before = Array.from({ length: first - 1 }, (_, n) => n + 1).filter((n) => shows(name, n));
      assert.deepEqual(shown, expected(name, [...before, ...shown]).slice(before.length), name);
      assert.deepEqual(now[name].shown.filter(isOwn).map(({ type }) => type), ['note.opened'], name);
    }
  });

  test('shows what the printed line of curl publishes, where it may be seen', async (t) => {
    const [streamLine, publishLine] = lines();
    const stream = run('bash', ['-c', streamLine]);
    t.after(stream.stop);
    await stream.hears('event: system.connected');
    const answer = JSON.parse(await run('bash', ['-c', publishLine]).output());
    assert.equal(answer.duplicate, false);
    await stream.hears(`id: ${answer.cursor}\nevent: order.paid\ndata: {"order":42}\n\n`);

    const published = ({ type, text }) => type === 'order.paid' && text === '{"order":42}';
    const now = await all('it is seen by those it names', ({ shown }, name) =>
      shown.some(published) === ['acme operator', 'acme auditor'].includes(name));
    // Whatever comes to globex next, it was not that.
    await all('globex goes on', ({ shown }, name) =>
      name.startsWith('acme') || shown.length > now[name].shown.length);
    assert.ok(!(await panels())['globex operator'].shown.some(published));
  });

  /** Publishes as README.md does, and whatever else. */
  async function publish(event) {
    const answer = await fetch(`http://127.0.0.1:${ports[0]}/v1/hooks/curl`, {
      method: 'POST',
      headers: { 'Authorization': 'Bearer demo-key-not-a-secret', 'Content-Type': 'application/json' },
      body: JSON.stringify({ tenant: 'acme', topic: 'notes.1', ...event }),
    });
    assert.equal(answer.status, 202);
  }

  test('shows events of types that it has never heard of, and of those that browsers have', async () => {
    const types = ['note.added', 'error', 'open', 'message'];
    for (const type of types) await publish({ type, data: type });
    const now = await all('all of acme has them', ({ state, shown }, name) =>
      state === 'connected' && (!name.startsWith('acme')
        || types.every((type) => shown.some((item) => item.type === type && item.text === `"${type}"`))));
    for (const name of ['globex viewer', 'globex operator']) {
      assert.ok(!now[name].shown.some((item) => types.includes(item.type)), name);
    }
  });

  test('lets older events be reached however long the newest is', async () => {
    await publish({ type: 'note.long', data: 'x'.repeat(20_000) });
    const seen = await until('it is shown', () => page.evaluate(() => {
      const list = document.querySelector('.watcher ol');
      const long = list.querySelector('[data-type="note.long"]');
      if (!long) return undefined;
      const oldest = list.lastElementChild;
      oldest.scrollIntoView();
      const reached = oldest.getBoundingClientRect();
      const frame = list.getBoundingClientRect();
      return {
        clipped: long.getBoundingClientRect().height < frame.height / 2,
        reached: reached.top >= frame.top - 1 && reached.bottom <= frame.bottom + 1,
      };
    }));
    assert.deepEqual(seen, { clipped: true, reached: true });
  });

  const watcher = (name) => page.locator(`.watcher[data-tenant="${name.split(' ')[0]}"][data-role="${name.split(' ')[1]}"]`);
  const verdicts = () => page.locator('.watcher').evaluateAll((all) => all.map((it) => it.querySelector('.verdict').textContent));

  async function publishOnPage(fields) {
    for (const [name, value] of Object.entries(fields)) await page.locator(`#publish [name=${name}]`).fill(value);
    await page.locator('#publish .primary').press('Enter');
  }

  test('publishes from its form, and tells for each watcher who got it and why not', async () => {
    await publishOnPage({ tenant: 'acme', topic: 'payments.1', type: 'payment.taken', roles: 'operator', users: 'acme-viewer', data: '{"card":"4929"}' });
    await until('all are told', async () => {
      const [viewer, operator, auditor, ...globex] = await verdicts();
      return viewer === '✓ Got it, with fields masked' && operator === viewer
        && auditor.startsWith('✗ Does not get it. audience: ')
        && globex.every((text) => text.startsWith('✗ Does not get it. tenant: '));
    });
    assert.match(await page.locator('#answer').textContent(), /^202: stored, at /);
  });

  test('refuses data that is no JSON, and says what the relay refuses', async () => {
    await publishOnPage({ data: '{' });
    await until('it says so', async () => (await page.locator('#answer').textContent()).startsWith('The data is no JSON'));
    await publishOnPage({ tenant: 'nobody', data: '1' });
    await until('the relay has refused it', async () => /^4\d\d /.test(await page.locator('#answer').textContent()));
    forgive(); // A refusal is an error in the browser's console.
  });

  test('takes nothing that comes over the wire as markup, and shows what would not be seen', async () => {
    for (const { text } of HOSTILE) await publish({ type: text, data: { [text]: text }, roles: ['viewer', text], users: [text] });
    for (const { text } of CONTROLS) await publish({ type: 'note.control', data: text });
    const inJson = (shown) => JSON.stringify(shown).replaceAll('\\\\u', '\\u');
    const wanted = [
      ...HOSTILE.map(({ shown }) => [shown, `{${inJson(shown)}:${inJson(shown)}}`]),
      ...CONTROLS.map(({ shown }) => ['note.control', inJson(shown)]),
    ].reverse();
    await until('all of them are shown as text', async () => {
      const shown = await watcher('acme viewer').locator('li').evaluateAll((all) => all.map((it) =>
        [it.querySelector('b')?.textContent, it.querySelector('code').textContent]));
      return wanted.every((it) => shown.some((there) => JSON.stringify(there) === JSON.stringify(it)));
    });
    // What the relay refuses it says, and the page shows that as text.
    const [{ text: html }] = HOSTILE;
    const [{ text: control }] = CONTROLS;
    for (const [name, text, status] of [['tenant', html, 422], ['topic', html, 422], ['type', html, 202], ['roles', html, 202], ['users', control, 422]]) {
      await publishOnPage({ tenant: 'acme', topic: 'notes.1', type: 'note.html', roles: '', users: '', data: '1', [name]: text });
      await until(`${name} is answered`, async () => (await page.locator('#answer').textContent()).startsWith(`${status}`));
      await page.locator('#answer').evaluate((it) => { it.textContent = ''; });
    }
    const all = Object.fromEntries(['tenant', 'roles', 'user', 'topics', 'filter'].map((name, i) => [name, HOSTILE[i % 3].text + HOSTILE[5].text]));
    const changed = page.locator('.watcher').nth(3);
    await change(changed, all);
    await until('it shows them', async () => {
      const { shown } = HOSTILE[5];
      return await changed.locator('h3').textContent() === `${HOSTILE[0].shown}${shown} ${HOSTILE[1].shown}${shown} as ${HOSTILE[2].shown}${shown}`
        && (await changed.locator('.asks').textContent()).endsWith(` · ${HOSTILE[1].shown}${shown}`);
    });
    assert.equal(await page.locator('main :is(img, script, svg, li b b)').count(), 0);
    assert.equal(await page.title(), 'Heliograph playground');
    await change(changed, { tenant: 'globex', roles: 'viewer', user: '', topics: '', filter: '' });
    await everybodyIsThere();
    forgive(); // The relay refused the stream, which is an error in the browser's console.
  });

  /** Changes a watcher's settings on the page. */
  async function change(section, fields) {
    await section.getByRole('button', { name: 'Edit' }).click();
    for (const [name, value] of Object.entries(fields)) await section.locator(`.settings [name=${name}]`).fill(value);
    await section.locator('.settings .primary').click();
  }

  const everybodyIsThere = () => all('all are open', ({ state }) => state === 'connected');

  test('cuts a connection, sleeps, and lets a token end, and each time nothing is lost', async () => {
    const one = watcher('acme auditor');
    const notes = (kind) => one.locator(`[data-type="note.${kind}"]`).count();
    for (const [button, kind] of [['Cut', 'cut'], ['Sleep 30 s', 'asleep'], ['Kill token', 'token']]) {
      const opened = await notes('opened');
      await one.getByRole('button', { name: button, exact: true }).click();
      assert.equal(await notes(kind), 1);
      if (kind === 'asleep') {
        await publish({ type: 'note.missed', data: 'while it slept', roles: ['auditor'] });
        await until('it is not connected', async () => await one.getAttribute('data-state') === 'asleep');
        await one.getByRole('button', { name: 'Wake up' }).click();
      }
      // The second time of a token is when it has ended, and there is a new one.
      await until(`${kind}: it is back`, async () => await notes('opened') >= opened + (kind === 'token' ? 2 : 1), 60_000);
    }
    const missed = one.locator('[data-type="note.missed"]');
    assert.match(await missed.textContent(), /caught up.*while it slept/);
    const { shown } = (await panels())['acme auditor'];
    assert.ok(!shown.some(({ type }) => type === 'note.gap'));
    forgive(); // A stream that was cut is an error in the browser's console.
  });

  test('shows a gap, where the relay does not know the position any more', async () => {
    const one = watcher('acme auditor');
    // After it comes all that there is of the topic, which is nothing.
    await change(one, { topics: 'quiet.>' });
    await everybodyIsThere();
    await page.route('**/v1/stream?*', (route, request) => route.continue(
      { headers: { ...request.headers(), ...(request.headers()['last-event-id'] && { 'last-event-id': 'zzzzzzzz-7' }) } }));
    await one.getByRole('button', { name: 'Cut' }).click();
    await until('the gap is there', () => one.locator('p.gap').isVisible());
    assert.match(await one.locator('p.gap').textContent(), /^Events are missing: the position is of another log, or of another tenant\. /);
    const { shown } = (await panels())['acme auditor'];
    assert.deepEqual(shown.filter(({ type }) => type === 'note.gap').map(({ text }) => text), [await one.locator('p.gap').textContent()]);
    assert.equal(await one.locator('li[data-type="note.gap"]').isVisible(), true);
    await page.unroute('**/v1/stream?*');
    await one.screenshot({ path: join(PICTURES, 'demo-gap.png') });
    await change(one, { topics: '' });
    await everybodyIsThere();
    forgive();
  });

  test('keeps the last fifty of what came', async () => {
    const one = watcher('acme auditor');
    const data = Array.from({ length: 60 }, (_, n) => `${n + 1} of ${process.pid}`);
    for (const each of data) await publish({ type: 'note.many', data: each, roles: ['auditor'] });
    const texts = data.map((each) => JSON.stringify(each));
    await until('the last one is there', async () => (await one.locator('li code').allTextContents()).includes(texts.at(-1)));
    assert.equal(await one.locator('li').count(), 50);
    const { shown } = (await panels())['acme auditor'];
    assert.deepEqual(shown.map(({ text }) => text).filter((text) => texts.includes(text)), texts, 'all of them were shown, in their order');
  });

  test('wakes by itself when half a minute is over, and catches up', async (t) => {
    // In a browser's context of its own, which shares no streams, with a clock that the test moves.
    const other = await browser.newContext();
    t.after(() => other.close());
    const tab = await other.newPage();
    await tab.clock.install();
    await tab.goto(page.url());
    const one = tab.locator('.watcher').nth(2);
    await until('it is open', async () => await one.getAttribute('data-state') === 'connected');
    await tab.clock.pauseAt(await tab.evaluate(() => Date.now() + 1000));
    await one.getByRole('button', { name: 'Sleep 30 s' }).click();
    await publish({ type: 'note.slept', data: 'while it slept', roles: ['auditor'] });
    await tab.clock.runFor(29_999);
    assert.equal(await one.getAttribute('data-state'), 'asleep');
    assert.equal(await one.locator('[data-type="note.awake"], [data-type="note.slept"]').count(), 0);
    await tab.clock.runFor(1);
    assert.equal(await one.locator('[data-type="note.awake"]').count(), 1);
    await tab.clock.resume();
    await until('it has caught up', async () => /caught up.*while it slept/.test(await one.locator('[data-type="note.slept"]').textContent()));
    assert.equal(await one.locator('p.gap').isVisible(), false);
    assert.equal(await one.getAttribute('data-state'), 'connected');
  });

  test('shares its streams with a second tab, which shows so', async (t) => {
    const tab = await context.newPage();
    t.after(() => tab.close());
    const streams = [];
    tab.on('request', (request) => { if (new URL(request.url()).pathname === '/v1/stream') streams.push(request.url()); });
    await tab.goto(page.url());
    const states = () => tab.locator('.watcher').evaluateAll((all) => all.map((it) => `${it.dataset.tab} ${it.querySelector('.state').textContent}`));
    await until('all are shared', async () => (await states()).join() === Array(5).fill('follower  · shares a stream').join());
    const words = await tab.locator('live-status').evaluateAll((all) => all.map((it) => it.shadowRoot.textContent));
    assert.deepEqual(words, Array(5).fill('Live'));
    await publish({ type: 'note.shared', data: 'to both' });
    for (const each of [page, tab]) {
      await until('both have it', async () => await each.locator('.watcher li[data-type="note.shared"]').count() === 3);
    }
    assert.deepEqual(streams, []);
    assert.deepEqual(await tab.locator('.acts button').evaluateAll((all) => all.map((it) => it.disabled)), Array(15).fill(true),
      'what another tab holds cannot be broken from here');
  });

  test('goes by the keyboard: watchers are added, changed and removed, and entries opened', async () => {
    const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const focused = () => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.name ?? document.activeElement.textContent);
    const room = () => page.locator('#room').textContent();
    assert.equal(await page.locator('#add').isDisabled(), true);
    await watcher('acme auditor').getByRole('button', { name: 'Remove' }).focus();
    await press('Enter');
    assert.match(await room(), /^4 of at most 5,/);
    assert.equal(await page.locator('#add').evaluate((it) => it === document.activeElement), true);
    await press('Enter');
    assert.match(await room(), /^5, .* That is all/);
    assert.equal(await page.locator('.watcher').count(), 5);
    assert.equal(await page.locator('#add').isDisabled(), true);
    assert.equal(await focused(), 'tenant');
    await press('Control+A');
    await page.keyboard.type('globex');
    await press('Tab', 'Control+A');
    await page.keyboard.type('operator');
    await press('Enter');
    const added = page.locator('.watcher').last();
    await until('it shares the stream of the other', async () =>
      await added.getAttribute('data-state') === 'connected' && await added.getAttribute('data-tab') === 'follower');
    assert.equal(await added.locator('h3').textContent(), 'globex operator');
    // The focus is where the form was opened from.
    await press('Enter');
    assert.equal(await focused(), 'tenant');
    await press('Escape');
    assert.equal(await added.locator('.settings').isVisible(), false);
    await press('Enter', 'Control+A');
    await page.keyboard.type('acme');
    await press('Tab', 'Control+A');
    await page.keyboard.type('auditor');
    await press('Enter');
    await until('it has a stream of its own', async () =>
      await added.getAttribute('data-state') === 'connected' && await added.getAttribute('data-tab') === 'leader');
    await publish({ type: 'note.long', data: 'x'.repeat(2000), roles: ['auditor'] });
    const more = added.locator('[data-type="note.long"] button');
    await more.focus();
    const heights = [];
    for (const open of ['true', 'false']) {
      await press('Enter');
      assert.equal(await more.getAttribute('aria-expanded'), open);
      heights.push(await added.locator('[data-type="note.long"]').evaluate((it) => it.offsetHeight));
    }
    assert.ok(heights[0] > 2 * heights[1], `${heights}`);
  });

  test('lets the keyboard reach all that can be used', async () => {
    const all = () => page.evaluate(() => {
      globalThis.stops ??= new Map();
      return [...document.querySelectorAll('a[href], button, input, select, textarea, ol')]
        .filter((it) => !it.disabled && it.checkVisibility())
        .map((it) => {
          if (!globalThis.stops.has(it)) globalThis.stops.set(it, globalThis.stops.size);
          return globalThis.stops.get(it);
        });
    });
    const before = await all();
    await page.evaluate(() => {
      globalThis.reached = [];
      document.addEventListener('focusin', ({ target }) => globalThis.reached.push(globalThis.stops.get(target)));
    });
    await page.locator('.brand').focus();
    // Once around: what comes before the first one is the browser's own.
    for (let at = 0; at < before.length + 10; at++) await page.keyboard.press('Tab');
    const reached = await page.evaluate(() => globalThis.reached);
    const after = new Set(await all());
    assert.deepEqual(before.filter((it) => after.has(it) && !reached.includes(it)), []);
  });

  test('toasts what the chosen watcher is told, and what was published here', async () => {
    const toasts = page.locator('live-toasts [part~=toast]');
    await page.locator('#toasted').focus();
    for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    await until('something of the demo is toasted', async () => await toasts.count() > 0);
    const html = HOSTILE[0].text;
    await publishOnPage({ tenant: 'acme', topic: 'notes.1', type: 'note.toast', roles: '', users: '', data: JSON.stringify(html) });
    const own = toasts.filter({ hasText: `note.toast: ${JSON.stringify(html)}` });
    await until('it is toasted', async () => await own.count() === 1);
    await own.getByRole('button', { name: 'Dismiss' }).press('Enter');
    assert.equal(await own.count(), 0);
    await publishOnPage({ tenant: 'globex' });
    await until('it is stored', async () => (await verdicts()).at(-1) === '✗ Does not get it. tenant: of another tenant');
    assert.equal(await own.count(), 0);
  });

  test('has nothing that axe finds', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(await readFile(AXE, 'utf8'));
    await watcher('globex viewer').getByRole('button', { name: 'Edit' }).click();
    for (const [width, colorScheme] of [[1280, 'light'], [360, 'dark']]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`), [], `${width} ${colorScheme}`);
    }
    await watcher('globex viewer').getByRole('button', { name: 'Edit' }).click();
    await page.emulateMedia({ reducedMotion: null, colorScheme: null });
  });

  test('looks as it should from the phone to the wide screen, light and dark', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(() => {
      for (const list of document.querySelectorAll('ol')) list.scrollTop = 0;
      globalThis.scrollTo(0, 0);
    });
    for (const [width, height] of [[360, 780], [1280, 800], [1920, 1080]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(PICTURES, `demo-${width}-${colorScheme}.png`), fullPage: width === 360 });
      }
      const { wide, rows } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        rows: new Set([...document.querySelectorAll('.watcher')].map((it) => it.offsetTop)).size,
      }));
      assert.equal(wide, width, 'nothing is beside the page');
      assert.equal(rows, width === 360 ? 5 : 1, `${width}: the watchers are side by side`);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.emulateMedia({ reducedMotion: null, colorScheme: null });
  });

  test('has links that answer, an icon, and a policy that runs nothing but its own', async (t) => {
    const base = `http://127.0.0.1:${ports[0]}`;
    const links = await page.locator('header nav a').evaluateAll((all) => all.map(({ href, textContent }) => [textContent, href]));
    assert.deepEqual(links.map(([name]) => name), Object.keys(LINKS));
    const tab = await context.newPage();
    t.after(() => tab.close());
    for (const [name, url] of links) {
      // What a browser would store in place of showing it fails here.
      assert.equal((await tab.goto(url)).status(), 200, url);
      assert.match(await tab.locator('body').textContent(), LINKS[name], url);
    }
    assert.equal((await fetch(`${base}/favicon.ico`)).status, 200);
    const policy = (await fetch(base)).headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    const long = await fetch(`${base}/demo/explain`, { method: 'POST', body: 'x'.repeat(256 * 1024 + 1) });
    assert.equal(long.status, 413);
    for (const seconds of ['0', '3601', '1e3']) {
      assert.equal((await fetch(`${base}/demo/token?tenant=acme&role=viewer&seconds=${seconds}`)).status, 400, seconds);
    }
  });

  test('has a page without an error, and answers what else one might try', async () => {
    assert.deepEqual(bugs, []);
    const base = `http://127.0.0.1:${ports[0]}`;
    for (const path of ['/docs', '/demo', '/v1']) {
      const answer = await fetch(base + path);
      assert.equal(answer.status, 404);
      assert.match((await answer.json()).detail, /\/openapi .*\/v1\/stream/);
    }
    const shown = await fetch(`${base}/openapi`, { headers: { Accept: 'text/html,*/*;q=0.8' } });
    assert.equal(shown.headers.get('content-type'), 'text/plain; charset=UTF-8');
  });

  test('is what the examples of README.md say it is', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'readme-'));
    t.after(() => rm(folder, { recursive: true }));
    const of = Object.groupBy(await examples(ports[0]), ({ language }) => language);
    assert.deepEqual(Object.entries(of).map(([language, { length }]) => [language, length]),
      [['sh', 3], ['js', 2], ['python', 2], ['java', 2]]);
    const file = async (name, { text }) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };

    const [subscribes, publishes, polls] = of.sh.map(({ text }) => text);
    const stream = run('bash', ['-c', subscribes]);
    t.after(stream.stop);
    await stream.hears('event: system.connected');
    const { cursor } = JSON.parse(await run('bash', ['-c', publishes]).output());
    await stream.hears(`id: ${cursor}\nevent: order.paid\ndata: {"order":42}\n\n`);
    const poll = run('bash', ['-c', polls]);
    t.after(poll.stop);
    await poll.hears(`"data":{"order":42}}],"cursor":"`);

    // Whatever publishes next is seen by the poll that waits, by the stream, and by each of these.
    await page.evaluate(`(async () => {${of.js[1].text}})()`); // A console and a module may await, too.
    await until('the page listens', () => printedByPage.includes('live updates: connected'));
    const java = (await run('bash', ['-c', `. ${join(ROOT, 'deploy/java.sh')} && find_java`]).output()).trim();
    const readers = [
      run('python3', ['-u', await file('subscribe.py', of.python[1])]),
      run(java, [await file('Subscribe.java', of.java[1])]),
    ];
    for (const reader of readers) t.after(reader.stop);
    for (const reader of readers) await until('it listens', () => reader.text().includes('system.connected'), 60_000);
    const publishers = [
      run(process.execPath, [await file('publish.mjs', of.js[0])]),
      run('python3', [await file('publish.py', of.python[0])]),
      run(java, [await file('Publish.java', of.java[0])]),
    ];
    for (const publisher of publishers) {
      const { cursor: next } = JSON.parse((await publisher.output()).replace(/^202 /, '')
        .replace(/(\w+):/g, '"$1":').replaceAll("'", '"'));
      for (const reader of [stream, ...readers]) await reader.hears(`id: ${next}\n`);
      await until('the page heard of it', () => printedByPage.some((line) => line.includes(next)));
    }
    assert.match(await poll.output(), /"gap":null}\s*\{"events":\[\{.*"data":\{"order":42\}\}/);
  });

  test('is stopped by Ctrl-C, and no panel is open any more', async () => {
    saved = secrets.token(await (await fetch(`http://127.0.0.1:${ports[0]}/demo/token?tenant=acme&role=viewer`)).text());
    bugs.length = 0; // From here on the browser cannot reach it for a while, and says so.
    await demo.stop();
    await all('no panel is open', ({ state }) => state === 'reconnecting');
  });

  test('goes on in every panel by itself when it is started again, and takes the tokens of before', async () => {
    const then = await panels();
    demo = await start();
    await until('a token of before is good', async () => { // Once the relay has its issuer's keys.
      const headers = { Authorization: `Bearer ${saved}` };
      return (await fetch(`http://127.0.0.1:${ports[0]}/v1/status`, { headers })).status === 200;
    });
    const now = await all('every panel is open and has something new', ({ state, shown }, name) =>
      state === 'connected' && shown.slice(then[name].shown.length).some((item) => !isOwn(item)), 60_000);
    for (const name of PANELS) {
      const since = now[name].shown.slice(then[name].shown.length);
      assert.ok(!since.some((it) => it.type === 'note.gap'), `${name}: the log was kept, so nothing is missing`);
    }
    assert.ok(bugs.every((bug) => /net::ERR|Failed to load resource/.test(bug)), bugs.join('\n'));
    await demo.stop();
  });
});

/** In the page: keeps whatever was shown, for a panel shows only the latest. */
function remember() {
  globalThis.shown = {};
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      for (const item of addedNodes) {
        if (item.nodeName !== 'LI') continue;
        // The entry itself may be out of the list again.
        const { tenant, role } = target.closest('.watcher').dataset;
        (globalThis.shown[`${tenant} ${role}`] ??= []).push(
          { type: item.dataset.type, text: item.querySelector('code').textContent });
      }
    }
  }).observe(document, { childList: true, subtree: true });
}
