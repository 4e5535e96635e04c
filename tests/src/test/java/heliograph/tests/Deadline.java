package heliograph.tests;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Waits for what another process brings about. The usual limit is generous, as a loaded machine is
 * no bug.
 */
final class Deadline {
  static final Duration USUAL = Duration.ofSeconds(10);

  private Deadline() {}

  /** Asks until the answer is yes; asking takes its own time, so there is no pause between. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    await(what, USUAL, condition);
  }

  static void await(String what, Duration limit, Callable<Boolean> condition) throws Exception {
    long until = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      Thread.onSpinWait();
    }
  }
}
