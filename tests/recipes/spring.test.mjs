// The recipe for Spring: an application that publishes what it has committed, before the packaged relay.
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { signal, start } from '../clients/programs.mjs';
import { java, ROOT, startRelay, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { assertNoneIn } from '../clients/secrets.mjs';
import { subscribe } from '../clients/subscriber.mjs';
import { until } from '../clients/wait.mjs';

const TARGET = join(ROOT, 'deploy', 'recipes', 'spring', 'target');
const START_MS = 60_000;
const MANY = 200;
const BY_SIGTERM = 128 + 15;

/** Starts the shop and waits until it takes requests. */
async function startShop(folder, relayPort) {
  assert.ok(existsSync(join(TARGET, 'classpath')),
    `${TARGET} is missing: mvn -Precipes -pl deploy/recipes/spring -am package makes it`);
  const classpath = `${join(TARGET, 'classes')}:${readFileSync(join(TARGET, 'classpath'), 'utf8')}`;
  const child = start(java(), ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-cp', classpath,
    'heliograph.recipes.spring.ShopApplication', '--server.port=0', '--server.address=127.0.0.1'], {
    cwd: folder,
    env: {
      ...process.env,
      // By the name that the tests' relay has for a publisher with this secret.
      RELAY_PUBLISH_URL: `http://127.0.0.1:${relayPort}/v1/hooks/github`,
      RELAY_SECRET: WEBHOOK_SECRET,
      DATABASE: join(folder, 'shop'),
    },
  });
  const ended = once(child, 'close');
  let printed = '';
  for (const out of [child.stdout, child.stderr]) out.setEncoding('utf8').on('data', (text) => { printed += text; });
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const [, port] = await until('the shop names its port', () =>
    (gone() ? ['gone'] : printed.match(/Tomcat started on port (\d+)/)), START_MS);
  assert.ok(port, printed);
  const url = `http://127.0.0.1:${port}`;
  return {
    printed: () => printed,
    async pay(order, tenant = 'acme') {
      const answer = await fetch(`${url}/${tenant}/orders/${order}/payment?by=alice`, { method: 'POST' });
      return answer.status;
    },
    async paid(tenant = 'acme') {
      return Number(await (await fetch(`${url}/${tenant}/orders/paid`)).text());
    },
    /** Asks it to stop, and waits for its end. */
    async stop() {
      signal(child, 'SIGTERM');
      const [code] = await ended;
      assert.equal(code, BY_SIGTERM, printed);
      assertNoneIn('what the shop printed', printed);
    },
    /** Ends it as a power cut would. */
    async kill() {
      signal(child, 'SIGKILL');
      await ended;
    },
    running: () => !gone(),
  };
}

describe('Spring', { timeout: 290_000 }, () => {
  let issuer;
  let folder;
  let ports;
  let relay;
  let shop;
  const subscribers = [];

  const relayAgain = () => startRelay(issuer, {
    port: ports[0], adminPort: ports[1], log: { directory: join(folder, 'log') },
  });

  /** Somebody who watches the orders, from the beginning of the log. */
  async function watch({ roles = ['operator'], tenant = 'acme' } = {}) {
    const token = issuer.token({ subject: 'olga', tenant, roles });
    const subscriber = subscribe(relay.url, { token: () => token, query: 'replay=10000', types: ['order.paid'] });
    subscribers.push(subscriber);
    await subscriber.hears('system.connected');
    return {
      orders: () => subscriber.events().map(({ data }) => JSON.parse(data).order),
      async hears(orders) {
        await until(`${orders.length} orders`, () => subscriber.events().length >= orders.length, START_MS);
        assert.deepEqual(this.orders(), orders);
      },
    };
  }

  before(async () => {
    issuer = await startIssuer();
    ports = await freePorts(2);
  });
  after(() => issuer?.close());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heliograph-spring-'));
    relay = await relayAgain();
    shop = await startShop(folder, ports[0]);
  });
  afterEach(async () => {
    subscribers.splice(0).forEach((subscriber) => subscriber.close());
    if (shop?.running()) await shop.stop();
    if (relay?.running()) await relay.stop();
    rmSync(folder, { recursive: true });
  });

  test('what is committed is seen by those whom it is for, and what is rolled back by nobody', async () => {
    const olga = await watch();
    const stranger = await watch({ roles: [] });
    const elsewhere = await watch({ tenant: 'globex' });
    assert.equal(await shop.pay(1), 201);
    assert.equal(await shop.pay(1), 409);
    assert.equal(await shop.pay(2), 201);
    assert.equal(await shop.pay(1, 'globex'), 201);
    await olga.hears([1, 2]);
    await elsewhere.hears([1]);
    assert.deepEqual(stranger.orders(), []);
  });

  test('of many requests at once each is seen once', async () => {
    const olga = await watch();
    const orders = Array.from({ length: MANY }, (_, i) => i + 1);
    const answers = await Promise.all(orders.map((order) => shop.pay(order)));
    assert.deepEqual(answers, orders.map(() => 201));
    await until('all orders', () => olga.orders().length >= MANY, START_MS);
    assert.deepEqual(olga.orders().toSorted((a, b) => a - b), orders);
    assert.equal(await shop.paid(), MANY);
  });

  test('a relay that is down holds up no request, and is told when it is back', async () => {
    await relay.kill();
    for (const order of [1, 2, 3]) assert.equal(await shop.pay(order), 201);
    relay = await relayAgain();
    const olga = await watch();
    await olga.hears([1, 2, 3]);
  });

  test('a shop that is told to stop sends first what it has committed', async () => {
    const orders = Array.from({ length: MANY }, (_, i) => i + 1);
    await Promise.all(orders.map((order) => shop.pay(order)));
    await shop.stop();
    const olga = await watch();
    await until('all orders', () => olga.orders().length >= MANY, START_MS);
    assert.deepEqual(olga.orders().toSorted((a, b) => a - b), orders);
  });

  test('what is in memory when the shop is killed is lost, for which there is an outbox', async () => {
    await relay.kill();
    assert.equal(await shop.pay(1), 201);
    await shop.kill();
    relay = await relayAgain();
    shop = await startShop(folder, ports[0]);
    assert.equal(await shop.paid(), 1);
    assert.equal(await shop.pay(2), 201);
    const olga = await watch();
    await olga.hears([2]);
  });
});
