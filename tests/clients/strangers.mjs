// Clients that others wrote, each as its documentation shows it: how it is started, and what it does otherwise than a
// browser. The same stands in contract/README.md, "For those who write clients".
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signal, start } from './programs.mjs';
import { java } from './relay.mjs';

const FOLDER = join(import.meta.dirname, 'strangers');
const JAVA = join(import.meta.dirname, 'java', 'target');

const npm = (client) => [process.execPath, join(FOLDER, 'npm.mjs'), client];
const python = (client) => ['/usr/bin/python3', join(FOLDER, 'python.py'), client];
const jvm = (client) => [java(), '-XX:TieredStopAtLevel=1', '-Xmx128m',
  '-cp', `${join(JAVA, 'classes')}:${readFileSync(join(JAVA, 'classpath'), 'utf8')}`,
  'heliograph.strangers.Strangers', client];

/** What it does when it comes back after it was superseded, and is told 204. */
export const GIVES_UP = 'gives up';
export const ASKS_AGAIN = 'asks again and again, and is told 204 each time';

/**
 * What each does where not all do the same. command: a function, as what it looks for is there only when it is needed;
 * superseded; timeout: it takes a stream that is silent for some seconds for dead, and comes back; longLines: whether
 * it takes lines of over 256 KiB.
 */
const USUAL = { superseded: GIVES_UP, timeout: false, longLines: true };

export const STRANGERS = {
  'EventSource of a browser': { command: () => [process.execPath, join(FOLDER, 'native.mjs')] },
  'eventsource 2': { command: () => npm('eventsource2') },
  'eventsource 3': { command: () => npm('eventsource3') },
  'eventsource 4': { command: () => npm('eventsource4') },
  'eventsource 5': { command: () => npm('eventsource') },
  'event-source-polyfill': { command: () => npm('event-source-polyfill'), superseded: ASKS_AGAIN },
  'reconnecting-eventsource': { command: () => npm('reconnecting-eventsource'), superseded: ASKS_AGAIN },
  'fetch-event-source': { command: () => npm('fetch-event-source'), superseded: ASKS_AGAIN },
  'eventsource-parser': { command: () => npm('eventsource-parser') },
  'okhttp-sse': { command: () => jvm('okhttp-sse'), timeout: true },
  'okhttp-eventsource': { command: () => jvm('okhttp-eventsource'), superseded: ASKS_AGAIN, timeout: true },
  'WebClient of Spring': { command: () => jvm('webclient'), longLines: false },
  requests: { command: () => python('requests') },
  httpx: { command: () => python('httpx'), timeout: true },
};
for (const name of Object.keys(STRANGERS)) STRANGERS[name] = { ...USUAL, ...STRANGERS[name] };

/** Starts a client that opens these streams. What it hands over is told by the number of the stream. */
export function startStranger({ command }, urls) {
  const [program, ...words] = command();
  const child = start(program, [...words, ...urls]);
  const ended = once(child, 'close');
  const lines = [];
  let rest = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    lines.push(...parts.map((part) => JSON.parse(part)));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => { complaints += text; });
  return {
    all: () => lines.filter((line) => !line.gone),
    handed: (stream, type) => lines.filter((line) => line.stream === stream && line.event === type).map(({ data }) => data),
    gone: (stream) => lines.some((line) => line.stream === stream && line.gone),
    complaints: () => complaints,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGTERM');
      await ended;
    },
  };
}
