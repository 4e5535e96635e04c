package heliograph.publisher;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Says how long to wait after failures in a row: it doubles up to a limit, and a random part keeps
 * publishers that failed together from coming back together. One thread.
 */
final class Backoff {
  /** The longest wait that a {@code Retry-After} can ask for. */
  static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(5);

  private static final int MAX_DOUBLINGS = 30;

  private final Duration first;
  private final Duration most;
  private final DoubleSupplier random;
  private int failures;

  /**
   * @param random from 0, inclusive, to 1, exclusive
   */
  Backoff(Duration first, Duration most, DoubleSupplier random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /** Forgets the failures, because the relay answered. */
  void reset() {
    failures = 0;
  }

  /** The wait after one more failure: never shorter than the relay asked for, up to its limit. */
  Duration next(Optional<Duration> asked) {
    int doublings = Math.min(failures++, MAX_DOUBLINGS);
    long nanos = Math.min(most.toNanos(), saturatedShift(first.toNanos(), doublings));
    long half = nanos / 2;
    Duration jitter = Duration.ofNanos((long) (random.getAsDouble() * half));
    Duration least = Duration.ofNanos(nanos - half);
    if (asked.isEmpty()) {
      return least.plus(jitter);
    }
    Duration wait = asked.get().compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked.get();
    return (wait.compareTo(least) > 0 ? wait : least).plus(jitter);
  }

  private static long saturatedShift(long nanos, int doublings) {
    return nanos > Long.MAX_VALUE >> doublings ? Long.MAX_VALUE : nanos << doublings;
  }
}
