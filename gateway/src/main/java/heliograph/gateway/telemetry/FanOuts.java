package heliograph.gateway.telemetry;

import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The events that are followed and on their way. Any thread adds; one looks now and then which of
 * them have arrived.
 */
final class FanOuts {
  /** The most events that are followed at once. */
  static final int MAX_OPEN = 10_000;

  private final LongSupplier nanos;
  private final Queue<EventTrace> open = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  FanOuts(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Adds an event, without a lock; false if there are too many. */
  boolean add(EventTrace trace) {
    if (count.incrementAndGet() > MAX_OPEN) {
      count.decrementAndGet();
      return false;
    }
    return open.add(trace);
  }

  /**
   * Makes the spans of those that have arrived or take too long. By one thread.
   *
   * @param last whether all of them are over now
   */
  void sweep(boolean last) {
    long now = nanos.getAsLong();
    for (Iterator<EventTrace> each = open.iterator(); each.hasNext(); ) {
      if (each.next().tryToEnd(now, last)) {
        each.remove();
        count.decrementAndGet();
      }
    }
  }

  /** How many there are. */
  int open() {
    return count.get();
  }
}
