// Builds the console into target/classes/META-INF/console, from where the relay serves it. Fails where it has grown over its
// budget.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;
const served = join(here, 'target', 'classes', 'META-INF', 'console');
/** Bytes, compressed: the libraries are 34 KiB of them. */
const BUDGETS = { 'console.js': 56 * 1024, 'console.css': 4 * 1024 };

execFileSync(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', here], { stdio: 'inherit' });
rmSync(served, { recursive: true, force: true });
mkdirSync(served, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { console: 'src/main.ts' },
  outdir: served,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  legalComments: 'none',
  logLevel: 'warning',
});
await build({
  absWorkingDir: here, entryPoints: { console: 'src/console.css' }, outdir: served, bundle: true, minify: true,
  target: ['chrome123', 'firefox120', 'safari17.5'], logLevel: 'warning',
});
for (const file of ['index.html', 'mark.svg']) copyFileSync(join(here, 'src', file), join(served, file));

let over = false;
for (const [name, budget] of Object.entries(BUDGETS)) {
  const size = gzipSync(readFileSync(join(served, name)), { level: 9 }).length;
  console.log(`${name}: ${size} of at most ${budget} bytes gzipped`);
  over ||= size > budget;
}
if (over) process.exit(1);
