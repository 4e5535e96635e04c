package heliograph.gateway.publish;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Buckets by name that hold what may be taken in a while and fill evenly. Who asks passes while its
 * bucket is not empty, and may then take it below zero. One that is full is not kept. Any thread.
 */
final class Buckets {
  private final long whileNanos;
  // When each is full again.
  private final Map<String, Long> full = new ConcurrentHashMap<>();

  /**
   * @param time in which an empty one fills
   */
  Buckets(Duration time) {
    this.whileNanos = time.toNanos();
  }

  /**
   * What it costs to take some.
   *
   * @param most how many a bucket holds
   */
  long cost(int most, int count) {
    return Math.multiplyExact(Math.max(1, whileNanos / most), (long) count);
  }

  /** How long until the bucket is no longer empty; negative if it is not, and then it has paid. */
  long take(String name, long cost, long now) {
    long[] wait = new long[1];
    full.compute(
        name,
        (_, at) -> {
          long ahead = ahead(at == null ? now : at, now);
          wait[0] = ahead - whileNanos;
          return now + ahead + (wait[0] >= 0 ? 0 : cost);
        });
    return wait[0];
  }

  void giveBack(String name, long cost) {
    full.computeIfPresent(name, (_, at) -> at - cost);
  }

  /** How long until the bucket is full. */
  long ahead(String name, long now) {
    return ahead(full.getOrDefault(name, now), now);
  }

  // By its distance from now: the clock may pass from the largest number to the smallest.
  private static long ahead(long at, long now) {
    return Math.max(at - now, 0);
  }

  /** How many of a bucket that holds so many are left. */
  long left(String name, int most, long now) {
    return Math.max(0, (whileNanos - ahead(name, now)) / cost(most, 1));
  }

  boolean isKept(String name) {
    return full.containsKey(name);
  }

  int count() {
    return full.size();
  }

  /** Lets go of those that are full. */
  void sweep(long now) {
    full.values().removeIf(at -> at - now <= 0);
  }
}
