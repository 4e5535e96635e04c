package heliograph.gateway.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many spans may still be made in this second, so that a publisher that follows all it sends
 * does not decide for us. Any thread; its monitor guards everything.
 */
final class SpanBudget {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int most;
  private final LongSupplier nanos;
  private long began;
  private int taken;

  SpanBudget(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  /** Takes so many spans out of this second if all of them are left. */
  synchronized boolean take(int spans) {
    long now = nanos.getAsLong();
    if (now - began >= SECOND) {
      began = now;
      taken = 0;
    }
    if (most - taken < spans) {
      return false;
    }
    taken += spans;
    return true;
  }
}
