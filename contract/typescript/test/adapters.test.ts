// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, notifyManager, useQuery } from '@tanstack/react-query';
import { act, createElement, type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { scan, switchMap } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { effectScope, watch } from 'vue';
import { liveEvents } from '../src/adapters/htmx.js';
import { useEventStream } from '../src/adapters/react.js';
import { liveReplication } from '../src/adapters/rxdb.js';
import { fromLive } from '../src/adapters/rxjs.js';
import { useLiveQueryInvalidation } from '../src/adapters/tanstack.js';
import { useLive } from '../src/adapters/vue.js';
import { Script } from './script.js';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
// Else queries tell what they have after React's `act`.
notifyManager.setScheduler(queueMicrotask);
afterEach(() => { document.body.replaceChildren(); });

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

test('a React component begins in the browser with what a server has rendered', async () => {
  const stream = new Script();
  const View = () => createElement('p', null, useEventStream(stream.live));
  const place = document.body.appendChild(document.createElement('div'));
  place.innerHTML = renderToString(createElement(View));
  expect(place.textContent).toBe('connecting');
  expect(stream.listeners).toBe(0);
  await stream.open();
  const problems: unknown[] = [];
  const root = await act(() => hydrateRoot(place, createElement(View), { onRecoverableError: (error) => problems.push(error) }));
  expect(place.textContent).toBe('connected');
  expect(problems).toEqual([]);
  await act(() => root.unmount());
});

test('a React component listens to its stream once, however often it is rendered', async () => {
  const stream = new Script();
  let listened = 0;
  const live = new Proxy(stream.live, {
    get(from, name) {
      if (name === 'on' || name === 'onStatus' || name === 'onGap') listened++;
      return Reflect.get(from, name) as unknown;
    },
  });
  const View = ({ n }: { n: number }) => createElement('p', null, useEventStream(live, { paid: () => n }, () => n));
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  await act(() => root.render(createElement(View, { n: 0 })));
  await act(() => stream.open());
  const first = listened;
  for (let n = 1; n <= 20; n++) await act(() => root.render(createElement(View, { n })));
  expect(listened).toBe(first);
  await act(() => root.unmount());
});

/** A server's number, which queries fetch when they are let, and how often. */
class Server {
  readonly client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  stock = 0;
  fetches = 0;
  #answers: (() => void)[] = [];

  /** As a server that reads at once, and whose answer takes its time. */
  readonly fetch = (): Promise<number> => {
    this.fetches++;
    const read = this.stock;
    return new Promise((resolve) => { this.#answers.push(() => resolve(read)); });
  };

  /** All of its answers arrive. */
  async arrive(): Promise<void> {
    await vi.waitFor(() => expect(this.#answers.length).toBeGreaterThan(0));
    await act(() => { this.#answers.splice(0).forEach((each) => each()); });
  }
}

/** A component that shows the number of a server, within one that has queries invalidated. */
async function showStock(stream: Script, server: Server) {
  const Stock = () => createElement('p', null, useQuery({ queryKey: ['stock', 7], queryFn: server.fetch }).data);
  const Live = ({ children }: { children?: ReactNode }) => {
    useLiveQueryInvalidation(stream.live, server.client, { sold: (id) => [['stock', id]] });
    return children;
  };
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  await act(() => root.render(createElement(QueryClientProvider, { client: server.client }, createElement(Live, null, createElement(Stock)))));
  return { place, root };
}

describe('TanStack Query', () => {
  test('fetches anew what an event names, and all at a gap', async () => {
    const stream = new Script();
    const server = new Server();
    await stream.open();
    const { place, root } = await showStock(stream, server);
    await server.arrive();
    // What was under way when the component began to listen may be too old.
    await server.arrive();
    expect([place.textContent, server.fetches]).toEqual(['0', 2]);
    server.stock = 1;
    await act(() => stream.event('sold', 8));
    await act(() => stream.event('constructor', 7));
    expect(server.fetches).toBe(2);
    await act(() => stream.event('sold', 7));
    await server.arrive();
    expect([place.textContent, server.fetches]).toEqual(['1', 3]);
    server.stock = 2;
    await act(() => stream.gap());
    await server.arrive();
    expect([place.textContent, server.fetches]).toEqual(['2', 4]);
    await act(() => root.unmount());
    expect(stream.listeners).toBe(0);
  });

  test('is told of an event that comes while a query is fetched for the first time', async () => {
    const stream = new Script();
    const server = new Server();
    await stream.open();
    const { place, root } = await showStock(stream, server);
    await server.arrive();
    await server.arrive();
    await act(async () => { void server.client.resetQueries(); });
    server.stock = 1;
    await act(() => stream.event('sold', 7));
    await server.arrive();
    await server.arrive();
    expect(place.textContent).toBe('1');
    await act(() => root.unmount());
  });

  test('shows what an event sets, until a gap', async () => {
    const stream = new Script();
    const server = new Server();
    await stream.open();
    const { place, root } = await showStock(stream, server);
    await server.arrive();
    await server.arrive();
    const Sets = () => {
      useEventStream(stream.live, { counted: (stock) => { server.client.setQueryData(['stock', 7], stock); } });
      return null;
    };
    const second = createRoot(document.createElement('div'));
    await act(() => second.render(createElement(Sets)));
    await act(() => stream.event('counted', 5));
    expect([place.textContent, server.fetches]).toEqual(['5', 2]);
    server.stock = 6;
    await act(() => stream.gap());
    await server.arrive();
    expect([place.textContent, server.fetches]).toEqual(['6', 3]);
    await act(() => {
      root.unmount();
      second.unmount();
    });
    expect(stream.listeners).toBe(0);
  });

  test('fetches anew what it kept while no component listened, be it for an event or a gap', async () => {
    const stream = new Script();
    const server = new Server();
    await stream.open();
    server.client.setQueryData(['stock', 7], 0);
    server.stock = 1;
    await stream.event('sold', 7);
    await stream.gap();
    const { place, root } = await showStock(stream, server);
    await server.arrive();
    expect([place.textContent, server.fetches]).toEqual(['1', 1]);
    await act(() => root.unmount());
  });
});

describe('whoever comes after a gap is told to fetch', () => {
  test('a React component, once, and then of each gap by its last handler', async () => {
    const stream = new Script();
    await stream.open();
    await stream.gap();
    const told: string[] = [];
    const View = ({ mark }: { mark: string }) => {
      useEventStream(stream.live, {}, ({ reason }) => told.push(`${mark}: ${reason}`));
      return null;
    };
    const root = createRoot(document.body.appendChild(document.createElement('div')));
    await act(() => root.render(createElement(View, { mark: 'a' })));
    await act(() => root.render(createElement(View, { mark: 'b' })));
    await act(() => stream.gap());
    expect(told).toEqual(['a: start', 'b: retention']);
    await act(() => root.unmount());
    expect(stream.listeners).toBe(0);
  });

  test('a React component, when it has handlers for other types', async () => {
    const stream = new Script();
    await stream.open();
    const told: string[] = [];
    const View = ({ type }: { type: string }) => {
      useEventStream(stream.live, { [type]: () => told.push(type) }, ({ reason }) => told.push(reason));
      return null;
    };
    const root = createRoot(document.body.appendChild(document.createElement('div')));
    for (const type of ['a', 'a', 'b']) await act(() => root.render(createElement(View, { type })));
    await act(() => stream.event('a', 1));
    await act(() => stream.event('b', 1));
    expect(told).toEqual(['start', 'start', 'b']);
    await act(() => root.unmount());
    expect(stream.listeners).toBe(0);
  });

  test('again where the network was gone before the stream was open, as nothing tells what came meanwhile', async () => {
    const stream = new Script();
    const reasons: string[] = [];
    const off = fromLive(stream.live).gaps$.subscribe(({ reason }) => reasons.push(reason));
    await stream.asked();
    window.dispatchEvent(new Event('offline'));
    expect(reasons).toEqual(['start']);
    window.dispatchEvent(new Event('online'));
    await stream.open();
    expect(reasons).toEqual(['start', 'start']);
    off.unsubscribe();
  });

  test('each subscriber of the observable, which is enough to fetch', async () => {
    const stream = new Script();
    await stream.open();
    await stream.gap();
    const { gaps$ } = fromLive(stream.live);
    const shown: number[] = [];
    let stock = 1;
    const off = gaps$.pipe(switchMap(() => Promise.resolve(stock))).subscribe((now) => shown.push(now));
    await vi.waitFor(() => expect(shown).toEqual([1]));
    stock = 2;
    await stream.gap();
    await vi.waitFor(() => expect(shown).toEqual([1, 2]));
    off.unsubscribe();
    expect(stream.listeners).toBe(0);
  });

  test('replications', async () => {
    const stream = new Script();
    await stream.open();
    await stream.gap();
    let pulled = 0;
    liveReplication(stream.live, { item: { reSync: () => { pulled++; } } })();
    expect(pulled).toBe(1);
  });

  test('elements of HTMX', async () => {
    const stream = new Script();
    await stream.open();
    await stream.gap();
    const reasons: string[] = [];
    document.body.addEventListener('refresh', (event) => reasons.push((event as CustomEvent<{ reason: string }>).detail.reason));
    liveEvents(stream.live)();
    expect(reasons).toEqual(['start']);
  });
});

test('replications that several types name pull once at a gap', async () => {
  const stream = new Script();
  const pulled: string[] = [];
  const [items, users] = ['items', 'users'].map((name) => ({ reSync: () => { pulled.push(name); } })) as [{ reSync(): void }, { reSync(): void }];
  liveReplication(stream.live, { item: items, both: [items, users] });
  await stream.open();
  expect(pulled.splice(0)).toEqual(['items', 'users']);
  await stream.gap();
  expect(pulled).toEqual(['items', 'users']);
});

test('observables are told inside the zone, and end with their subscription', async () => {
  const stream = new Script();
  let inside = 0;
  const told: unknown[] = [];
  const { on, status$, gaps$ } = fromLive(stream.live, { run: (run) => { inside++; return run(); } });
  const all = [
    on('paid').pipe(scan((sum, { data }) => sum + Number(data), 0)).subscribe((sum) => told.push(sum)),
    status$.subscribe((it) => told.push(it)), gaps$.subscribe(({ reason }) => told.push(reason)),
  ];
  await stream.event('paid', 1);
  await stream.event('paid', 2);
  await stream.gap();
  expect(told).toEqual(['connecting', 'connected', 'start', 1, 3, 'retention']);
  expect(inside).toBe(6);
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
  expect(fired).toEqual(['live:status', 'live:status', 'refresh', 'live:paid', 'refresh']);
  off();
  expect(stream.listeners).toBe(0);
});

test('a Vue scope is told when to fetch, and closes its stream when it ends', async () => {
  const scope = effectScope();
  const it = scope.run(() => useLive({ url: 'http://relay.example/', tabs: 'own', fetch: () => Promise.reject(new TypeError('no network')) }))!;
  expect(it.status.value).toBe('connecting');
  expect(it.gap.value).toBeUndefined();
  const reasons: unknown[] = [];
  scope.run(() => watch(it.gap, (gap) => reasons.push(gap?.reason), { flush: 'sync' }));
  // The first try fails, and what is shown is fetched all the same.
  await vi.waitFor(() => expect(reasons).toEqual(['start']));
  scope.stop();
  expect(it.live.status).toBe('disconnected');
  expect(it.status.value).toBe('disconnected');
});
