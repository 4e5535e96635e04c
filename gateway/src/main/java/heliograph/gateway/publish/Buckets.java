package heliograph.gateway.publish;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Token buckets by name, each of which fills evenly within one time. A caller passes while its
 * bucket is not empty, and may then take the bucket below zero. A full bucket is not kept. Any
 * thread.
 */
final class Buckets {
  private final long whileNanos;
  // This has the time, in nanoseconds of the clock, at which each bucket is full again.
  private final Map<String, Long> full = new ConcurrentHashMap<>();

  /**
   * Makes buckets that are all full.
   *
   * @param time the time in which an empty bucket fills
   */
  Buckets(Duration time) {
    this.whileNanos = time.toNanos();
  }

  /**
   * What it costs to take some, in nanoseconds of filling.
   *
   * @param most how many a bucket holds
   * @param count how many are taken
   */
  long cost(int most, int count) {
    return Math.multiplyExact(Math.max(1, whileNanos / most), (long) count);
  }

  /**
   * Takes the cost if the bucket is not empty. Returns how many nanoseconds it takes until the
   * bucket is no longer empty; if that is negative, the cost was taken.
   */
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

  /** How many nanoseconds it takes until the bucket is full. */
  long ahead(String name, long now) {
    return ahead(full.getOrDefault(name, now), now);
  }

  // This compares by distance from now: {@code nanoTime} may pass from the largest number to the
  // smallest.
  private static long ahead(long at, long now) {
    return Math.max(at - now, 0);
  }

  /** How many are left in a bucket that holds {@code most}. */
  long left(String name, int most, long now) {
    return Math.max(0, (whileNanos - ahead(name, now)) / cost(most, 1));
  }

  boolean isKept(String name) {
    return full.containsKey(name);
  }

  int count() {
    return full.size();
  }

  /** Forgets the buckets that are full. */
  void sweep(long now) {
    full.values().removeIf(at -> at - now <= 0);
  }
}
