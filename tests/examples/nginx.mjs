// nginx in front of an example, with the file of deploy/proxies: what is read there is what is tested here. Only addresses,
// places and the paths of streams are changed, and TLS is taken out where a test wants none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../clients/ports.mjs';
import { signal, start } from '../clients/programs.mjs';
import { ROOT } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';

const FILE = join(ROOT, 'deploy', 'proxies', 'nginx.conf');
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
// So that a browser, which waits for as long as it is told, does not make a test wait for 5 s.
const RETRY_MS = 200;

/** Replaces what stands there, at least once. */
function changed(text, [from, to]) {
  const found = from instanceof RegExp ? from.test(text) : text.includes(from);
  assert.ok(found, `${from} stands in\n${text}`);
  return from instanceof RegExp ? text.replace(from, () => to) : text.replaceAll(from, () => to);
}

function configuration({ port, relay, application, paths, tls, folder }) {
  const own = [
    ['127.0.0.1:8080', `127.0.0.1:${relay}`],
    ['127.0.0.1:3000', `127.0.0.1:${application}`],
    ['^/(v1|api/events)/', `^(${paths.join('|')})$`],
    ['"retry: 5000', `"retry: ${RETRY_MS}`],
    ['app.example.com', '127.0.0.1'],
    [/access_log \S+ heliograph;/, `access_log ${join(folder, 'access.log')} heliograph;`],
    ['/var/log/nginx/error.log', join(folder, 'error.log')],
    ...(tls
      ? [
        ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
        [/ssl_certificate \S+;/, `ssl_certificate ${join(folder, 'certificate.pem')};`],
        [/ssl_certificate_key \S+;/, `ssl_certificate_key ${join(folder, 'key.pem')};`],
      ]
      : [
        ['listen 443 ssl http2;', `listen 127.0.0.1:${port};`],
        [/ssl_certificate \S+;/, ''],
        [/ssl_certificate_key \S+;/, ''],
      ]),
  ];
  return `daemon off;
    worker_processes 1;
    pid ${join(folder, 'nginx.pid')};
    error_log ${join(folder, 'error.log')};
    events { worker_connections 512; }
    http {
      ${TEMPORARY.map((what) => `${what}_temp_path ${join(folder, what)};`).join('\n')}
      ${own.reduce(changed, readFileSync(FILE, 'utf8'))}
    }`;
}

/**
 * Starts nginx in a folder of its own.
 *
 * @param options relay, application: their ports; paths: regular expressions of what goes to the relay, the rest goes to the
 *     application; tls: with HTTP/2 and TLS, or with HTTP/1.1 and none
 */
export async function startNginx(options) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-nginx-'));
  // Started by root, it works as somebody else, who has to get to what is kept there for a while.
  chmodSync(folder, 0o755);
  const [port] = await freePorts(1);
  if (options.tls) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(folder, 'key.pem'),
      '-out', join(folder, 'certificate.pem')], { stdio: 'ignore' });
  }
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration({ ...options, port, folder }));
  const child = start('nginx', ['-p', folder, '-e', join(folder, 'error.log'), '-c', file], {
    // Servers are where only root's path leads.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const ended = once(child, 'close').finally(() => rmSync(folder, { recursive: true }));
  let printed = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text) => { printed += text; });
  await until('nginx listens', () => {
    assert.equal(child.exitCode, null, `nginx ended:\n${printed}`);
    return readFileSync(join(folder, 'nginx.pid'), 'utf8').length > 0;
  });
  return {
    port,
    /** The lines about requests that it has written until now. */
    accesses: () => readFileSync(join(folder, 'access.log'), 'utf8'),
    async stop() {
      signal(child, 'SIGTERM');
      await ended;
    },
  };
}
