package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Gap;
import java.time.Duration;
import java.util.List;

/** What a stream is to write next, as its subscription hands it out. */
public sealed interface Delivery {
  /**
   * There are events, in order; or none, where a stretch of the log held nothing for the
   * subscriber.
   *
   * @param through the place up to which the subscriber has now been given all that it may see
   * @param live whether the events have just come from their publishers, and not from the log
   */
  record Events(List<StoredEvent> events, Cursor through, boolean live) implements Delivery {
    public Events {
      events = List.copyOf(events);
    }
  }

  /** Events that the subscriber might have seen are gone. */
  record Missed(Gap gap) implements Delivery {}

  /**
   * Nothing came for the whole wait.
   *
   * @param through the place up to which the subscriber has been given all that it may see
   */
  record Quiet(Cursor through) implements Delivery {}

  /**
   * The stream is over.
   *
   * @param reconnect how long the client should wait before it comes back
   */
  record Ended(EndReason reason, Duration reconnect) implements Delivery {}
}
