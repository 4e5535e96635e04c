// Builds the package: what npm packs in target/dist, and what the relay serves in target/classes/META-INF/client. Fails where
// a file has grown over its budget.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'vite';
import { buildCli } from './src/cli/build.mjs';

const here = import.meta.dirname;
const dist = join(here, 'target', 'dist');
const served = join(here, 'target', 'classes', 'META-INF', 'client');
const { exports, peerDependencies = {} } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** Bytes, compressed as a web server does it at best. The core is to come down to 5 KiB. */
const BUDGETS = { 'heliograph.js': 7 * 1024, 'heliograph-elements.js': 1536 };
const BUDGET_OF_AN_ADAPTER = 512;
const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** Leaves out the words of the parser's errors, which nobody is told, but not their kinds. */
const withoutWords = {
  name: 'without-words',
  setup: ({ onLoad }) => onLoad({ filter: /eventsource-parser.dist.parse\.js$/ }, ({ path }) => {
    let found = 0;
    const contents = readFileSync(path, 'utf8')
      .replace(/(new \w*Error\()('(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)(?=[,)])/g, (_, head) => {
        found++;
        return `${head}''`;
      });
    if (found !== 4) throw new Error(`another version of the parser? It has ${found} errors with words`);
    return { contents };
  }),
};

/** The elements' style, which the page has as a text, without the spaces that are for readers of the source. */
const smallStyle = {
  name: 'small-style',
  setup: ({ onLoad }) => onLoad({ filter: /src.elements.index\.ts$/ }, async ({ path }) => {
    const [before, style, after, ...others] = readFileSync(path, 'utf8').split(/\/\* css \*\/ (`[^`]*`)/);
    if (!style || others.length > 0) throw new Error('one style is marked in the elements');
    const { code } = await transform(style.slice(1, -1), { loader: 'css', minify: true, charset: 'utf8' });
    return { contents: `${before}\`${code.trim().replaceAll(', ', ',')}\`${after}`, loader: 'ts' };
  }),
};

/** Leaves out what adapters have from the core, but not what they have from each other. */
const withoutCore = {
  name: 'without-core',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\// }, ({ path }) => ({ path, external: true })),
};

const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  // Browsers of the last three years.
  target: ['es2022', 'chrome119', 'firefox120', 'safari17', 'node20'],
  sourcemap: true,
  sourcesContent: true,
  legalComments: 'none',
  plugins: [withoutWords, smallStyle],
  logLevel: 'warning',
};

for (const folder of [dist, served]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

// For npm: an entry point for each of the exports, which share what is common to them.
const entries = Object.values(exports).filter((it) => it.default).map((it) => basename(it.default, '.js'));
const source = (entry) => ['.ts', '.tsx', '/index.ts']
  .flatMap((end) => [join('src', entry + end), join('src', 'adapters', entry + end)])
  .find((file) => existsSync(join(here, file)));
await build({
  ...common,
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, source(entry)])),
  outdir: dist,
  splitting: true,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  external: Object.keys(peerDependencies),
});

await buildCli(join(dist, 'cli.js'));

// For pages without a bundler: the core with its tabs, and the elements.
const pages = { heliograph: 'src/index.ts' };
if (existsSync(join(here, 'src', 'elements', 'index.ts'))) pages['heliograph-elements'] = 'src/elements/index.ts';
const bundled = await build({
  ...common, entryPoints: pages, outdir: served, minify: true, platform: 'browser', write: false, sourcemap: 'external',
});
const textOf = (file) => bundled.outputFiles.find(({ path }) => path === file).text;
for (const page of Object.keys(pages)) {
  // A second minifier finds what the first leaves: 3 % of the bytes.
  const file = join(served, `${page}.js`);
  const { code, map, errors } = await minify(file, textOf(file), {
    module: true, compress: { target: 'es2022' }, sourcemap: true, inputMap: JSON.parse(textOf(`${file}.map`)),
  });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  writeFileSync(file, `${code}\n//# sourceMappingURL=${page}.js.map\n`);
  writeFileSync(`${file}.map`, JSON.stringify(map));
}

execFileSync(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', here], { stdio: 'inherit' });
declare('heliograph', ['api.d.ts', 'index.d.ts']);
if (pages['heliograph-elements']) declare('heliograph-elements', ['elements/index.d.ts']);

/** One file of declarations for a script that has no package around it. */
function declare(name, files) {
  const text = files.map((file) => readFileSync(join(dist, file), 'utf8')).join('\n')
    .replace(/^(import type .* from )'\.\.\/api\.js';/gm, "$1'./heliograph.js';")
    .replace(/^(?:import|export) type .* from '.*api\.js';\n/gm, '')
    .replace("export { connect } from './connect.js';", 'export declare const connect: Connect;');
  if (/\bfrom ['"]\.\.?\/(?!heliograph\.js')/.test(text)) throw new Error(`${name}.d.ts takes from another file:\n${text}`);
  writeFileSync(join(served, `${name}.d.ts`), text);
}

const sizes = [
  ...Object.keys(pages).map((name) => [`${name}.js`, gzipped(join(served, `${name}.js`)), BUDGETS[`${name}.js`]]),
];
// An adapter alone, without the application's own libraries and without what the core brings.
for (const entry of entries.filter((it) => source(it).includes(join('src', 'adapters')))) {
  const { outputFiles } = await build({
    ...common, entryPoints: [source(entry)], write: false, sourcemap: false, minify: true, platform: 'neutral',
    outdir: 'target', external: Object.keys(peerDependencies), plugins: [withoutCore],
  });
  sizes.push([`./${entry}`, gzipSync(outputFiles[0].contents, { level: 9 }).length, BUDGET_OF_AN_ADAPTER]);
}
for (const [name, bytes, budget] of sizes) console.log(`${name}: ${bytes} of at most ${budget} bytes gzipped`);
const over = sizes.filter(([, bytes, budget]) => bytes > budget);
if (over.length > 0) {
  console.error(`over their budget: ${over.map(([name]) => name).join(', ')}`);
  process.exit(1);
}
