// The outbox of deploy/recipes, with a real database and relay: whatever is killed, and whenever, subscribers see each
// committed row once and in order, and none that was rolled back.
//
//   CRASHES=100 SEED=7 tests/node_modules/node/bin/node --test tests/recipes/outbox.test.mjs
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { signal, start } from '../clients/programs.mjs';
import { ROOT, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { chances } from '../faults/chances.mjs';
import { moment, place } from './place.mjs';
import { startPostgres } from './postgres.mjs';

const CRASHES = Number(process.env.CRASHES ?? 6);
const SEED = Number(process.env.SEED ?? 20_252);
const CRASH_AFTER_MS = [50, 400];
const RECIPES = join(ROOT, 'deploy', 'recipes');
const OUTBOX = join(RECIPES, 'outbox');
const PYTHON = '/usr/bin/python3';

/** A program in Python with what it prints. */
function python(t, file, environment, ...args) {
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

async function shop(t) {
  const [database, relay] = await Promise.all([startPostgres(t), place(t)]);
  await database.file(join(OUTBOX, 'schema.sql'));
  await database.file(join(OUTBOX, 'shop.sql'));
  const publishers = [];
  return {
    database,
    relay,
    publisher(environment = {}) {
      const publisher = python(t, join(OUTBOX, 'publisher.py'),
        { DATABASE: database.address, ...relay.environment, OUTBOX_POLL: '0.02', ...environment });
      publishers.push(publisher);
      return publisher;
    },
    /** Nothing that any publisher printed has the secret in it, and none ended with a bug. */
    assertNoTrouble() {
      for (const { printed } of publishers) {
        assert.ok(!printed.includes(WEBHOOK_SECRET), 'the secret was printed');
        assert.doesNotMatch(printed, /Traceback|refuses/);
      }
    },
    place: (number, customer = 'c0', more = '') => database.query(`
      insert into outbox (key, type, tenant, topic, data)
      values ('${customer}', 'order.placed', 'acme', 'customers.${customer}', '{"number": ${number}}'); ${more}`),
    allPublished: () => until('all is published', async () =>
      await database.query('select count(*) from outbox where published is null and refused is null') === '0', 30_000),
  };
}

const numbers = ({ seen }) => seen.map(({ data }) => data.number);
const seenLast = (subscriber, number) => until(`the subscriber saw ${number}`, () =>
  subscriber.failure ?? numbers(subscriber).at(-1) === number, 30_000);

describe('the outbox', { timeout: 120_000 + CRASHES * 15_000 }, () => {
  test('publishers, the database and the relay are killed under load', async (t) => {
    t.diagnostic(`SEED=${SEED}`);
    const random = chances(SEED);
    const it = await shop(t);
    const { database, relay } = it;
    const subscriber = await relay.subscribe();
    // The second waits for its turn.
    const running = [it.publisher(), it.publisher()];
    const load = python(t, join(ROOT, 'tests', 'recipes', 'load.py'), { DATABASE: database.address }, String(SEED));
    const killed = {
      async publishers() {
        // Either may be the one that publishes; now and then both are gone.
        const which = Math.floor(random() * 3);
        const gone = which === 2 ? [0, 1] : [which];
        await Promise.all(gone.map((index) => running[index].end('SIGKILL')));
        for (const index of gone) running[index] = it.publisher();
      },
      async database() {
        await database.stop();
        await database.start();
      },
      async relay() {
        await relay.kill();
        await relay.start();
      },
    };
    const kinds = Object.keys(killed);
    for (let crash = 0; crash < CRASHES; crash++) {
      await moment(random, CRASH_AFTER_MS);
      // Each kind has its turn, and sometimes two are gone at once.
      const victims = new Set([kinds[crash % kinds.length], ...(random() < 0.3 ? [kinds[Math.floor(random() * kinds.length)]] : [])]);
      await Promise.all([...victims].map((victim) => killed[victim]()));
    }
    await load.end('SIGTERM');
    const [, committed, rolledBack] = load.printed.match(/committed=(\d+) rolled back=(\d+)/) ?? [];
    t.diagnostic(load.printed.trim());
    assert.doesNotMatch(load.printed, /Traceback/);
    assert.ok(Number(committed) > 50 && Number(rolledBack) > 10, load.printed);

    await it.allPublished();
    await it.place(-1);
    await seenLast(subscriber, -1);
    assert.ifError(subscriber.failure);
    assert.deepEqual(subscriber.gaps, []);
    subscriber.seen.pop();
    const orders = await database.rows('select number, customer from orders order by number');
    assert.ok(orders.length >= Number(committed));
    assert.deepEqual(numbers(subscriber).toSorted((a, b) => a - b), orders.map(({ number }) => number), 'each committed order once');
    // Of each customer, in the order of the commits, which is what the positions are.
    const rows = await database.rows('select key, data from outbox where data->>\'number\' <> \'-1\' order by position');
    for (const key of new Set(rows.map((row) => row.key))) {
      assert.deepEqual(
        subscriber.seen.filter(({ data }) => data.customer === key).map(({ data }) => data.number),
        rows.filter((row) => row.key === key).map(({ data }) => data.number), key);
    }
    it.assertNoTrouble();
  });

  for (const [when, reached] of [['before the relay has it', false], ['after the relay has stored it', true]]) {
    test(`a publisher is killed with its request under way, ${when}`, async (t) => {
      const it = await shop(t);
      const subscriber = await it.relay.subscribe();
      // Between the two, so that the moment is certain.
      let publisher;
      const between = createServer(async (request, response) => {
        const body = Buffer.concat(await request.toArray());
        const headers = Object.fromEntries(Object.entries(request.headers)
          .filter(([name]) => name.startsWith('webhook-') || name === 'content-type'));
        if (reached) assert.equal((await fetch(it.relay.hook, { method: 'POST', headers, body })).status, 202);
        await publisher.end('SIGKILL');
        response.destroy();
      }).listen(0, '127.0.0.1');
      await once(between, 'listening');
      t.after(() => { between.closeAllConnections(); between.close(); });
      publisher = it.publisher({ RELAY: `http://127.0.0.1:${between.address().port}/` });
      await it.place(1);
      await publisher.ended;
      const [row] = await it.database.rows('select attempted is not null as attempted, published from outbox');
      assert.deepEqual(row, { attempted: true, published: null });

      it.publisher();
      await it.place(2);
      await seenLast(subscriber, 2);
      await it.allPublished();
      assert.deepEqual(numbers(subscriber), [1, 2]);
      it.assertNoTrouble();
    });
  }

  test('rows of one key wait for each other, so their positions are in the order of the commits', async (t) => {
    const database = await startPostgres(t);
    await database.file(join(OUTBOX, 'schema.sql'));
    const insert = (key, data) =>
      `insert into outbox (key, type, tenant, topic, data) values ('${key}', 't', 'acme', 'x', '${data}')`;
    const first = database.session();
    await first.say('begin');
    await first.say(insert('a', 1));
    const second = database.query(insert('a', 3));
    await until('the second waits', async () =>
      await database.query('select count(*) from pg_stat_activity where wait_event = \'advisory\'') === '1');
    // Who has another key does not.
    await database.query(insert('b', 2));
    await first.say('commit');
    await second;
    assert.deepEqual((await database.rows('select data from outbox order by position')).map(({ data }) => data), [1, 2, 3]);
  });

  test('a row that the relay refuses is set aside, and those after it go on', async (t) => {
    const it = await shop(t);
    const subscriber = await it.relay.subscribe();
    await it.place(1);
    await it.database.query(`insert into outbox (key, type, tenant, topic, data) values
      ('c0', 'order.placed', 'acme', 'no topic', '{}'), ('c0', 'order.placed', 'acme', 'x', '{"half": "${'x'.repeat(300_000)}"}')`);
    await it.place(2);
    it.publisher();
    await seenLast(subscriber, 2);
    await it.allPublished();
    assert.deepEqual(numbers(subscriber), [1, 2]);
    assert.deepEqual(await it.database.rows('select refused from outbox where refused is not null order by position'),
      [{ refused: 'INVALID_EVENT' }, { refused: 'TOO_LARGE' }]);
  });

  test('a row that was sent longer ago than the relay remembers is not sent again', async (t) => {
    const it = await shop(t);
    await it.place(1, 'c0', 'update outbox set attempted = now() - interval \'23 hours 1 second\'');
    const publisher = it.publisher();
    const [code] = await publisher.ended;
    assert.equal(code, 1);
    assert.match(publisher.printed, /the relay may have forgotten whether it has them: [0-9a-f-]{36}/);
    // When somebody has looked.
    const subscriber = await it.relay.subscribe();
    await it.database.query('update outbox set attempted = null');
    it.publisher();
    await seenLast(subscriber, 1);
  });

  test('published rows are cleaned away when they were kept long enough, and no others', async (t) => {
    const it = await shop(t);
    await it.place(1, 'c0', 'update outbox set published = now() - interval \'7 days 1 minute\'');
    await it.place(2, 'c0', 'update outbox set published = now() - interval \'6 days\' where published is null');
    await it.place(3, 'c0', 'update outbox set refused = \'INVALID_EVENT\', created = now() - interval \'1 year\' where published is null');
    it.publisher();
    await until('the old row is gone', async () =>
      await it.database.query('select string_agg(data->>\'number\', \',\' order by position) from outbox') === '2,3');
    it.assertNoTrouble();
  });
});
