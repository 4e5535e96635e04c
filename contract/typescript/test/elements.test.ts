// @vitest-environment happy-dom
// What the elements show over seconds and minutes, with a clock that the test moves. What they look like, what is read aloud and
// what a pointer does is tested in browsers.
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Off } from '../src/api.js';
import { connect } from '../src/connect.js';
import { words, type LiveToasts, type Template } from '../src/elements/index.js';

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const late: Template<string> = {
  text: (name) => `${name} is late`,
  many: { one: '# one is late', other: '# are late' },
  within: 10_000,
};

beforeEach(() => {
  vi.useFakeTimers();
  document.documentElement.lang = '';
  return () => {
    document.body.replaceChildren();
    vi.useRealTimers();
    vi.restoreAllMocks();
  };
});

/** A stream whose server says what the test says, and how many listen to it. */
function open() {
  let body!: ReadableStreamDefaultController<Uint8Array>;
  const errors: unknown[] = [];
  const live = connect({
    url: 'http://relay.example/v1/stream',
    tabs: 'own',
    onError: (error) => errors.push(error),
    fetch: () => Promise.resolve(new Response(new ReadableStream({ start: (it) => { body = it; } }),
      { headers: { 'Content-Type': 'text/event-stream' } })),
  });
  onTestFinished(() => live.close());
  const listening = new Set<Off>();
  for (const name of ['on', 'onStatus'] as const) {
    const listen = live[name].bind(live) as (...all: unknown[]) => Off;
    live[name] = ((...all: unknown[]) => {
      const real = listen(...all);
      const off = () => {
        listening.delete(off);
        real();
      };
      listening.add(off);
      return off;
    }) as never;
  }
  return {
    live, errors, listening,
    async says(type: string, ...all: unknown[]) {
      await pass(0);
      for (const data of all) body.enqueue(new TextEncoder().encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`));
      await pass(0);
    },
    async breaks() {
      await pass(0);
      body.close();
      await pass(0);
    },
  };
}

/** Toasts in the page, and what they say. */
function show(stream: ReturnType<typeof open>, templates: Record<string, unknown> = { late, note: { text: (text: string) => text } }) {
  const toasts = document.createElement('live-toasts');
  toasts.templates = templates as LiveToasts['templates'];
  toasts.live = stream.live;
  document.body.append(toasts);
  const box = toasts.shadowRoot!.lastElementChild!;
  return { toasts, box, texts: () => [...box.children].map((toast) => toast.firstElementChild!.textContent) };
}

describe('toasts of one type', () => {
  test('are counted in the first one for as long as it says, from the first on, and then begin anew', async () => {
    const stream = open();
    const { texts, toasts } = show(stream);
    toasts.setAttribute('duration', 'none');
    await stream.says('late', 'Ann');
    expect(texts()).toEqual(['Ann is late']);
    await pass(6_000);
    await stream.says('late', 'Bob');
    await pass(3_999);
    await stream.says('late', 'Cleo');
    expect(texts()).toEqual(['3 are late']);
    await pass(1);
    await stream.says('late', 'Dan');
    expect(texts(), 'ten seconds after the first, however late the last was').toEqual(['3 are late', 'Dan is late']);
    await stream.says('late', 'Eve');
    expect(texts()).toEqual(['3 are late', '2 are late']);
  });

  test('begin anew after one was dismissed or has gone', async () => {
    const stream = open();
    const { texts, toasts, box } = show(stream, { late: { ...late, within: 60_000 } });
    await stream.says('late', 'Ann', 'Bob');
    expect(texts()).toEqual(['2 are late']);
    box.querySelector('button')!.click();
    expect(texts()).toEqual([]);
    await stream.says('late', 'Cleo');
    expect(texts()).toEqual(['Cleo is late']);
    await pass(8_000);
    expect(texts()).toEqual([]);
    await stream.says('late', 'Dan');
    expect(texts()).toEqual(['Dan is late']);
    toasts.remove();
  });

  test('are counted for each type by itself, and those without a number or a time not at all', async () => {
    const stream = open();
    const { texts } = show(stream, {
      late, gone: { ...late, many: '# gone' }, early: { text: (name: string) => `${name} is early`, many: 'many' }, plain: { text: String, within: 9_999 },
    });
    await stream.says('late', 'Ann');
    await stream.says('gone', 1, 2, 3);
    await stream.says('late', 'Bob');
    await stream.says('early', 'Cleo', 'Dan');
    await stream.says('plain', 5);
    expect(texts()).toEqual(['2 are late', '3 gone', 'Cleo is early', 'Dan is early', '5']);
  });

  test.each([
    ['ru', ['2 участника', '5 участников', '21 участник']],
    ['ru-RU', ['2 участника', '5 участников', '21 участник']],
    ['ru_RU', ['2 участника', '5 участников', '21 участник']],
    ['en', ['2 участника!', '5 участника!', '21 участника!']],
    ['', ['2 участника!', '5 участника!', '21 участника!']],
  ])('are counted by the rules of the language %j', async (lang, wanted) => {
    const stream = open();
    document.documentElement.lang = lang;
    const { texts } = show(stream, {
      late: { ...late, many: { one: '# участник', few: '# участника', many: '# участников', other: '# участника!' } },
    });
    const counted: unknown[] = [];
    for (let count = 1; count <= 21; count++) {
      await stream.says('late', 'Ann');
      counted.push(texts()[0]);
    }
    expect([1, 4, 20].map((at) => counted[at])).toEqual(wanted);
  });

  test('take the last category where the right one is left out, and another text only if it is another', async () => {
    const stream = open();
    // Two are `few` in Russian.
    document.documentElement.lang = 'ru';
    const { texts, box } = show(stream, { late: { ...late, many: { other: 'several are late' } } });
    await stream.says('late', 'Ann', 'Bob');
    const said = box.firstElementChild!.firstElementChild!.firstChild;
    await stream.says('late', 'Cleo');
    expect(texts()).toEqual(['several are late']);
    // A new node would be read aloud again.
    expect(box.firstElementChild!.firstElementChild!.firstChild).toBe(said);
  });
});

describe('a toast', () => {
  test.each([[null, 8_000], ['3000', 3_000], ['500', 1_000]])('with the duration %j goes after %d ms', async (duration, ms) => {
    const stream = open();
    const { texts, toasts } = show(stream);
    if (duration) toasts.setAttribute('duration', duration);
    await stream.says('note', 'hello');
    await pass(ms - 1);
    expect(texts()).toEqual(['hello']);
    await pass(1);
    expect(texts()).toEqual([]);
    expect(vi.getTimerCount(), 'that of the stream alone').toBe(1);
  });

  test('stays where its duration is no number', async () => {
    const stream = open();
    const { texts, toasts } = show(stream);
    toasts.setAttribute('duration', 'none');
    await stream.says('note', 'hello');
    await pass(20_000);
    await stream.says('note', 'world');
    await pass(20_000);
    expect(texts()).toEqual(['hello', 'world']);
  });

  test('has its whole time again when another is counted in it', async () => {
    const stream = open();
    const { texts } = show(stream);
    await stream.says('late', 'Ann');
    await pass(7_000);
    await stream.says('late', 'Bob');
    await pass(7_000);
    expect(texts()).toEqual(['2 are late']);
    await pass(1_000);
    expect(texts()).toEqual([]);
  });

  test('has its time while the tab is seen', async () => {
    const stream = open();
    const { texts } = show(stream);
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    await stream.says('note', 'hello');
    await pass(20_000);
    expect(texts()).toEqual(['hello']);
    hidden.mockReturnValue(false);
    await pass(7_999);
    expect(texts()).toEqual(['hello']);
    await pass(1);
    expect(texts()).toEqual([]);
  });

  test('goes without a click that the page would hear of', async () => {
    const stream = open();
    const clicks: Event[] = [];
    const listen = (event: Event) => clicks.push(event);
    document.addEventListener('click', listen);
    onTestFinished(() => document.removeEventListener('click', listen));
    const { texts } = show(stream);
    await stream.says('note', 1, 2, 3, 4, 5, 6, 7);
    expect(texts()).toEqual(['3', '4', '5', '6', '7']);
    await pass(8_000);
    expect(texts()).toEqual([]);
    expect(clicks).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('is dismissed by Escape and by no other key, and shows text and never markup', async () => {
    const stream = open();
    const { texts, box } = show(stream);
    await stream.says('note', '<img src=x>', 'b');
    expect(box.querySelector('img')).toBeNull();
    const press = (key: string) => box.firstElementChild!.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
    expect(press('Tab')).toBe(true);
    expect(texts()).toEqual(['<img src=x>', 'b']);
    press('Escape');
    expect(texts()).toEqual(['b']);
  });

  test('is not shown where its template fails, and the next ones are', async () => {
    const stream = open();
    const { texts } = show(stream, {
      bad: { text: () => { throw new Error('template'); } },
      late: { ...late, many: 5 },
      note: { text: (text: string) => text },
    });
    await stream.says('bad', 1);
    await stream.says('late', 'Ann', 'Bob');
    await stream.says('note', 'hello');
    expect(texts()).toEqual(['Ann is late', 'hello']);
    expect(stream.errors).toHaveLength(2);
  });
});

describe('an element', () => {
  test('listens while it is in the page, with what it was given last, whenever that was', async () => {
    const [first, second] = [open(), open()];
    const { toasts, texts } = show(first, {});
    expect(first.listening.size).toBe(0);
    await first.says('note', 'before');
    toasts.templates = { note: { text: (text) => `${text}!` } };
    expect(first.listening.size).toBe(1);
    await first.says('note', 'one');
    toasts.live = second.live;
    expect([first.listening.size, second.listening.size]).toEqual([0, 1]);
    await first.says('note', 'other');
    await second.says('note', 'two');
    expect(texts()).toEqual(['one!', 'two!']);
    toasts.remove();
    expect(second.listening.size).toBe(0);
    toasts.templates = { a: { text: String }, b: { text: String } };
    expect(second.listening.size, 'out of the page').toBe(0);
    document.body.append(toasts);
    expect(second.listening.size).toBe(2);
    toasts.live = undefined;
    expect(second.listening.size).toBe(0);
    expect([toasts.live, Object.keys(toasts.templates)]).toEqual([undefined, ['a', 'b']]);
  });

  test('leaves nothing behind in 200 mounts', async () => {
    const stream = open();
    await pass(0);
    for (let mount = 0; mount < 200; mount++) {
      const { toasts } = show(stream);
      const badge = document.createElement('live-status');
      badge.live = stream.live;
      document.body.append(badge);
      if (mount % 50 === 0) await stream.says('note', 'hello');
      toasts.remove();
      badge.remove();
    }
    expect(stream.listening.size).toBe(0);
    await pass(8_000);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('speaks the language of the page, with the words of the page, and English where it has none', async () => {
    const stream = open();
    const badge = document.createElement('live-status');
    document.body.append(badge);
    const says = (lang: string) => {
      badge.lang = lang;
      badge.live = stream.live;
      return badge.shadowRoot!.textContent;
    };
    await pass(0);
    await stream.says('any', 1);
    words['de'] = { connected: 'Verbunden' };
    onTestFinished(() => { delete words['de']; });
    expect(['', 'en-GB', 'ru', 'ru-RU', 'de-AT', 'fr', 'constructor', 'x y'].map(says))
      .toEqual(['Live', 'Live', 'В эфире', 'В эфире', 'Verbunden', 'Live', 'Live', 'Live']);
    await stream.breaks();
    expect(badge.getAttribute('status')).toBe('reconnecting');
    expect(badge.shadowRoot!.textContent, 'has no word of its own').toBe('Reconnecting');
    expect(says('de')).toBe('Reconnecting');
    const node = badge.shadowRoot!.lastElementChild!.firstChild;
    badge.live = stream.live;
    expect(badge.shadowRoot!.lastElementChild!.firstChild, 'the same word is not said again').toBe(node);
  });

  test('has a word for each status in English and in Russian', () => {
    expect(Object.keys(words)).toEqual(['en', 'ru']);
    for (const lang of ['en', 'ru']) {
      expect(Object.keys(words[lang]!)).toEqual(['connecting', 'connected', 'reconnecting', 'disconnected', 'error', 'fallback', 'dismiss']);
      for (const word of Object.values(words[lang]!)) expect(word).toMatch(/\S/);
    }
  });
});
