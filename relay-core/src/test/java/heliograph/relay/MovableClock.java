package heliograph.relay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until a test moves it. Any thread. */
final class MovableClock implements InstantSource {
  static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private volatile Instant now = START;

  @Override
  public Instant instant() {
    return now;
  }

  /** Elapsed nanoseconds, moved together with the time. */
  long nanos() {
    return Duration.between(START, now).toNanos();
  }

  /** One thread at a time. */
  void advance(Duration time) {
    now = now.plus(time);
  }
}
