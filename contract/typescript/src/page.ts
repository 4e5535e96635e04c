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
  const { document, addEventListener } = globalThis;
  const off = new AbortController();
  let hidden: ReturnType<typeof setTimeout> | undefined;
  const away = (): void => page.rest('away');
  const handlers: Record<string, () => void> = {
    offline: () => page.rest('offline'),
    online: page.back,
    pagehide: away,
    pageshow: page.back,
    freeze: away,
    resume: page.back,
    visibilitychange() {
      clearTimeout(hidden);
      if (!document.hidden) page.back();
      else if (letGoAfter !== undefined) hidden = setTimeout(() => page.rest('hidden'), letGoAfter);
    },
  };
  // Some are of the document, and come by here on their way to it. Node has none of them.
  for (const type in handlers) addEventListener?.(type, handlers[type]!, { capture: true, signal: off.signal });
  return () => {
    clearTimeout(hidden);
    off.abort();
  };
}
