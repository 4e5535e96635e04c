// What the package's page shows is true: its code has the right types, and runs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { serve, stream } from './server.js';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'target', 'readme');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** What of it is TypeScript, by the end that a file of it has. Angular's is not here: tests/browser runs it. */
const blocks = [...README.matchAll(/^```(?:(tsx?)|vue\n<script setup lang="(ts)">)\n(.*?)^(?:```|<\/script>)$/gms)]
  .map(([, end, inVue, code]) => ({ end: end ?? inVue!, code: code! }))
  .filter(({ code }) => !code.includes("from '@angular/core'"));

describe('the code on the page', () => {
  test('has the right types', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(10);
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    blocks.forEach(({ end, code }, i) => writeFileSync(join(FOLDER, `${i}.${end}`), `${code}\nexport {};\n`));
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({
      extends: '../../tsconfig.test.json',
      compilerOptions: {
        rootDir: '../..', jsx: 'react-jsx', noUnusedLocals: false, paths: { '@heliograph/client': ['../dist/index.d.ts'] },
        types: ['node'], typeRoots: ['../../node_modules/@types'],
      },
      include: ['*.ts', '*.tsx'],
    }));
    const typescript = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(spawnSync(process.execPath, [typescript, '-p', FOLDER], { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
  });

  test('runs: the first of it, as it stands', async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/api/token') response.end('t1');
      else stream(response, 'id: k-1\nevent: order.paid\ndata: {"order":7}\n\n'
        + 'event: system.gap\ndata: {"reason":"retention","from":"k-1","to":"k-5"}\n\n'
        + 'id: k-5~\nevent: system.end\ndata: {"reason":"superseded"}\n\n');
    });
    const relay = fetch;
    vi.stubGlobal('fetch', (to: string | URL, init?: RequestInit) => {
      const { pathname, search } = new URL(to, url);
      return relay(url + pathname + search, init);
    });
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...words) => { lines.push(words.join(' ')); });
    const code = blocks[0]!.code
      .replace("'@heliograph/client'", JSON.stringify(pathToFileURL(join(ROOT, 'target', 'dist', 'index.js')).href))
      .replace(/^type Events.*\n/m, '').replace('<Events>', '');
    await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
    await vi.waitFor(() => expect(lines.at(-1)).toBe('disconnected superseded'), { timeout: 5_000 });
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    expect(lines).toEqual(['connecting ', 'connected ', 'order 7 is paid',
      'something was missed (retention): fetch what is shown anew', 'disconnected superseded']);
    const asked = requests.find((request) => request.url?.startsWith('/v1/stream'))!;
    expect(asked.url).toBe('/v1/stream?topic=orders.%3E');
    expect(asked.headers.authorization).toBe('Bearer t1');
  });
});
