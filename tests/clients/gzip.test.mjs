// Streams in gzip, as clients that others wrote decode them: each event at once, and a whole end.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { createGunzip } from 'node:zlib';
import { payloads } from './github.mjs';
import { startIssuer } from './issuer.mjs';
import { run } from './programs.mjs';
import { publish, startRelay, STATIC_TOKEN } from './relay.mjs';
import { until } from './wait.mjs';

const ANN = { subject: 'ann', tenant: 'acme', roles: ['operator'] };
const COUNT = 20;
const SIZES = [1, 150, 300, 9_000, 70_000]; // Some too short to compress, one over 64 KiB.
const RATIO = 0.35;

const PYTHON = `
import http.client, sys, zlib
connection = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))
connection.request('GET', '/v1/stream', headers={'Accept-Encoding': 'gzip', 'Authorization': sys.argv[2]})
answer = connection.getresponse()
assert answer.getheader('Content-Encoding') == 'gzip'
gunzip = zlib.decompressobj(31)
while part := answer.read1():
    sys.stdout.buffer.write(gunzip.decompress(part))
    sys.stdout.flush()
assert gunzip.eof and not gunzip.unused_data
`;

/** What a client prints, and 'end=0' when it has found the end of the stream to be in order. */
const CLIENTS = {
  curl: (relay, token) => shell('curl', '-sSN', '--fail', '--compressed',
    '-H', `Authorization: ${token}`, `${relay.url}/v1/stream`),
  python: (relay, token) => shell('python3', '-c', PYTHON, String(relay.port), token),
  'fetch of Node': (relay, token) => reading(async (print) => {
    const answer = await fetch(`${relay.url}/v1/stream`, { headers: { Authorization: token } });
    assert.equal(answer.headers.get('Content-Encoding'), 'gzip');
    for await (const part of answer.body) print(part);
  }),
  'http and zlib of Node': (relay, token) => reading(async (print) => {
    const answer = await request(relay, token, { 'Accept-Encoding': 'gzip' });
    assert.equal(answer.headers['content-encoding'], 'gzip');
    for await (const part of answer.pipe(createGunzip())) print(part);
  }),
};

function shell(...command) {
  return run('bash', ['-c', '"$@"; printf "end=%s" $?', 'bash', ...command]);
}

function reading(read) {
  const client = { printed: '' };
  client.text = () => client.printed;
  client.hears = (words) => until(`it reads ${words.slice(0, 80)}`, () => client.printed.includes(words));
  read((part) => { client.printed += Buffer.from(part).toString('latin1'); })
    .then(() => 'end=0', (error) => `${error.stack}`)
    .then((end) => { client.printed += end; });
  client.stop = () => {};
  return client;
}

async function request(relay, token, headers, query = '') {
  const [answer] = await once(
    get(`${relay.url}/v1/stream${query}`, { headers: { ...headers, Authorization: token } }), 'response');
  return answer;
}

describe('a stream in gzip', { timeout: 120_000 }, () => {
  let issuer;
  let token;
  before(async () => {
    issuer = await startIssuer();
    token = `Bearer ${issuer.token(ANN)}`;
  });
  after(() => issuer.close());

  async function relayFor(t, options) {
    const relay = await startRelay(issuer, options);
    t.after(() => relay.running() && relay.stop());
    return relay;
  }

  for (const [name, open] of Object.entries(CLIENTS)) {
    test(`is read event by event by ${name}, to its end`, async (t) => {
      const relay = await relayFor(t);
      const client = open(relay, token);
      t.after(client.stop);
      await client.hears('event: system.connected');
      const wanted = [];
      for (let n = 0; n < COUNT; n++) {
        const data = { n, text: 'light on the water '.repeat(SIZES[n % SIZES.length] / 19) };
        const { cursor } = await publish(relay,
          { tenant: 'acme', topic: `lamps.${n}`, type: 'lamp.lit', data });
        // Nothing else is on its way that could push this one out.
        wanted.push(`id: ${cursor}\nevent: lamp.lit\ndata: ${JSON.stringify(data)}\n\n`);
        await client.hears(wanted[n]);
      }
      await relay.stop();
      await client.hears('end=');
      const [, ...frames] = client.text().split(/(?=id: |retry: )/);
      assert.deepEqual(frames.filter((frame) => frame.includes('lamp.lit')), wanted);
      assert.match(frames.at(-1), /event: system.shutdown\ndata: .*\n\nend=0$/);
    });
  }

  test('is the same stream, and a third of its bytes or less for the JSON of GitHub', async (t) => {
    const relay = await relayFor(t);
    const events = payloads().slice(0, 300).map(({ name, payload }) => (
      { tenant: 'acme', topic: `github.${name}`, type: `com.github.${name}`, data: payload }));
    const answer = await fetch(`${relay.url}/v1/hooks/curl`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${STATIC_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(events),
    });
    const last = (await answer.json()).results.at(-1).cursor;

    const read = async (headers, decode) => {
      const body = await request(relay, token, headers, `?replay=${events.length}`);
      let wire = 0;
      let text = '';
      body.on('data', (part) => { wire += part.length; });
      decode(body).setEncoding('utf8').on('data', (part) => { text += part; });
      await until('all of it', () => text.includes(`id: ${last}\n`) && text.endsWith('\n\n'));
      body.destroy();
      return { wire, text: text.slice(text.indexOf('\n\n')) };
    };
    const plain = await read({}, (body) => body);
    const zipped = await read({ 'Accept-Encoding': 'gzip' }, (body) => {
      const gunzip = createGunzip();
      body.pipe(gunzip);
      return gunzip;
    });
    assert.equal(zipped.text, plain.text);
    t.diagnostic(`${plain.wire} bytes, in gzip ${zipped.wire}: ${(zipped.wire / plain.wire).toFixed(3)}`);
    assert.ok(zipped.wire <= RATIO * plain.wire, `${zipped.wire} of ${plain.wire}`);
  });

  test('goes to those who accept it, and every answer says that it depends on that', async (t) => {
    const relay = await relayFor(t);
    const coding = async (accepted) => {
      const answer = await request(relay, token, accepted === undefined ? {} : { 'Accept-Encoding': accepted });
      answer.destroy();
      assert.equal(answer.headers.vary, 'Accept-Encoding');
      return answer.headers['content-encoding'];
    };
    assert.equal(await coding('gzip, deflate, br, zstd'), 'gzip');
    assert.equal(await coding('br, *'), 'gzip');
    assert.equal(await coding(undefined), undefined);
    assert.equal(await coding('identity'), undefined);
    assert.equal(await coding('gzip;q=0, *'), undefined);
  });

  test('goes to nobody where the operator does not want it', async (t) => {
    const relay = await relayFor(t, { java: ['-Xmx512m', '-Drelay.stream.compression=none'] });
    const answer = await request(relay, token, { 'Accept-Encoding': 'gzip' });
    const [first] = await once(answer, 'data');
    answer.destroy();
    assert.equal(answer.headers['content-encoding'], undefined);
    assert.match(first.toString(), /^id: .*\nretry: /);
  });
});
