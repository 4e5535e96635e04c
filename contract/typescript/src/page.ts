/** What happens to the page, or the worker, in which a stream is. */
import type { Off } from './api.js';

export interface Page {
  /** The stream is to be let go: the network is gone, or the page is put away and may be shown again. */
  rest(reason: 'offline' | 'hidden' | 'away'): void;
  /** It may be opened again, if it was let go. */
  back(): void;
}

/**
 * Watches the page until it is told to stop. There is no `unload` and no `beforeunload` in it, which would keep the page from
 * the back/forward cache; and the stream is closed at `pagehide`, as browsers differ in what becomes of it there.
 *
 * @param letGoAfter milliseconds for which the page may be hidden; undefined for any time
 */
export function watch(page: Page, letGoAfter: number | undefined): Off {
  const off = new AbortController();
  const { signal } = off;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  const on = (target: Partial<EventTarget> | undefined, type: string, handler: (event: Event) => void): void =>
    target?.addEventListener?.(type, handler, { signal });

  on(globalThis, 'offline', () => page.rest('offline'));
  on(globalThis, 'online', () => page.back());
  on(globalThis, 'pagehide', () => page.rest('away'));
  on(globalThis, 'pageshow', (event) => { if ((event as PageTransitionEvent).persisted) page.back(); });
  const { document } = globalThis;
  on(document, 'freeze', () => page.rest('away'));
  on(document, 'resume', () => page.back());
  on(document, 'visibilitychange', () => {
    clearTimeout(hidden);
    if (!document.hidden) page.back();
    else if (letGoAfter !== undefined) hidden = setTimeout(() => page.rest('hidden'), letGoAfter);
  });
  return () => {
    clearTimeout(hidden);
    off.abort();
  };
}
