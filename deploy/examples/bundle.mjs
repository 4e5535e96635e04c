// Bundles the front end of an example for its page: node bundle.mjs scouthouse
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const ENTRIES = ['main.jsx', 'main.js'];

/** Writes `app.js`, and `app.css` if there are styles, into the folder `target` of the example. */
export async function bundle(name) {
  const folder = join(import.meta.dirname, name);
  const entry = ENTRIES.map((file) => join(folder, 'frontend', file)).find(existsSync);
  // A front end of plain scripts is served as it was written.
  if (!entry) return;
  const { outputFiles } = await build({
    entryPoints: { app: entry },
    outdir: join(folder, 'target'),
    // Where aliases are looked for.
    absWorkingDir: import.meta.dirname,
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    alias: { vue: 'vue/dist/vue.esm-bundler.js' },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  });
  mkdirSync(join(folder, 'target'), { recursive: true });
  for (const { path, contents } of outputFiles) {
    // Whoever reads it meanwhile has all of the old one or all of the new.
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
}

if (process.argv[1] && basename(process.argv[1]) === 'bundle.mjs') await bundle(process.argv[2]);
