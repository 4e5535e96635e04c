/** What the screens are made of. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Page, Refusal, get } from './api.js';
import { NOTHING, clock, count, duration, secondsSince, shown } from './format.js';
import { type Content, html } from './html.js';
import { now, tick } from './live.js';
import { href, refine, route } from './route.js';

/** Rows of a page. */
const ROWS = 50;
/** Characters of a value that is not broken into lines. */
const SHORT = 24;
/** Characters of a long value that are shown before somebody asks for all of it. */
const LONG = 160;

type Query = Readonly<Record<string, string | number | undefined>>;

export interface Read<T> {
  readonly value: T | undefined;
  readonly error: Refusal | undefined;
  /** Reads at once. */
  again(): void;
}

/**
 * Reads, and reads anew while the page is looked at. What was read stays while the relay does not answer, under a line that
 * says so; but never beside a question that it does not answer.
 *
 * @param every seconds between two looks; 0 for one look
 */
export function useRead<T>(path: string | undefined, query: Query = {}, every = 2): Read<T> {
  const key = path === undefined ? '' : `${path}?${new URLSearchParams(Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]))}`;
  const [state, setState] = useState<{ key: string; value?: T; error?: Refusal }>({ key });
  const [asked, ask] = useState(0);
  const busy = useRef<AbortController | undefined>(undefined);
  const turn = every > 0 ? Math.floor(tick.value / every) : 0;

  function read(): void {
    if (path === undefined) return;
    const mine = busy.current = new AbortController();
    get<T>(path, query, mine.signal).then(
      (value) => setState({ key, value }),
      (error: unknown) => setState((before) => ({
        key,
        ...before.key === key && before.value !== undefined && { value: before.value },
        error: error instanceof Refusal ? error : new Refusal(0, 'BUG', String(error)),
      })),
    ).catch(() => {}).finally(() => { if (busy.current === mine) busy.current = undefined; });
  }
  useEffect(() => {
    read();
    return () => busy.current?.abort();
  }, [key, asked]);
  // One question at a time: a relay that is slow is not asked more often for it.
  useEffect(() => { if (!busy.current) read(); }, [turn]);
  const fits = state.key === key;
  return { value: fits ? state.value : undefined, error: fits ? state.error : undefined, again: () => ask((n) => n + 1) };
}

/** Says why something cannot be shown. */
export const Failed = ({ error }: { error: Refusal | undefined }) => error && html`
  <p class="failed" role="alert">${error.message}${error.code && html` <code>${error.code}</code>`}</p>`;

/** A word with the colour of how it stands. */
export const Badge = ({ tone, children }: { tone: 'good' | 'bad' | 'wait' | 'calm'; children?: Content }) =>
  html`<span class="badge ${tone}">${children}</span>`;

/** What an outsider or the configuration chose: short as it is, long behind a button. */
export function Text({ value, mono = true }: { value: string | null | undefined; mono?: boolean }) {
  const [open, setOpen] = useState(false);
  if (value == null || value === '') return html`<span class="nothing">${NOTHING}</span>`;
  const text = shown(value);
  const long = text.length > LONG;
  return html`<span class="${mono ? 'mono' : ''} ${text.length <= SHORT ? 'short' : 'long'}">${long && !open ? `${text.slice(0, LONG)}…` : text}${long && html` <button
    class="more" aria-expanded=${open} onClick=${() => setOpen(!open)}>${open ? 'less' : 'all'}</button>`}</span>`;
}

/** Several of them. */
export const Texts = ({ values }: { values: readonly string[] | null | undefined }) =>
  values == null || values.length === 0 ? html`<span class="nothing">${NOTHING}</span>`
    : html`<span class="list">${values.map((each) => html`<${Text} key=${each} value=${each}/>`)}</span>`;

/** How long ago. */
export function Ago({ time }: { time: string | null | undefined }) {
  if (time == null) return html`<span class="nothing">${NOTHING}</span>`;
  return html`<time datetime=${time} title=${time}>${duration(Math.round(secondsSince(time, now.value)))} ago</time>`;
}

/** When. */
export function At({ time }: { time: string | null | undefined }) {
  return html`<time datetime=${time ?? ''} title=${time ?? ''}>${clock(time, now.value)}</time>`;
}

/** How late something is. */
export function Lateness({ late }: { late: { events: number; seconds: number | null } | null | undefined }) {
  if (late == null) return html`<span class="nothing">${NOTHING}</span>`;
  if (late.events === 0) return html`<span class="calm">on time</span>`;
  const bad = (late.seconds ?? 0) >= 5 || late.events >= 1_000;
  return html`<${Badge} tone=${bad ? 'bad' : 'wait'}>${count(late.events)} events${late.seconds == null ? '' : `, ${duration(late.seconds)}`}<//>`;
}

/** A figure with its name. */
export const Figure = ({ name, value, note, tone, to }: { name: string; value: string; note?: Content; tone?: string; to?: string }) => html`
  <div class="figure ${tone ?? ''}">
    <dt>${to ? html`<a href=${to}>${name}</a>` : name}</dt>
    <dd>${value}${note && html`<small>${note}</small>`}</dd>
  </div>`;

export interface Column<T> {
  readonly name: string;
  /** What the relay sorts by. */
  readonly sort?: string;
  readonly figure?: boolean;
  show(item: T): Content;
}

/** A table that the relay sorts and pages. */
export function Table<T>({ label, path, query = {}, columns, keyOf, empty, every = 2, sort: first = '' }: {
  label: string; path: string; query?: Query; columns: readonly Column<T>[]; keyOf(item: T): string; empty: Content;
  every?: number; sort?: string;
}) {
  const sort = route.value.query.get('sort') ?? first;
  const [pages, setPages] = useState<{ of: string; cursors: readonly string[] }>({ of: '', cursors: [] });
  const of = JSON.stringify([path, query, sort]);
  const cursors = pages.of === of ? pages.cursors : [];
  const { value, error } = useRead<Page<T>>(path, { ...query, sort: sort || undefined, limit: ROWS, cursor: cursors.at(-1) }, every);
  const by = sort.replace(/^-/, '');
  const order = (column: Column<T>): 'ascending' | 'descending' | undefined =>
    column.sort && column.sort === by ? sort.startsWith('-') ? 'descending' : 'ascending' : undefined;
  // Figures are looked at from the largest on, names from the first.
  const next = (column: Column<T>): string => {
    const now = order(column);
    const falling = now === undefined ? column.figure === true : now === 'ascending';
    return (falling ? '-' : '') + column.sort;
  };
  const items = value?.items ?? [];
  return html`
    <${Failed} error=${error}/>
    ${value && items.length === 0 && cursors.length === 0 ? html`<p class="empty">${empty}</p>` : html`
    <div class="scroll" tabindex="0" role="region" aria-label=${label}>
      <table aria-busy=${!value && !error}>
        <caption class="unseen">${label}</caption>
        <thead><tr>${columns.map((column) => html`
          <th key=${column.name} scope="col" class=${column.figure ? 'number' : ''} aria-sort=${order(column)}>
            ${column.sort ? html`<button class="sort" onClick=${() => refine({ sort: next(column) })}>${column.name}</button>` : column.name}
          </th>`)}</tr></thead>
        <tbody>${items.map((item) => html`
          <tr key=${keyOf(item)}>${columns.map((column, n) => n === 0
            ? html`<th key=${column.name} scope="row">${column.show(item)}</th>`
            : html`<td key=${column.name} data-name=${column.name} class=${column.figure ? 'number' : ''}>${column.show(item)}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>
    <div class="pager">
      <p role="status">${value ? `${count(items.length)}${value.total == null ? '' : ` of ${count(value.total)}`} shown` : 'reading …'}</p>
      ${(cursors.length > 0 || value?.cursor) && html`<span>
        <button disabled=${cursors.length === 0} onClick=${() => setPages({ of, cursors: cursors.slice(0, -1) })}>Previous</button>
        <button disabled=${!value?.cursor} onClick=${() => setPages({ of, cursors: [...cursors, value!.cursor!] })}>Next</button>
      </span>`}
    </div>`}`;
}

/** Fields that narrow what is shown; they are part of the address. */
export function Filters({ fields }: { fields: readonly { readonly name: string; readonly label: string; readonly options?: readonly string[]; readonly hint?: string }[] }) {
  const { query } = route.value;
  return html`<form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
    ${fields.map(({ name, label, options, hint }) => html`<label key=${name}>${label}
      ${options ? html`<select value=${query.get(name) ?? ''} onChange=${(event: Event) => refine({ [name]: (event.target as HTMLSelectElement).value })}>
          <option value="">any</option>${options.map((each) => html`<option key=${each}>${each}</option>`)}
        </select>`
      : html`<input type="search" value=${query.get(name) ?? ''} placeholder=${hint} spellcheck=${false} autocomplete="off"
          onChange=${(event: Event) => refine({ [name]: (event.target as HTMLInputElement).value.trim() })}/>`}
    </label>`)}
  </form>`;
}

/** What was done last, told to everybody who cannot see the page as well. */
export const said = signal('');

/** A link to a stream, a tenant or another thing that has a screen. */
export const Link = ({ screen, item, query, children }: { screen: string; item?: string; query?: Record<string, string | undefined>; children?: Content }) =>
  html`<a href=${href(screen, item, query)}>${children}</a>`;
