// The table of clients that others wrote: what networks do to streams is done to each, and none may lose an event, see
// one twice, or see one that is none. Where a client does otherwise whatever the relay sends, the table says so.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { startIssuer } from './issuer.mjs';
import { publish, ROOT, startRelay } from './relay.mjs';
import { GIVES_UP, startStranger, STRANGERS } from './strangers.mjs';
import { TYPE } from './strangers/types.mjs';
import { until } from './wait.mjs';
import { wireTo } from './wire.mjs';

// Many programs start at once.
const DEADLINE_MS = 30_000;
// Longer than the timeouts that clients have by themselves, shorter than the usual heartbeat.
const SILENCE_MS = 12_000;
const TEXTS = {
  'several lines': 'first\n\n third\n',
  unicode: 'Euro \u20ac, \u2028, \ud83d\ude80, \u0635, e\u0301',
  '60 KB': 'x'.repeat(60_000),
};
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const LONG = `"${'y'.repeat(300_000)}"`;

describe('a client that others wrote', { concurrency: true, timeout: 240_000 }, () => {
  let issuer;
  let relay;
  let silent;

  before(async () => {
    issuer = await startIssuer();
    [relay, silent] = await Promise.all([
      startRelay(issuer, {
        heartbeatMs: 1000, stream: { 'over-user-limit': 'supersede' }, limits: { 'streams-per-user': 1 },
      }),
      startRelay(issuer, { limits: { 'event-bytes': '1MiB' } }),
    ]);
  });

  after(async () => {
    await relay.stop();
    await silent.stop();
    await issuer.close();
  });

  for (const [name, stranger] of Object.entries(STRANGERS)) {
    test(name, async (t) => {
      // A tenant of its own: nothing of the others moves its position.
      const who = { subject: 'ann', tenant: name.replaceAll(' ', '-') };
      const path = `/v1/stream?topic=here.*&access_token=${issuer.token(who)}`;
      const [wire, silentWire] = await Promise.all([relay, silent].map(({ port }) => wireTo(port)));
      const client = startStranger(stranger, [`${wire.url}${path}`, `${silentWire.url}${path}`]);
      t.after(async () => {
        await client.stop();
        await Promise.all([wire.close(), silentWire.close()]);
      });

      const wait = (what, condition) => until(what, condition, DEADLINE_MS)
        .catch((error) => { throw new Error(`${error.message}\n${client.complaints()}`, { cause: error }); });
      const say = (data, topic = 'here.now', on = relay) =>
        publish(on, { tenant: who.tenant, topic, type: TYPE, ...data });
      const events = () => client.handed(0, TYPE);
      const wanted = [];

      async function gets(...texts) {
        wanted.push(...texts);
        await wait(`${texts}`.slice(0, 80), () => texts.every((text) => events().includes(text)));
        assert.deepEqual(events(), wanted);
      }

      /** Publishes while nobody is let in, and someone has tried. */
      async function behindItsBack(count) {
        const { refused } = wire;
        wire.refuse();
        const texts = Array.from({ length: count }, (_, n) => JSON.stringify({ n: wanted.length + n }));
        for (const text of texts) await say({ data: JSON.parse(text) });
        await wait('it has tried', () => wire.refused > refused);
        wire.accept();
        return texts;
      }

      async function connected(times) {
        await wait(`it is open ${times} times`, () => client.handed(0, 'system.connected').length >= times);
      }

      await t.test('gets the first event, published while it was away', async () => {
        await connected(1);
        await gets(...await behindItsBack(1));
      });

      await t.test('gets what is published while it is away again, after it was back in a quiet time', async () => {
        await say({ data: { n: wanted.length } });
        await gets(JSON.stringify({ n: wanted.length }));
        const times = client.handed(0, 'system.connected').length;
        wire.cut();
        await connected(times + 1);
        await gets(...await behindItsBack(5));
      });

      for (const [what, data] of Object.entries(TEXTS)) {
        await t.test(`gets ${what}`, async () => {
          await say({ datacontenttype: 'text/plain', data });
          await gets(data);
        });
      }

      await t.test('sees no event in positions and heartbeats', async () => {
        await say({ data: {} }, 'elsewhere');
        const { parts } = wire;
        await wait('a position and heartbeats', () => wire.parts >= parts + 3);
        await say({ data: { n: wanted.length } });
        await gets(JSON.stringify({ n: wanted.length }));
        assert.deepEqual(client.all().filter(({ data }) => !data), []);
      });

      await t.test(`that is superseded ${stranger.superseded}`, async (it) => {
        const other = await openOther(it, path);
        await wait('it hears of it', () => client.handed(0, 'system.end').length === 1);
        const before = wire.answered.length;
        const since = () => wire.answered.slice(before);
        if (stranger.superseded === GIVES_UP) await wait('it gives up', () => client.gone(0));
        else await wait('it has asked twice', () => since().length >= 2);
        assert.deepEqual(since().filter((line) => !line.includes(' 204 ')), []);
        await say({ data: { n: 'other' } });
        await wait('the other has it', () => other.text.includes('{"n":"other"}'));
        assert.ok(!other.text.includes('system.end'), other.text);
        assert.deepEqual(events(), wanted);
        assert.equal(client.gone(0), stranger.superseded === GIVES_UP);
      });

      await t.test(`${stranger.timeout ? 'comes back to' : 'stays on'} a silent stream`, async () => {
        await wait('it is open', () => client.handed(1, 'system.connected').length > 0);
        await wait('silence', () => silentWire.connections > 1 || performance.now() - silentWire.opened > SILENCE_MS);
        assert.equal(silentWire.connections > 1, stranger.timeout);
      });

      await t.test('has each small event before the next is published, with nothing else on the wire', async () => {
        for (let n = 1; n <= 3; n++) {
          await say({ data: n }, 'here.now', silent);
          await wait('the event', () => client.handed(1, TYPE).length >= n);
        }
        assert.deepEqual(client.handed(1, TYPE), ['1', '2', '3']);
      });

      await t.test(`gets ${stranger.longLines ? '' : 'nothing behind '}a line of 300 KB`, async () => {
        const { connections } = silentWire;
        await say({ data: JSON.parse(LONG) }, 'here.now', silent);
        await say({ data: 4 }, 'here.now', silent);
        if (stranger.longLines) await wait('both', () => client.handed(1, TYPE).length === 5);
        else await wait('it has come back for it', () => silentWire.connections >= connections + 2);
        assert.deepEqual(client.handed(1, TYPE).slice(3), stranger.longLines ? [LONG, '4'] : []);
      });
    });
  }

  test('has its version in the contract', () => {
    const chapter = read('contract/README.md').split('## For those who write clients')[1];
    const packages = JSON.parse(read('tests/package.json')).devDependencies;
    const npm = Object.entries(packages).filter(([name]) => /event-?source/.test(name));
    const jvm = [...read('tests/clients/java/pom.xml').matchAll(/<(?:okhttp|okhttp-eventsource|spring)\.version>([^<]*)</g)];
    const versions = [...npm.map(([, version]) => version.split('@').at(-1)), ...jvm.map(([, version]) => version)];
    assert.equal(versions.length, 11);
    assert.deepEqual(versions.filter((version) => !chapter.includes(` ${version}`)), []);
  });

  /** Another client of the same user, on a wire of its own. */
  async function openOther(t, path) {
    const asked = get(`${relay.url}${path}`, { agent: false });
    t.after(() => asked.destroy());
    const [answer] = await once(asked, 'response');
    const other = { text: '' };
    answer.setEncoding('utf8').on('data', (text) => { other.text += text; }).on('error', () => {});
    await until('the other is open', () => other.text.includes('system.connected'));
    return other;
  }
});
