// What a start leaves behind: of the relay nothing but its log, also after a crash; and what the JVM learns from a rehearsal
// for the next starts, which is made once, or nothing is left of the try.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync,
  symlinkSync, utimesSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { java, ROOT, startRelay } from '../clients/relay.mjs';

const JAR = join(ROOT, 'gateway', 'target', 'heliograph.jar');
const LIBS = join(ROOT, 'gateway', 'target', 'libs');
const NO_JAVA = '/bin/false';

describe('a relay', { timeout: 60_000 }, () => {
  let issuer;
  let folder;
  let temporary;
  before(async () => {
    issuer = await startIssuer();
    folder = mkdtempSync(join(tmpdir(), 'heliograph-left-'));
    temporary = join(folder, 'temporary');
    mkdirSync(temporary);
  });
  after(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true });
  });

  for (const end of ['stop', 'kill']) {
    test(`leaves nothing in the folder for temporary files when it ends by ${end}`, async () => {
      const relay = await startRelay(issuer, {
        java: ['-Xmx128m', `-Djava.io.tmpdir=${temporary}`],
        log: { directory: join(folder, end), durability: 'fsync' },
      });
      await relay[end]();
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  for (const [what, spoil] of [['missing', rmSync], ['broken', (file) => writeFileSync(file, 'broken')]]) {
    test(`says so when the native code of its log is ${what}`, () => {
      const build = join(folder, what);
      cpSync(LIBS, join(build, 'libs'), { recursive: true });
      cpSync(JAR, join(build, 'heliograph.jar'));
      readdirSync(join(build, 'libs')).filter((name) => name.startsWith('librocksdb'))
        .forEach((name) => spoil(join(build, 'libs', name)));
      writeFileSync(join(build, 'application.yaml'),
        'relay: { identity: { issuers: [{ issuer: "http://127.0.0.1:1", audience: nobody }] } }');
      const { status, stderr } = spawnSync(java(), ['-jar', 'heliograph.jar'], { cwd: build, encoding: 'utf8' });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^heliograph: cannot start: .*librocksdb/m);
    });
  }
});

describe('deploy/java.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-java-'));
  after(() => rmSync(folder, { recursive: true }));

  /** A home whose java is this script. */
  function home(name, lines) {
    mkdirSync(join(folder, name, 'bin'), { recursive: true });
    writeFileSync(join(folder, name, 'bin', 'java'), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    return join(folder, name);
  }
  const find = (JAVA_HOME) => execFileSync('bash', ['-euo', 'pipefail', '-c', '. deploy/java.sh && find_java'],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, JAVA_HOME } }).trim();

  test('takes a java that says something else before its version', () => {
    const warns = home('warns', 'printf \'[0.1s][warning][os] low memory\\nopenjdk version "25.0.4" 2026-07-21\\n\' >&2');
    assert.equal(find(warns), join(warns, 'bin', 'java'));
  });

  test('believes the file of a JDK without starting it', () => {
    const silent = home('silent', 'exit 1');
    writeFileSync(join(silent, 'release'), 'IMPLEMENTOR="x"\nJAVA_VERSION="26"\n');
    assert.equal(find(silent), join(silent, 'bin', 'java'));
  });

  test('passes over what is too old or no Java, whatever it exits with', () => {
    const old = home('old', 'exit 0');
    writeFileSync(join(old, 'release'), 'JAVA_VERSION="17.0.15"\n');
    for (const other of [old, home('broken', 'exit 3'), home('word', 'echo no java')]) {
      assert.notEqual(find(other), join(other, 'bin', 'java'));
    }
  });
});

describe('deploy/run', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-run-'));
  const tools = join(folder, 'tools', 'bin');
  const built = join(folder, 'built');
  // Those of which the relay is made; publishers have libraries of their own.
  const MODULES = [...readFileSync(join(ROOT, 'pom.xml'), 'utf8').matchAll(/<module>(.+)<\/module>/g)]
    .map(([, module]) => module).filter((module) => !/^(tests|deploy|contract\/publisher)/.test(module));
  // What is in the jar beside them: what the relay serves, as the demo does the pages that it refers to.
  const SERVED = ['contract/openapi.yaml', 'README.md', 'contract/README.md'];
  // Those that npm builds, and what all of them have in common, which has no sources.
  const OF_NPM = ['contract/typescript', 'gateway/console'];
  const COMMON = 'contract/node-module';
  const SOURCES = ['pom.xml', ...SERVED,
    ...OF_NPM.flatMap((module) => ['package.json', 'package-lock.json', 'tsconfig.json', 'build.mjs'].map((file) => `${module}/${file}`)),
    ...MODULES.map((module) => `${module}/pom.xml`),
    ...MODULES.filter((module) => module !== COMMON).map((module) => `${module}/src/main/A.java`)];

  before(() => {
    mkdirSync(tools, { recursive: true });
    // Maven and a JDK, as far as the script looks at them.
    const script = (name, lines) => writeFileSync(join(tools, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    script('mvn', `echo built >>'${built}'
printf '\\033[0m[INFO] Scanning\\n[INFO] Building Heliograph gateway 0.1      [4/4]\\n[WARNING] old\\n'
mkdir -p gateway/target/libs && echo jar >gateway/target/heliograph.jar`);
    script('java', `case $* in -version) echo 'openjdk version "25.0.4"' >&2 ;; *--config*/demo.yaml) echo started ;; esac`);
  });
  after(() => rmSync(folder, { recursive: true }));

  function checkout(name) {
    const root = join(folder, name);
    for (const source of SOURCES) {
      mkdirSync(join(root, source, '..'), { recursive: true });
      writeFileSync(join(root, source), source);
    }
    cpSync(join(ROOT, 'deploy'), join(root, 'deploy'), { recursive: true });
    return root;
  }

  /** Starts it; what it said besides what a start teaches, and how often it has built until now. */
  function starts(root) {
    const { status, stdout, stderr } = spawnSync(join(root, 'deploy', 'run'), {
      encoding: 'utf8', env: { PATH: `${tools}:${process.env.PATH}`, JAVA_HOME: join(tools, '..') },
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /started/);
    return { said: stderr, times: existsSync(built) ? readFileSync(built, 'utf8').split('\n').length - 1 : 0 };
  }

  test('builds what is new, tells how far it is, and builds no copy again whose times alone are new', () => {
    const root = checkout('first');
    const { said, times } = starts(root);
    assert.equal(times, 1);
    assert.match(said, /^Building the relay.*\n {2}\[4\/4\] Heliograph gateway 0\.1\n\[WARNING\] old\n/);
    assert.ok(!said.includes('\x1b'), said);
    assert.equal(starts(root).times, 1);

    const copy = join(folder, 'copy');
    cpSync(root, copy, { recursive: true });
    const later = new Date(Date.now() + 60_000);
    for (const source of SOURCES) utimesSync(join(copy, source), later, later);
    assert.equal(starts(copy).times, 1);

    let builds = 1;
    for (const source of SOURCES) {
      writeFileSync(join(copy, source), 'changed');
      utimesSync(join(copy, source), later, later);
      assert.equal(starts(copy).times, ++builds, source);
    }
  });
});

describe('deploy/start-cache', { timeout: 290_000 }, () => {
  let root;
  let target;
  let libs;
  let core;

  before(() => {
    // Its own jar, so that nobody else's start changes with it.
    root = mkdtempSync(join(tmpdir(), 'heliograph-start-'));
    target = join(root, 'gateway', 'target');
    libs = join(target, 'libs');
    mkdirSync(target, { recursive: true });
    cpSync(join(ROOT, 'deploy'), join(root, 'deploy'), { recursive: true });
    cpSync(JAR, join(target, 'heliograph.jar'));
    mkdirSync(libs);
    for (const library of readdirSync(LIBS)) symlinkSync(join(LIBS, library), join(libs, library));
    core = join(libs, readdirSync(libs).find((name) => name.startsWith('heliograph-relay-core-')));
    rmSync(core);
    cpSync(join(LIBS, basename(core)), core, { preserveTimestamps: true });
  });

  after(() => rmSync(root, { recursive: true }));

  const startCache = (machine) =>
    spawnSync(join(root, 'deploy', 'start-cache'), [machine], { encoding: 'utf8' });

  test('leaves nothing behind of a start that taught nothing', () => {
    const { status, stdout, stderr } = startCache(NO_JAVA);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /this start taught nothing/);
    assert.deepEqual(readdirSync(target).sort(), ['heliograph.jar', 'libs']);
  });

  test('makes a file that the JVM takes, once for each build and JDK', () => {
    const file = join(target, 'heliograph.aot');
    const made = startCache(java());
    assert.equal(made.status, 0, made.stderr);
    assert.equal(made.stderr, 'The JVM learns from a rehearsal, for the next starts of this build; this takes half a minute.\n');
    assert.equal(made.stdout.trim(), file);
    assert.deepEqual(readdirSync(target).sort(), [
      'heliograph.aot', 'heliograph.aot.jdk', 'heliograph.jar', 'libs',
    ]);
    // With options that it is not for, this would end with another code.
    execFileSync(java(), [
      `@${join(root, 'deploy', 'jvm.options')}`, '-XX:AOTMode=on', `-XX:AOTCache=${file}`,
      '-cp', join(target, 'heliograph.jar'), '-version',
    ], { stdio: 'pipe' });

    // It is there now, so no JVM is asked.
    assert.equal(startCache(NO_JAVA).stdout.trim(), file);

    const otherJdk = join(root, 'jdk');
    mkdirSync(join(otherJdk, 'bin'), { recursive: true });
    writeFileSync(join(otherJdk, 'release'), 'JAVA_VERSION="26"\n');
    copyFileSync(NO_JAVA, join(otherJdk, 'bin', 'java'));
    assert.equal(startCache(join(otherJdk, 'bin', 'java')).status, 1, 'so it is for another JDK');
    assert.equal(startCache(java()).stdout.trim(), file, 'what there was stays');

    const later = new Date(Date.now() + 60_000);
    // Of these the JVM would not notice the library, and run what was in it before.
    for (const part of [core, join(target, 'heliograph.jar')]) {
      const { mtime } = statSync(part);
      utimesSync(part, later, later);
      assert.equal(startCache(NO_JAVA).status, 1, `${part} is new`);
      utimesSync(part, mtime, mtime);
      assert.equal(startCache(NO_JAVA).stdout.trim(), file, 'what there was stays');
    }
  });

  test('learns from the start alone where the rehearsal cannot be played', () => {
    const file = join(target, 'heliograph.aot');
    rmSync(file, { force: true });
    writeFileSync(join(root, 'deploy', 'Rehearsal.java'), 'class Rehearsal { public static void main(String[] args) { throw new Error("stage fright"); } }');
    const made = startCache(java());
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stderr, /the rehearsal went wrong, so the JVM learns less:\n[^]*stage fright/);
    assert.equal(made.stdout.trim(), file);
  });
});
