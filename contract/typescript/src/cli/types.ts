import type { JSONSchema4 } from 'json-schema';
import { compile } from 'json-schema-to-typescript';
import { Failure } from './failure.js';
import { isObject, member, type Json, type JsonObject } from './json.js';
import { PlainSchemas } from './schema.js';

/** The channel of a relay's `/v1/stream`. */
export const STREAM = 'stream';

const HEADER = `// Written by heliograph-client from what a relay tells at /asyncapi. Do not edit it: run the command again.
/* eslint-disable */`;

/** The event types that one member of the map stands for. */
interface Entry {
  /** The type, or what it begins with. */
  readonly text: string;
  /** Whether it stands for all types that begin so. */
  readonly open: boolean;
  /** The members of `Payloads` that its data can be; none if nothing is known of it. */
  readonly payloads: readonly string[];
}

/**
 * Writes the event map of a channel as TypeScript.
 *
 * @param document an AsyncAPI 3 document
 * @param channel the key of the channel; of a profile it is `profiles.` and its name
 * @throws Failure saying what is wrong with the document
 */
export async function typesOf(document: JsonObject, channel = STREAM): Promise<string> {
  const schemas = new PlainSchemas(document);
  const payloads: Record<string, JSONSchema4> = {};
  const entries: Entry[] = [];
  for (const message of messagesOf(document, channel)) {
    const name = member(message, 'name');
    if (typeof name !== 'string' || name.startsWith('system.')) continue;
    const open = name.endsWith('*') && member(message, 'x-heliograph-type') === name;
    const text = open ? name.slice(0, -1) : typeOf(name);
    const payload = payloadOf(message, schemas);
    const key = `p${Object.keys(payloads).length}`;
    if (payload !== undefined) payloads[key] = payload;
    add(entries, { text, open, payloads: payload === undefined ? [] : [key] });
  }
  return [HEADER, await interfaces(document, payloads, schemas), eventMap(entries)].filter((it) => it !== '').join('\n\n');
}

/** The type of the events in frames of a name, as the library tells it. */
function typeOf(name: string): string {
  return name.replace(/^type\.(error|open|message)$/, '$1');
}

function messagesOf(document: JsonObject, channel: string): JsonObject[] {
  const channels = member(document, 'channels');
  const messages = member(member(channels, channel), 'messages');
  if (!isObject(messages)) {
    const known = isObject(channels) ? Object.keys(channels).filter((it) => /^[\w.-]+$/.test(it)) : [];
    throw new Failure(`the document has no channel ${channel}; it has ${known.join(', ') || 'none'}`);
  }
  return Object.values(messages).map((it) => resolved(document, it)).filter(isObject);
}

/** A message, or the one that a reference names. */
function resolved(document: JsonObject, message: Json): Json | undefined {
  const reference = member(message, '$ref');
  const prefix = '#/components/messages/';
  if (typeof reference !== 'string') return message;
  if (!reference.startsWith(prefix)) throw new Failure('a message refers to something outside of the components');
  return member(member(member(document, 'components'), 'messages'), reference.slice(prefix.length));
}

/** The schema of a message's data; undefined if nothing is known of it. */
function payloadOf(message: JsonObject, schemas: PlainSchemas): JSONSchema4 | undefined {
  const payload = member(message, 'payload');
  if (!isObject(payload) || Object.keys(payload).length === 0) return undefined;
  return schemas.of(payload) as JSONSchema4;
}

/** Messages of one name are one entry, whose data is that of either. */
function add(entries: Entry[], entry: Entry): void {
  const at = entries.findIndex((it) => it.text === entry.text && it.open === entry.open);
  const other = entries[at];
  if (other === undefined) entries.push(entry);
  else entries[at] = { ...other, payloads: joined([other, entry]) };
}

/** What the data of several entries can be; nothing is known if of one of them nothing is. */
function joined(entries: readonly Entry[]): readonly string[] {
  return entries.some((it) => it.payloads.length === 0) ? [] : [...new Set(entries.flatMap((it) => it.payloads))];
}

async function interfaces(document: JsonObject, payloads: Record<string, JSONSchema4>, schemas: PlainSchemas): Promise<string> {
  if (Object.keys(payloads).length === 0) return '';
  const all = schemas.of({ properties: member(member(document, 'components'), 'schemas') ?? {} }) as JSONSchema4;
  const root: JSONSchema4 = {
    type: 'object',
    description: 'What the data of events is, in the order of the document.',
    additionalProperties: false,
    required: Object.keys(payloads),
    properties: payloads,
    components: { schemas: all.properties ?? {} },
  };
  try {
    return schemas.restored(await compile(root, 'Payloads', {
      bannerComment: '',
      format: false,
      // Nothing but the document itself is read.
      $refOptions: { resolve: { external: false, file: false, http: false } },
      customName: (schema, key) => ownName(schema.title ?? schema.$id ?? key),
    })).trim();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('the schemas of the document cannot be read; does AsyncAPI\'s own parser take them?');
  }
}

/** A name for what would be called as the map is; undefined for the generator's own. */
function ownName(name: string | undefined): string | undefined {
  return name !== undefined && name.replace(/[^a-z]/gi, '').toLowerCase() === 'events' ? 'EventsData' : undefined;
}

function eventMap(entries: readonly Entry[]): string {
  const lines = entries.map((entry) => `  ${key(entry)}: ${data(entry, entries)};`);
  // An interface would be no EventMap, as others could add members to it.
  return `/** The types of events, and what their data is. */\nexport type Events = {\n${lines.map((it) => `${it}\n`).join('')}};\n`;
}

function key({ text, open }: Entry): string {
  if (!open) return JSON.stringify(text).replace(/[\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16)}`);
  return text === '' ? '[type: string]' : `[type: \`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\${string}\`]`;
}

/** A pattern's own data and, as TypeScript asks for, that of each member that it takes in as well. */
function data(entry: Entry, entries: readonly Entry[]): string {
  const within = entry.open ? entries.filter((it) => it.text.startsWith(entry.text)) : [entry];
  const payloads = joined(within);
  return payloads.length === 0 ? 'unknown' : payloads.map((it) => `Payloads['${it}']`).join(' | ');
}
