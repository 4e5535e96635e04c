// The pages of the test of the adapters: what the library's README shows of each, with the framework that it is for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../clients/relay.mjs';

const LIBRARY = join(ROOT, 'contract', 'typescript');
const PAGES = join(import.meta.dirname, 'pages', 'adapters');
/** Where frameworks are installed. */
const TESTS = join(ROOT, 'tests');
const EXAMPLES = join(ROOT, 'deploy', 'examples');
const examples = createRequire(join(EXAMPLES, 'package.json'));
const { build } = examples('esbuild');
const { compileScript, parse } = examples('vue/compiler-sfc');

/**
 * Of each adapter: which page, what marks its code in the README, from where it has its framework, in which version, and which
 * package another name stands for.
 */
export const ADAPTERS = {
  'react 19': { page: 'react', mark: "client/react'", from: EXAMPLES, version: /^19\./ },
  'react 18': {
    page: 'react', mark: "client/react'", from: TESTS, version: /^18\./, instead: { react: 'react18', 'react-dom': 'react-dom18' },
  },
  tanstack: { page: 'tanstack', mark: "client/tanstack'", from: EXAMPLES, version: /^19\./ },
  vue: { page: 'vue', mark: "client/vue'", from: EXAMPLES, version: /^3\./ },
  rxdb: { page: 'rxdb', mark: "client/rxdb'", from: EXAMPLES, version: /^17\./ },
  rxjs: { page: 'rxjs', mark: "client/rxjs'", from: EXAMPLES },
  'angular without zones': { page: 'angular', mark: 'toSignal', from: TESTS, version: /^22\./ },
  'angular with zones': { page: 'angular-zone', mark: 'NgZone', from: TESTS, version: /^22\./ },
  'htmx 2': { page: 'htmx', mark: "client/htmx'", from: TESTS, version: /^2\./, instead: { 'htmx.org': 'htmx2' } },
  'htmx 4': { page: 'htmx', mark: "client/htmx'", from: TESTS, version: /^4\./, instead: { 'htmx.org': 'htmx4' } },
};

const README = readFileSync(join(LIBRARY, 'README.md'), 'utf8');

/** The first piece of code of the README that has this, and the language that it is in. */
function shown(mark) {
  const found = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].find(([, , code]) => code.includes(mark));
  assert.ok(found, `the README has code with ${mark}`);
  const [, language, code] = found;
  return { language, code };
}

/** The README's code as a module. */
function moduleOf({ language, code }) {
  if (language === 'vue') {
    return { loader: 'ts', contents: compileScript(parse(code).descriptor, { id: 'readme', inlineTemplate: true }).content };
  }
  if (language !== 'html') return { loader: language, contents: code };
  const [, markup, script] = /^(.*?)<script type="module">(.*)<\/script>\s*$/s.exec(code);
  return { loader: 'js', contents: `${script}\nexport const markup = ${JSON.stringify(markup)};\nexport { live, off };` };
}

/** Finds the README's code, the library as it is packaged, and each framework once, whoever asks for it. */
const finding = ({ mark, from, instead = {} }) => ({
  name: 'readme',
  setup(building) {
    const { exports } = JSON.parse(readFileSync(join(LIBRARY, 'package.json'), 'utf8'));
    building.onResolve({ filter: /^readme$/ }, () => ({ path: 'readme', namespace: 'readme' }));
    building.onLoad({ filter: /.*/, namespace: 'readme' }, () => ({ ...moduleOf(shown(mark)), resolveDir: PAGES }));
    building.onResolve({ filter: /^@heliograph\/client(\/|$)/ }, ({ path }) =>
      ({ path: join(LIBRARY, exports[path.replace('@heliograph/client', '.')].default) }));
    building.onResolve({ filter: /^@?[a-z]/ }, ({ path, kind, importer, pluginData }) => {
      if (kind === 'entry-point' || pluginData === 'found') return undefined;
      const [name] = /^(@[^/]+\/)?[^/]+/.exec(path);
      // What frameworks want, they find by themselves.
      if (importer.includes('/node_modules/') && !instead[name]) return undefined;
      return building.resolve(path.replace(name, instead[name] ?? name), { resolveDir: from, kind, pluginData: 'found' });
    });
  },
});

/** The script of an adapter's page. */
export async function bundle(name) {
  const adapter = ADAPTERS[name];
  const { outputFiles } = await build({
    entryPoints: [join(PAGES, `${adapter.page}.js`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    logLevel: 'warning',
    // React mounts everything twice only where it is not the one for production.
    define: { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    plugins: [finding(adapter)],
  });
  return outputFiles[0].text;
}
