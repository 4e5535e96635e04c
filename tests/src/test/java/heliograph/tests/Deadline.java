package heliograph.tests;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for what another process brings about. The usual limit is generous, as a loaded machine is
 * no bug.
 */
final class Deadline {
  static final Duration USUAL = Duration.ofSeconds(10);

  // Whoever asks without a pause takes a processor away from the relay that it waits for.
  private static final Duration PAUSE = Duration.ofMillis(2);

  private Deadline() {}

  /** Asks until the answer is yes, with a short pause after each no. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    await(what, USUAL, condition);
  }

  static void await(String what, Duration limit, Callable<Boolean> condition) throws Exception {
    long until = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
