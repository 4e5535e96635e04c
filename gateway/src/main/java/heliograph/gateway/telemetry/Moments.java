package heliograph.gateway.telemetry;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The times of one trace: elapsed nanoseconds, which never go back, as nanoseconds of Unix time.
 * The two clocks are compared once, at the beginning. Any thread.
 */
final class Moments {
  /** The unit of all times here. */
  static final TimeUnit UNIT = TimeUnit.NANOSECONDS;

  private final LongSupplier nanos;
  private final long beganNanos;
  private final long beganEpoch;

  /** Begins now. */
  Moments(InstantSource clock, LongSupplier nanos) {
    this.nanos = nanos;
    this.beganNanos = nanos.getAsLong();
    Instant now = clock.instant();
    this.beganEpoch = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /** The elapsed nanoseconds, which are never 0: that stands for a time that is not there. */
  long now() {
    long now = nanos.getAsLong();
    return now == 0 ? 1 : now;
  }

  /** The beginning, as Unix time. */
  long began() {
    return beganEpoch;
  }

  /** A time of the clock of elapsed nanoseconds, as Unix time. */
  long epoch(long atNanos) {
    return beganEpoch + (atNanos - beganNanos);
  }
}
