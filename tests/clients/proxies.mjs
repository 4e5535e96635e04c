// Proxies that others wrote, each with the file of deploy/proxies that tells operators to use it: what is read there is
// what is tested here. Only addresses and places are changed, and what a second server on the machine needs is added.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { freePorts } from './ports.mjs';
import { signal, start } from './programs.mjs';
import { ROOT } from './relay.mjs';
import { until } from './wait.mjs';

const FILES = join(ROOT, 'deploy', 'proxies');
const RELAY = '127.0.0.1:8080';
const APPLICATION = '127.0.0.1:3000';
const SITE = 'app.example.com';
const CERTIFICATE = `/etc/ssl/${SITE}/fullchain.pem`;
const KEY = `/etc/ssl/${SITE}/privkey.pem`;
/** The origin of pages that are not the proxy's own. */
const PAGES = 'https://pages.example.com';
/** How the paths of own streams begin. */
const OWN = 'api/events';
/** Debian's nobody and nogroup: no proxy needs to be root, and in the tests none is. */
const NOBODY = 65_534;
/** What Debian's Apache has in its folder of modules and the file asks for, beside what its main file always has. */
const APACHE_MODULES = ['mpm_event', 'authz_core', 'alias', 'asis', 'deflate', 'filter', 'headers', 'http2', 'proxy',
  'proxy_http', 'setenvif', 'env', 'ssl'];

/** A certificate for the loopback address, and its key; all clients in this process trust it. */
let made;
function certificate() {
  if (!made) {
    made = execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', '-', '-out', '-'],
    { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), made]);
  }
  return made;
}

/** Replaces what stands there, at least once. */
function changed(text, replacements) {
  return Object.entries(replacements).reduce((now, [from, to]) => {
    assert.ok(now.includes(from), `${from} stands in\n${now}`);
    return now.replaceAll(from, () => to);
  }, text);
}

const CONFIGURATIONS = {
  nginx: {
    file: 'nginx.conf',
    arguments: (file, { folder }) => ['-p', folder, '-e', join(folder, 'error.log'), '-c', file],
    logs: ['access.log', 'error.log'],
    places: ({ port, folder, pem }) => ({
      'listen 443 ': `listen 127.0.0.1:${port} `, [`server_name ${SITE}`]: 'server_name 127.0.0.1',
      '/var/log/nginx/heliograph.log': join(folder, 'access.log'),
      '/var/log/nginx/error.log': join(folder, 'error.log'),
      [`ssl_certificate ${CERTIFICATE}`]: `ssl_certificate ${pem}`, [KEY]: pem,
    }),
    only1: { 'ssl http2;': 'ssl;' },
    around: (text, { folder, main }) => `daemon off;
      ${main}
      worker_processes 1;
      pid ${join(folder, 'nginx.pid')};
      error_log ${join(folder, 'error.log')};
      events { worker_connections 512; }
      http {
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${join(folder, what)};`).join('\n')}
        ${text}
      }`,
  },
  haproxy: {
    file: 'haproxy.cfg',
    arguments: (file) => ['-db', '-f', file],
    logs: [],
    places: ({ port, pem }) => ({
      'bind :443 ': `bind 127.0.0.1:${port} `, [`/etc/haproxy/${SITE}.pem`]: pem, 'maxconn 20000': 'maxconn 500',
    }),
    only1: { 'alpn h2,http/1.1': 'alpn http/1.1' },
    around: (text) => text,
  },
  caddy: {
    file: 'Caddyfile',
    arguments: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    logs: [],
    places: ({ port, folder, pem }) => ({
      [`${SITE} {`]: `https://127.0.0.1:${port} {\ntls ${pem} ${pem}`,
      'grace_period 10s': `grace_period 1s
        admin off
        auto_https off
        storage file_system ${folder}
        servers {
          protocols h1 h2
        }`,
    }),
    only1: { 'protocols h1 h2': 'protocols h1' },
    around: (text) => text,
  },
  apache: {
    program: 'apache2',
    file: 'apache.conf',
    arguments: (file, { folder }) => ['-d', folder, '-f', file, '-DFOREGROUND'],
    logs: ['heliograph.log', 'error.log'],
    places: ({ port, folder, pem }) => ({
      '*:443': `127.0.0.1:${port}`, [`ServerName ${SITE}`]: 'ServerName 127.0.0.1', [CERTIFICATE]: pem, [KEY]: pem,
      '/etc/apache2/relay-later.asis': join(folder, 'relay-later.asis'),
    }),
    only1: { 'Protocols h2 http/1.1': 'Protocols http/1.1' },
    beside: ['relay-later.asis'],
    around: (text, { port, folder }) => `ServerName 127.0.0.1
${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
PidFile ${join(folder, 'pid')}
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${join(folder, 'error.log')}
Listen 127.0.0.1:${port}
<Directory "/">
    Require all denied
</Directory>
${text}`,
  },
};

export const PROXIES = Object.keys(CONFIGURATIONS);

async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/**
 * Starts a proxy in front of a relay and an application, in a folder of its own and as nobody.
 *
 * @param options relay: the port of the relay; application: the port of what has all other paths; pages: the origin of
 *     pages that are not the proxy's own; own: how the paths of own streams begin, without the first slash; http1: true
 *     for no HTTP/2; changes: what else is in the place of what, after all this; main: of nginx, what stands at the head of
 *     its main file
 */
export async function startProxy(name, options) {
  const { relay, application, pages = PAGES, own = OWN, http1 = false, changes = {}, main = '' } = options;
  const { program = name, file, arguments: words, logs, places, only1, beside = [], around } = CONFIGURATIONS[name];
  const folder = mkdtempSync(join(tmpdir(), `heliograph-${name}-`));
  const [port] = await freePorts(1);
  const place = { port, folder, pem: join(folder, 'site.pem'), main };
  writeFileSync(place.pem, certificate());
  const text = changed(readFileSync(join(FILES, file), 'utf8'), {
    ...places(place),
    [RELAY]: `127.0.0.1:${relay}`,
    [APPLICATION]: `127.0.0.1:${application}`,
    [PAGES]: pages,
    [OWN]: own,
    ...(http1 && only1),
    ...changes,
  });
  const configuration = join(folder, 'configuration');
  writeFileSync(configuration, around(text, place));
  beside.forEach((what) => copyFileSync(join(FILES, what), join(folder, what)));
  let identity = {};
  if (process.getuid() === 0) {
    identity = { uid: NOBODY, gid: NOBODY };
    for (const what of ['', 'site.pem', 'configuration', ...beside]) chownSync(join(folder, what), NOBODY, NOBODY);
  }
  const child = start(program, words(configuration, place), {
    cwd: folder,
    // Servers are where only root's path leads.
    env: { ...process.env, HOME: folder, APACHE_LOG_DIR: folder, PATH: `${process.env.PATH}:/usr/sbin` },
    ...identity,
  });
  const ended = once(child, 'close').finally(() => rmSync(folder, { recursive: true }));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => { printed += chunk; });
  }
  const written = (log) => readFileSync(join(folder, log), 'utf8');
  await until(`${name} listens`, () => {
    assert.equal(child.exitCode, null, `${name} ended:\n${printed}`);
    return answers(port);
  });
  return {
    port,
    origin: `https://127.0.0.1:${port}`,
    /** The file of its certificate, for clients in other processes. */
    authority: place.pem,
    /** The lines that it wrote about requests until now. */
    accesses: () => (logs.length ? written(logs[0]) : printed),
    /** All that it wrote until now, wherever. */
    all: () => [printed, ...logs.map(written)].join('\n'),
    /** Has nginx read its file again, and waits until the workers of before are gone. */
    async reload() {
      const workers = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean);
      const before = workers();
      assert.ok(before.length > 0, `${name} has workers`);
      process.kill(child.pid, 'SIGHUP');
      await until(`${name} has other workers alone`, () => {
        const now = workers();
        return now.length > 0 && !now.some((worker) => before.includes(worker));
      });
    },
    async stop() {
      signal(child, 'SIGTERM');
      await ended;
    },
  };
}
