// RxDB itself, with its storage in memory, pulls when a stream says so.
import { createRxDatabase } from 'rxdb/plugins/core';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { expect, onTestFinished, test, vi } from 'vitest';
import { liveReplication } from '../src/adapters/rxdb.js';
import { Script } from './script.js';

/** A collection that RxDB replicates from a list of documents, and how often it pulled. */
async function replicated(name: string) {
  const documents: { id: string; n: number }[] = [];
  const database = await createRxDatabase({ name, storage: getRxStorageMemory() });
  onTestFinished(async () => { await database.close(); });
  const { items } = await database.addCollections({
    items: {
      schema: {
        version: 0, primaryKey: 'id', type: 'object', required: ['id', 'n'],
        properties: { id: { type: 'string', maxLength: 16 }, n: { type: 'number' } },
      },
    },
  });
  const replication = replicateRxCollection<{ id: string; n: number }, { at: number }>({
    replicationIdentifier: name,
    waitForLeadership: false,
    collection: items!,
    live: true,
    pull: {
      handler: (checkpoint) => Promise.resolve({
        documents: documents.slice(checkpoint?.at ?? 0).map((each) => ({ ...each, _deleted: false })),
        checkpoint: { at: documents.length },
      }),
    },
  });
  const numbers = async () => (await items!.find().exec()).map(({ n }) => n as number);
  return { documents, replication, numbers };
}

test('replications of RxDB pull for their type, and all at a gap, and what was there before anybody listened', async () => {
  const stream = new Script();
  const [items, users] = [await replicated('items'), await replicated('users')];
  await Promise.all([items, users].map(({ replication }) => replication.awaitInitialReplication()));
  items.documents.push({ id: 'a', n: 1 });
  await stream.open();
  const off = liveReplication(stream.live, { item: items.replication, both: [items.replication, users.replication] });
  await vi.waitFor(async () => expect(await items.numbers()).toEqual([1]));
  items.documents.push({ id: 'b', n: 2 });
  users.documents.push({ id: 'c', n: 3 });
  await stream.event('item', 1);
  await vi.waitFor(async () => expect(await items.numbers()).toEqual([1, 2]));
  expect(await users.numbers()).toEqual([]);
  await stream.gap();
  await vi.waitFor(async () => expect(await users.numbers()).toEqual([3]));
  off();
  expect(stream.listeners).toBe(0);
});
