// The outbox of deploy/recipes at its certain moments: a request under way, a row that is refused, one that is old.
import { after, before, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from '../clients/wait.mjs';
import { numbers, seenLast, shop } from './shop.mjs';

describe('the outbox', { timeout: 120_000 }, () => {
  const ends = [];
  let it;
  before(async () => { it = await shop({ after: (end) => ends.push(end) }); });
  beforeEach(() => it.database.query('truncate outbox'));
  after(async () => { for (const end of ends.reverse()) await end(); });

  for (const [when, reached] of [['before the relay has it', false], ['after the relay has stored it', true]]) {
    test(`a publisher is killed with its request under way, ${when}`, async (t) => {
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
      publisher = it.publisher(t, { RELAY: `http://127.0.0.1:${between.address().port}/` });
      await it.place(1);
      await publisher.ended;
      const [row] = await it.database.rows('select attempted is not null as attempted, published from outbox');
      assert.deepEqual(row, { attempted: true, published: null });

      it.publisher(t);
      await it.place(2);
      await seenLast(subscriber, 2);
      await it.allPublished();
      assert.deepEqual(numbers(subscriber), [1, 2]);
      it.assertNoTrouble();
    });
  }

  test('rows of one key wait for each other, so their positions are in the order of the commits', async (t) => {
    const { database } = it;
    const insert = (key, data) =>
      `insert into outbox (key, type, tenant, topic, data) values ('${key}', 't', 'acme', 'x', '${data}')`;
    const first = database.session(t);
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
        const subscriber = await it.relay.subscribe();
    await it.place(1);
    await it.database.query(`insert into outbox (key, type, tenant, topic, data) values
      ('c0', 'order.placed', 'acme', 'no topic', '{}'), ('c0', 'order.placed', 'acme', 'x', to_jsonb(repeat('x', 300000)))`);
    await it.place(2);
    it.publisher(t);
    await seenLast(subscriber, 2);
    await it.allPublished();
    assert.deepEqual(numbers(subscriber), [1, 2]);
    assert.deepEqual(await it.database.rows('select refused from outbox where refused is not null order by position'),
      [{ refused: 'INVALID_EVENT' }, { refused: 'TOO_LARGE' }]);
  });

  test('a wrong secret refuses no row: with the right one all of them go', async (t) => {
    const subscriber = await it.relay.subscribe();
    await it.place(1);
    await it.place(2);
    const stranger = it.publisher(t, { RELAY_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}` });
    await until('it is refused twice', () => stranger.printed.split('BAD_SIGNATURE').length > 2);
    await stranger.end('SIGKILL');
    assert.equal(await it.database.query('select count(*) from outbox where published is null and refused is null'), '2');
    it.publisher(t);
    await seenLast(subscriber, 2);
    assert.deepEqual(numbers(subscriber), [1, 2]);
    it.assertNoTrouble();
  });

  test('a row that was sent longer ago than the relay remembers is not sent again', async (t) => {
        await it.place(1, 'c0', 'update outbox set attempted = now() - interval \'23 hours 1 second\'');
    const publisher = it.publisher(t);
    const [code] = await publisher.ended;
    assert.equal(code, 1);
    assert.match(publisher.printed, /the relay may have forgotten whether it has them: [0-9a-f-]{36}/);
    // When somebody has looked.
    const subscriber = await it.relay.subscribe();
    await it.database.query('update outbox set attempted = null');
    it.publisher(t);
    await seenLast(subscriber, 1);
  });

  test('published rows are cleaned away when they were kept long enough, and no others', async (t) => {
        await it.place(1, 'c0', 'update outbox set published = now() - interval \'7 days 1 minute\'');
    await it.place(2, 'c0', 'update outbox set published = now() - interval \'6 days\' where published is null');
    await it.place(3, 'c0', 'update outbox set refused = \'INVALID_EVENT\', created = now() - interval \'1 year\' where published is null');
    it.publisher(t);
    await until('the old row is gone', async () =>
      await it.database.query('select string_agg(data->>\'number\', \',\' order by position) from outbox') === '2,3');
    it.assertNoTrouble();
  });
});
