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
 * @throws what the body's reader throws, and an error at an event of more than `MAX_EVENT` characters
 */
export async function read(body: ReadableStream<Uint8Array>, reader: Reader): Promise<void> {
  let place: string | undefined;
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onId: (id) => { place = id; },
    onRetry: (ms) => reader.retry(ms),
    onEvent: ({ event, data, id }) => {
      place = undefined;
      reader.event(event || 'message', data, id);
    },
  });
  const decoder = new TextDecoder();
  const bytes = body.getReader();
  try {
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return;
      reader.alive();
      const text = decoder.decode(value, { stream: true });
      parser.feed(text);
      // An id counts once its frame is whole: a connection may break in the middle of one.
      if (place !== undefined && text.endsWith('\n\n')) {
        reader.place(place);
        place = undefined;
      }
    }
  } finally {
    bytes.cancel().catch(() => {});
  }
}
