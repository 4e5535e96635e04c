package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.Event;
import heliograph.contract.Frame;
import heliograph.contract.Payload;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event with its place in the log, and what has been made of it so far: its frames, and views of
 * it for those who are not shown all of its data. All streams that send the event share this. Any
 * thread.
 */
public final class StoredEvent implements Shown {
  /**
   * The most classes of audience for which a view of a masked event is kept. For a further class
   * the view is made anew for every cohort and every reader.
   */
  static final int MAX_VIEWS = 8;

  /**
   * The most dialects for which a frame is kept. For a further dialect the frame is made anew for
   * every stream.
   */
  static final int MAX_FRAMES = 32;

  // A frame may be there twice: as it is, and compressed.
  private static final int FORMS = 2;

  private final Event event;
  private final Cursor cursor;
  private final long publishedNanos;
  private final Trace trace;
  // Written without a lock: frames, deliveries, views and readings are immutable, and a lost race
  // only makes an equal one again.
  private @Nullable Made frames;
  private Delivery.@Nullable Events asDelivery;
  private @Nullable View views;
  private @Nullable Object reading;
  private Answers answers = Answers.NONE;

  // What counts the bytes of a live event and of its views; written before anybody else has it.
  private @Nullable HeldBytes held;

  /** What one class of audience sees by some masks, with the views that were made before it. */
  private record View(
      Masks masks, long hiding, Optional<StoredEvent> seen, int count, @Nullable View before) {}

  /** The frame in one dialect, with those that were made before it. */
  private record Made(Dialect dialect, Frame frame, int count, @Nullable Made before) {}

  /** Makes an event that was read from the log. */
  public StoredEvent(Event event, Cursor cursor) {
    this(event, cursor, 0, Trace.NONE);
  }

  /** Makes a live event, which was just stored at the cursor. */
  public StoredEvent(Published published, Cursor cursor) {
    this(published.event(), cursor, published.nanos(), published.trace());
  }

  private StoredEvent(Event event, Cursor cursor, long publishedNanos, Trace trace) {
    this.event = event;
    this.cursor = cursor;
    this.publishedNanos = publishedNanos;
    this.trace = trace;
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

  /** When its publisher handed a live event over, on the hub's clock of nanoseconds; else 0. */
  public long publishedNanos() {
    return publishedNanos;
  }

  /** Whether somebody follows this event, who has to be told what happens to it. */
  public boolean isTraced() {
    return trace != Trace.NONE;
  }

  /** What follows a live event. Nobody follows one that was read from the log. */
  public Trace trace() {
    return trace;
  }

  /** The bytes that a stream of this dialect sends. They are made at the first call. */
  public Frame frame(Dialect dialect) {
    Made latest = frames;
    // This is all for nearly every event: the streams of a relay mostly share one dialect.
    return latest != null && latest.dialect == dialect ? latest.frame : findOrMake(dialect, latest);
  }

  /**
   * How many bytes the frame of a dialect has, with those of its chunk; 0 if no frame is kept. None
   * is made for this.
   */
  public int frameBytes(Dialect dialect) {
    Made latest = frames;
    if (latest != null && latest.dialect == dialect) {
      return latest.frame.chunk().length;
    }
    for (Made made = latest; made != null; made = made.before) {
      if (made.dialect.equals(dialect)) {
        return made.frame.chunk().length;
      }
    }
    return 0;
  }

  /** Makes the frame of a dialect if it is not there and will be kept. */
  void prepare(Dialect dialect) {
    Made latest = frames;
    if (latest == null || (latest.dialect != dialect && latest.count < MAX_FRAMES)) {
      var _ = findOrMake(dialect, latest);
    }
  }

  private Frame findOrMake(Dialect dialect, @Nullable Made latest) {
    for (Made made = latest; made != null; made = made.before) {
      if (made.dialect.equals(dialect)) {
        return made.frame;
      }
    }
    int count = latest == null ? 0 : latest.count;
    Frame frame = dialect.event(cursor, event);
    if (count < MAX_FRAMES) {
      HeldBytes counted = held;
      if (counted != null) {
        counted.add((long) FORMS * frame.chunk().length);
      }
      frames = new Made(dialect, frame, count + 1, latest);
    }
    return frame;
  }

  /** The live delivery of this event and no other. It is made at the first call. */
  Delivery.Events asDelivery() {
    Delivery.Events made = asDelivery;
    if (made == null) {
      made = new Delivery.Events(List.of(this), cursor, true);
      asDelivery = made;
    }
    return made;
  }

  /**
   * This event, at its place, without the data that the masks hide. It is made once for everybody
   * from whom the same is hidden.
   *
   * @param hiding what {@link Masks#hiding} said of the event's type; not 0
   * @return empty if the masks cannot be applied
   */
  Optional<StoredEvent> masked(long hiding, Masks masks) {
    View latest = views;
    for (View made = latest; made != null; made = made.before) {
      if (made.hiding == hiding && made.masks == masks) {
        return made.seen;
      }
    }
    int count = latest == null ? 0 : latest.count;
    Optional<StoredEvent> seen = masks.apply(event, hiding).map(data -> view(event.with(data)));
    if (count < MAX_VIEWS) {
      views = new View(masks, hiding, seen, count + 1, latest);
    }
    return seen;
  }

  /** This event, at its place, without any data. It is made anew at each call. */
  StoredEvent withoutData() {
    return new StoredEvent(event.with(Payload.ABSENT), cursor);
  }

  private StoredEvent view(Event hidden) {
    StoredEvent view = new StoredEvent(hidden, cursor, publishedNanos, trace);
    HeldBytes counted = held;
    if (counted != null) {
      counted.add(hidden.size());
      view.held = counted;
    }
    return view;
  }

  /** Counts this event for its tenant until everybody who holds it has dropped it. */
  void begin(WaitingBytes.Share share) {
    held = new HeldBytes(share, event.size());
  }

  /**
   * Notes one more for whom this event waits; an event that was read from the log is not counted.
   */
  void hold() {
    if (held != null) {
      held.hold();
    }
  }

  /** Notes one less for whom this event waits. */
  void drop() {
    if (held != null) {
      held.drop();
    }
  }

  /** Drops this for somebody in whose queue it waited in vain. */
  void lose() {
    drop();
    if (isTraced()) {
      trace.lost();
    }
  }

  /**
   * Whether a filter wants this. It is asked once, for all cohorts and all readers of the log that
   * have this object: they see the same of the event, so they get the same answer.
   *
   * @param payer asks the filter where the answer is not known
   */
  Payer.Choice choice(Filter filter, Payer payer) {
    long number = filter.number();
    if (number == 0) {
      return payer.ask(filter, this);
    }
    Optional<Boolean> known = answers.of(number);
    if (known.isPresent()) {
      return Payer.Choice.of(known.get());
    }
    Payer.Choice choice = payer.ask(filter, this);
    if (choice != Payer.Choice.LATE) {
      answers = answers.with(number, choice == Payer.Choice.WANTED);
    }
    return choice;
  }

  /**
   * The event as filters understand it, such as a parsed tree. It is made at the first call and
   * kept as long as this is, so it is small, or lets go by itself of what takes much memory.
   *
   * @param as the type of the reading; there is one in a process
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

  @Override
  public String toString() {
    return cursor + " " + event.type();
  }
}
