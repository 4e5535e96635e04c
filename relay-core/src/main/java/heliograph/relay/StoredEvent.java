package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Format;
import heliograph.contract.Frame;
import org.jspecify.annotations.Nullable;

/**
 * An event with its place in the log, and the frames made of it so far. Shared by all streams that
 * send it; any thread.
 */
public final class StoredEvent {
  private final Event event;
  private final Cursor cursor;
  private final long publishedNanos;
  // Written without a lock: a frame is immutable, and a lost race makes an equal one again.
  private @Nullable Frame plain;
  private @Nullable Frame structured;

  /** An event as it is read from the log. */
  public StoredEvent(Event event, Cursor cursor) {
    this(event, cursor, 0);
  }

  /** An event on its way from its publisher, given to the hub at {@code publishedNanos}. */
  StoredEvent(Event event, Cursor cursor, long publishedNanos) {
    this.event = event;
    this.cursor = cursor;
    this.publishedNanos = publishedNanos;
  }

  public Event event() {
    return event;
  }

  public Cursor cursor() {
    return cursor;
  }

  public long sequence() {
    return cursor.sequence();
  }

  /** When the publisher handed it over, on the hub's clock of nanoseconds; only for live events. */
  public long publishedNanos() {
    return publishedNanos;
  }

  /** The bytes a subscriber of this format gets, made at the first call. */
  public Frame frame(Format format) {
    Frame made =
        switch (format) {
          case PLAIN -> plain;
          case CLOUDEVENTS -> structured;
        };
    return made == null ? make(format) : made;
  }

  private Frame make(Format format) {
    Frame frame = Frame.of(cursor, event, format);
    switch (format) {
      case PLAIN -> plain = frame;
      case CLOUDEVENTS -> structured = frame;
    }
    return frame;
  }

  @Override
  public String toString() {
    return cursor + " " + event.type();
  }
}
