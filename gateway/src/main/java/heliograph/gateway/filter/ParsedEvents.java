package heliograph.gateway.filter;

import heliograph.relay.StoredEvent;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The room for events in the form that filters evaluate, which can take many times an event's own
 * bytes. Where it is full, those go that no filter has looked at for longest; they are parsed again
 * when one does. So an event that is delivered, or a stretch of the log that many streams replay,
 * is parsed once or few times for all filters, and never more stays than fits. Any thread.
 */
final class ParsedEvents {
  /** Enough for one event, whatever its data is. */
  static final long FOR_ONE = 4L << 20;

  private final long maxBytes;
  // These are guarded by this object's monitor. The events are in a circle: one that was looked at
  // since it was passed the last time gets another round, so a look takes no lock.
  private final Deque<ParsedEvent> kept = new ArrayDeque<>();
  private long bytes;

  /**
   * @param maxBytes the most bytes of the heap, by an estimate, for all events together
   */
  ParsedEvents(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The event for one evaluation of a filter. */
  FilteredEvent of(StoredEvent seen) {
    return new FilteredEvent(
        seen.reading(ParsedEvent.class, event -> new ParsedEvent(event, this)));
  }

  /**
   * Takes in what was made of an event.
   *
   * @param change gives the event more parts
   */
  synchronized void keep(ParsedEvent event, Runnable change) {
    long before = event.bytes();
    change.run();
    bytes += event.bytes() - before;
    if (before == 0) {
      kept.addLast(event);
    }
    // Others may look at the events meanwhile, so each gets one further round at most.
    int rounds = kept.size();
    while (bytes > maxBytes) {
      ParsedEvent oldest = kept.removeFirst();
      if (rounds-- > 0 && oldest.takeUsed()) {
        kept.addLast(oldest);
      } else {
        bytes -= oldest.bytes();
        oldest.forget();
      }
    }
  }

  /** The bytes that are kept. */
  synchronized long bytes() {
    return bytes;
  }
}
