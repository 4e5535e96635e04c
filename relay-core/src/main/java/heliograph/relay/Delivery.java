package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Gap;
import java.time.Duration;
import java.util.List;

/** What a subscription has for its stream to write next. */
public sealed interface Delivery {
  /**
   * Events, in order; none of them when a stretch of the log held nothing for this subscriber.
   *
   * @param through the place up to which the subscriber has now had all it may see
   * @param live whether they come from their publishers just now, and not from the log
   */
  record Events(List<StoredEvent> events, Cursor through, boolean live) implements Delivery {
    public Events {
      events = List.copyOf(events);
    }
  }

  /** Events this subscriber might have seen are gone. */
  record Missed(Gap gap) implements Delivery {}

  /** Nothing came for the whole wait. */
  record Quiet(Cursor through) implements Delivery {}

  /**
   * The stream is over.
   *
   * @param reconnect when the client should come back
   */
  record Ended(EndReason reason, Duration reconnect) implements Delivery {}
}
