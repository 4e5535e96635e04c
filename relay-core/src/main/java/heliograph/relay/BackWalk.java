package heliograph.relay;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A walk back from a place of the log over the events that a subscriber may see, a step at a time.
 * One thread at a time uses it.
 */
final class BackWalk {
  private final long least;
  private final Predicate<StoredEvent> more;
  private long place;
  // How many events are asked for at once: fewer than a block has where they are large.
  private int span = Pages.BLOCK;
  private boolean found;

  /**
   * @param from the place at which it begins
   * @param least the place at which it ends at the latest
   * @param more whether to go on after an event
   */
  BackWalk(long from, long least, Predicate<StoredEvent> more) {
    this.place = from;
    this.least = least;
    this.more = more;
  }

  boolean isOver() {
    return found || place <= least;
  }

  /** The place that was reached, before the last event that was looked at. */
  long place() {
    return place;
  }

  /**
   * Looks at the events of one page.
   *
   * @param view what the subscriber sees of an event
   */
  void go(Step step, Function<StoredEvent, Optional<StoredEvent>> view) {
    // It stays within one block, because a read returns all of it that there is room for.
    long block = (place - 1) / Pages.BLOCK * Pages.BLOCK;
    long from = Math.max(Math.max(least, block), place - span);
    EventLog.Page page = step.read(from, (int) (place - from));
    if (page.last() < place) {
      // The page ends where its events have too many bytes; the last of them come with another.
      span = page.events().size();
      return;
    }
    span = Math.min(Pages.BLOCK, 2 * span);
    for (StoredEvent stored : page.events().reversed()) {
      if (stored.sequence() > place) {
        // Where retention took the first of what was asked for, as many more come at the end, and
        // these have been looked at.
        continue;
      }
      found = view.apply(stored).filter(seen -> !more.test(seen)).isPresent();
      place = stored.sequence() - 1;
      if (found || step.isOver()) {
        return;
      }
    }
    place = from;
  }
}
