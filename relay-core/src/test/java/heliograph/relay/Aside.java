package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Something done on a thread of its own, whose outcome is awaited with a deadline. */
final class Aside<T> {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final FutureTask<T> task;
  private final Thread thread;

  private Aside(Callable<T> act) {
    task = new FutureTask<>(act);
    thread = Thread.ofVirtual().start(task);
  }

  static <T> Aside<T> start(Callable<T> act) {
    return new Aside<>(act);
  }

  /** Until the thread waits for something. */
  Aside<T> awaitWaiting() {
    await(
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING, TERMINATED -> true;
              case NEW, RUNNABLE, BLOCKED -> false;
            });
    return this;
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean isDone() {
    return task.isDone();
  }

  T outcome() throws InterruptedException {
    try {
      return task.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new AssertionError("it failed", failed.getCause());
    } catch (TimeoutException late) {
      throw new AssertionError("not done in " + DEADLINE, late);
    }
  }

  /** What it threw. */
  <X extends Throwable> X failure(Class<X> kind) throws InterruptedException {
    try {
      T outcome = task.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("it did not fail: " + outcome);
    } catch (ExecutionException failed) {
      return assertInstanceOf(kind, failed.getCause());
    } catch (TimeoutException late) {
      throw new AssertionError("not done in " + DEADLINE, late);
    }
  }

  RelayException refusal() throws InterruptedException {
    return failure(RelayException.class);
  }

  /** Until the condition holds; fails when it does not in time. */
  static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > DEADLINE.toNanos()) {
        throw new AssertionError("did not happen in " + DEADLINE);
      }
      Thread.onSpinWait();
    }
  }
}
