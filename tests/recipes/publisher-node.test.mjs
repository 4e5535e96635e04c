// The publisher for Node, as it is packed, with a relay that is killed under load: what it acknowledged is there, nothing
// is doubled, and the order is that of the publishes.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { key } from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { Publisher, PublishError } from '../../contract/publisher-node/target/dist/index.js';
import { chances } from '../faults/chances.mjs';
import { moment, place } from './place.mjs';

const CRASHES = Number(process.env.CRASHES ?? 4);
const SEED = Number(process.env.SEED ?? 20_251);
const CRASH_AFTER_MS = [50, 300];
const WAVE = 40;

const event = (number) => ({
  id: `event-${number}`, source: '/node', type: 'test.counted', tenant: 'acme', topic: 'numbers', data: { id: number, number },
});

test('a relay that is killed again and again', { timeout: 60_000 + CRASHES * 15_000 }, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = chances(SEED);
  const relay = await place(t);
  const subscriber = await relay.subscribe();
  const publisher = new Publisher({
    url: relay.hook,
    secret: WEBHOOK_SECRET,
    batch: { events: 7, lingerMs: 1 },
    queue: { events: 2 * WAVE },
    retry: { attempts: 1000, firstPauseMs: 20, maxPauseMs: 100 },
  });
  let crashing = true;
  let number = 0;
  const acknowledged = [];
  const load = (async () => {
    while (crashing) {
      const wave = Array.from({ length: WAVE }, () => publisher.publish(event(number++)));
      for (const published of await Promise.all(wave)) acknowledged.push(published);
    }
  })();
  load.catch(() => {});
  for (let crash = 0; crash < CRASHES; crash++) {
    await moment(random, CRASH_AFTER_MS);
    await relay.kill();
    await relay.start();
  }
  crashing = false;
  await load;
  // Closing sends what was accepted.
  const last = publisher.publish(event(number++));
  await publisher.close();
  acknowledged.push(await last);

  assert.ok(acknowledged.length > WAVE, `only ${acknowledged.length} events`);
  assert.deepEqual(acknowledged.map(({ id }) => id), Array.from({ length: number }, (_, it) => `event-${it}`));
  await until('the subscriber saw the last', () => subscriber.failure ?? subscriber.sawLast(number - 1), 30_000);
  assert.ifError(subscriber.failure);
  assert.deepEqual(subscriber.gaps, []);
  assert.deepEqual(subscriber.seen.map(({ data }) => data.number), Array.from({ length: number }, (_, it) => it));
  assert.deepEqual(subscriber.seen.map(({ id }) => id.split('-').at(-1)), acknowledged.map(({ cursor }) => cursor.split('-').at(-1)));
  const again = new Publisher({ url: relay.hook, secret: WEBHOOK_SECRET });
  t.after(() => again.close(0));
  assert.deepEqual(await again.publish(event(0)), { ...acknowledged[0], duplicate: true });
});

test('a private key signs where the relay has the public one', async (t) => {
  // As a README says to make them.
  const [, commands] = readFileSync(join(ROOT, 'contract', 'publisher', 'README.md'), 'utf8').match(/^```sh\n(key=.*?)^```$/ms);
  const [privateKey, publicKey] = execFileSync('bash', ['-euo', 'pipefail', '-c', commands], { encoding: 'utf8' }).trim().split('\n');
  const relay = await place(t, [publicKey]);
  const subscriber = await relay.subscribe();
  const publisher = new Publisher({ url: relay.hook, secret: key(privateKey) });
  const stranger = new Publisher({ url: relay.hook, secret: WEBHOOK_SECRET });
  t.after(() => Promise.all([publisher.close(0), stranger.close(0)]));
  await publisher.publish(event(1));
  await until('the subscriber saw it', () => subscriber.failure ?? subscriber.sawLast(1));
  await assert.rejects(stranger.publish(event(2)), { kind: 'unauthenticated', code: 'BAD_SIGNATURE' });
});

test('what a real relay refuses', async (t) => {
  const relay = await place(t);
  const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const publisher = new Publisher({ url: relay.hook, secret: WEBHOOK_SECRET });
  const stranger = new Publisher({ url: relay.hook, secret: other });
  t.after(() => Promise.all([publisher.close(0), stranger.close(0)]));
  const fault = (expected) => (error) => {
    assert.ok(error instanceof PublishError);
    assert.deepEqual({ kind: error.kind, code: error.code, pointer: error.pointer, stored: error.mayBeStored },
      { stored: false, ...expected });
    return true;
  };
  const [good, bad, surrogate, system] = [
    publisher.publish(event(1)),
    publisher.publish({ ...event(2), topic: 'no topic' }),
    publisher.publish({ ...event(3), data: '\ud83d' }),
    publisher.publish({ ...event(4), type: 'system.end' }),
  ];
  await Promise.all([
    good,
    assert.rejects(bad, fault({ kind: 'invalid', code: 'INVALID_EVENT', pointer: '/topic' })),
    assert.rejects(surrogate, fault({ kind: 'invalid', code: 'INVALID_JSON', pointer: '' })),
    assert.rejects(system, fault({ kind: 'invalid', code: 'INVALID_EVENT', pointer: '/type' })),
    assert.rejects(stranger.publish(event(5)), fault({ kind: 'unauthenticated', code: 'BAD_SIGNATURE', pointer: '' })),
  ]);
});
