// Builds what npm packs, in target/dist: one module with its source map, and its types.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const dist = join(here, 'target', 'dist');
rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ['src/index.ts'],
  outdir: dist,
  bundle: true,
  format: 'esm',
  // Nothing of Node alone: what would be taken from it is an error, for it runs on Deno as well.
  platform: 'neutral',
  target: ['es2022', 'node20'],
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
});
const strangers = Object.keys(metafile.inputs).filter((file) => !file.startsWith('src/'));
if (strangers.length > 0) throw new Error(`the package has no dependencies, but: ${strangers.join(', ')}`);
execFileSync(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', here], { stdio: 'inherit' });
