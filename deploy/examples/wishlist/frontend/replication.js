// The documents of one person in this browser, and their replication with the server.
import { addRxPlugin, createRxDatabase } from 'rxdb/plugins/core';
import { RxDBLeaderElectionPlugin } from 'rxdb/plugins/leader-election';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { api } from './api.js';

addRxPlugin(RxDBLeaderElectionPlugin);

const text = (maxLength) => ({ type: 'string', maxLength });
const schema = (properties) => ({
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: { id: text(64), ...properties },
  required: ['id', ...Object.keys(properties)],
});
const COLLECTIONS = {
  wishlists: { schema: schema({ owner: text(32), title: text(80), viewers: { type: 'array', items: { type: 'string' } } }) },
  items: { schema: schema({ wishlist_id: text(64), url: text(500), title: text(200), status: text(16) }) },
  marks: { schema: schema({ item_id: text(64), wishlist_id: text(64), name: text(32) }) },
};

/** Opens the documents of a person; `replications` has the state of each collection, for `reSync()`. */
export async function openDatabase(name) {
  const database = await createRxDatabase({ name: `wishlist-${name}`, storage: getRxStorageDexie(), closeDuplicates: true });
  await database.addCollections(COLLECTIONS);
  const replications = Object.fromEntries(Object.keys(COLLECTIONS).map((collection) => [collection, replicate(database, collection)]));
  return { database, replications };
}

function replicate(database, collection) {
  return replicateRxCollection({
    replicationIdentifier: `/api/v1/sync/${collection}`,
    collection: database[collection],
    live: true,
    // Of several tabs one replicates, and the others see what it writes.
    waitForLeadership: true,
    retryTime: 2000,
    pull: {
      handler: (checkpoint, limit) =>
        api(`/sync/${collection}/pull?after=${checkpoint?.number ?? 0}&limit=${limit}`),
    },
    push: { handler: (rows) => api(`/sync/${collection}/push`, { rows }) },
  });
}
