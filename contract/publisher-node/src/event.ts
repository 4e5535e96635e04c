// An event as it is sent: the plain form of the contract, whose audience is of arrays, as a name may hold a comma.
import { PublishError, type PublisherEvent } from './api.js';
import { base64 } from './credential.js';

const MEMBERS = new Set(['id', 'source', 'type', 'tenant', 'topic', 'roles', 'users', 'time', 'expirytime', 'ephemeral',
  'datacontenttype', 'partitionkey', 'attributes', 'data']);
const OWN = new Set([...MEMBERS, 'specversion', 'data_base64', 'role', 'user']);
const ATTRIBUTE = /^[a-z0-9]{1,64}$/;

/** An accepted event: what is sent cannot be changed any more. */
export interface Written {
  readonly id: string;
  readonly json: Uint8Array;
}

/** Writes it once. Most rules are the relay's to check; here are those whose breach the relay could not see. */
export function write(event: PublisherEvent): Written {
  const { id = crypto.randomUUID(), attributes = {}, data, ...rest } = event;
  for (const [name, value] of Object.entries(event)) {
    if (!MEMBERS.has(name)) throw invalid(name, 'not a member of an event');
    // Left out, an audience means everybody, so one that got lost on its way here must not be left out.
    if ((name === 'roles' || name === 'users') && !isNames(value)) throw invalid(name, 'a list of texts');
  }
  for (const name of ['source', 'type', 'topic'] as const) {
    if (typeof event[name] !== 'string') throw invalid(name, 'is required');
  }
  if (typeof id !== 'string') throw invalid('id', 'not a text');
  for (const name of Object.keys(attributes)) {
    if (!ATTRIBUTE.test(name) || OWN.has(name)) throw invalid('attributes', 'a name is not one of an attribute');
  }
  const payload = data instanceof Uint8Array ? binary(data, event.datacontenttype) : { data };
  try {
    const text = JSON.stringify({ specversion: '1.0', id, ...attributes, ...rest, ...payload });
    return { id, json: new TextEncoder().encode(text) };
  } catch {
    // The message may have the data in it.
    throw invalid('data', 'cannot be written as JSON');
  }
}

const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((it) => typeof it === 'string');

function binary(bytes: Uint8Array, type: string | undefined): { data_base64: string } {
  if (type === undefined) throw invalid('datacontenttype', 'bytes need one');
  return { data_base64: base64(bytes) };
}

// The name is the caller's own; it is cut, as a log would bear it.
function invalid(name: string, why: string): PublishError {
  const shown = name.slice(0, 64);
  return new PublishError('invalid', `${shown}: ${why}`, false, {
    status: 0, code: '', detail: why, pointer: `/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  });
}
