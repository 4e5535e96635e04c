/** Events as they come, for whoever looks on. */
import { signal } from '@preact/signals';
import { Refusal, follow } from './api.js';
import type { TailEvent } from './types.js';

/** The events that are kept; older ones go. */
export const KEPT = 200;
/** Milliseconds for which events are gathered, as each look at them costs the browser something. */
const GATHERED = 200;

/** Which events are looked at; several words are several patterns. */
export interface Choice {
  readonly tenant: string;
  readonly topic: string;
  readonly type: string;
  readonly filter: string;
}

/** An event with when it came here. */
export interface Row {
  readonly key: number;
  readonly came: string;
  readonly event: TailEvent;
}

/** What was not shown: beyond the limit, and not even looked at. */
export interface Others {
  readonly notShown: number;
  readonly passedOver: number;
}

export type State = 'idle' | 'opening' | 'open' | 'login' | 'stopping' | 'broken';

const NONE: Others = { notShown: 0, passedOver: 0 };

export const rows = signal<readonly Row[]>([]);
export const others = signal<Others>(NONE);
export const state = signal<State>('idle');
/** Why it was refused. */
export const refusal = signal<Refusal | undefined>(undefined);

let asked: AbortController | undefined;
let waiting: Row[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let keys = 0;
let of = '';

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (waiting.length === 0) return;
  rows.value = [...waiting.reverse(), ...rows.value].slice(0, KEPT);
  waiting = [];
}

/** Takes a message of the relay. */
export function take(name: string, data: string, came: string): void {
  if (name === 'event') {
    waiting.push({ key: keys++, came, event: JSON.parse(data) as TailEvent });
    timer ??= setTimeout(flush, GATHERED);
  } else if (name === 'notShown') {
    const more = JSON.parse(data) as Others;
    others.value = { notShown: others.value.notShown + more.notShown, passedOver: others.value.passedOver + more.passedOver };
  } else if (name === 'tail') {
    state.value = 'open';
  } else if (name === 'end') {
    state.value = (JSON.parse(data) as { reason: 'login' | 'stopping' }).reason;
  }
}

/** Forgets what was shown. */
export function clear(): void {
  waiting = [];
  rows.value = [];
  others.value = NONE;
}

/** Looks on; what was shown of the same choice stays. */
export async function start(choice: Choice): Promise<void> {
  stop();
  const key = JSON.stringify(choice);
  if (key !== of) clear();
  of = key;
  refusal.value = undefined;
  state.value = 'opening';
  const mine = asked = new AbortController();
  try {
    await follow('tail', {
      tenant: choice.tenant, topic: words(choice.topic), type: words(choice.type), filter: choice.filter.trim(),
    }, mine.signal, (name, data) => { if (!mine.signal.aborted) take(name, data, new Date().toISOString()); });
    if (asked === mine && (state.value as State) !== 'login' && (state.value as State) !== 'stopping') state.value = 'broken';
  } catch (error) {
    if (asked !== mine) return;
    if (error instanceof Refusal && error.status > 0) {
      refusal.value = error;
      state.value = 'idle';
    } else state.value = 'broken';
  } finally {
    if (asked === mine) asked = undefined;
    flush();
  }
}

/** Looks away. */
export function stop(): void {
  const open = asked;
  asked = undefined;
  open?.abort();
  flush();
  if (open) state.value = 'idle';
}
