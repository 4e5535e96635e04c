// An application of deploy/examples as its users meet it: its relay with the configuration that is there, its back end, nginx
// in front of both where a test wants that, and a real browser. All of it on ports that are free.
//
// What an example has so that this works: `relay.yaml` with one entry of server.sockets, the addresses `app.url` and the key
// `app.key`, a publisher `api` with the scheme `token`, and `app.url` among relay.cors.origins; `backend/main.py` or
// `backend/main.mjs`, which listens at PORT, publishes to RELAY_URL with RELAY_KEY, and tells its pages STREAM_BASE, the
// origin of the stream or nothing for their own; and, where the front end is bundled, `frontend/main.jsx` or `main.js`.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../deploy/examples/bundle.mjs';
import { launch } from '../browser/chromium.mjs';
import { freePorts } from '../clients/ports.mjs';
import { signal, start } from '../clients/programs.mjs';
import { startProxy } from '../clients/proxies.mjs';
import { ROOT, runRelay } from '../clients/relay.mjs';
import { key } from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { wireTo } from '../clients/wire.mjs';

export { launch, key, until };
export { token } from '../clients/secrets.mjs';

const EXAMPLES = join(ROOT, 'deploy', 'examples');
const PICTURES = join(ROOT, 'tests', 'target', 'pictures');
const WIDTHS = [1280, 360];
/** How long a look at an element waits for the element. */
const LOOK_MS = 1_000;

/** How a browser gets to the application: as `startExample` and `test` names have it. */
export const WAYS = ['direct', 'nginx with HTTP/1.1', 'nginx with HTTP/2 and TLS'];

/** All ways; in CI, which has little time, the direct one and another. */
export const waysWith = (other) => process.env.CI ? [WAYS[0], other] : WAYS;

/** Times that are shorter than an operator's, so that a test need not wait for them. */
const QUICK = {
  'relay.stream.retry': 'PT0.1S',
  'relay.identity.session.ttl': 'PT1S',
  'relay.shutdown.reconnect-window': 'PT0S',
};

/** The paths of an example's streams and of what is asked about them, as regular expressions without the first slash. */
function streamPaths(file) {
  const paths = [...readFileSync(file, 'utf8').matchAll(/\bpath: ((?:\/(?:\{\w+\}|[\w.-]+))+)/g)].map(([, path]) => path);
  assert.ok(paths.length > 0, `${file} has a path`);
  return paths.map((path) => path.slice(1).replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+'));
}

const bundles = new Map();

/** Once for each test file. */
function bundled(name) {
  if (!bundles.has(name)) bundles.set(name, bundle(name));
  return bundles.get(name);
}

/** The back end of an example as a child process. */
async function startBackend(name, environment) {
  const folder = join(EXAMPLES, name, 'backend');
  const python = join(folder, 'main.py');
  const [program, file] = existsSync(python) ? ['/usr/bin/python3', python] : [process.execPath, join(folder, 'main.mjs')];
  const child = start(program, [file], {
    env: { ...process.env, PYTHONPATH: join(EXAMPLES, 'python'), PYTHONDONTWRITEBYTECODE: '1', ...environment },
  });
  const ended = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { printed += text; });
  }
  await until(`the back end of ${name} answers`, async () => {
    assert.equal(child.exitCode, null, `the back end ended:\n${printed}`);
    return (await fetch(`http://127.0.0.1:${environment.PORT}/`)).status < 500;
  });
  return {
    log: () => printed,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGTERM');
      await ended;
    },
  };
}

/**
 * Starts an example.
 *
 * @param browser what `launch` gave, one for a test file
 * @param options way: one of WAYS; properties: more keys of the relay, such as `{ 'relay.stream.queue': '1' }`; environment:
 *     more variables of the back end; warnings: what else the relay's log may warn of
 */
export async function startExample(browser, name, { way = WAYS[0], properties = {}, environment = {}, warnings = [] } = {}) {
  const file = join(EXAMPLES, name, 'relay.yaml');
  const folder = mkdtempSync(join(tmpdir(), `heliograph-${name}-`));
  const [appPort, relayPort, adminPort] = await freePorts(3);
  const appUrl = `http://127.0.0.1:${appPort}`;
  const relayUrl = `http://127.0.0.1:${relayPort}`;
  const relayKey = key(randomBytes(24).toString('base64url'));
  const direct = way === WAYS[0];
  const machine = Object.entries({
    ...QUICK,
    'server.port': relayPort,
    'server.sockets.0.port': adminPort,
    'app.url': appUrl,
    'app.key': relayKey,
    'relay.log.directory': join(folder, 'data'),
    ...properties,
  }).map(([property, value]) => `-D${property}=${value}`);
  // The relay asks a back end that may be gone at the end, and is asked of one that is not there yet.
  const expected = [/ upstream-failed /, / issuer-keys-failed /, ...warnings];
  const startRelay = () => runRelay(file, { folder, machine: ['-Xmx256m', ...machine], warnings: expected });

  const stops = [() => rmSync(folder, { recursive: true })];
  // All of them, whatever one finds.
  const stop = async () => {
    const found = [];
    for (const end of stops.reverse()) {
      try {
        await end();
      } catch (error) {
        found.push(error);
      }
    }
    if (found.length > 0) throw found[0];
  };
  try {
    await bundled(name);
    let nginx;
    if (!direct) {
      const tls = way === WAYS[2];
      nginx = await startProxy('nginx', {
        relay: relayPort,
        application: appPort,
        own: streamPaths(file).join('|'),
        http1: !tls,
        // A browser waits for as long as it is told, and a test with it.
        changes: { 'retry: 5000': 'retry: 200', ...(!tls && { ' ssl;': ';' }) },
      });
      stops.push(nginx.stop);
    }
    // All streams of browsers come this way, which can be cut as networks do it.
    const wire = await wireTo(nginx?.port ?? relayPort);
    stops.push(wire.close);
    const backend = await startBackend(name, {
      PORT: String(appPort), RELAY_URL: relayUrl, RELAY_KEY: relayKey, STREAM_BASE: direct ? wire.url : '', ...environment,
    });
    let relay;
    // The back end first, which may be publishing.
    stops.push(async () => { if (relay?.running()) await relay.stop(); }, backend.stop);
    relay = await startRelay();
    const origin = direct ? appUrl : wire.url.replace('http:', way === WAYS[2] ? 'https:' : 'http:');
    const contexts = new Set();
    const troubles = [];
    const protocols = new Set();
    stops.push(async () => {
      for (const context of contexts) await context.close();
      assert.deepEqual(troubles, [], 'what pages have thrown');
      const protocol = way === WAYS[2] ? 'h2' : 'http/1.1';
      for (const seen of protocols) assert.ok(seen.endsWith(`: ${protocol}`), `${seen} in place of ${protocol}`);
      if (nginx) assert.ok(protocols.has(`stream: ${protocol}`), 'no stream came over this way');
      // Tokens are in addresses, and addresses in logs.
      if (nginx) assert.ok(!/eyJ/.test(nginx.accesses()), 'a token in the log of nginx');
    });

    return {
      name,
      way,
      direct,
      /** What a browser opens. */
      origin,
      /** The relay's own address, for what is not a browser. */
      relayUrl,
      /** Where the application's streams are for its pages. */
      streamBase: direct ? wire.url : origin,
      relay: () => relay,
      backend,
      /** Publishes as the back end does. */
      async publish(event) {
        const answer = await fetch(`${relayUrl}/v1/hooks/api`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${relayKey}`, 'Content-Type': 'application/json' },
          body: JSON.stringify(event),
        });
        const text = await answer.text();
        assert.equal(answer.status, 202, text);
        return JSON.parse(text);
      },
      /** Ends the relay as a power cut would. */
      async killRelay() {
        await relay.kill();
      },
      /** Starts it again, with its log, at the same address. */
      async restartRelay() {
        relay = await startRelay();
        return relay;
      },
      /** A user's browser: cookies and storage of its own. */
      async user(options = {}) {
        const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
        contexts.add(context);
        context.once('close', () => contexts.delete(context));
        context.on('weberror', (error) => troubles.push(String(error.error().stack)));
        return context;
      },
      /**
       * Takes the network from a user: whatever was open is cut, and nothing can be opened until `setOffline(false)` of the
       * context. Streams of other users are cut as well, and may come back at once.
       */
      async offline(context) {
        await context.setOffline(true);
        wire.cut();
      },
      /** Keeps what is on its way to browsers where it is, so that their streams fall behind. */
      hold: wire.hold,
      release: wire.release,
      /** A tab with a page of the application. */
      async open(context, path = '/') {
        const page = await context.newPage();
        const devTools = await context.newCDPSession(page);
        devTools.on('Network.responseReceived', ({ type, response: { protocol, url, fromDiskCache } }) => {
          if (/^https?:/.test(url) && !fromDiskCache) protocols.add(`${type === 'EventSource' ? 'stream' : 'rest'}: ${protocol}`);
        });
        await devTools.send('Network.enable');
        await page.goto(`${origin}${path}`);
        return page;
      },
      stop,
    };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

/** A stream as it is on the wire, as far as it has come. */
export async function openRaw(url, headers = {}) {
  const abort = new AbortController();
  const answer = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, signal: abort.signal });
  let text = '';
  let ended = false;
  const read = async () => {
    try {
      for await (const part of answer.body.pipeThrough(new TextDecoderStream())) text += part;
    } catch {
      // It was cut, by whichever side.
    }
    ended = true;
  };
  read();
  return {
    status: answer.status,
    headers: answer.headers,
    text: () => text,
    hears: (words) => until(`the stream has ${words}`, () => text.includes(words)),
    ends: () => until('the stream ends', () => ended),
    close: () => abort.abort(),
  };
}

/**
 * Notes what the streams of a user's pages are told, beside what the pages make of it: `heard(page)` has it in order, as
 * `{type, data}`.
 *
 * @param types the names of the events that are noted, `message` for those without one
 */
export async function listenIn(context, types) {
  await context.addInitScript((names) => {
    globalThis.heard = [];
    globalThis.EventSource = class extends EventSource {
      constructor(...all) {
        super(...all);
        for (const type of names) this.addEventListener(type, ({ data }) => globalThis.heard.push({ type, data }));
      }
    };
  }, types);
}

export const heard = (page) => page.evaluate(() => globalThis.heard);

/** The value of a metric of the relay, over all labels that contain `labels`. */
export async function metric(relay, name, labels = '') {
  const text = await fetch(`${relay.admin}/observe/metrics`, { headers: { Accept: 'text/plain' } }).then((answer) => answer.text());
  return text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** The requests for streams that a page makes, as they begin: whatever has `part` in its address. */
export function requestsOf(page, part) {
  const requests = [];
  page.on('request', (request) => { if (request.url().includes(part)) requests.push(request); });
  return requests;
}

/** Marks a page, to tell later that it was not loaded again. */
export async function mark(page) {
  await page.evaluate(() => { globalThis.notReloaded = true; });
  return async () => assert.equal(await page.evaluate(() => globalThis.notReloaded), true, 'the page was loaded again');
}

/** Waits until a locator's text is as wanted: a string for the whole of it, or a regular expression. */
export async function shows(locator, wanted, deadlineMs) {
  let last;
  await until(`${locator} shows ${wanted}`, async () => {
    last = (await locator.innerText({ timeout: LOOK_MS })).trim();
    return wanted instanceof RegExp ? wanted.test(last) : last === String(wanted);
  }, deadlineMs).catch((error) => {
    throw new Error(`${error.message}; it shows ${last}`, { cause: error });
  });
}

/**
 * Checks that a page fits into a phone and a desktop, in light and dark. With the variable PICTURES it takes pictures of all
 * four, into tests/target/pictures, and the one that deploy/examples/README.md shows.
 */
export async function looksRight(page, name) {
  const wanted = Boolean(process.env.PICTURES);
  if (wanted) mkdirSync(PICTURES, { recursive: true });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width > 500 ? 720 : 740 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const [content, window] = await page.evaluate(() =>
        [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(content <= window, `${content} px of content at ${width} px`);
      if (wanted) await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: width < 500 });
    }
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.emulateMedia({ colorScheme: 'light' });
  if (wanted) await page.screenshot({ path: join(EXAMPLES, name, 'picture.png') });
}
