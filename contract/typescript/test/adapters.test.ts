// @vitest-environment happy-dom
import { act, createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { effectScope } from 'vue';
import type { Live, Off } from '../src/api.js';
import { connect } from '../src/connect.js';
import { liveEvents } from '../src/adapters/htmx.js';
import { useEventStream } from '../src/adapters/react.js';
import { liveReplication } from '../src/adapters/rxdb.js';
import { fromLive } from '../src/adapters/rxjs.js';
import { useLiveQueryInvalidation } from '../src/adapters/tanstack.js';
import { useLive } from '../src/adapters/vue.js';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
afterEach(() => { document.body.replaceChildren(); });

/** A stream whose server says what the test says, and how many listen to it. */
class Script {
  listeners = 0;
  readonly live: Live;
  readonly #real: Live;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    this.#real = connect({
      url: 'http://relay.example/v1/stream',
      tabs: 'own',
      fetch: () => Promise.resolve(new Response(new ReadableStream({ start: (body) => { this.#body = body; } }),
        { headers: { 'Content-Type': 'text/event-stream' } })),
    });
    onTestFinished(() => this.#real.close());
    const counted = (listen: (...all: unknown[]) => Off) => (...all: unknown[]): Off => {
      const off = listen(...all);
      this.listeners++;
      return () => {
        off();
        this.listeners--;
      };
    };
    this.live = new Proxy(this.#real, {
      get: (live, name) => name === 'on' || name === 'onStatus' || name === 'onGap'
        ? counted(live[name] as (...all: unknown[]) => Off) : Reflect.get(live, name),
    });
  }

  /** Says it, and waits until it was heard by all who listened before. */
  async #say(frame: string, heard: (done: () => void) => Off): Promise<void> {
    await vi.waitFor(() => expect(this.#body).toBeDefined());
    await new Promise<void>((resolve) => {
      const off = heard(() => {
        off();
        resolve();
      });
      this.#body!.enqueue(new TextEncoder().encode(frame));
    });
  }

  event(type: string, data: unknown): Promise<void> {
    return this.#say(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, (done) => this.#real.on(type, done));
  }

  gap(): Promise<void> {
    return this.#say('event: system.gap\ndata: {"reason":"retention"}\n\n', (done) => this.#real.onGap(done));
  }
}

test('a React component in strict mode hears each event once with its last handler, and leaves nothing behind in 200 mounts', async () => {
  const stream = new Script();
  const heard: string[] = [];
  const place = document.body.appendChild(document.createElement('div'));
  const View = ({ mark }: { mark: string }) =>
    createElement('p', null, useEventStream(stream.live, { paid: (data) => { heard.push(`${mark}${String(data)}`); } }));
  for (let mount = 0; mount < 200; mount++) {
    const root = createRoot(place);
    await act(() => root.render(createElement(StrictMode, null, createElement(View, { mark: 'a' }))));
    if (mount === 0) {
      await act(() => root.render(createElement(StrictMode, null, createElement(View, { mark: 'b' }))));
      await act(() => stream.event('paid', 1));
      expect(heard).toEqual(['b1']);
      expect(place.textContent).toBe('connected');
    }
    await act(() => root.unmount());
  }
  expect(stream.listeners).toBe(0);
});

test('queries are invalidated by an event, and all of them at a gap', async () => {
  const stream = new Script();
  const calls: unknown[] = [];
  const client = { invalidateQueries: (filters?: unknown) => { calls.push(filters ?? 'all'); } };
  const View = () => {
    useLiveQueryInvalidation(stream.live, client, { paid: (id) => [['order', id], ['orders']] });
    return null;
  };
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  await act(() => root.render(createElement(View)));
  await stream.event('paid', 7);
  await stream.event('constructor', 7);
  await stream.gap();
  expect(calls).toEqual([{ queryKey: ['order', 7] }, { queryKey: ['orders'] }, 'all']);
  await act(() => root.unmount());
  expect(stream.listeners).toBe(0);
});

test('replications pull for their type, and each once at a gap', async () => {
  const stream = new Script();
  const pulled: string[] = [];
  const [items, users] = ['items', 'users'].map((name) => ({ reSync: () => { pulled.push(name); } })) as [{ reSync(): void }, { reSync(): void }];
  const off = liveReplication(stream.live, { item: items, both: [items, users] });
  await stream.event('item', 1);
  expect(pulled.splice(0)).toEqual(['items']);
  await stream.gap();
  expect(pulled).toEqual(['items', 'users']);
  off();
  expect(stream.listeners).toBe(0);
});

test('observables are told inside the zone, and end with their subscription', async () => {
  const stream = new Script();
  let inside = 0;
  const told: unknown[] = [];
  const { on, status$, gaps$ } = fromLive(stream.live, { run: (run) => { inside++; return run(); } });
  const all = [on('paid').subscribe(({ data }) => told.push(data)), status$.subscribe((it) => told.push(it)), gaps$.subscribe(({ reason }) => told.push(reason))];
  await stream.event('paid', 1);
  await stream.gap();
  expect(told).toEqual(['connecting', 'connected', 1, 'retention']);
  expect(inside).toBe(4);
  all.forEach((each) => each.unsubscribe());
  expect(stream.listeners).toBe(0);
});

test('events, status and gaps become events of the DOM', async () => {
  const stream = new Script();
  const fired: string[] = [];
  for (const name of ['live:paid', 'live:status', 'refresh']) document.body.addEventListener(name, () => fired.push(name));
  const off = liveEvents(stream.live);
  await stream.event('paid', 1);
  await stream.gap();
  expect(fired).toEqual(['live:status', 'live:status', 'live:paid', 'refresh']);
  off();
  expect(stream.listeners).toBe(0);
});

test('a Vue scope closes its stream when it ends', () => {
  const scope = effectScope();
  const it = scope.run(() => useLive({ url: 'http://127.0.0.1:1/', tabs: 'own' }))!;
  expect(it.status.value).toBe('connecting');
  scope.stop();
  expect(it.live.status).toBe('disconnected');
  expect(it.status.value).toBe('disconnected');
});
