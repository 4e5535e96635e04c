import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fetchDocument } from './document.js';
import { codeOf, Failure } from './failure.js';
import { STREAM, typesOf } from './types.js';

const USAGE = `usage: heliograph-client types URL [-o FILE] [--channel KEY]

Writes the event types of a relay as TypeScript, from its AsyncAPI document.

  URL            where the document is, such as http://relay:8080/asyncapi
  -o, --output   the file to write; without it, standard output
  --channel      whose events: stream (default) for /v1/stream, profiles.NAME for a profile's frames as they come`;

/** As sysexits.h has it: the command was called in a wrong way. */
const BAD_USAGE = 64;

async function main(): Promise<void> {
  const call = read();
  if (call === undefined) {
    console.error(USAGE);
    process.exitCode = BAD_USAGE;
    return;
  }
  const text = await typesOf(await fetchDocument(call.url), call.channel);
  if (call.output === undefined) process.stdout.write(text);
  else await write(call.output, text);
}

function read(): { url: string; output: string | undefined; channel: string } | undefined {
  try {
    const { values, positionals: [command, url, ...rest] } = parseArgs({
      allowPositionals: true,
      options: { output: { type: 'string', short: 'o' }, channel: { type: 'string' } },
    });
    if (command !== 'types' || url === undefined || rest.length > 0) return undefined;
    return { url, output: values.output, channel: values.channel ?? STREAM };
  } catch {
    return undefined;
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new Failure(`${file} cannot be written: ${codeOf(error) ?? 'it failed'}`);
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof Failure)) throw error;
  console.error(`heliograph-client: ${error.message}`);
  process.exitCode = 1;
});
