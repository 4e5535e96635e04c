// The page that says which test shows what names tests that exist, and leaves nothing out.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../clients/relay.mjs';

const REQUIREMENTS = 197;
const FOLDERS_OF_CLASSES = ['contract', 'relay-core', 'gateway', 'tests'].map((module) => join(ROOT, module, 'src', 'test'));

const page = readFileSync(join(ROOT, 'deploy', 'examples', 'COVERAGE.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| (.+?) \| (.+) \|$/gm)].map(([, number, what, where]) => ({ number: Number(number), what, where }));

const classes = new Set(FOLDERS_OF_CLASSES.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.java')).map((file) => file.match(/(\w+)\.java$/)[1])));

/** The names of the tests of a file, as they are written there. */
function testsOf(name) {
  const file = join(import.meta.dirname, `${name}.test.mjs`);
  assert.ok(existsSync(file), `${file} exists`);
  return [...readFileSync(file, 'utf8').matchAll(/\btest\((['"`])(.+?)\1/g)].map(([, , title]) => title);
}

test('every requirement has a row, in order', () => {
  assert.deepEqual(rows.map(({ number }) => number), Array.from({ length: REQUIREMENTS }, (_, index) => index + 1));
});

test('every test that is named exists', () => {
  const missing = [];
  for (const { number, where } of rows) {
    const named = [...where.matchAll(/`(scouthouse|participants|workers|wishlist|activities)`: ([^;]+)/g)];
    for (const [, name, words] of named) {
      if (!testsOf(name).some((title) => words.startsWith(title))) missing.push(`${number}: ${name}: ${words}`);
    }
    for (const [, name] of where.matchAll(/`(\w+Test)`/g)) if (!classes.has(name)) missing.push(`${number}: ${name}`);
    const owned = /^(the application's|the operator's|left out: .)/.test(where);
    if (named.length === 0 && !/`\w+Test`/.test(where) && !owned) missing.push(`${number}: nothing`);
  }
  assert.deepEqual(missing, []);
});
