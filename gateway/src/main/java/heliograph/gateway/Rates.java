package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many events each publisher may send: a bucket that holds one second's worth and fills evenly.
 * A request passes while the bucket is not empty, and may then take it below zero, so that a batch
 * larger than the bucket passes too and is paid for afterwards. As many buckets as publishers. Any
 * thread.
 */
final class Rates {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final int perSecond;
  private final LongSupplier nanos;
  // Per publisher, the time at which its bucket is full again.
  private final Map<String, AtomicLong> fullAt = new ConcurrentHashMap<>();

  /**
   * @param perSecond the events a publisher may send in a second
   */
  Rates(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
  }

  int perSecond() {
    return perSecond;
  }

  /**
   * Takes the events out of the publisher's bucket.
   *
   * @throws RelayException RATE_LIMITED, with the time after which one event passes
   */
  void take(Publisher publisher, int events) {
    long now = nanos.getAsLong();
    AtomicLong bucket = fullAt.computeIfAbsent(publisher.name(), _ -> new AtomicLong(now));
    long cost = Math.multiplyExact(SECOND / perSecond, (long) events);
    while (true) {
      long full = bucket.get();
      long wait = full - now - SECOND;
      if (wait >= 0) {
        throw RelayException.retryAfter(
            ErrorCode.RATE_LIMITED,
            "over " + perSecond + " events a second",
            Duration.ofNanos(wait + 1));
      }
      if (bucket.compareAndSet(full, Math.max(full - now, 0) + now + cost)) {
        return;
      }
    }
  }
}
