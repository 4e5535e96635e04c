// What the relay tells of itself at /asyncapi, read by AsyncAPI's own parser.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { freePorts } from './ports.mjs';
import { ROOT, runRelay } from './relay.mjs';

const EXAMPLES = ['activities', 'participants', 'scouthouse', 'wishlist', 'workers'];
const LIBRARY = join(ROOT, 'contract', 'typescript');
const PORTS = { 'server.port': 0, 'server.sockets.0.port': 0 };
// Nobody is there; the relay would ask it about sessions.
const NOBODY = 'http://127.0.0.1:9';
// What an operator wrote in the examples' files, and is for nobody else to know.
const SECRETS = [/example-key/, /whsec_/, /127\.0\.0\.1/, /internal/, /"main"|north|south/, /"api"/, /FF_SSE_UPDATES/, /"admin"/];

const OWN = ['system.connected', 'system.end', 'system.gap', 'system.heartbeat', 'system.position', 'system.reauth',
  'system.shutdown'];

/**
 * The document of a relay with a file as its configuration, as it was sent and as the parser reads it.
 *
 * @param meanwhile called while the relay is there
 */
async function described(file, properties = {}, meanwhile = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-test-'));
  const machine = Object.entries(properties).map(([property, value]) => `-D${property}=${value}`);
  const relay = await runRelay(file, {
    folder,
    machine: ['-Xmx256m', '-Drelay.log.durability=memory', ...machine],
    warnings: [/ gap-untold /, / upstream-failed /],
    over: () => rmSync(folder, { recursive: true }),
  });
  let text;
  let yaml;
  try {
    const answer = await fetch(`${relay.url}/asyncapi`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    text = await answer.text();
    yaml = await (await fetch(`${relay.url}/asyncapi`, { headers: { Accept: 'application/yaml' } })).text();
    await meanwhile(relay);
  } finally {
    await relay.stop();
  }
  return { text, document: await parsed(text), ofYaml: await parsed(yaml) };
}

/** The types that the command writes for a relay. */
function typesOf(relay) {
  return execFileSync(process.execPath, [join(LIBRARY, 'target', 'dist', 'cli.js'), 'types', `${relay.url}/asyncapi`], { encoding: 'utf8' });
}

/** What the compiler says, at its strictest, of such types and of a program that has a stream of them. */
function compiled(types, program) {
  const folder = mkdtempSync(join(LIBRARY, 'target', 'types-'));
  try {
    writeFileSync(join(folder, 'events.ts'), types);
    writeFileSync(join(folder, 'program.ts'), `
      import { connect } from '../../src/index.js';
      import type { Events } from './events.js';
      const live = connect<Events>({ url: '/v1/stream' });
      ${program}`);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      extends: '../../tsconfig.json', include: ['*.ts'], exclude: [],
      compilerOptions: { noEmit: true, declaration: false, emitDeclarationOnly: false, rootDir: '../..' },
    }));
    const tsc = join(LIBRARY, 'node_modules', 'typescript', 'bin', 'tsc');
    return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const examples = new Map();

/** The same of an example, whose relay is started once. */
function example(name) {
  if (!examples.has(name)) {
    examples.set(name, described(join(ROOT, 'deploy', 'examples', name, 'relay.yaml'), PORTS));
  }
  return examples.get(name);
}

/** What AsyncAPI's own parser makes of a document, of which it has nothing to say. */
async function parsed(text) {
  const { document, diagnostics } = await new Parser().parse(text);
  const wrong = diagnostics.filter(({ severity }) => severity <= 1);
  assert.deepEqual(wrong.map(({ code, path, message }) => `${code} ${path.join('.')} ${message}`), []);
  return document;
}

const names = (channel) => channel.messages().all().map((message) => message.name() ?? message.title());

describe('/asyncapi by the parser of AsyncAPI', { timeout: 280_000 }, () => {
  for (const name of EXAMPLES) {
    test(`of the example ${name}`, async () => {
      const { text, document, ofYaml } = await example(name);
      assert.equal(document.version(), '3.0.0');
      const channels = document.channels().all();
      assert.deepEqual(channels.map((channel) => channel.id()), ['stream', `profiles.${name}`]);
      for (const secret of SECRETS) assert.doesNotMatch(text, secret);
      assert.deepEqual(ofYaml.json(), document.json());
    });
  }

  test('a profile has its path, its frames and its credentials', async () => {
    const { document } = await example('scouthouse');
    const channel = document.channels().get('profiles.scouthouse');
    assert.equal(channel.address(), '/api/v1/events/{id}/live');
    assert.deepEqual(channel.parameters().all().map((parameter) => parameter.id()), ['id']);
    assert.match(channel.parameters().get('id').description(), /whole number/);
    const [other] = channel.messages().all();
    assert.equal(other.name(), 'message');
    assert.deepEqual(other.payload().properties().event_id.type(), 'integer');
    const [operation] = channel.operations().all();
    assert.ok(operation.isSend());
    assert.deepEqual(operation.security().map((needed) => needed.all().map((it) => it.scheme().json('name'))),
      [['access_token']]);
  });

  test('of the demo', async () => {
    const [port, adminPort] = await freePorts(2);
    const { document } = await described(join(ROOT, 'deploy', 'demo.yaml'), {
      'server.port': port, 'server.sockets.admin.port': adminPort,
    });
    assert.ok(document.channels().get('stream'));
  });

  test('becomes types by the command, and beside it are the files of the library as they were built', async () => {
    const built = join(LIBRARY, 'target', 'classes', 'META-INF', 'client');
    let types;
    await described(join(ROOT, 'deploy', 'examples', 'workers', 'relay.yaml'), PORTS, async (relay) => {
      types = typesOf(relay);
      const { files } = await (await fetch(`${relay.url}/client`)).json();
      assert.deepEqual(files.map(({ file }) => file).sort(), readdirSync(built).sort());
      for (const { file, path, integrity } of files) {
        // As a browser checks it.
        const answer = await fetch(relay.url + path, { integrity });
        assert.equal(await answer.text(), readFileSync(join(built, file), 'utf8'));
      }
    });
    assert.equal(compiled(types, `
      live.on('worker.created', (data: unknown) => data);
      live.on('worker.metrics.cpu', (data: unknown) => data);
      // @ts-expect-error The relay has no such type.
      live.on('worker.creatd', () => {});
    `), '');
  });

  describe('of a file of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'heliograph-test-'));

    async function of(relay, meanwhile) {
      const file = join(folder, 'application.yaml');
      writeFileSync(file, JSON.stringify({
        server: { host: '127.0.0.1', port: 0, sockets: { admin: { port: 0 } } },
        relay: { identity: { session: { url: `${NOBODY}/who` } }, ...relay },
      }));
      return described(file, {}, meanwhile);
    }

    test('that says no more than it must', async () => {
      const { document } = await of({});
      assert.deepEqual(document.channels().all().map((channel) => channel.address()), ['/v1/stream']);
      assert.deepEqual(names(document.channels().get('stream')).sort(), ['Other events', ...OWN]);
    });

    test('with schemas of 2020-12 that draft-07 has in other words', async () => {
      const { document } = await of({
        types: [{
          type: 'tree.grown',
          schema: JSON.stringify({
            $id: 'https://example.org/tree',
            type: 'object',
            properties: {
              pair: { prefixItems: [{ type: 'string' }, { $ref: '#/$defs/a b~1c' }], items: false },
              left: { $ref: '#' },
              right: { $dynamicRef: '#node' },
              named: { $ref: '#leaf', description: 'A leaf' },
              byId: { $ref: 'https://example.org/tree#/$defs/a%20b~1c' },
            },
            dependentRequired: { left: ['right'] },
            $dynamicAnchor: 'node',
            $defs: { 'a b/c': { type: 'number' }, leaf: { $anchor: 'leaf', type: 'boolean' } },
          }),
        }],
      });
      const properties = document.schemas().get('tree.grown').properties();
      assert.deepEqual(properties.pair.items().map((item) => item.type()), ['string', 'number']);
      assert.equal(properties.pair.additionalItems(), false);
      assert.equal(properties.left.isCircular(), true);
      assert.equal(properties.right.isCircular(), true);
      assert.equal(properties.named.allOf()[0].type(), 'boolean');
      assert.equal(properties.byId.type(), 'number');
    });

    test('with names that are made to break it', async () => {
      const { document, text } = await of({
        types: [
          { type: '__proto__', schema: JSON.stringify({ type: 'object', properties: { $ref: { type: 'string' }, ['__proto__']: {} } }) },
          { type: 'a/b~c#d?e{f}"g\'h<i>\\ %41', schema: JSON.stringify({
            type: 'object', description: '*/', additionalProperties: false,
            properties: { 'x/y~z#': { $ref: '#/properties/x~1y~0z#' }, constructor: { type: 'string' } },
            patternProperties: { '(?i)^x': { type: 'string' } },
            examples: [{ $ref: `${NOBODY}/leak.json` }], const: { $ref: 'file:///etc/passwd' },
          }) },
          { type: 'system.gap', schema: '{"type":"string"}' },
          { type: 'other', schema: '{"pattern":"\\\\A(?P<a>x)\\\\z"}' },
          { type: 'type-1' },
          { type: 'constructor', schema: '{"type":"object","required":["toString"]}' },
          { type: 'ж.*' },
        ],
        streams: [
          { name: 'stream', path: '/{id}/{toString}', topics: ['a.{path.id}.{path.toString}.{query.constructor}'],
            envelope: '{"$ref":"file:///etc/passwd","placeholder":{"placeholder":0},"d":{data},"__proto__":null}' },
        ],
      });
      assert.doesNotMatch(text, /etc\/passwd|leak\.json/);
      const keys = Object.keys(document.json().components.messages);
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.every((key) => /^[\w.-]+$/.test(key)), String(keys));
      assert.deepEqual(document.channels().all().map((channel) => channel.address()),
        ['/v1/stream', '/{id}/{toString}']);
    });

    test('with names that objects have from the language', async () => {
      const NAMES = ['__proto__', 'hasOwnProperty', 'constructor', 'toString'];
      const each = (make) => Object.fromEntries(NAMES.map((name) => [name, make(name)]));
      let types;
      const { document, text } = await of({
        types: [...NAMES.map((type) => ({ type, schema: JSON.stringify({
          type: 'object', properties: each(() => ({ type: 'string' })), required: [type], additionalProperties: false,
          dependentRequired: each(() => NAMES), dependentSchemas: each(() => ({ type: 'object' })),
          $defs: each(() => ({ type: 'number' })), examples: [each(() => 1)], default: each(() => ({})),
          propertyNames: { enum: NAMES }, hasOwnProperty: 1, ['__proto__']: {},
        }) })), { type: 'last' }],
        streams: NAMES.map((name) => ({
          name, path: `/${name}/{${name}}/{__proto__x}/{variable-1}`, types: [name],
          topics: [`a.{path.${name}}.{path.__proto__x}.{path.variable-1}.${NAMES.map((it) => `{query.${it}}`).join('.')}`],
          envelope: `{"d":{data},${NAMES.map((it) => `"${it}":null`).join()}}`,
        })),
      }, (relay) => { types = typesOf(relay); });
      assert.equal(compiled(types, `
        ${NAMES.map((name) => `live.on('${name}', (data) => data['${name}'] satisfies unknown);`).join('\n')}
        live.on('constructor', (data) => data.constructor.trim());
        // @ts-expect-error The relay has no such type.
        live.on('valueOf', () => {});
      `), '');
      // What somebody reads who has no parser of AsyncAPI.
      const read = JSON.parse(text);
      const told = Object.values(read.components.messages).map((message) => message['x-heliograph-type']);
      assert.deepEqual(told.filter(Boolean), [...NAMES, 'last']);
      assert.deepEqual(document.channels().all().map((channel) => [channel.id(), channel.address()]), [
        ['stream', '/v1/stream'],
        ['profiles.__proto__', '/__proto__/{variable-2}/{__proto__x}/{variable-1}'],
        ['profiles.hasOwnProperty', '/hasOwnProperty/{variable-2}/{__proto__x}/{variable-1}'],
        ['profiles.constructor', '/constructor/{constructor}/{__proto__x}/{variable-1}'],
        ['profiles.toString', '/toString/{toString}/{__proto__x}/{variable-1}'],
      ]);
      for (const name of NAMES) {
        const channel = document.channels().get(`profiles.${name}`);
        assert.deepEqual(names(channel).filter((it) => !OWN.includes(it)), [name, 'Other events']);
        assert.equal(channel.parameters().all().length, 3);
        const { query } = read.operations[`profiles.${name}`].bindings.http;
        assert.deepEqual(query.required, NAMES.toSorted());
        assert.deepEqual(Object.keys(query.properties), ['constructor', 'toString']);
      }
      assert.deepEqual(Object.values(read.components.schemas), NAMES.map((name) => ({
        type: 'object', required: [name], propertyNames: { enum: NAMES },
        properties: { constructor: { type: 'string' }, toString: { type: 'string' } },
        dependencies: { constructor: { type: 'object' }, toString: { type: 'object' } },
        $defs: { constructor: { type: 'number' }, toString: { type: 'number' } },
      })));
      assert.deepEqual(Object.keys(Object.prototype), []);
    });

    test.after(() => rmSync(folder, { recursive: true }));
  });
});
