package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Format;
import heliograph.contract.Frame;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event with its place in the log, and what was made of it so far: its frames, and the same
 * event for those who are not shown all of it. Shared by all streams that send it; any thread.
 */
public final class StoredEvent {
  /**
   * For how many classes of audience a masked event is kept; for a further one it is made anew for
   * every cohort and every reader.
   */
  static final int MAX_VIEWS = 8;

  private final Event event;
  private final Cursor cursor;
  private final long publishedNanos;
  // Written without a lock: a frame is immutable, and a lost race makes an equal one again. So it
  // is with a delivery, views and a reading.
  private @Nullable Frame plain;
  private @Nullable Frame structured;
  private @Nullable Frame plainUnnamed;
  private @Nullable Frame structuredUnnamed;
  private Delivery.@Nullable Events alone;
  private @Nullable View views;
  private @Nullable Object reading;

  /** What a class of audience sees, and the views that were made before. */
  private record View(long hiding, Optional<StoredEvent> seen, int count, @Nullable View before) {}

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
          case PLAIN_UNNAMED -> plainUnnamed;
          case CLOUDEVENTS_UNNAMED -> structuredUnnamed;
        };
    return made == null ? make(format) : made;
  }

  private Frame make(Format format) {
    Frame frame = Frame.of(cursor, event, format);
    switch (format) {
      case PLAIN -> plain = frame;
      case CLOUDEVENTS -> structured = frame;
      case PLAIN_UNNAMED -> plainUnnamed = frame;
      case CLOUDEVENTS_UNNAMED -> structuredUnnamed = frame;
    }
    return frame;
  }

  /** The delivery of this event and no other, live; made at the first call. */
  Delivery.Events alone() {
    Delivery.Events made = alone;
    if (made == null) {
      made = new Delivery.Events(List.of(this), cursor, true);
      alone = made;
    }
    return made;
  }

  /**
   * The same event, at the same place, without what the masks hide; made once for everybody from
   * whom they hide the same. Empty if they cannot be applied.
   */
  Optional<StoredEvent> masked(long hiding, Masks masks) {
    View latest = views;
    for (View made = latest; made != null; made = made.before) {
      if (made.hiding == hiding) {
        return made.seen;
      }
    }
    int count = latest == null ? 0 : latest.count;
    Optional<StoredEvent> seen =
        masks
            .apply(event, hiding)
            .map(data -> new StoredEvent(event.with(data), cursor, publishedNanos));
    if (count < MAX_VIEWS) {
      views = new View(hiding, seen, count + 1, latest);
    }
    return seen;
  }

  /**
   * What somebody reads the event as, made at the first call, for as long as it is being looked at:
   * the filters of many share one.
   *
   * @param as whoever reads has a type of its own for it
   */
  public <T> T reading(Class<T> as, Function<Event, T> read) {
    Object made = reading;
    if (as.isInstance(made)) {
      return as.cast(made);
    }
    T fresh = read.apply(event);
    reading = fresh;
    return fresh;
  }

  /** Lets go of readings, which can take many times the event's bytes. */
  void forget() {
    reading = null;
    for (View made = views; made != null; made = made.before) {
      made.seen.ifPresent(view -> view.reading = null);
    }
  }

  @Override
  public String toString() {
    return cursor + " " + event.type();
  }
}
