// The packaged relay as a child process, with a configuration of its own in a folder of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { AUDIENCE } from './issuer.mjs';
import { signal, start } from './programs.mjs';
import { assertNoneIn, assertNoneInProblems, key } from './secrets.mjs';
import { until } from './wait.mjs';

export const ROOT = join(import.meta.dirname, '..', '..');
const JAR = join(ROOT, 'gateway', 'target', 'heliograph.jar');
const START_CACHE = join(ROOT, 'deploy', 'start-cache');
const THREADS = join(ROOT, 'tests', 'threads');

export const WEBHOOK_SECRET = `whsec_${key('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')}`;
export const GITHUB_SECRET = key("It's a Secret to Everybody");
export const STATIC_TOKEN = key('tests-only-static-token');

/** How a log ends: who comes back just then may be refused as late as the relay's last moment. */
export const STOPPED = / stopped streams=\d+ left-open=0\n(?:\S+ level=INFO logger=heliograph stream-refused reason=SHUTTING_DOWN\n)*$/;

let foundJava;

/** The java that deploy/run takes. */
export function java() {
  foundJava ??= execFileSync('bash', ['-c', '. deploy/java.sh && find_java'], { cwd: ROOT })
    .toString().trim();
  return foundJava;
}

let foundJvm;

/** The JVM's options that deploy/run has, and what it learned of a start. */
function jvm() {
  foundJvm ??= [
    `@${join(ROOT, 'deploy', 'jvm.options')}`,
    // It lives for seconds, of which the second compiler would take one.
    '-XX:TieredStopAtLevel=1',
    `-XX:AOTCache=${execFileSync(START_CACHE, [java()]).toString().trim()}`,
  ];
  return foundJvm;
}

// JSON is YAML, so the configuration needs no library to be written.
// In which kind of log events are kept; tests/run runs what reads the past with both.
const DURABILITY = process.env.DURABILITY ?? 'fsync';

function configuration(issuer, options) {
  const { port = 0, adminPort = 0, retryMs = 100, heartbeatMs = 15_000, stream = {}, streams = [], limits = {}, log = {}, cors = {},
    trustedProxies = [], admin = {}, secrets = [WEBHOOK_SECRET], publishers = [], more = {} } = options;
  const all = {
    server: {
      host: '127.0.0.1', port, sockets: [{ name: 'admin', host: '127.0.0.1', port: adminPort }],
    },
    relay: {
      identity: {
        issuers: [issuer.entry ?? {
          issuer: issuer.url, audience: AUDIENCE, ...(issuer.client && { 'logout-audience': issuer.client }),
        }],
      },
      publishers: [
        { name: 'github', scheme: 'standard-webhooks', secrets, tenants: ['*'] },
        { name: 'hub', scheme: 'github', secrets: [GITHUB_SECRET], tenants: ['acme'] },
        { name: 'curl', scheme: 'token', secrets: [STATIC_TOKEN], tenants: ['*'] },
        ...publishers,
      ],
      stream: { retry: `PT${retryMs / 1000}S`, heartbeat: `PT${heartbeatMs / 1000}S`, ...stream },
      streams,
      limits,
      cors,
      admin,
      'trusted-proxies': trustedProxies,
      log: { durability: DURABILITY, ...log },
      shutdown: { 'reconnect-window': 'PT0S' },
      ...more,
    },
  };
  return options.recipes ? withRecipes(all, options.recipes) : JSON.stringify(all);
}

/** With these publishers and no others, as an operator has them in a file, each an entry of a list. */
function withRecipes({ server, relay }, recipes) {
  return [
    `server: ${JSON.stringify(server)}`,
    'relay:',
    ...Object.entries(relay)
      .filter(([name]) => name !== 'publishers')
      .map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    '  publishers:',
    ...recipes.flatMap((recipe) => recipe.split('\n').map((line) => `    ${line}`)),
  ].join('\n');
}

/**
 * Starts a relay with a configuration of the tests and waits until it is ready.
 *
 * @param issuer whose tokens it takes: a provider that is there, or with an entry of its own in the configuration
 * @param options port and adminPort (0 for any), retryMs, heartbeatMs, stream, streams, limits, log, cors, trustedProxies, admin;
 *     secrets: by which it knows the publisher that signs; publishers: besides its own; more: other members of relay; java: options of the virtual machine; environment: variables
 *     besides those of the test; recipes: the text of publishers in the place of its own; warnings: what of the log is as
 *     it should be, besides what publishers were refused, which tests ask for
 */
export async function startRelay(issuer, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-test-'));
  const file = join(folder, 'application.yaml');
  writeFileSync(file, configuration(issuer, options));
  const { java: machine = ['-Xmx512m'], environment = {}, warnings = [] } = options;
  const relay = await runRelay(file, {
    folder, machine, environment, warnings, over: () => rmSync(folder, { recursive: true }),
  });
  return {
    ...relay,
    /** Writes its file anew, with these options besides; it holds when the relay is told to read it. */
    write(changed) { writeFileSync(file, configuration(issuer, { ...options, ...changed })); },
  };
}

/**
 * Starts a relay with a file and waits until it is ready.
 *
 * @param options folder: where it works; machine: options of the virtual machine; environment: variables besides those of
 *     the test; warnings: as for startRelay; over: called when the process is gone
 */
export async function runRelay(file, { folder, machine, environment = {}, warnings = [], over = () => {} }) {
  assert.ok(existsSync(JAR), `${JAR} is missing: mvn -B verify makes it`);
  const expected = [/ publish-refused /, ...warnings];
  const child = start(java(), [...jvm(), ...machine, '-jar', JAR, '--config', file], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment },
  });
  // With all that it printed.
  const ended = once(child, 'close').finally(over);
  let log = '';
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { printed += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; printed += text; });

  const assertNoneSeen = () => {
    assertNoneIn('what the relay printed', printed);
    assertNoneInProblems();
  };

  let ports;
  try {
    ports = await until('the relay names its ports', () => {
      assert.equal(child.exitCode, null, 'the relay ended');
      return log.match(/started public=(\d+) admin=(\d+)/);
    }, 30_000);
    await until('the relay is ready', async () =>
      (await fetch(`http://127.0.0.1:${ports[2]}/observe/health/ready`)).ok);
  } catch (error) {
    // What it is at, if it is not gone.
    let threads = '';
    if (child.exitCode === null && child.signalCode === null) {
      threads = spawnSync(THREADS, [java(), String(child.pid)], { encoding: 'utf8' }).stdout;
      signal(child, 'SIGKILL');
    }
    await ended;
    throw new Error(`the relay did not start:\n${printed}${threads}`, { cause: error });
  }

  return {
    url: `http://127.0.0.1:${ports[1]}`,
    port: Number(ports[1]),
    pid: child.pid,
    admin: `http://127.0.0.1:${ports[2]}`,
    log: () => log,
    running: () => child.exitCode === null && child.signalCode === null,
    /** Asks it to stop; what was asked for and went well ends with 0. */
    async stop() {
      // Before it is asked to, as nothing answers after; looked at when it is gone, whatever is in it.
      const metrics = await fetch(`http://127.0.0.1:${ports[2]}/observe/metrics`).then((answer) => answer.text());
      signal(child, 'SIGTERM');
      const [code] = await ended;
      assertNoneIn('the metrics', metrics);
      assertNoneSeen();
      assert.equal(code, 0, `exit code ${code}:\n${log}`);
      assert.deepEqual(log.split('\n').filter((line) => / level=(WARNING|SEVERE) /.test(line)
        && !expected.some((warning) => warning.test(line))), []);
      assert.ok(!/eyJ|access_token/.test(log), 'a token in the log');
      assert.match(log, STOPPED);
    },
    /** Ends it as a power cut would. */
    async kill() {
      signal(child, 'SIGKILL');
      await ended;
      assertNoneSeen();
    },
  };
}

/** Publishes by static token, as a backend without a signing library does. */
export async function publish(relay, event) {
  const answer = await fetch(`${relay.url}/v1/hooks/curl`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(event),
  });
  const body = await answer.json();
  assert.equal(answer.status, 202, JSON.stringify(body));
  return body;
}
