// A relay whose metrics are for those who have a token, as a Prometheus sees it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { startRelay } from '../clients/relay.mjs';
import { key } from '../clients/secrets.mjs';
import { until } from '../clients/wait.mjs';
import { startPrometheus } from './prometheus.mjs';

test('is scraped with a token of its login, and not without', { timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-scrape-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [right, wrong] = ['right', 'wrong'].map((name) => {
    const file = join(folder, name);
    writeFileSync(file, `${key(`tests-only-scraper-${name}-${'0123456789'.repeat(2)}`)}\n`, { mode: 0o600 });
    return file;
  });
  const issuer = await startIssuer();
  t.after(() => issuer.close());
  const relay = await startRelay(issuer, {
    admin: { login: { open: 'health', tokens: [{ name: 'prometheus', role: ['viewer'], file: right }] } },
  });
  t.after(() => relay.kill());
  const port = Number(new URL(relay.admin).port);
  for (const [token, up] of [[right, 1], [wrong, 0], [undefined, 0]]) {
    const prometheus = await startPrometheus({ targets: [{ port, token }] });
    try {
      await until('it was scraped', async () => (await prometheus.query('up')).length > 0);
      assert.equal((await prometheus.query('max_over_time(up[1m])'))[0].value, up);
      assert.equal((await prometheus.query('heliograph_ready')).length, up);
    } finally {
      await prometheus.stop();
    }
  }
});
