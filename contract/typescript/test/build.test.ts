// What the build leaves behind for npm and for the relay.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const { exports, devDependencies, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the package', () => {
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const files: string[] = packed.files.map(({ path }: { path: string }) => path);

  test('has each file that its exports name, and nothing that only its build needs', () => {
    for (const targets of Object.values(exports) as Record<string, string>[]) {
      for (const target of Object.values(targets)) expect(files).toContain(target.replace('./', ''));
    }
    expect(files.filter((file) => !/^(package\.json|README\.md|LICENSE|target\/dist\/.*\.(js|js\.map|d\.ts))$/.test(file)))
      .toEqual([]);
  });

  test('needs no other at run time', () => {
    expect(dependencies).toBeUndefined();
    expect(Object.keys(devDependencies)).toContain('eventsource-parser');
  });
});

test('the relay finds scripts, source maps and types', () => {
  const folder = join(ROOT, 'target', 'classes', 'META-INF', 'client');
  for (const script of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    expect(readFileSync(join(folder, script), 'utf8')).toContain(`sourceMappingURL=${script}.map`);
    expect(existsSync(join(folder, `${script}.map`))).toBe(true);
    expect(readFileSync(join(folder, script.replace('.js', '.d.ts')), 'utf8')).toContain('export');
  }
});
