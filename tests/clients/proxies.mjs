// Proxies that others wrote, each with the block that deploy/README.md tells operators to use: cut out of it, so that
// what is read there is what is tested here. Only addresses and places are changed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.mjs';
import { signal, start } from './programs.mjs';
import { ROOT } from './relay.mjs';
import { until } from './wait.mjs';

const README = readFileSync(join(ROOT, 'deploy', 'README.md'), 'utf8');
const RELAY = '127.0.0.1:8080';
/** The origin of pages that are not the proxy's own. */
const PAGES = 'https://pages.example.com';

function block(language) {
  const found = README.match(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm'));
  assert.ok(found, `deploy/README.md has a block for ${language}`);
  return found[1];
}

/** A block for other addresses, and for pages of another origin. */
function ownBlock(language, addresses, pages) {
  return [...Object.entries(addresses), [PAGES, pages]]
    .reduce((text, [from, to]) => changed(text, from, to), block(language));
}

/** Replaces what stands there, at least once. */
function changed(text, from, to) {
  assert.ok(text.includes(from), `${from} stands in\n${text}`);
  return text.replaceAll(from, () => to);
}

/** What stands before a line, and behind it. */
function cut(text, line) {
  const parts = text.split(`${line}\n`);
  assert.equal(parts.length, 2, `${line} stands once in\n${text}`);
  return parts;
}

const CONFIGURATIONS = {
  nginx: {
    arguments: (file, folder) => ['-p', folder, '-c', file],
    accessLog: 'access.log',
    text({ port, relay, folder, pages }) {
      const own = ownBlock('nginx',
        { [RELAY]: `127.0.0.1:${relay}`, '/var/log/nginx/relay.log': join(folder, 'access.log') }, pages);
      const [http, server] = cut(own, '# in server:');
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((what) => `${what}_temp_path ${join(folder, what)};`).join('\n');
      return `daemon off;
        worker_processes 1;
        pid ${join(folder, 'nginx.pid')};
        error_log ${join(folder, 'error.log')};
        events {}
        http {
          access_log off;
          ${temporary}
          ${http}
          server {
            listen 127.0.0.1:${port};
            ${server}
          }
        }`;
    },
  },
  haproxy: {
    arguments: (file) => ['-db', '-f', file],
    text({ port, relay, pages }) {
      const [frontend, beside] = cut(ownBlock('haproxy', { [RELAY]: `127.0.0.1:${relay}` }, pages), '# beside it:');
      return `global
        log stdout format raw local0
frontend public
    mode http
    log global
    bind 127.0.0.1:${port}
${frontend}
${beside}`;
    },
  },
  caddy: {
    arguments: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    text({ port, relay, folder, pages }) {
      const own = ownBlock('caddyfile',
        { [RELAY]: `127.0.0.1:${relay}`, 'app.example.com': `http://127.0.0.1:${port}` }, pages);
      return `{
  admin off
  auto_https off
  storage file_system ${folder}
}
${own}`;
    },
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
 * Starts a proxy in front of a relay, in a folder of its own.
 *
 * @param pages the origin of pages that are not the proxy's own
 */
export async function startProxy(name, relay, pages = PAGES) {
  const { arguments: words, accessLog, text } = CONFIGURATIONS[name];
  const folder = mkdtempSync(join(tmpdir(), `heliograph-${name}-`));
  const [port] = await freePorts(1);
  const file = join(folder, 'configuration');
  // Its last line ends, or HAProxy does not take it.
  writeFileSync(file, `${text({ port, relay: relay.port, folder, pages })}\n`);
  const child = start(name, words(file, folder), {
    cwd: folder,
    // Servers are where only root's path leads.
    env: { ...process.env, HOME: folder, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const ended = once(child, 'close').finally(() => rmSync(folder, { recursive: true }));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => { printed += chunk; });
  }
  await until(`${name} listens`, () => {
    assert.equal(child.exitCode, null, `${name} ended:\n${printed}`);
    return answers(port);
  });
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    /** The lines that it wrote about requests until now. */
    accesses: () => (accessLog ? readFileSync(join(folder, accessLog), 'utf8') : printed),
    async stop() {
      signal(child, 'SIGTERM');
      await ended;
    },
  };
}
