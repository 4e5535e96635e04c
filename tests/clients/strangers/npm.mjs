// Opens streams with a client from npm and prints what it hands over, a JSON object a line:
//   node npm.mjs CLIENT URL…
// Each is used as its documentation shows. It ends when it is told to.
import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { TYPES } from './types.mjs';

const [client, ...urls] = process.argv.slice(2);
const RETRY_MS = 200;
const NO_CONTENT = 204;
const CLOSED = 2;

/** What the client hands events to. */
function application(stream) {
  const print = (line) => process.stdout.write(`${JSON.stringify({ stream, ...line })}\n`);
  return {
    event: (event, data, id) => print({ event: event ?? null, data: data ?? null, id: id ?? null }),
    gone: (why) => print({ gone: why }),
  };
}

/** For all that look like the browser's own. */
function listen(source, { event, gone }) {
  for (const type of TYPES) source.addEventListener(type, ({ data, lastEventId }) => event(type, data, lastEventId));
  // Some tell of it before they close.
  source.addEventListener('error', () => setImmediate(() => {
    if (source.readyState === CLOSED) gone('closed');
  }));
}

const CLIENTS = {
  async eventsource2(url, hands) {
    const { default: EventSource } = await import('eventsource2');
    listen(new EventSource(url), hands);
  },
  async eventsource3(url, hands) {
    const { EventSource } = await import('eventsource3');
    listen(new EventSource(url), hands);
  },
  async eventsource4(url, hands) {
    const { EventSource } = await import('eventsource4');
    listen(new EventSource(url), hands);
  },
  async eventsource(url, hands) {
    const { EventSource } = await import('eventsource');
    listen(new EventSource(url), hands);
  },
  async 'event-source-polyfill'(url, hands) {
    const { EventSourcePolyfill } = (await import('event-source-polyfill')).default;
    listen(new EventSourcePolyfill(url), hands);
  },
  // It wraps the EventSource that there is.
  async 'reconnecting-eventsource'(url, hands) {
    const { default: ReconnectingEventSource } = await import('reconnecting-eventsource');
    const { EventSource } = await import('eventsource');
    const source = new ReconnectingEventSource(url, { eventSourceClass: EventSource, max_retry_time: RETRY_MS });
    listen(source, hands);
  },
  // It is for browsers, of which it needs a page that is in front, and it ends at a clean end unless that throws.
  async 'fetch-event-source'(url, hands) {
    globalThis.window = globalThis;
    globalThis.document = Object.assign(new EventTarget(), { hidden: false });
    const { fetchEventSource } = (await import('@microsoft/fetch-event-source')).default;
    const end = fetchEventSource(url, {
      onmessage: ({ event, data, id }) => hands.event(event, data, id),
      onclose() { throw new Error('the end'); },
    });
    end.finally(() => hands.gone('resolved'));
  },
  // A parser alone, and the loop around it.
  async 'eventsource-parser'(url, hands) {
    let lastId;
    for (;;) {
      try {
        const answer = await fetch(url, { headers: lastId ? { 'Last-Event-ID': lastId } : {} });
        if (answer.status === NO_CONTENT) {
          hands.gone('204');
          return;
        }
        const parser = createParser({
          onId(id) { lastId = id; },
          onEvent: ({ event, data, id }) => hands.event(event, data, id),
        });
        for await (const text of answer.body.pipeThrough(new TextDecoderStream())) parser.feed(text);
      } catch {
        // It broke, or nobody was there.
      }
      await pause(RETRY_MS);
    }
  },
};

urls.forEach((url, stream) => CLIENTS[client](url, application(stream)));
