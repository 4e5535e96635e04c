package heliograph.gateway.scheme;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the bodies that came last, each with the delivery that brought it first. Any thread.
 *
 * <p>A body is forgotten when it came first longer ago than the window, or when {@link #MAX} others
 * came first after it. If it is then replayed under another delivery's id, it passes for new.
 */
final class SeenBodies {
  /** The most bodies that are remembered; each takes some 300 bytes. */
  static final int MAX = 20_000;

  private record First(String delivery, Instant at) {}

  private final Duration window;
  private final InstantSource clock;

  // This is guarded by itself, and is in the order in which bodies came first.
  private final LinkedHashMap<String, First> deliveries = new LinkedHashMap<>();

  SeenBodies(Duration window, InstantSource clock) {
    this.window = window;
    this.clock = clock;
  }

  /**
   * The delivery that brought a body first within the window. If no delivery did, it is this one,
   * and is remembered from now on.
   *
   * @param digest the digest of the body
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

  /** The delivery that brought a body first within the window; empty if there was none. */
  Optional<String> look(String digest) {
    Instant now = clock.instant();
    synchronized (deliveries) {
      return Optional.ofNullable(deliveries.get(digest))
          .filter(first -> first.at().plus(window).isAfter(now))
          .map(First::delivery);
    }
  }
}
