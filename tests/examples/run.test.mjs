// The one command of each example: it starts the relay and the back end, says where the page is, and leaves nothing behind.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from '../clients/ports.mjs';
import { start } from '../clients/programs.mjs';
import { ROOT } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';

const EXAMPLES = join(ROOT, 'deploy', 'examples');
const START_MS = 60_000;

const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'run')));

for (const name of names) {
  test(`deploy/examples/${name}/run`, { timeout: 120_000 }, async () => {
    const [port, relayPort, adminPort] = await freePorts(3);
    const child = start(join(EXAMPLES, name, 'run'), [], {
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        PORT: String(port),
        RELAY_PORT: String(relayPort),
        ADMIN_PORT: String(adminPort),
      },
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { printed += text; });
    }
    const ended = once(child, 'close');
    await until('it says where the page is', () => {
      assert.equal(child.exitCode, null, printed);
      return printed.includes(`${name}: http://127.0.0.1:${port}\n`);
    }, START_MS);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(page.status, 200);
    await page.body.cancel();
    assert.equal((await fetch(`http://127.0.0.1:${adminPort}/observe/health/ready`)).status, 200);

    // To it alone: what it has started is its own to end.
    process.kill(child.pid, 'SIGTERM');
    await ended;
    assert.match(printed, / stopped streams=\d+ left-open=0\n/);
    for (const one of [port, relayPort]) await assert.rejects(fetch(`http://127.0.0.1:${one}/`), `port ${one}`);
  });
}
