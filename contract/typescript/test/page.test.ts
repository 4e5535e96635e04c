// What a page does to its stream when it is put away, shown again, hidden, or without a network.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { watch } from '../src/page.js';

const LET_GO = 300_000;

/** A page, and what its stream was told. */
function openPage(letGoAfter?: number) {
  vi.useFakeTimers();
  const window = new EventTarget();
  const types: string[] = [];
  const document = { hidden: false };
  vi.stubGlobal('document', document);
  vi.stubGlobal('addEventListener', (type: string, handler: () => void, options: AddEventListenerOptions) => {
    types.push(type);
    expect(options.capture, 'what is of the document does not come up to the window').toBe(true);
    window.addEventListener(type, handler, options);
  });
  const told: string[] = [];
  const off = watch({ rest: (reason) => told.push(reason), back: () => told.push('back') }, letGoAfter);
  onTestFinished(() => {
    off();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return {
    told, types, off,
    happens: (...events: string[]) => { for (const type of events) window.dispatchEvent(new Event(type)); },
    hide(hidden: boolean) {
      document.hidden = hidden;
      window.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

describe('a page', () => {
  test('lets its stream go when it is put away, frozen or offline, and has it back after', () => {
    const page = openPage();
    page.happens('offline', 'online', 'pagehide', 'pageshow', 'freeze', 'resume');
    expect(page.told).toEqual(['offline', 'back', 'away', 'back', 'away', 'back']);
  });

  test('does nothing that keeps it from being kept to go back to', () => {
    const { types } = openPage();
    expect(types.toSorted()).toEqual(['freeze', 'offline', 'online', 'pagehide', 'pageshow', 'resume', 'visibilitychange']);
  });

  test('keeps its stream while it is hidden, for as long as that is', () => {
    const page = openPage();
    page.hide(true);
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(page.told).toEqual([]);
    page.hide(false);
    expect(page.told).toEqual(['back']);
  });

  test('lets it go after it was hidden for a time, if that is wished, and has it back when it is seen', () => {
    const page = openPage(LET_GO);
    page.hide(true);
    vi.advanceTimersByTime(LET_GO - 1);
    expect(page.told).toEqual([]);
    page.hide(false);
    vi.advanceTimersByTime(LET_GO);
    expect(page.told).toEqual(['back']);
    page.hide(true);
    vi.advanceTimersByTime(LET_GO);
    expect(page.told).toEqual(['back', 'hidden']);
    page.hide(false);
    expect(page.told).toEqual(['back', 'hidden', 'back']);
  });

  test('tells nothing any more when it is no longer watched', () => {
    const page = openPage(LET_GO);
    page.hide(true);
    page.off();
    vi.advanceTimersByTime(LET_GO);
    page.happens('pagehide', 'pageshow', 'offline', 'online', 'freeze', 'resume', 'visibilitychange');
    expect(page.told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('need not be there at all', () => {
    vi.stubGlobal('addEventListener', undefined);
    onTestFinished(() => { vi.unstubAllGlobals(); });
    watch({ rest: () => {}, back: () => {} }, LET_GO)();
  });
});
