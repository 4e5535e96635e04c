// GitHub's own examples of its webhooks, as events: who may see each, and how its JSON is spelled.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGE = dirname(
  createRequire(import.meta.url).resolve('@octokit/webhooks-examples/package.json'));

/** Every payload of the package: those of github.com and those of each GitHub Enterprise. */
export function payloads() {
  return readdirSync(PACKAGE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^(api\.github\.com|ghes-\d+)$/.test(entry.name))
    .flatMap(({ name }) => JSON.parse(readFileSync(join(PACKAGE, name, 'index.json'))))
    .flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
}

// By turns, so that each meets each spelling: 5 audiences and 4 spellings have no common divisor.
const AUDIENCES = [
  {},
  { roles: ['x'] },
  { roles: 'y,z' },
  { users: ['ursula'] },
  { roles: ['x'], users: ['ursula'] },
];

const SPELLINGS = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2).replaceAll('\n', '\r\n'),
  (value) => JSON.stringify(value, null, '\t'),
  odd,
];

/** The n-th payload as an event of the tenant; text is its data as it is sent. */
export function event(tenant, { name, payload }, n) {
  const attributes = {
    tenant,
    topic: `github.${name}`,
    type: ['com.github', name, payload.action].filter(Boolean).join('.'),
    ...AUDIENCES[n % AUDIENCES.length],
  };
  const text = SPELLINGS[n % SPELLINGS.length](payload);
  const body = `${JSON.stringify(attributes).slice(0, -1)}, "data": ${text}}`;
  return { ...attributes, text, body, webhookId: `msg_${tenant}_${n}` };
}

/** The rule the relay should follow, in the words of this test. */
export function maySee(who, { tenant, roles, users }) {
  if (who.tenant !== tenant) return false;
  if (roles === undefined && users === undefined) return true;
  const named = typeof roles === 'string' ? roles.split(',') : roles ?? [];
  return named.some((role) => who.roles.includes(role)) || (users ?? []).includes(who.subject);
}

/** JSON as nobody prints it, and as everybody must read it. */
function odd(value) {
  if (Array.isArray(value)) return `[\r${value.map(odd).join('\n ,\t')} ]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => `${oddText(name)}\r\n: ${odd(member)}`);
    return `{ ${members.join(' ,\r')}\n}`;
  }
  if (Number.isInteger(value)) return value !== 0 && value % 100 === 0 ? `${value / 100}e2` : `${value}.0`;
  return typeof value === 'string' ? oddText(value) : JSON.stringify(value);
}

function oddText(text) {
  const escaped = text.charCodeAt(0) > 0x7f || !/^[a-z]/i.test(text)
    ? JSON.stringify(text)
    : `"\\u00${text.charCodeAt(0).toString(16)}${JSON.stringify(text.slice(1)).slice(1)}`;
  return escaped.replaceAll('/', '\\/');
}
