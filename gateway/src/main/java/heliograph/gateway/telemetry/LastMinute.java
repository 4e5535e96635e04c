package heliograph.gateway.telemetry;

import java.time.Duration;
import java.util.Arrays;
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

  private record Look(long nanos, long stored, long delivered) {}

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
    return new Look(nanos.getAsLong(), metrics.stored(), metrics.delivered());
  }

  /** The rates up to now. */
  public Rates rates() {
    Look now = now();
    Look then;
    synchronized (this) {
      then = looks[next];
    }
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
