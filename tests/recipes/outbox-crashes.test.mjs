// The outbox of deploy/recipes, with a real database and relay: whatever is killed, and whenever, subscribers see each
// committed row once and in order, and none that was rolled back.
//
//   CRASHES=100 SEED=7 tests/node_modules/node/bin/node --test tests/recipes/outbox-crashes.test.mjs
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chances } from '../faults/chances.mjs';
import { moment } from './place.mjs';
import { numbers, python, seenLast, shop } from './shop.mjs';

const CRASHES = Number(process.env.CRASHES ?? 6);
const SEED = Number(process.env.SEED ?? 20_252);
const CRASH_AFTER_MS = [50, 400];

test('publishers, the database and the relay are killed under load', { timeout: 60_000 + CRASHES * 15_000 }, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = chances(SEED);
  const it = await shop(t);
  const { database, relay } = it;
  const subscriber = await relay.subscribe();
  // The second waits for its turn.
  const running = [it.publisher(t), it.publisher(t)];
  const load = python(t, join(import.meta.dirname, 'load.py'), { DATABASE: database.address }, String(SEED));
  const killed = {
    async publishers() {
      // Either may be the one that publishes; now and then both are gone.
      const which = Math.floor(random() * 3);
      const gone = which === 2 ? [0, 1] : [which];
      await Promise.all(gone.map((index) => running[index].end('SIGKILL')));
      for (const index of gone) running[index] = it.publisher(t);
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
