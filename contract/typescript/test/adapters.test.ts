// @vitest-environment happy-dom
import { act, createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test } from 'vitest';
import { effectScope } from 'vue';
import type { Gap, Live, Message, Off, Status } from '../src/api.js';
import { liveEvents } from '../src/adapters/htmx.js';
import { useEventStream } from '../src/adapters/react.js';
import { liveReplication } from '../src/adapters/rxdb.js';
import { fromLive } from '../src/adapters/rxjs.js';
import { useLiveQueryInvalidation } from '../src/adapters/tanstack.js';
import { useLive } from '../src/adapters/vue.js';
import { LiveStatus, LiveToasts } from '../src/elements/index.js';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
afterEach(() => { document.body.replaceChildren(); });

/** A stream that tells what the test says, and counts who listens. */
class ScriptedLive {
  status: Status = 'connecting';
  readonly listeners = new Set<{ kind: string; call: (...all: never[]) => void }>();
  #add(kind: string, call: (...all: never[]) => void): Off {
    const listener = { kind, call };
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
  on(type: string, call: (data: never, message: never) => void): Off { return this.#add(`on ${type}`, call); }
  onStatus(call: (status: never, details: never) => void): Off {
    call(this.status as never, {} as never);
    return this.#add('status', call);
  }
  onGap(call: (gap: never) => void): Off { return this.#add('gap', call); }
  #tell(kind: string, ...all: unknown[]): void {
    for (const each of [...this.listeners]) if (each.kind === kind) each.call(...all as never[]);
  }
  event(type: string, data: unknown): void {
    const message: Message = { type, data, text: JSON.stringify(data), id: '' };
    this.#tell(`on ${type}`, data, message);
    this.#tell('on *', data, message);
  }
  become(status: Status): void {
    this.status = status;
    this.#tell('status', status, {});
  }
  gap(): void { this.#tell('gap', { reason: 'expired', from: undefined, to: undefined } satisfies Gap); }
  get live(): Live { return this as unknown as Live; }
}

test('a React component in strict mode hears each event once with its last handler, and leaves nothing behind in 200 mounts', async () => {
  const stream = new ScriptedLive();
  const heard: string[] = [];
  const place = document.body.appendChild(document.createElement('div'));
  const View = ({ mark }: { mark: string }) =>
    createElement('p', null, useEventStream(stream.live, { paid: (data) => { heard.push(`${mark}${String(data)}`); } }));
  for (let mount = 0; mount < 200; mount++) {
    const root = createRoot(place);
    await act(() => root.render(createElement(StrictMode, null, createElement(View, { mark: 'a' }))));
    if (mount === 0) {
      await act(() => root.render(createElement(StrictMode, null, createElement(View, { mark: 'b' }))));
      await act(() => { stream.event('paid', 1); stream.become('connected'); });
      expect(heard).toEqual(['b1']);
      expect(place.textContent).toBe('connected');
    }
    await act(() => root.unmount());
  }
  expect(stream.listeners.size).toBe(0);
});

test('queries are invalidated by an event, and all of them at a gap', async () => {
  const stream = new ScriptedLive();
  const calls: unknown[] = [];
  const client = { invalidateQueries: (filters?: unknown) => { calls.push(filters ?? 'all'); } };
  const View = () => {
    useLiveQueryInvalidation(stream.live, client, { paid: (id) => [['order', id], ['orders']] });
    return null;
  };
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  await act(() => root.render(createElement(View)));
  stream.event('paid', 7);
  stream.event('constructor', 7);
  stream.gap();
  expect(calls).toEqual([{ queryKey: ['order', 7] }, { queryKey: ['orders'] }, 'all']);
  await act(() => root.unmount());
  expect(stream.listeners.size).toBe(0);
});

test('replications pull for their type, and each once at a gap', () => {
  const stream = new ScriptedLive();
  const pulled: string[] = [];
  const [items, users] = ['items', 'users'].map((name) => ({ reSync: () => { pulled.push(name); } })) as [{ reSync(): void }, { reSync(): void }];
  const off = liveReplication(stream.live, { item: items, both: [items, users] });
  stream.event('item', 1);
  expect(pulled.splice(0)).toEqual(['items']);
  stream.gap();
  expect(pulled).toEqual(['items', 'users']);
  off();
  expect(stream.listeners.size).toBe(0);
});

test('observables are told inside the zone, and end with their subscription', () => {
  const stream = new ScriptedLive();
  let inside = 0;
  const told: unknown[] = [];
  const { on, status$, gaps$ } = fromLive(stream.live, { run: (run) => { inside++; return run(); } });
  const all = [on('paid').subscribe(({ data }) => told.push(data)), status$.subscribe((it) => told.push(it)), gaps$.subscribe(({ reason }) => told.push(reason))];
  stream.event('paid', 1);
  stream.gap();
  expect(told).toEqual(['connecting', 1, 'expired']);
  expect(inside).toBe(3);
  all.forEach((each) => each.unsubscribe());
  expect(stream.listeners.size).toBe(0);
});

test('events, status and gaps become events of the DOM', () => {
  const stream = new ScriptedLive();
  const fired: string[] = [];
  for (const name of ['live:paid', 'live:status', 'refresh']) document.body.addEventListener(name, () => fired.push(name));
  const off = liveEvents(stream.live);
  stream.event('paid', 1);
  stream.gap();
  expect(fired).toEqual(['live:status', 'live:paid', 'refresh']);
  off();
  expect(stream.listeners.size).toBe(0);
});

test('a Vue scope closes its stream when it ends', () => {
  const scope = effectScope();
  const it = scope.run(() => useLive({ url: 'http://127.0.0.1:1/', tabs: 'own' }))!;
  expect(it.status.value).toBe('connecting');
  scope.stop();
  expect(it.live.status).toBe('disconnected');
  expect(it.status.value).toBe('disconnected');
});

test('toasts count in Russian, keep text as text, stay few and go by the keyboard', () => {
  const stream = new ScriptedLive();
  const toasts = new LiveToasts();
  toasts.lang = 'ru';
  toasts.templates = {
    late: { text: (name: string) => name, within: 60_000, many: { one: '# участник', few: '# участника', many: '# участников', other: '# участника' } },
    note: { text: (text: string) => text },
  } as never;
  toasts.live = stream.live;
  document.body.append(toasts);
  const log = toasts.shadowRoot!.querySelector('[role=log]')!;
  const texts = () => [...log.querySelectorAll('[part=text]')].map((each) => each.textContent);
  const counted: unknown[] = [];
  for (let count = 1; count <= 21; count++) {
    stream.event('late', '<img src=x>');
    counted.push(texts()[0]);
  }
  expect([0, 1, 4, 20].map((at) => counted[at])).toEqual(['<img src=x>', '2 участника', '5 участников', '21 участник']);
  expect(log.querySelector('img')).toBeNull();
  for (let count = 0; count < 9; count++) stream.event('note', `n${count}`);
  expect(texts()).toEqual(['n4', 'n5', 'n6', 'n7', 'n8']);
  log.lastElementChild!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(texts()).toEqual(['n4', 'n5', 'n6', 'n7']);
  expect(log.querySelector('button')!.getAttribute('aria-label')).toBe('Закрыть');
  toasts.remove();
  expect(stream.listeners.size).toBe(0);
});

test('the badge tells the status in the language of the page', () => {
  const stream = new ScriptedLive();
  const badge = new LiveStatus();
  badge.live = stream.live;
  document.body.append(badge);
  stream.become('connected');
  expect(badge.shadowRoot!.querySelector('[role=status]')!.textContent).toBe('Live');
  badge.remove();
  expect(stream.listeners.size).toBe(0);
});
