package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.gateway.wire.Shares;
import heliograph.relay.Hub;
import heliograph.relay.Receipt;
import heliograph.relay.Trace;
import java.time.Duration;
import java.util.List;

/**
 * Hands events to the hub and waits until they are stored, for a bounded number of requests at
 * once. Publishers share the places: where the log is slow, one with many requests must not take
 * all of them. Any thread.
 */
final class WaitingPublishers {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Hub hub;
  private final Shares places;

  /**
   * Makes places of which all are free.
   *
   * @param most the most requests that wait at once
   */
  WaitingPublishers(Hub hub, int most) {
    this.hub = hub;
    this.places = new Shares(most);
  }

  /**
   * Stores the events, and returns when that is done.
   *
   * @param publisher the name of the publisher, in whose share the request waits
   * @param traces what follows each of the events; empty if nobody follows any
   * @return a receipt for each event, in order
   * @throws RelayException LOG_UNAVAILABLE, to come back after a second, if too many requests of
   *     the publisher wait already; or as {@link Hub#publish} says
   */
  List<Receipt> publish(String publisher, List<Event> events, List<Trace> traces) {
    if (!places.take(publisher)) {
      throw RelayException.retryAfter(
          ErrorCode.LOG_UNAVAILABLE, "too many requests of this publisher wait", RETRY);
    }
    try {
      return hub.publish(publisher, events, traces);
    } finally {
      places.giveBack(publisher);
    }
  }

  /** How many requests wait. */
  int waiting() {
    return places.taken();
  }
}
