// The runbook has an entry for each alert, with all that an operator needs at night, and commands that the relay answers.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { ROOT, startRelay } from '../clients/relay.mjs';

const text = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
const ENTRIES = text('deploy', 'RUNBOOK.md').split(/^## /m).slice(1).map((entry) => {
  const [title] = entry.split('\n', 1);
  return { title, body: entry.slice(title.length + 1) };
});
const API = text('gateway/src/main/resources/heliograph/gateway/admin/admin.openapi.yaml');

test('each alert has its entry, and each entry an alert', () => {
  const anchors = [...text('deploy', 'prometheus', 'alerts.yml').matchAll(/runbook_url: \.\.\/RUNBOOK\.md#(\w+)/g)].map(([, it]) => it);
  assert.deepEqual([...new Set(anchors)].sort(), ENTRIES.map(({ title }) => title.toLowerCase()).sort());
});

test('each entry says what it means, how to see the cause, what to do, and when it clears', () => {
  for (const { title, body } of ENTRIES) {
    assert.match(body, /^\n[A-Z].{40}/, title);
    const [command, first, clears] = ['\n```sh\ncurl ', '\n- ', '\n- It clears '].map((part) => body.indexOf(part));
    assert.ok(command > 0 && command < first && first < clears, title);
    assert.equal(body.match(/```sh/g).length, 1, title);
    assert.equal(clears, body.lastIndexOf('\n- '), title);
  }
});

test('the relay answers each command', { timeout: 60_000 }, async (t) => {
  const issuer = await startIssuer();
  t.after(() => issuer.close());
  const relay = await startRelay(issuer, { log: { durability: 'memory' } });
  t.after(() => relay.stop());
  for (const { title, body } of ENTRIES) {
    const [, command] = body.match(/```sh\ncurl (.+)\n```/);
    const [, path] = command.match(/http:\/\/127\.0\.0\.1:8081(\/admin\/v1\/[^' ]+)/);
    const answer = await fetch(`${relay.admin}${path}`, { method: command.includes('-X POST') ? 'POST' : 'GET' });
    assert.equal(answer.status, 200, `${title}: ${path}: ${await answer.text()}`);
    // What jq picks out of it is there by that name.
    const picked = command.split(' | jq ')[1]?.replaceAll(/"[^"]*"|\bselect\b/g, '') ?? '';
    for (const [member] of picked.matchAll(/\b[a-z]\w*/gi)) {
      assert.match(API, new RegExp(`\\b${member}\\b`), `${title}: ${member}`);
    }
  }
});
