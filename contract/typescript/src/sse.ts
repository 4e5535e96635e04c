/** Reads `text/event-stream` (WHATWG HTML, section 9.2.6) from a body. */
import { createParser } from 'eventsource-parser';

/** The most characters of one event; a longer one ends the connection. */
export const MAX_EVENT = 32 * 1024 * 1024;

/** What a stream says, in its order. */
export interface Reader {
  /** An event; `id` is undefined where it has none of its own. */
  event(type: string, text: string, id: string | undefined): void;
  /** A place to come back to, without an event. */
  place(id: string): void;
  /** How many milliseconds to wait before coming back. */
  retry(ms: number): void;
  /** Bytes have come, whatever they say. */
  alive(): void;
}

/**
 * Reads a body to its end.
 *
 * @returns whether it was given up at an event of more than `MAX_EVENT` characters
 * @throws what the body's reader throws
 */
export async function read(body: ReadableStream<Uint8Array>, reader: Reader): Promise<boolean> {
  let place: string | undefined;
  let tooLong = false;
  function flush(): void {
    if (place !== undefined) reader.place(place);
    place = undefined;
  }
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onError: ({ type }) => { tooLong ||= type === 'max-buffer-size-exceeded'; },
    // Told at the end of a frame, just before its event, if it has one.
    onId: (id) => {
      flush();
      place = id;
    },
    onRetry: (ms) => reader.retry(ms),
    onEvent: ({ event, data, id }) => {
      if (id === undefined) flush();
      place = undefined;
      reader.event(event || 'message', data, id);
    },
  });
  // The parser takes one byte order mark away, and a second one is data.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const bytes = body.getReader();
  try {
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return false;
      reader.alive();
      parser.feed(decoder.decode(value, { stream: true }));
      flush();
      if (tooLong) return true;
    }
  } finally {
    bytes.cancel().catch(() => {});
  }
}
