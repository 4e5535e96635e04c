// The shop of deploy/recipes/outbox: its database, its relay, and as many publishers as a test wants.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { signal, start } from '../clients/programs.mjs';
import { ROOT, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { place } from './place.mjs';
import { startPostgres } from './postgres.mjs';

export const RECIPES = join(ROOT, 'deploy', 'recipes');
const OUTBOX = join(RECIPES, 'outbox');
const PYTHON = '/usr/bin/python3';

/** A program in Python with what it prints. It ends with the test. */
export function python(t, file, environment, ...args) {
  const child = start(PYTHON, [file, ...args], {
    env: {
      ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: [join(RECIPES, 'python'), OUTBOX].join(':'), ...environment,
    },
  });
  const ended = once(child, 'close');
  const program = {
    printed: '',
    async end(how) {
      if (child.exitCode === null && child.signalCode === null) signal(child, how);
      return ended;
    },
    ended,
  };
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text) => { program.printed += text; });
  }
  t.after(() => program.end('SIGKILL'));
  return program;
}

export async function shop(t) {
  const [database, relay] = await Promise.all([startPostgres(t), place(t)]);
  await database.file(join(OUTBOX, 'schema.sql'));
  await database.file(join(OUTBOX, 'shop.sql'));
  const publishers = [];
  return {
    database,
    relay,
    publisher(test, environment = {}) {
      const publisher = python(test, join(OUTBOX, 'publisher.py'),
        { DATABASE: database.address, ...relay.environment, OUTBOX_POLL: '0.02', ...environment });
      publishers.push(publisher);
      return publisher;
    },
    /** Nothing that any publisher printed has the secret in it, and none ended with a bug. */
    assertNoTrouble() {
      for (const { printed } of publishers) {
        assert.ok(!printed.includes(WEBHOOK_SECRET), 'the secret was printed');
        assert.doesNotMatch(printed, /Traceback/);
      }
    },
    place: (number, customer = 'c0', more = '') => database.query(`
      insert into outbox (key, type, tenant, topic, data)
      values ('${customer}', 'order.placed', 'acme', 'customers.${customer}', '{"number": ${number}}'); ${more}`),
    allPublished: () => until('all is published', async () =>
      await database.query('select count(*) from outbox where published is null and refused is null') === '0', 30_000),
  };
}

export const numbers = ({ seen }) => seen.map(({ data }) => data.number);
export const seenLast = (subscriber, number) => until(`the subscriber saw ${number}`, () =>
  subscriber.failure ?? numbers(subscriber).at(-1) === number, 30_000);
