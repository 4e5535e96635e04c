/** One connection, from its request to its end. */
import type { Gap, Options } from './api.js';
import { type Outcome, MAX_WAIT, absolute, ask, authorize, gapOf, parsed, refusal, send, valueOf } from './request.js';
import { type Reader, read } from './sse.js';

/** Milliseconds without a byte after which a connection is dead, where the relay has not told its heartbeat. */
export const SILENCE = 45_000;
/** How many heartbeats may be missing. */
const HEARTBEATS = 2;
/** A stream that has said nothing in so many milliseconds since its head is open all the same. */
const QUIET_OPENING = 1_000;

/** Who is told of a connection. */
export interface Listener {
  /** It is open: what was published from its position on will come. */
  opened(): void;
  message(type: string, text: string, id: string): void;
  gap(gap: Gap): void;
  /** The place to come back to. */
  moved(id: string): void;
  /** How many milliseconds to wait before coming back. */
  retry(ms: number): void;
  position(): string | undefined;
  /** The types that are listened for, and a way to hear of new ones; the browser's own EventSource has to know. */
  types(each: (type: string) => void): () => void;
}

type Fields = Record<string, unknown>;

const string = (value: unknown): string | undefined => typeof value === 'string' ? value : undefined;

/** Connects, and stays until the connection ends, for whatever reason. Aborting the signal ends it without a word. */
export async function attempt(options: Options, listener: Listener, stop: AbortSignal): Promise<Outcome> {
  const { names = {}, silence = SILENCE } = options;
  const asked = ask(absolute(options.url), options);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  /** Not all that is waited for heeds a signal: an application's token may never come. */
  const gone = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', reject));
  stop.addEventListener('abort', abort);
  let dead: ReturnType<typeof setTimeout> | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let quiet = silence;
  let stream: string | undefined;
  let outcome: Outcome | undefined;
  let mute = true;

  /** The connection counts as dead if this is not called again in time. */
  function alive(): void {
    clearTimeout(dead);
    dead = setTimeout(() => finish({ next: 'again', reason: 'silence', mute }), quiet);
  }
  function finish(how: Outcome): void {
    outcome ??= how;
    abort();
  }
  function open(): void {
    if (opening === undefined) return;
    clearTimeout(opening);
    opening = undefined;
    listener.opened();
  }

  /** The relay's own words, by the names that they have in the contract. */
  const own: Record<string, (fields: Fields) => void> = {
    'system.connected': (fields) => {
      stream = string(fields.stream) ?? stream;
      if (typeof fields.heartbeat === 'number' && fields.heartbeat > 0) quiet = HEARTBEATS * fields.heartbeat * 1000;
      alive();
    },
    'system.gap': ({ reason, from, to }) =>
      listener.gap(gapOf(string(reason) ?? 'gap', string(from), string(to))),
    'system.reauth': () => { renew().catch(() => {}); },
    'system.shutdown': ({ reconnect }) =>
      finish({ next: 'again', reason: 'shutdown', wait: Math.min(Number(reconnect) || 0, MAX_WAIT) }),
    'system.end': ({ reason }) => {
      const why = string(reason) ?? 'end';
      finish({
        next: why === 'superseded' || why === 'disabled' ? 'over' : why === 'revoked' || why === 'expired' ? 'anew' : 'again',
        reason: why,
      });
    },
    'system.position': () => {},
    'system.heartbeat': () => {},
  };
  for (const [name, given] of Object.entries(names)) {
    for (const one of [given].flat()) own[one] = own[`system.${name}`] ?? own['system.position']!;
  }
  const ends = ['end', 'shutdown'].map((name) => own[`system.${name}`]);

  const reader: Reader = {
    alive() {
      mute = false;
      alive();
    },
    retry: (ms) => listener.retry(Math.min(ms, MAX_WAIT)),
    place: (id) => {
      if (controller.signal.aborted) return;
      open();
      moved(id);
    },
    event: (type, text, id) => {
      // What comes behind an end, or was read but not told when somebody closed it, is asked for again.
      if (controller.signal.aborted) return;
      const word = Object.hasOwn(own, type) ? own[type] : undefined;
      if (!word || !ends.includes(word)) open();
      if (word) word(Object(parsed(text)) as Fields);
      else listener.message(type, text, id ?? '');
      if (id !== undefined) moved(id);
    },
  };

  function moved(id: string): void {
    // A final position says that the relay wants no return from it.
    if (id.endsWith('~')) finish({ next: 'over', reason: 'superseded' });
    else if (id) listener.moved(id);
  }

  /** Brings a new token, with which the stream goes on. Where that fails, the stream ends, and the next has a new one. */
  async function renew(): Promise<void> {
    if (!stream || options.ticket !== undefined) return;
    // Beside the stream, also under a prefix of a proxy; a profile's path does not say where that is.
    const near = asked.pathname.endsWith('/v1/stream') ? '' : '/v1/';
    const url = new URL(`${near}streams/${encodeURIComponent(stream)}/token`, asked);
    const answer = await send(url, options, controller.signal, {}, 'POST');
    await answer.body?.cancel();
  }

  /** A ticket is for streams alone, and good once. */
  async function buy(): Promise<void> {
    if (options.ticket !== undefined) asked.searchParams.set('ticket', await valueOf(options.ticket, controller.signal));
  }

  async function byFetch(): Promise<Outcome> {
    await buy();
    const position = listener.position();
    const answer = await send(asked, options, controller.signal, {
      Accept: 'text/event-stream', ...position && { 'Last-Event-ID': position },
    });
    controller.signal.throwIfAborted();
    if (answer.status !== 200 || !answer.body) {
      await answer.body?.cancel();
      return refusal(answer);
    }
    if (!/^text\/event-stream\b/i.test(answer.headers.get('Content-Type') ?? '')) {
      await answer.body.cancel();
      return { next: 'refused', reason: 'no event stream' };
    }
    stream = answer.headers.get('Heliograph-Stream') ?? undefined;
    alive();
    begun();
    return await read(answer.body, reader)
      ? { next: 'refused', reason: 'too long an event' } : { next: 'again', reason: 'the stream ended' };
  }

  async function byEventSource(): Promise<Outcome> {
    await buy();
    await authorize(asked, new Headers(), options, controller.signal);
    const position = listener.position();
    if (position) asked.searchParams.set('lastEventId', position);
    const source = new EventSource(asked, { withCredentials: options.credentials === 'include' });
    let last = '';
    const hear = ({ type, data, lastEventId }: MessageEvent<string>): void => {
      reader.alive();
      // It stands until the next, also for events that have none of their own.
      reader.event(type, data, lastEventId === last ? undefined : lastEventId);
      last = lastEventId;
    };
    // The browser's own events of these names are no messages.
    const heard = new Set(['error', 'open']);
    const listen = (type: string): void => {
      if (heard.has(type)) return;
      heard.add(type);
      source.addEventListener(type, hear);
    };
    ['message', ...Object.keys(own)].forEach(listen);
    const off = listener.types((type) => [type, `type.${type}`].forEach(listen));
    try {
      source.onopen = begun;
      // It would come back by itself, but with its first address, and the token in it may be too old by then.
      return await Promise.race([gone, new Promise<Outcome>((resolve) => {
        source.onerror = () => resolve({ next: 'again', reason: 'the stream ended' });
      })]);
    } finally {
      off();
      source.close();
    }
  }

  function begun(): void {
    opening ??= setTimeout(open, QUIET_OPENING);
  }

  alive();
  try {
    const how = await Promise.race([gone, options.transport === 'eventsource' ? byEventSource() : byFetch()]);
    return outcome ?? how;
  } catch (error) {
    return outcome ?? { next: 'again', reason: error instanceof Error ? error.name : 'error' };
  } finally {
    stop.removeEventListener('abort', abort);
    clearTimeout(dead);
    clearTimeout(opening);
    abort();
  }
}
