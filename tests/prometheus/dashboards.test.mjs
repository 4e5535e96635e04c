// The dashboards that operators are given: well-formed, and each question of theirs is answered by a real Prometheus.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { ROOT, publish, startRelay } from '../clients/relay.mjs';
import { subscribe } from '../clients/subscriber.mjs';
import { until } from '../clients/wait.mjs';
import { RULES, WINDOW, startPrometheus } from './prometheus.mjs';

const FOLDER = join(ROOT, 'deploy', 'grafana');
const DASHBOARDS = readdirSync(FOLDER).map((file) => ({ file, ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) }));
const ALERTS = readFileSync(join(ROOT, 'deploy', 'prometheus', 'alerts.yml'), 'utf8');
const RULE_TEXT = readFileSync(join(ROOT, 'deploy', 'prometheus', 'rules.yml'), 'utf8');
const README = readFileSync(join(ROOT, 'deploy', 'README.md'), 'utf8');
const TABLE = README.slice(README.indexOf('\n## Metrics'), README.indexOf('\n## Log lines'));
const METRICS = [...TABLE.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
const RECORDED = [...RULE_TEXT.matchAll(/record: (\S+)/g)].map(([, name]) => name);
const SCREENS = readFileSync(join(ROOT, 'gateway', 'console', 'src', 'main.ts'), 'utf8');
const COLUMNS = 24;

const shown = ({ panels }) => panels.filter(({ type }) => type !== 'row');
/** The names that an expression asks for: what stands before a selector or a range, or is recorded. */
const asked = (expr) => [...expr.replaceAll(/"[^"]*"/g, '""').matchAll(/(?:heliograph|process|jvm|requests)[\w:]+/g)].map(([name]) => name);
const named = (description) => description.match(/\bHeliograph[A-Z]\w+/g) ?? [];
const base = (name) => METRICS.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
/** The metrics that expressions come down to, those of recorded rules among them. */
function counted(expressions) {
  const found = new Set(expressions.flatMap(asked));
  // A rule may be made of others; a set goes on over what is added on the way.
  for (const name of found) {
    if (RECORDED.includes(name)) {
      const rule = RULE_TEXT.slice(RULE_TEXT.indexOf(`record: ${name}\n`) + 'record: '.length + name.length);
      asked(rule.split('- record:')[0].replaceAll(/#.*/g, '')).forEach((it) => found.add(it));
    }
  }
  return new Set([...found].map(base));
}

for (const dashboard of DASHBOARDS) {
  describe(`the dashboard ${dashboard.title}`, () => {
    test('can be imported', () => {
      assert.match(dashboard.uid, /^[a-z-]{1,40}$/);
      assert.ok(dashboard.schemaVersion >= 39);
      assert.ok(dashboard.description && dashboard.tags.length > 0);
      const variables = dashboard.templating.list.map(({ name }) => name);
      assert.deepEqual(variables.slice(0, 3), ['datasource', 'job', 'instance']);
      for (const { url } of dashboard.links) {
        assert.ok(['${runbook}', '${console}/console'].includes(url) || DASHBOARDS.some(({ uid }) => url === `/d/${uid}`), url);
      }
      for (const { type, query, current } of dashboard.templating.list.filter(({ name }) => /^(console|runbook)$/.test(name))) {
        assert.deepEqual([type, current.value], ['textbox', query]);
      }
      const ids = dashboard.panels.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const [, used] of JSON.stringify(dashboard.panels).matchAll(/\$(?:\{(\w+)\}|(\w+))/g).map((it) => [it[0], it[1] ?? it[2]])) {
        assert.ok(variables.includes(used) || used.startsWith('__'), used);
      }
    });

    test('has its panels side by side', () => {
      const taken = new Map();
      for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
        assert.ok(x >= 0 && w > 0 && h > 0 && x + w <= COLUMNS, title);
        for (let row = y; row < y + h; row++) {
          for (let column = x; column < x + w; column++) {
            const place = `${column},${row}`;
            assert.equal(taken.get(place), undefined, `${title} lies on another`);
            taken.set(place, title);
          }
        }
      }
    });

    test('leads from a panel to the runbook and to a screen of the console', () => {
      for (const { title, links, description, fieldConfig } of shown(dashboard)) {
        const alerts = named(description);
        assert.deepEqual(links.filter(({ url }) => url.startsWith('${runbook}#')).map(({ url }) => url.slice('${runbook}#'.length)),
          alerts.map((it) => it.toLowerCase()), title);
        const screens = [...links, ...fieldConfig.defaults.links ?? []].flatMap(({ url }) => url.match(/\/console#\/(.*)$/)?.[1] ?? []);
        assert.equal(screens.length > 0, alerts.length > 0, title);
        for (const screen of screens) {
          assert.match(SCREENS, new RegExp(`^  ${screen || "''"}: \\{ title`, 'm'), title);
        }
      }
    });

    test('tells of each panel what it means', () => {
      for (const panel of shown(dashboard)) {
        assert.ok(panel.title && panel.description.endsWith('.'), panel.title);
        assert.ok(panel.fieldConfig.defaults.unit, panel.title);
        assert.equal(panel.datasource.uid, '${datasource}');
        for (const alert of named(panel.description)) {
          assert.match(ALERTS, new RegExp(`RUNBOOK\\.md#${alert.toLowerCase()}\\b`), `${panel.title}: ${alert}`);
        }
        for (const { refId, expr, legendFormat } of panel.targets) {
          assert.ok(refId && expr && legendFormat, panel.title);
          for (const name of asked(expr)) {
            assert.ok(METRICS.includes(base(name)) || RECORDED.includes(name), `${panel.title}: ${name}`);
          }
        }
      }
    });
  });
}

test('every metric is on a dashboard', () => {
  const used = counted(DASHBOARDS.flatMap((it) => shown(it)).flatMap(({ targets }) => targets).map(({ expr }) => expr));
  assert.deepEqual(METRICS.filter((name) => !used.has(name)), []);
});

test('every alert has a panel that names it and shows what it counts', () => {
  for (const [, name, text] of ALERTS.matchAll(/- alert: (\w+)\n([^]*?)(?=\n\n|$)/g)) {
    const entry = text.match(/RUNBOOK\.md#(\w+)/)[1];
    const panels = DASHBOARDS.flatMap((it) => shown(it)).filter(({ description }) => named(description).some((it) => it.toLowerCase() === entry));
    assert.ok(panels.length > 0, name);
    const seen = counted(panels.flatMap(({ targets }) => targets).map(({ expr }) => expr));
    for (const metric of counted([text.match(/expr: ([^]*?)\n +(?:for|labels):/)[1]])) {
      assert.ok(seen.has(metric), `${name}: ${metric}`);
    }
  }
});

test('each question is answered by a Prometheus', { timeout: 180_000 }, async (t) => {
  const issuer = await startIssuer();
  t.after(() => issuer.close());
  // On a disk, whatever the other tests have: some panels are about it.
  const relay = await startRelay(issuer, { log: { durability: 'os' } });
  t.after(() => relay.stop());
  const reader = subscribe(relay.url, { token: () => issuer.token({ subject: 'ann', tenant: 'acme' }), query: 'topic=orders.%3E', types: ['order.paid'] });
  t.after(() => reader.close());
  const prometheus = await startPrometheus({ targets: [{ port: Number(new URL(relay.admin).port) }], rules: RULES });
  t.after(() => prometheus.stop());
  let over = false;
  let n = 0;
  const load = (async () => {
    while (!over) {
      await publish(relay, { tenant: 'acme', topic: `orders.${n % 5}`, type: 'order.paid', data: { n: n++ } });
      await fetch(`${relay.url}/v1/hooks/curl`, { method: 'POST', body: '{}' });
    }
  })();
  try {
    for (const dashboard of DASHBOARDS) {
      for (const { title, targets } of shown(dashboard)) {
        for (const { refId, expr } of targets) {
          const question = expr.replaceAll('$__rate_interval', WINDOW).replaceAll(/\$(job|instance|publisher|profile)\b/g, '.*');
          const samples = await until(`${title} ${refId} is answered: ${question}`, async () => {
            const found = await prometheus.query(question);
            return found.length > 0 && found.every(({ value }) => Number.isFinite(value)) && found;
          }, 30_000);
          // What moves can be seen to move.
          if (/Published|Delivered$|Stored/.test(title)) {
            await until(`${title} moves`, async () => (await prometheus.query(question)).some(({ value }) => value > 0));
          }
          assert.ok(samples.length < 200, `${title} has too many lines`);
        }
      }
      for (const { name, definition } of dashboard.templating.list.filter(({ type }) => type === 'query')) {
        const [, selector, label] = definition.replaceAll(/\$\w+/g, '.*').match(/^label_values\((.+), (\w+)\)$/);
        assert.ok((await prometheus.query(selector)).every(({ metric }) => metric[label]), name);
      }
    }
    for (const { name, health, lastError, type } of await prometheus.rules()) {
      assert.equal(health, 'ok', `${name}: ${lastError}`);
      if (type === 'recording') await until(`${name} is recorded`, async () => (await prometheus.query(name)).length > 0);
    }
  } finally {
    over = true;
    await load;
  }
});
