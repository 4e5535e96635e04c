package heliograph.relay;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long commits of the log took since the start, to within a quarter. The log thread writes, any
 * thread reads; neither waits for the other.
 */
public final class CommitTimes {
  // Each power of two of nanoseconds has so many parts.
  private static final int PARTS = 4;
  private static final int PART_BITS = 2;

  // No commit takes nine years, and what is longer would overflow.
  private static final int LONGEST_POWER = 58;

  private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * PARTS);

  CommitTimes() {}

  void took(long nanos) {
    int slot = slot(Math.max(1, nanos));
    // There is one writer, so nothing is lost between the two.
    counts.lazySet(slot, counts.get(slot) + 1);
  }

  private static int slot(long nanos) {
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int part = (int) ((nanos << PART_BITS) >>> power) & (PARTS - 1);
    return power * PARTS + (power > Long.SIZE - 2 - PART_BITS ? 0 : part);
  }

  /**
   * The time that a share of the commits did not exceed; empty before the first one.
   *
   * @param share from 0 to 1
   */
  public Optional<Duration> within(double share) {
    long all = count();
    long wanted = (long) Math.ceil(all * share);
    long seen = 0;
    for (int i = 0; i < counts.length(); i++) {
      seen += counts.get(i);
      if (all > 0 && seen >= Math.max(1, wanted)) {
        return Optional.of(Duration.ofNanos(end(i)));
      }
    }
    return Optional.empty();
  }

  /** How many commits there were. */
  public long count() {
    long all = 0;
    for (int i = 0; i < counts.length(); i++) {
      all += counts.get(i);
    }
    return all;
  }

  /**
   * How many commits surely took no longer than a time; one that took it to within a quarter may be
   * left out.
   */
  public long count(Duration longest) {
    long nanos = longest.toNanos();
    long within = 0;
    for (int i = 0; i < counts.length() && end(i) <= nanos; i++) {
      within += counts.get(i);
    }
    return within;
  }

  /** Where a slot ends. */
  private static long end(int slot) {
    long whole = 1L << Math.min(slot / PARTS, LONGEST_POWER);
    return Math.ceilDiv(whole * (PARTS + slot % PARTS + 1), PARTS);
  }
}
