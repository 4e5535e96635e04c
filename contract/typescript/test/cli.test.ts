// The command, as it is built, against servers that answer well and badly; and what it writes, by the compiler.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MAX_BYTES } from '../src/cli/document.js';
import type { JsonObject } from '../src/cli/json.js';
import { MAX_DEPTH } from '../src/cli/schema.js';
import { typesOf } from '../src/cli/types.js';

const ROOT = join(import.meta.dirname, '..');
const COMMAND = join(ROOT, 'target', 'dist', 'cli.js');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

let folder: string;
beforeAll(() => {
  // Inside of the package, so that the compiler finds its sources.
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'target', 'cli-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<string> {
  server = createServer((request, response) => answer(response, request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A document as a relay has it. */
function document(messages: Record<string, JsonObject>, schemas: JsonObject = {}): JsonObject {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Heliograph', version: '0.1.0' },
    channels: {
      stream: {
        address: '/v1/stream',
        messages: Object.fromEntries(Object.keys(messages).map((it) => [it, { $ref: `#/components/messages/${it}` }])),
      },
    },
    components: { messages, schemas },
  };
}

function message(type: string, schema?: string): JsonObject {
  return {
    name: type,
    'x-heliograph-type': type,
    payload: schema === undefined ? {} : { $ref: `#/components/schemas/${schema}` },
  };
}

const ORDERS = document(
  {
    'order.paid': message('order.paid', 'order.paid'),
    'type-1': message('order.*', 'other-order'),
    'type-2': message('worker.metrics.*'),
    'system.gap': message('system.gap'),
    other: { title: 'Other events', payload: {} },
  },
  {
    'order.paid': {
      type: 'object',
      required: ['order', 'total'],
      properties: {
        order: { type: 'integer' },
        total: { anyOf: [{ $ref: '#/components/schemas/order.paid/$defs/money' }, { type: 'null' }] },
        email: { type: 'string', description: 'Left out for some subscribers.' },
        tree: { $ref: '#/components/schemas/order.paid' },
      },
      $defs: { money: { enum: [1, 2, 3] } },
    },
    'other-order': { type: 'object', required: ['why'], properties: { why: { type: 'string' } } },
  },
);

/** What the compiler says, at its strictest, of generated types and of a program that uses them. */
function compiled(generated: string, program = ''): string {
  writeFileSync(join(folder, 'events.ts'), generated);
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: { noEmit: true, declaration: false, emitDeclarationOnly: false, rootDir: '../..' },
    include: ['*.ts'],
    exclude: [],
  }));
  try {
    return execFileSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout: unknown }).stdout);
  }
}

describe('what it writes', () => {
  test('types the data of each event', async () => {
    const url = await serve((response) => response.end(JSON.stringify(ORDERS)));
    const file = join(folder, 'written.ts');
    expect(await run('types', `${url}/asyncapi`, '-o', file)).toEqual({ code: 0, out: '', err: '' });
    expect(compiled(readFileSync(file, 'utf8'), `
      import type { Live } from '../../src/api.js';
      import type { Events } from './events.js';
      declare const live: Live<Events>;
      live.on('order.paid', (d, message) => {
        const order: number = d.order;
        const total: 1 | 2 | 3 | null = d.total;
        const email: string | undefined = d.email;
        const deep: number | undefined = d.tree?.tree?.order;
        const type: string = message.type;
        // @ts-expect-error What a mask takes away may be missing.
        d.email.length;
        // @ts-expect-error An order is no text.
        d.order.trim();
        return [order, total, email, deep, type];
      });
      // Of both kinds of orders, which the pattern takes in.
      live.on('order.sent', (d) => ('why' in d ? d.why : d.order));
      live.on('worker.metrics.cpu', (d: unknown) => d);
      // @ts-expect-error There is no such type.
      live.on('ordr.paid', () => {});
      // @ts-expect-error Of these the relay tells nothing.
      live.on('system.gap', () => {});
    `)).toBe('');
  });

  test('is a map also where nothing is known', async () => {
    expect(compiled(await typesOf(document({})), `
      import type { Live } from '../../src/api.js';
      import type { Events } from './events.js';
      declare const live: Live<Events>;
      live.on('*', (d: unknown) => d);
    `)).toBe('');
  });

  test('is the frames of a profile, if that is asked for', async () => {
    const frame = (payload: JsonObject): JsonObject => ({ name: 'message', payload });
    const profile: JsonObject = {
      asyncapi: '3.0.0',
      channels: { 'profiles.house': { messages: { a: frame({ const: 'a' }), b: frame({ const: 'b' }) } } },
    };
    expect(compiled(await typesOf(profile, 'profiles.house'), `
      import type { Events } from './events.js';
      export const message: Events['message'][] = ['a', 'b'];
    `)).toBe('');
  });

  test('has the types that are called as a browser calls its own, and not the names of their frames', async () => {
    const frame = (type: string, schema?: string): JsonObject => ({ ...message(type, schema), name: `type.${type}` });
    expect(compiled(await typesOf(document(
      { error: frame('error', 'order.paid'), open: frame('open'), message: frame('message'), 'type.a': message('type.a') },
      { 'order.paid': { type: 'object', required: ['order'], properties: { order: { type: 'integer' } } } },
    )), `
      import type { Live } from '../../src/api.js';
      import type { Events } from './events.js';
      declare const live: Live<Events>;
      live.on('error', (d) => { const order: number = d.order; return order; });
      export const all: Record<keyof Events, true> = { error: true, open: true, message: true, 'type.a': true };
    `)).toBe('');
  });

  test('has names that objects have from the language as any others', async () => {
    const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype'];
    const each = <T>(make: (name: string) => T): Record<string, T> => Object.fromEntries(NAMES.map((it) => [it, make(it)]));
    const told: JsonObject = {
      ...document(
        each((it) => message(it, it)),
        each((it) => ({
          type: 'object', additionalProperties: false, required: [it],
          properties: { ...each(() => ({ type: 'number' })), [it]: { $ref: `#/components/schemas/${it}/$defs/${it}` } },
          $defs: { [it]: { const: it } },
        })),
      ),
    };
    const whole: JsonObject = {
      ...told,
      channels: {
        ...told['channels'] as JsonObject,
        // With variables of the path that are called so.
        'profiles.__proto__': {
          address: '/{__proto__}/{constructor}', parameters: each(() => ({ description: 'x' })),
          messages: each((it) => ({ name: 'message', payload: { const: it } })),
        },
      },
    };
    // As it comes over the wire.
    const read = JSON.parse(JSON.stringify(whole)) as JsonObject;
    expect(compiled(await typesOf(read), `
      import type { Live } from '../../src/api.js';
      import type { Events } from './events.js';
      declare const live: Live<Events>;
      ${NAMES.map((it) => `live.on('${it}', (d) => {
        const own: '${it}' = d['${it}'];
        const others: (number | undefined)[] = [${NAMES.filter((other) => other !== it).map((other) => `d['${other}']`).join(', ')}];
        // @ts-expect-error There is no such member.
        return [own, others, d.nothing];
      });`).join('\n')}
      export const all: Record<keyof Events, string> = { ${NAMES.map((it) => `['${it}']: 'x'`).join(', ')} };
      // @ts-expect-error There is no such type.
      live.on('valueOf', () => {});
    `)).toBe('');
    expect(compiled(await typesOf(read, 'profiles.__proto__'), `
      import type { Events } from './events.js';
      export const messages: Events['message'][] = ${JSON.stringify(NAMES)};
    `)).toBe('');
    for (const none of ['__proto__', 'constructor', 'profiles.constructor']) {
      await expect(typesOf(read, none)).rejects.toThrow(`no channel ${none}; it has stream, profiles.__proto__`);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as JsonObject)['$ref']).toBeUndefined();
  });

  test('has nothing in it but types, whatever the document says', async () => {
    const evil = 'x */ import "node:fs"; export const evil = 1; /* `${evil}` \u2028 \' " \\';
    const text = await typesOf(document(
      {
        a: message(evil, 'a'), b: message(`\`\${evil}\\`, 'a'), c: message('`${evil}\\*', 'a'), d: message('__proto__', 'a'),
        e: message('events', 'e'), f: message('payloads', 'f'),
      },
      {
        a: {
          title: evil, description: `${evil}\n */ export const evil = 2;`, type: 'object',
          tsType: 'any; export const evil = 3', tsEnumNames: ['evil'], $id: evil,
          extends: { tsType: 'any; export const evil = 4' },
          properties: {
            [evil]: { type: 'string', tsType: '1; export const evil = 5', description: evil },
            ['__proto__']: { type: 'string' }, constructor: { enum: [evil, 1], tsEnumNames: [evil, 'x'] },
            c: { const: evil }, d: { type: 'string', default: evil, deprecated: true },
          },
          patternProperties: { [evil]: { type: 'string' } },
          $defs: { [evil]: { title: evil } },
        },
        e: { title: 'Events', type: 'object', properties: { own: { type: 'boolean' } } },
        f: { title: 'Payloads', type: 'object', properties: { own: { type: 'string' } } },
      },
    ));
    expect(compiled(text, `
      import type { Events } from './events.js';
      import * as all from './events.js';
      export const none: never[] = Object.keys(all) as (keyof typeof all)[];
      export const own: boolean | undefined = ({} as Events['events']).own;
      export const other: string | undefined = ({} as Events['payloads']).own;
    `)).toBe('');
    // Without its types and its comments nothing is left of it.
    const emitted = join(folder, 'emitted');
    execFileSync(process.execPath, [TSC, '--target', 'es2022', '--module', 'esnext', '--ignoreConfig', '--removeComments', '--outDir', emitted,
      join(folder, 'events.ts')]);
    expect(readFileSync(join(emitted, 'events.js'), 'utf8').trim()).toBe('export {};');
  });

  test.each([
    'http://127.0.0.1:9/schema.json', 'file:///etc/passwd', './other.json', '#/channels/stream', 'other.json#/components/schemas/a',
  ])('never fetches what %s names', async ($ref) => {
    await expect(typesOf(document({ a: message('a', 'a') }, { a: { properties: { x: { $ref } } } })))
      .rejects.toThrow('outside of the document');
  });

  test('is refused where a schema is nested too deeply or refers to nothing', async () => {
    let deep: JsonObject = {};
    for (let i = 0; i <= MAX_DEPTH; i++) deep = { not: deep };
    await expect(typesOf(document({ a: message('a', 'a') }, { a: deep }))).rejects.toThrow('nested');
    await expect(typesOf(document({ a: message('a', 'b') }))).rejects.toThrow('cannot be read');
  });
});

describe('what goes wrong', () => {
  test.each([
    ['a page', 'text/html', '<!doctype html><title>Hello</title>', 'a page of HTML'],
    ['no JSON', 'application/json', 'asyncapi: 3.0.0', 'not JSON'],
    ['another document', 'application/json', '{"openapi":"3.1.0"}', 'no AsyncAPI 3 document'],
    ['an older AsyncAPI', 'application/json', '{"asyncapi":"2.6.0"}', 'no AsyncAPI 3 document'],
    ['nothing', 'application/json', '', 'not JSON'],
    ['no channel', 'application/json', '{"asyncapi":"3.0.0","channels":{"profiles.x":{}}}', 'it has profiles.x'],
  ])('%s', async (_, type, body, expected) => {
    const url = await serve((response) => response.setHeader('Content-Type', type).end(body));
    const { code, out, err } = await run('types', `${url}/asyncapi?token=secret-token`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(expected);
    expect(err).not.toMatch(/secret-token|\n {4}at /);
  });

  test.each([401, 404, 502])('the status %i', async (status) => {
    const url = await serve((response) => response.writeHead(status).end('<html>'));
    expect((await run('types', url)).err).toBe(`heliograph-client: ${url} answers ${status}\n`);
  });

  test('an answer without end', async () => {
    const url = await serve((response) => {
      const more = (): void => { while (response.write('x'.repeat(65_536))); };
      response.on('drain', more);
      more();
    });
    expect((await run('types', url)).err).toContain(`more than ${MAX_BYTES} bytes`);
  });

  test('a connection that breaks', async () => {
    const url = await serve((response) => response.socket?.destroy());
    expect((await run('types', url)).err).toContain('cannot be read');
  });

  test('nobody there', async () => {
    const url = await serve(() => {});
    await new Promise((closed) => server?.close(closed));
    expect((await run('types', url)).err).toContain('nothing listens there');
    expect((await run('types', 'http://no-such-host.invalid/')).err).toContain('no such host');
  });

  test('a file that cannot be written', async () => {
    const url = await serve((response) => response.end(JSON.stringify(ORDERS)));
    const { code, err } = await run('types', url, '-o', join(folder, 'no', 'such', 'folder.ts'));
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be written: ENOENT\n$/);
  });

  test.each([[[]], [['types']], [['types', 'a', 'b']], [['other', 'a']], [['types', 'a', '--nothing']]])('the call %j', async (args) => {
    const { code, err } = await run(...args);
    expect(code).toBe(64);
    expect(err).toContain('usage:');
  });

  test.each(['relay:8080', '/asyncapi', 'ftp://relay/', 'file:///etc/passwd'])('the address %s', async (address) => {
    expect((await run('types', address)).err).toContain('has to be a whole one');
  });
});
