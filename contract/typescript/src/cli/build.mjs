// Builds the command: one file with all that it needs, so that whoever installs the library installs nothing besides it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = join(import.meta.dirname, '..', '..');

/** The formatter of what is generated, which is larger than all else together and is not used. */
const withoutPrettier = {
  name: 'without-prettier',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^prettier$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export const format = (text) => text;' }));
  },
};

/** Builds `src/cli/main.ts` into a file. */
export async function buildCli(file) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ['src/cli/main.ts'],
    outfile: file,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [withoutPrettier],
    banner: {
      // Some of what is bundled asks for modules of Node in the older way.
      js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
  });
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${licenses(Object.keys(metafile.inputs))}`, { mode: 0o755 });
}

/** The licenses of what is bundled, as a comment. */
function licenses(inputs) {
  const folders = new Set(inputs.flatMap((it) => it.match(/^node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/) ?? []));
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(here, folder)).find((it) => /^licen[cs]e/i.test(it));
    const text = file !== undefined && existsSync(join(here, folder, file)) ? readFileSync(join(here, folder, file), 'utf8') : '';
    return `/*\n${name} ${version} (${license})\n\n${text.replaceAll('*/', '* /').trim()}\n*/`;
  }).join('\n');
}
