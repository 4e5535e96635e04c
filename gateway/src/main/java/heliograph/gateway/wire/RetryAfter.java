package heliograph.gateway.wire;

import java.time.Duration;

/** Writes the value of {@code Retry-After} (RFC 9110 section 10.2.3). */
public final class RetryAfter {
  private RetryAfter() {}

  /**
   * The whole seconds of a wait, at least 1 and rounded up, so that nobody comes back too early.
   */
  public static long seconds(Duration wait) {
    return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
  }
}
