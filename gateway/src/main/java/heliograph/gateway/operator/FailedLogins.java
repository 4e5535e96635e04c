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
 * How many logins have failed, by the addresses that they came from. Any thread.
 *
 * <p>It keeps strangers from guessing, and from filling the audit. A network of IPv6 counts as one
 * address, since one machine has as many addresses there as it likes.
 */
final class FailedLogins {
  /** The most logins of an address that may fail within {@link #WINDOW}. */
  static final int MAX = 10;

  /** For how long the failures of an address are counted, from the first of them on. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** The most addresses that are counted; beyond it the one that began first is forgotten. */
  static final int MAX_ADDRESSES = 1000;

  private static final int NETWORK_BYTES = 8;

  private final LongSupplier nanos;

  // Guarded by this.
  private final Map<String, Count> counts = new LinkedHashMap<>();

  private record Count(long since, int failed) {}

  FailedLogins(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether so many logins of an address have failed that it has to wait. */
  synchronized boolean tooMany(String address) {
    Count count = counts.get(network(address));
    return count != null && isCounted(count) && count.failed() >= MAX;
  }

  /** Counts a login that failed. */
  synchronized void failed(String address) {
    String network = network(address);
    Count before = counts.get(network);
    if (before != null && isCounted(before)) {
      counts.put(network, new Count(before.since(), before.failed() + 1));
      return;
    }
    counts.remove(network);
    if (counts.size() == MAX_ADDRESSES) {
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
