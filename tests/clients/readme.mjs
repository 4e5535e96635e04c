// The examples of README.md, as a reader copies them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './relay.mjs';

/**
 * The blocks of code of the part "Publish and subscribe", in their order.
 *
 * @returns a list of {language, text}, for a demo on that port
 */
export async function examples(port) {
  const whole = await readFile(join(ROOT, 'README.md'), 'utf8');
  const part = whole.split('\n## ').find((text) => text.startsWith('Publish and subscribe'));
  return [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => (
    { language, text: text.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`) }));
}
