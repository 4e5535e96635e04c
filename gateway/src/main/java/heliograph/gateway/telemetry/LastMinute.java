package heliograph.gateway.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How many events were stored and delivered in the last minute. A platform thread of its own looks
 * at the counters once a second, so that nothing is counted twice. Any thread asks.
 */
public final class LastMinute implements AutoCloseable {
  private static final int SECONDS = 60;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Metrics metrics;
  private final LongSupplier nanos;
  private final Thread thread;
  private volatile boolean closed;

  // These are guarded by this; the oldest entry is the next to be replaced.
  private final Look[] looks = new Look[SECONDS + 1];
  private int next;

  private record Look(long nanos, long stored, long delivered, SortedMap<Double, Long> written) {}

  /**
   * What happened in a second, on an average of the last minute, or of the time since the start.
   */
  public record Rates(double stored, double delivered) {}

  /**
   * Makes it; {@link #start} begins to look.
   *
   * @param nanos a clock of elapsed nanoseconds
   */
  public LastMinute(Metrics metrics, LongSupplier nanos) {
    this.metrics = metrics;
    this.nanos = nanos;
    this.thread = Thread.ofPlatform().name("heliograph-rates").daemon(true).unstarted(this::run);
    Arrays.fill(looks, now());
  }

  /** Begins to look at the counters. Called once. */
  public void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      look();
      LockSupport.parkNanos(this, SECOND);
    }
  }

  /** Looks at the counters; once a second. */
  void look() {
    Look now = now();
    synchronized (this) {
      looks[next] = now;
      next = (next + 1) % looks.length;
    }
  }

  private Look now() {
    return new Look(nanos.getAsLong(), metrics.stored(), metrics.delivered(), metrics.written());
  }

  private synchronized Look aMinuteAgo() {
    return looks[next];
  }

  /**
   * Within how many seconds of its publishing a part of the events was written that were written in
   * the last minute. It is between two bounds of the histogram by their share, and the last bound
   * for what took longer.
   *
   * @param part from 0 to 1
   * @return the seconds; empty where nothing was written
   */
  public OptionalDouble latency(double part) {
    SortedMap<Double, Long> then = aMinuteAgo().written();
    SortedMap<Double, Long> counts = new TreeMap<>(metrics.written());
    counts.replaceAll((bound, count) -> count - then.getOrDefault(bound, 0L));
    return quantile(counts, part);
  }

  /**
   * The value below which a part of what was counted is.
   *
   * @param counts how many are at most as great as a bound, by the bounds
   */
  static OptionalDouble quantile(SortedMap<Double, Long> counts, double part) {
    long all = counts.isEmpty() ? 0 : counts.lastEntry().getValue();
    if (all <= 0) {
      return OptionalDouble.empty();
    }
    double wanted = part * all;
    double bound = 0;
    long below = 0;
    for (Map.Entry<Double, Long> each : counts.entrySet()) {
      if (each.getValue() >= wanted && each.getValue() > below) {
        if (each.getKey().isInfinite()) {
          break;
        }
        double share = (wanted - below) / (each.getValue() - below);
        return OptionalDouble.of(bound + share * (each.getKey() - bound));
      }
      bound = each.getKey();
      below = each.getValue();
    }
    return OptionalDouble.of(bound);
  }

  /** The rates up to now. */
  public Rates rates() {
    Look now = now();
    Look then = aMinuteAgo();
    double seconds = Math.max(1, (double) (now.nanos() - then.nanos()) / SECOND);
    return new Rates(
        (now.stored() - then.stored()) / seconds, (now.delivered() - then.delivered()) / seconds);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
