package heliograph.gateway;

import java.util.LinkedHashMap;

/**
 * The bodies that came last, each with the delivery it came with first. Any thread.
 *
 * <p>When it is full, the body that came first is forgotten: one that is played again after so many
 * others, under an id of its own, passes for new.
 */
final class SeenBodies {
  /** The most bodies that are remembered; some 300 bytes each. */
  static final int MAX = 20_000;

  // Guarded by itself. In the order in which bodies came first.
  private final LinkedHashMap<String, String> deliveries = new LinkedHashMap<>();

  /**
   * The delivery with which a body came first; that is now, if it never did.
   *
   * @param digest of the body
   */
  String firstDelivery(String digest, String delivery) {
    synchronized (deliveries) {
      String first = deliveries.putIfAbsent(digest, delivery);
      if (deliveries.size() > MAX) {
        deliveries.pollFirstEntry();
      }
      return first == null ? delivery : first;
    }
  }
}
