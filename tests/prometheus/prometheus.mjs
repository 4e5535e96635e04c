// A real Prometheus that scrapes relays, with the rules that operators are given, in a hurry: what these count over
// minutes counts over seconds here, and alerts wait for nothing.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { signal, start } from '../clients/programs.mjs';
import { freePorts } from '../clients/ports.mjs';
import { ROOT } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';

export const RULES = ['rules.yml', 'alerts.yml'].map((file) => join(ROOT, 'deploy', 'prometheus', file));

/** Over which time the rules count here. */
export const WINDOW = '30s';

/** The text of rules, with short times. Several starts take a while; of a stream that is behind, two seconds are enough. */
export function hurried(text) {
  return text
    .replace('changes(process_start_time_seconds{job="heliograph"}[15m])', 'changes(process_start_time_seconds{job="heliograph"}[2m])')
    .replaceAll(/\[(5m|15m|1h|6h)\]/g, `[${WINDOW}]`)
    .replaceAll(/offset 15m/g, `offset ${WINDOW}`)
    .replaceAll(/^ +for: .*\n/gm, '')
    .replace('heliograph_late_seconds > 60', 'heliograph_late_seconds > 2');
}

/**
 * Starts a Prometheus on loopback.
 *
 * @param options targets: of each the port of an admin listener, and the file of a token if it asks for one, in a job of
 *     the name that the rules know; rules: files of rules; interval: how often they are scraped and evaluated
 */
export async function startPrometheus({ targets, rules = [], interval = '500ms' }) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-prometheus-'));
  mkdirSync(join(folder, 'rules'));
  const files = rules.map((file) => {
    const copy = join(folder, 'rules', basename(file));
    writeFileSync(copy, hurried(readFileSync(file, 'utf8')));
    return copy;
  });
  const open = targets.filter(({ token }) => !token);
  const guarded = targets.filter(({ token }) => token);
  const file = join(folder, 'prometheus.yml');
  // JSON is YAML. The rules know one job, so that of the guarded is called the same.
  const job = (name, some, more) => ({
    job_name: name, metrics_path: '/observe/metrics', ...more,
    static_configs: [{ targets: some.map(({ port }) => `127.0.0.1:${port}`) }],
    relabel_configs: [{ target_label: 'job', replacement: 'heliograph' }],
  });
  writeFileSync(file, JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: files,
    scrape_configs: [
      ...open.length > 0 ? [job('heliograph', open, {})] : [],
      ...guarded.map((it, n) => job(`guarded-${n}`, [it], { authorization: { credentials_file: it.token } })),
    ],
  }));
  execFileSync('promtool', ['check', 'config', file]);
  const [port] = await freePorts(1);
  const child = start('prometheus', [
    `--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`,
    // What was scraped once and is not there any more is gone at once, and not in five minutes.
    '--query.lookback-delta=2s', '--log.level=warn',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
  const ended = once(child, 'close').finally(() => rmSync(folder, { recursive: true }));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    signal(child, 'SIGTERM');
    await ended;
  };
  const ask = async (path, query = {}) => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const body = await answer.json();
    if (body.status !== 'success') throw new Error(`${JSON.stringify(query)}: ${body.error}`);
    return body.data;
  };
  try {
    await until('Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok, 30_000);
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not start:\n${log}`, { cause: error });
  }
  return {
    stop,
    /** The samples that an expression has now: `[{ metric, value }]`. */
    async query(expr) {
      const { resultType, result } = await ask('query', { query: expr });
      if (resultType === 'scalar') return [{ metric: {}, value: Number(result[1]) }];
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    /** The alerts that fire now, as `[{ labels, annotations }]`. */
    async firing() {
      const { alerts } = await ask('alerts');
      return alerts.filter(({ state }) => state === 'firing');
    },
    /** The rules as they stand, with what went wrong of each. */
    async rules() {
      const { groups } = await ask('rules');
      return groups.flatMap((group) => group.rules);
    },
  };
}
