// Bundles the front end of an example for its page: node bundle.mjs scouthouse
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const ENTRIES = ['main.jsx', 'main.js'];

/** Writes `app.js`, and `app.css` if there are styles, into the folder `target` of the example. */
export async function bundle(name) {
  const folder = join(import.meta.dirname, name);
  const entry = ENTRIES.map((file) => join(folder, 'frontend', file)).find(existsSync);
  // A front end of plain scripts is served as it was written.
  if (!entry) return;
  await build({
    entryPoints: { app: entry },
    outdir: join(folder, 'target'),
    // Where aliases are looked for.
    absWorkingDir: import.meta.dirname,
    bundle: true,
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
}

if (process.argv[1] && basename(process.argv[1]) === 'bundle.mjs') await bundle(process.argv[2]);
