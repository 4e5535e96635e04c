// The small applications of deploy/recipes that publish after their commit, with a real relay.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { freePorts } from '../clients/ports.mjs';
import { signal, start } from '../clients/programs.mjs';
import { ROOT, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { place } from './place.mjs';
import { RECIPES } from './shop.mjs';

const PYTHON = '/usr/bin/python3';
const APPLICATIONS = {
  fastapi: (folder, port) => [PYTHON, ['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--port', port]],
  flask: (folder, port) => [PYTHON, ['-m', 'flask', '--app', 'app', 'run', '--host', '127.0.0.1', '--port', port]],
  express: () => [process.execPath, ['app.mjs']],
};

/** What an Express application has after npm install: the framework, and the publisher as it is packed. */
function installed(folder) {
  const packages = join(folder, 'node_modules');
  const publisher = join(packages, '@heliograph', 'publisher');
  mkdirSync(join(publisher, 'target'), { recursive: true });
  const source = join(ROOT, 'contract', 'publisher-node');
  cpSync(join(source, 'package.json'), join(publisher, 'package.json'));
  cpSync(join(source, 'target', 'dist'), join(publisher, 'target', 'dist'), { recursive: true });
  symlinkSync(join(ROOT, 'deploy', 'examples', 'node_modules', 'express'), join(packages, 'express'));
}

describe('publishing after the commit', { timeout: 120_000 }, () => {
  for (const [name, command] of Object.entries(APPLICATIONS)) {
    test(`from ${name}`, async (t) => {
      // Each has its own: the orders of all are the same events.
      const relay = await place(t);
      const folder = mkdtempSync(join(tmpdir(), 'heliograph-recipe-'));
      cpSync(join(RECIPES, name), folder, { recursive: true });
      if (name === 'express') installed(folder);
      const [port] = await freePorts(1);
      const [program, args] = command(folder, String(port));
      const child = start(program, args, {
        cwd: folder,
        env: {
          ...process.env, ...relay.environment, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: join(RECIPES, 'python'),
          DATABASE: join(folder, 'orders.db'), PORT: String(port),
        },
      });
      const ended = once(child, 'close');
      let printed = '';
      for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', (text) => { printed += text; });
      t.after(async () => {
        if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGKILL');
        await ended;
        rmSync(folder, { recursive: true });
      });
      const url = `http://127.0.0.1:${port}/orders`;
      const orders = async () => (await fetch(url)).json();
      const order = async (item) => {
        const answer = await fetch(url, {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ item }),
        });
        return { status: answer.status, ...(answer.status === 201 ? await answer.json() : {}) };
      };
      await until(`${name} answers`, () => {
        assert.equal(child.exitCode, null, printed);
        return orders();
      }, 30_000);

      const subscriber = await relay.subscribe();
      const first = await order('tea');
      assert.equal(first.status, 201, printed);
      // Refused by the database, so rolled back: nobody is told.
      assert.equal((await order('tea')).status, 500);
      const second = await order('milk');
      await until('the subscriber saw both', () => subscriber.failure ?? subscriber.seen.length >= 2);
      assert.ifError(subscriber.failure);
      const both = [{ order: first.order, item: 'tea' }, { order: second.order, item: 'milk' }];
      assert.deepEqual(subscriber.seen.map(({ data }) => data), both);
      assert.deepEqual(await orders(), both);

      // Without a relay the order is placed all the same.
      await relay.kill();
      const third = await order('bread');
      assert.equal(third.status, 201);
      if (name === 'flask') assert.deepEqual([first.published, third.published], [true, false]);
      assert.equal((await orders()).length, 3);
      await relay.start();
      if (name === 'express') {
        // It is sent when the relay is there, also by an application that is told to stop meanwhile.
        signal(child, 'SIGTERM');
        await ended;
        assert.equal(child.exitCode, 0, printed);
        await until('the subscriber saw the third', () => subscriber.seen.length === 3);
      }
      assert.ok(!printed.includes(WEBHOOK_SECRET), 'the secret was printed');
    });
  }
});
