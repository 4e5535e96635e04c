// The demo as a stranger meets it: deploy/run, what it prints, and its page in a real browser.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../clients/ports.mjs';
import { run, signal, start as startProgram } from '../clients/programs.mjs';
import { examples } from '../clients/readme.mjs';
import { ROOT } from '../clients/relay.mjs';
import * as secrets from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { launch } from './chromium.mjs';

const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
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
    demo = await start();
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
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

  test('takes nothing that comes over the wire as markup', async () => {
    const html = '<img src=x onerror="document.title=1"><b>bold</b>';
    await publish({ type: 'note.html', topic: 'notes.html', data: html, roles: [html] });
    await publish({ type: 'note.html', topic: 'notes.html', data: { [html]: html } });
    await all('acme has it as text', ({ shown }, name) => name.startsWith('globex')
      || shown.some(({ text }) => text === JSON.stringify({ [html]: html })));
    await watcher('globex viewer').getByRole('button', { name: 'Change' }).click();
    for (const name of ['roles', 'user', 'topics', 'filter']) await watcher('globex viewer').locator(`.settings [name=${name}]`).fill(html);
    await watcher('globex viewer').locator('.settings .primary').click();
    const changed = page.locator('.watcher').nth(3);
    await until('it shows them', async () => (await changed.locator('h3').textContent()).includes(html));
    assert.equal(await page.locator('.watcher img, .watcher li b b').count(), 0);
    assert.equal(await page.title(), 'Heliograph playground');
    await changed.getByRole('button', { name: 'Change' }).click();
    for (const [name, value] of Object.entries({ roles: 'viewer', user: '', topics: '', filter: '' })) {
      await changed.locator(`.settings [name=${name}]`).fill(value);
    }
    await changed.locator('.settings .primary').click();
    await all('all are open again', ({ state }) => state === 'connected');
    forgive(); // The relay refused the stream, which is an error in the browser's console.
  });

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
    assert.match(await missed.textContent(), /while it slept.*caught up/);
    const { shown } = (await panels())['acme auditor'];
    assert.ok(!shown.some(({ type }) => type === 'note.gap'));
    forgive(); // A stream that was cut is an error in the browser's console.
  });

  test('looks as it should from the phone to the wide screen, light and dark', async () => {
    await mkdir(PICTURES, { recursive: true });
    for (const [width, height] of [[360, 780], [1280, 800], [1920, 1080]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(PICTURES, `demo-${width}-${colorScheme}.png`) });
      }
      const { wide, rows } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        rows: new Set([...document.querySelectorAll('.watcher')].map((it) => it.offsetTop)).size,
      }));
      assert.equal(wide, width, 'nothing is beside the page');
      assert.equal(rows, width === 360 ? 5 : 1, `${width}: the watchers are side by side`);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  test('has links that answer, an icon, and a policy that runs nothing but its own', async () => {
    const base = `http://127.0.0.1:${ports[0]}`;
    for (const url of [...await page.locator('header a').evaluateAll((all) => all.map(({ href }) => href)), `${base}/favicon.ico`]) {
      assert.equal((await fetch(url)).status, 200, url);
    }
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
    for (const { addedNodes } of changes) {
      for (const item of addedNodes) {
        if (item.nodeName !== 'LI') continue;
        const { tenant, role } = item.closest('.watcher').dataset;
        (globalThis.shown[`${tenant} ${role}`] ??= []).push(
          { type: item.dataset.type, text: item.querySelector('code').textContent });
      }
    }
  }).observe(document, { childList: true, subtree: true });
}
