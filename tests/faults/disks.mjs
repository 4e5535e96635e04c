// Disks in trouble: a small one, which can be filled, and one that breaks on demand.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why a test that needs one cannot be run, or false. */
export const WHY_NO_DISK = process.getuid?.() === 0 ? false : 'only root may mount a small disk';

/** Mounts one of some MiB. */
export function smallDisk(mib) {
  const directory = mkdtempSync(join(tmpdir(), 'heliograph-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', directory]);
  return {
    directory,
    leave() {
      execFileSync('umount', [directory]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Takes what is left of a disk, by writing into a file on it. */
export function takeTheRest(file) {
  const out = openSync(file, 'a');
  try {
    for (const size of [64 * 1024, 4096]) {
      const zeros = Buffer.alloc(size);
      try {
        while (writeSync(out, zeros) > 0);
      } catch (error) {
        assert.equal(error.code, 'ENOSPC');
      }
    }
  } finally {
    closeSync(out);
  }
}

let found;
/** The library that breaks a directory on demand (broken-disk.c), compiled once. */
export function breaker() {
  if (!found) {
    found = join(mkdtempSync(join(tmpdir(), 'heliograph-breaker-')), 'broken-disk.so');
    execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', found, join(import.meta.dirname, 'broken-disk.c')]);
    process.once('exit', () => rmSync(join(found, '..'), { recursive: true }));
  }
  return found;
}
