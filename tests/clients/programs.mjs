// Programs that a test starts. None outlives the test, however that ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => signal(child, 'SIGKILL')));
for (const end of ['SIGINT', 'SIGTERM']) process.once(end, () => process.exit(1));

/** Sent to the group: what a shell has started ends with the shell. */
export function signal(child, name) {
  process.kill(-child.pid, name);
}

/** Starts a program in a process group of its own. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a program whose output is read while it runs. */
export function run(program, args) {
  const child = start(program, args);
  const closed = once(child, 'close');
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.resume();
  // One character per byte: where bytes are compared, nothing may be decoded.
  const text = () => Buffer.concat(chunks).toString('latin1');
  return {
    text,
    hears: (words) => until(`${program} prints ${words}`, () => text().includes(words)),
    /** The whole output of a program that ends by itself. */
    async output() {
      await closed;
      return text();
    },
    async stop() {
      if (running.has(child)) signal(child, 'SIGTERM');
      await closed;
    },
  };
}
