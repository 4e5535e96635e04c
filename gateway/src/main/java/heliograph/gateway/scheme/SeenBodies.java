package heliograph.gateway.scheme;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The bodies that came last, each with the delivery it came with first. Any thread.
 *
 * <p>A body is forgotten when it came first longer ago than the window, or before so many others:
 * played again then, under an id of its own, it passes for new.
 */
final class SeenBodies {
  /** The most bodies that are remembered; some 300 bytes each. */
  static final int MAX = 20_000;

  private record First(String delivery, Instant at) {}

  private final Duration window;
  private final InstantSource clock;

  // Guarded by itself. In the order in which bodies came first.
  private final LinkedHashMap<String, First> deliveries = new LinkedHashMap<>();

  SeenBodies(Duration window, InstantSource clock) {
    this.window = window;
    this.clock = clock;
  }

  /**
   * The delivery with which a body came first within the window; that is now, if it never did.
   *
   * @param digest of the body
   */
  String firstDelivery(String digest, String delivery) {
    Instant now = clock.instant();
    synchronized (deliveries) {
      Map.Entry<String, First> eldest = deliveries.firstEntry();
      while (eldest != null && !eldest.getValue().at().plus(window).isAfter(now)) {
        deliveries.pollFirstEntry();
        eldest = deliveries.firstEntry();
      }
      First first = deliveries.putIfAbsent(digest, new First(delivery, now));
      if (deliveries.size() > MAX) {
        deliveries.pollFirstEntry();
      }
      return first == null ? delivery : first.delivery();
    }
  }

  /** The delivery with which a body came first within the window; empty if it never did. */
  Optional<String> look(String digest) {
    Instant now = clock.instant();
    synchronized (deliveries) {
      return Optional.ofNullable(deliveries.get(digest))
          .filter(first -> first.at().plus(window).isAfter(now))
          .map(First::delivery);
    }
  }
}
