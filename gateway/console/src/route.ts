/** Where in the console one is. It stands in the address, so that a view can be kept, sent and gone back from. */
import { signal } from '@preact/signals';

export interface Route {
  /** The screen's name; empty for the first. */
  readonly screen: string;
  /** What of the screen is looked at, such as a stream's id; empty for its list. */
  readonly item: string;
  readonly query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [screen = '', item = ''] = path.split('/', 2);
  return { screen: unescape(screen), item: unescape(item), query: new URLSearchParams(query) };
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Somebody typed it. What it is not is not found.
    return text;
  }
}

/** The address of a place; what is empty or undefined is left out of its query. */
export function href(screen: string, item = '', query: Readonly<Record<string, string | undefined>> = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  const path = item ? `${screen}/${encodeURIComponent(item)}` : screen;
  return `#/${path}${asked.size > 0 ? `?${asked}` : ''}`;
}

export const route = signal(parse(location.hash));
addEventListener('hashchange', () => { route.value = parse(location.hash); });

/** Changes the query of this place, without a step to go back to. */
export function refine(change: Readonly<Record<string, string | undefined>>): void {
  const { screen, item, query } = route.value;
  history.replaceState(null, '', href(screen, item, { ...Object.fromEntries(query), ...change }));
  route.value = parse(location.hash);
}
