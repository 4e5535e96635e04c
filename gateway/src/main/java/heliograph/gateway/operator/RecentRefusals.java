package heliograph.gateway.operator;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often somebody was refused of late: a stranger by their address, or an operator by their
 * name. Any thread.
 *
 * <p>It keeps strangers from guessing, and both from filling the audit. A network of IPv6 counts as
 * one address, since one machine has as many addresses there as it likes.
 */
final class RecentRefusals {
  /** The most refusals of one within {@link #WINDOW} that are taken for what they are. */
  static final int MAX = 10;

  /** For how long the refusals of one are counted, from the first of them on. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** The most of whom refusals are counted; beyond it the one that began first is forgotten. */
  static final int MAX_COUNTED = 1000;

  private static final int NETWORK_BYTES = 8;

  private final LongSupplier nanos;

  // Guarded by this.
  private final Map<String, Count> counts = new LinkedHashMap<>();

  private record Count(long since, int refused) {}

  RecentRefusals(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether an address, or an operator, was refused as often as is taken for what it is. */
  synchronized boolean tooMany(String whose) {
    Count count = counts.get(network(whose));
    return count != null && isCounted(count) && count.refused() >= MAX;
  }

  /** Counts a refusal of an address, or of an operator. */
  synchronized void count(String whose) {
    String network = network(whose);
    Count before = counts.get(network);
    if (before != null && isCounted(before)) {
      counts.put(network, new Count(before.since(), before.refused() + 1));
      return;
    }
    counts.remove(network);
    if (counts.size() == MAX_COUNTED) {
      counts.remove(counts.keySet().iterator().next());
    }
    counts.put(network, new Count(nanos.getAsLong(), 1));
  }

  private boolean isCounted(Count count) {
    return nanos.getAsLong() - count.since() < WINDOW.toNanos();
  }

  private static String network(String address) {
    try {
      if (InetAddress.ofLiteral(address) instanceof Inet6Address six) {
        byte[] bytes = six.getAddress();
        Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
        return HexFormat.of().formatHex(bytes);
      }
    } catch (IllegalArgumentException _) {
      // It is a name, and counts as it is.
    }
    return address;
  }
}
