// A PostgreSQL of its own, in a folder of its own, reached by a socket there.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { signal, start } from '../clients/programs.mjs';
import { until } from '../clients/wait.mjs';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** Debian keeps each version's programs in a folder that is not in the path. */
function programs() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (!found) throw new Error('PostgreSQL is missing; on Debian: apt-get install postgresql');
  return found;
}

/** The server does not run as root, so there it runs as the user that its package made. */
function owner() {
  if (process.getuid() !== 0) return {};
  const id = (kind) => Number(execFileSync('id', [kind, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

export async function startPostgres(t) {
  const bin = programs();
  const who = owner();
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-postgres-'));
  if (who.uid !== undefined) chownSync(folder, who.uid, who.gid);
  const data = join(folder, 'data');
  await run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'shop', '-E', 'UTF8', '--no-locale'], { ...who, cwd: folder });
  const address = `host=${folder} user=shop dbname=postgres`;
  let server;
  let ended;

  const psql = async (...args) => (await run(join(bin, 'psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...args, address],
    { maxBuffer: 64 * 2 ** 20 })).stdout.trim();
  const self = {
    address,
    query: (statement) => psql('-c', statement),
    file: (path) => psql('-f', path),
    /** What a query gives, as values. */
    async rows(query) {
      return JSON.parse(await self.query(`select coalesce(json_agg(it), '[]') from (${query}) it`));
    },
    /** A session that stays, in which statements are said one after the other. */
    session() {
      const child = start(join(bin, 'psql'), ['-X', '-q', '-A', '-t', address], { stdio: ['pipe', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text) => { printed += text; });
      let said = 0;
      t.after(async () => {
        child.stdin.end();
        await closed;
      });
      return {
        async say(statement) {
          const done = `done-${++said}`;
          child.stdin.write(`${statement};\n\\echo ${done}\n`);
          await until(`the session has done ${statement}`, () => printed.includes(done));
        },
      };
    },
    async start() {
      server = start(join(bin, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses='], { ...who, cwd: folder });
      ended = once(server, 'close');
      server.stdout.resume();
      let log = '';
      server.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
      await until('the database answers', () => {
        if (server.exitCode !== null) throw new Error(log);
        return self.query('select 1');
      }, 30_000);
    },
    /** Immediate: nothing is written any more, and the next start recovers from the log. */
    async stop() {
      signal(server, 'SIGQUIT');
      await ended;
    },
  };
  await self.start();
  t.after(async () => {
    if (server.exitCode === null && server.signalCode === null) await self.stop();
    rmSync(folder, { recursive: true });
  });
  return self;
}
