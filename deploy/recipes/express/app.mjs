// Orders, in Express: each is committed, answered and published in batches with all others, in the order of the commits.
//
//   PORT=3000 DATABASE=orders.db RELAY=http://localhost:8080/v1/hooks/shop RELAY_SECRET=whsec_... node app.mjs
import { DatabaseSync } from 'node:sqlite';
import { once } from 'node:events';
import express from 'express';
import { Publisher } from '@heliograph/publisher';

const { PORT = '3000', DATABASE, RELAY, RELAY_SECRET } = process.env;
const database = new DatabaseSync(DATABASE);
database.exec('create table if not exists orders (id integer primary key, item text not null unique)');
const publisher = new Publisher({ url: RELAY, secret: RELAY_SECRET, queue: { whenFull: 'reject' } });
const app = express().use(express.json());

function tell(order, item) {
  publisher.publish({
    // Of the order: if this is ever published again, it is the same event.
    id: `order-placed-${order}`,
    source: '/shop',
    type: 'order.placed',
    tenant: 'acme',
    topic: `orders.${order}`,
    data: { order, item },
  }).catch(({ kind, message }) => {
    // Subscribers miss it until they load the orders anew. Who cannot have that takes the outbox.
    console.error(`order ${order} was not published, ${kind}: ${message}`);
  });
}

app.post('/orders', (request, response) => {
  const { item } = request.body;
  // A statement is a transaction of its own: after this line it is committed.
  const order = Number(database.prepare('insert into orders (item) values (?)').run(item).lastInsertRowid);
  tell(order, item);
  response.status(201).json({ order });
});

app.get('/orders', (_, response) => {
  response.json(database.prepare('select id as "order", item from orders order by id').all());
});

const server = app.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
console.log(`listening on ${server.address().port}`);

// First those who publish, then the publisher: what was accepted is sent.
process.once('SIGTERM', async () => {
  server.closeIdleConnections();
  await once(server.close(), 'close');
  await publisher.close();
  database.close();
});
