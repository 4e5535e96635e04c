// The contract's own frames, byte for byte, in pieces of any size: each reader of them hears the same.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAX_EVENT, read } from '../src/sse.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');
const files = ['frames', 'own'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith('.sse')).map((name) => join(folder, name)));
const bytesOf = (file: string): Buffer => readFileSync(join(FIXTURES, file));

/** What a reader is told, in order. */
type Told = [kind: 'event', type: string, text: string, id: string | undefined] | [kind: 'place', id: string] | [kind: 'retry', ms: number];

async function told(chunks: Iterable<Uint8Array>): Promise<{ told: Told[]; tooLong: boolean; canceled: boolean }> {
  const heard: Told[] = [];
  let canceled = false;
  const waiting = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = waiting.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
    cancel() { canceled = true; },
  });
  const tooLong = await read(body, {
    event: (type, text, id) => heard.push(['event', type, text, id]),
    place: (id) => heard.push(['place', id]),
    retry: (ms) => heard.push(['retry', ms]),
    alive: () => {},
  });
  return { told: heard, tooLong, canceled };
}

/** What the lines of a frame say, by a reading of them that is as plain as can be (WHATWG HTML, section 9.2.6). */
function plainly(text: string): Told[] {
  const heard: Told[] = [];
  for (const block of text.split('\n\n').slice(0, -1)) {
    const data: string[] = [];
    let [type, id] = ['message', undefined as string | undefined];
    for (const line of block.split('\n')) {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line)!;
      if (field === 'data') data.push(value);
      else if (field === 'event') type = value;
      else if (field === 'id') id = value;
      else if (field === 'retry') heard.push(['retry', Number(value)]);
    }
    if (data.length > 0) heard.push(['event', type, data.join('\n'), id]);
    else if (id !== undefined) heard.push(['place', id]);
  }
  return heard;
}

/** Numbers that look like chance and are the same each time (Lehmer's generator). */
function dice(seed: number): (most: number) => number {
  return (most) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return 1 + (seed % most);
  };
}

function* pieces(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(from + size(), bytes.length);
    yield bytes.subarray(from, to);
    from = to;
  }
}

describe('frames of the contract', () => {
  test('are all there', () => {
    expect(files.length).toBeGreaterThan(25);
    expect(files).toContain(join('frames', 'unicode.sse'));
    expect(files).toContain(join('own', 'gap-retention.sse'));
  });

  test.each(files)('%s is read as it is written, in one piece and byte by byte', async (file) => {
    const bytes = bytesOf(file);
    const wanted = plainly(bytes.toString('utf8'));
    expect((await told([bytes])).told).toEqual(wanted);
    expect((await told(pieces(bytes, () => 1))).told).toEqual(wanted);
  });

  test('are the same one after the other in pieces of any size', async () => {
    const all = Buffer.concat(files.map(bytesOf));
    const wanted = plainly(all.toString('utf8'));
    expect(wanted.length).toBeGreaterThanOrEqual(files.length - 1);
    for (let seed = 1; seed <= 200; seed++) {
      const roll = dice(seed);
      const most = roll(200);
      expect((await told(pieces(all, () => roll(most)))).told, `seed ${seed}`).toEqual(wanted);
    }
  });

  test.each(files)('%s counts only once it is whole', async (file) => {
    const bytes = bytesOf(file);
    const wanted = plainly(bytes.toString('utf8'));
    for (let cut = 0; cut < bytes.length; cut++) {
      const heard = (await told([bytes.subarray(0, cut)])).told.filter(([kind]) => kind !== 'retry');
      expect(heard).toEqual(wanted.filter(([kind]) => kind !== 'retry').slice(0, heard.length));
      // The last byte is the end of the last frame, if there is more in it than a comment.
      if (wanted.length > 0) expect(heard.length).toBeLessThan(wanted.filter(([kind]) => kind !== 'retry').length);
    }
  });
});

describe('an event without an end', () => {
  const megabyte = Buffer.alloc(1_000_000, 'x');

  test.each([
    ['in one line', (n: number) => n === 0 ? Buffer.from('data: ') : megabyte],
    ['in many lines', () => Buffer.concat([Buffer.from('data: '), megabyte, Buffer.from('\n')])],
  ])('is given up %s', async (_, chunk) => {
    let given = 0;
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) { controller.enqueue(chunk(given++)); },
      cancel() { canceled = true; },
    });
    const heard: string[] = [];
    const tooLong = await read(body, {
      event: (type) => heard.push(type), place: (id) => heard.push(id), retry: () => {}, alive: () => {},
    });
    expect(tooLong).toBe(true);
    expect(canceled).toBe(true);
    expect(heard).toEqual([]);
    expect(given * megabyte.length).toBeLessThan(MAX_EVENT + 4 * megabyte.length);
  });

  test('is not kept where nobody wants it: comments and fields that are not known', async () => {
    const chunks = [Buffer.from(':'), ...Array.from({ length: 40 }, () => megabyte), Buffer.from('\nfoo: '),
      ...Array.from({ length: 40 }, () => megabyte), Buffer.from('\ndata: 1\n\n')];
    expect(await told(chunks)).toMatchObject({ told: [['event', 'message', '1', undefined]], tooLong: false });
  });
});
