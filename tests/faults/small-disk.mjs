// A small disk of its own, which can be filled.
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
