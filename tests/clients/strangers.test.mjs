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
import { together, until } from './wait.mjs';
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
const LONG = `"${'y'.repeat(300_000)}"`;

describe('a client that others wrote', { concurrency: true, timeout: 240_000 }, () => {
  let issuer;
  let busy;
  let silent;

  before(async () => {
    issuer = await startIssuer();
    await together([
      startRelay(issuer, {
        heartbeatMs: 1000, stream: { 'over-user-limit': 'supersede' }, limits: { 'streams-per-user': 1 },
      }).then((relay) => { busy = relay; }),
      startRelay(issuer, { limits: { 'event-bytes': '1MiB' } }).then((relay) => { silent = relay; }),
    ]);
  });

  after(async () => {
    try {
      await together([busy?.stop(), silent?.stop()]);
    } finally {
      await issuer?.close();
    }
  });

  for (const [name, stranger] of Object.entries(STRANGERS)) {
    test(name, async (t) => {
      // A tenant of its own: nothing of the others moves its position.
      const tenant = name.replaceAll(' ', '-');
      const path = `/v1/stream?topic=here.*&access_token=${issuer.token({ subject: 'ann', tenant })}`;
      const wires = [];
      let client;
      // Before anything is opened: a wire that is left open keeps the tests from ending.
      t.after(async () => {
        await client?.stop();
        await Promise.all(wires.map((wire) => wire.close()));
      });
      for (const { port } of [busy, silent]) wires.push(await wireTo(port));
      // The second begins with a gap, as its client names a place of another log.
      client = startStranger(stranger, [wires[0].url + path, `${wires[1].url}${path}&lastEventId=another-7`]);
      const streams = [busy, silent].map((relay, n) => streamOf(client, n, { relay, tenant, wire: wires[n] }));
      const connections = await beginsWithGap(t, streams[1]);
      await isAway(t, streams[0]);
      await seesAllThatIsOne(t, streams[0]);
      await isSuperseded(t, streams[0], stranger, path);
      await isLeftInSilence(t, streams[1], stranger, connections);
      await readsLongLines(t, streams[1], stranger);
    });
  }

  /** One stream of a client: what it has been handed, what is to come, and the wire it comes by. */
  function streamOf(client, number, { relay, tenant, wire }) {
    const wanted = [];
    const wait = (what, condition) => until(what, condition, DEADLINE_MS)
      .catch((error) => { throw new Error(`${error.message}\n${client.complaints()}`, { cause: error }); });
    const handed = (type) => client.handed(number, type);
    return {
      wire,
      wait,
      handed,
      empty: () => client.all().filter(({ stream, data }) => stream === number && !data),
      gone: () => client.gone(number),
      connected: (times) => wait(`it is open ${times} times`, () => handed('system.connected').length >= times),
      say: (data, topic = 'here.now') => publish(relay, { tenant, topic, type: TYPE, ...data }),
      /** Texts that no other event of this stream has. */
      texts: (count) => Array.from({ length: count }, (_, n) => JSON.stringify({ n: wanted.length + n })),
      async gets(...texts) {
        wanted.push(...texts);
        await wait(`${texts}`.slice(0, 80), () => texts.every((text) => handed(TYPE).includes(text)));
        assert.deepEqual(handed(TYPE), wanted);
      },
      getsNoMore: () => assert.deepEqual(handed(TYPE), wanted),
    };
  }

  async function sayAndGet(stream) {
    const [text] = stream.texts(1);
    await stream.say({ data: JSON.parse(text) });
    await stream.gets(text);
  }

  async function beginsWithGap(t, stream) {
    await t.test('is told once of a gap that begins its stream, and goes on after it', async () => {
      await stream.wait('the gap', () => stream.handed('system.gap').length > 0);
      const times = stream.handed('system.connected').length;
      stream.wire.cut();
      await stream.connected(times + 1);
      await sayAndGet(stream);
      assert.equal(stream.handed('system.gap').length, 1);
    });
    return stream.wire.connections;
  }

  async function isAway(t, stream) {
    const { wire, wait, connected } = stream;

    /** Publishes while nobody is let in, and someone has tried. */
    async function missesFirst(count) {
      const { refused } = wire;
      wire.refuse();
      const texts = stream.texts(count);
      for (const text of texts) await stream.say({ data: JSON.parse(text) });
      await wait('it has tried', () => wire.refused > refused);
      wire.accept();
      await stream.gets(...texts);
    }

    await t.test('gets the first event, published while it was away', async () => {
      await connected(1);
      await missesFirst(1);
    });

    await t.test('gets what is published while it is away again, after it was back in a quiet time', async () => {
      await sayAndGet(stream);
      const times = stream.handed('system.connected').length;
      wire.cut();
      await connected(times + 1);
      await missesFirst(5);
    });
  }

  async function seesAllThatIsOne(t, stream) {
    for (const [what, data] of Object.entries(TEXTS)) {
      await t.test(`gets ${what}`, async () => {
        await stream.say({ datacontenttype: 'text/plain', data });
        await stream.gets(data);
      });
    }

    await t.test('sees no event in positions and heartbeats', async () => {
      await stream.say({ data: {} }, 'elsewhere');
      const { parts } = stream.wire;
      await stream.wait('a position and heartbeats', () => stream.wire.parts >= parts + 3);
      await sayAndGet(stream);
      assert.deepEqual(stream.empty(), []);
    });
  }

  async function isSuperseded(t, stream, { superseded }, path) {
    await t.test(`that is superseded ${superseded}`, async (it) => {
      const other = await openOther(it, path);
      await stream.wait('it hears of it', () => stream.handed('system.end').length === 1);
      const before = stream.wire.answered.length;
      const since = () => stream.wire.answered.slice(before);
      if (superseded === GIVES_UP) await stream.wait('it gives up', stream.gone);
      else await stream.wait('it has asked twice', () => since().length >= 2);
      assert.deepEqual(since().filter((line) => !line.includes(' 204 ')), []);
      await stream.say({ data: 'for the other' });
      await stream.wait('the other has it', () => other.text.includes('for the other'));
      assert.ok(!other.text.includes('system.end'), other.text);
      stream.getsNoMore();
      assert.equal(stream.gone(), superseded === GIVES_UP);
    });
  }

  async function isLeftInSilence(t, stream, { timeout }, connections) {
    const { wire } = stream;
    const isBack = () => wire.connections > connections;
    await t.test(`${timeout ? 'comes back to' : 'stays on'} a silent stream`, async () => {
      if (timeout) await stream.wait('it takes silence for the end', isBack);
      else await stream.wait('silence', () => performance.now() - wire.heard > SILENCE_MS);
      assert.equal(isBack(), timeout);
    });

    await t.test('has each small event before the next is published, with nothing else on the wire', async () => {
      for (let n = 0; n < 3; n++) await sayAndGet(stream);
    });
  }

  async function readsLongLines(t, stream, { longLines }) {
    await t.test(`gets ${longLines ? '' : 'nothing behind '}a line of 300 KB`, async () => {
      const { connections } = stream.wire;
      const [text] = stream.texts(1);
      for (const each of [LONG, text]) await stream.say({ data: JSON.parse(each) });
      if (longLines) await stream.gets(LONG, text);
      else await stream.wait('it has come back for it', () => stream.wire.connections >= connections + 2);
      stream.getsNoMore();
      assert.deepEqual(stream.empty(), []);
    });
  }

  /** Another client of the same user, on a wire of its own. */
  async function openOther(t, path) {
    const asked = get(`${busy.url}${path}`, { agent: false });
    t.after(() => asked.destroy());
    const [answer] = await once(asked, 'response');
    const other = { text: '' };
    answer.setEncoding('utf8').on('data', (text) => { other.text += text; }).on('error', () => {});
    await until('the other is open', () => other.text.includes('system.connected'));
    return other;
  }

  test('has its version in the contract', () => {
    const read = (file) => readFileSync(join(ROOT, file), 'utf8');
    const chapter = read('contract/README.md').split('## For those who write clients')[1];
    const packages = JSON.parse(read('tests/package.json')).devDependencies;
    const npm = Object.entries(packages).filter(([name]) => /event-?source/.test(name));
    const jvm = [...read('tests/clients/java/pom.xml').matchAll(/<(?:okhttp|okhttp-eventsource|spring)\.version>([^<]*)</g)];
    const versions = [...npm.map(([, version]) => version.split('@').at(-1)), ...jvm.map(([, version]) => version)];
    assert.equal(versions.length, 11);
    assert.deepEqual(versions.filter((version) => !chapter.includes(` ${version}`)), []);
  });
});
