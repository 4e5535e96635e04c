package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** No more spans are made in a second than there may be. */
class SpanBudgetTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final SpanBudget budget = new SpanBudget(10, nanos::get);

  @Test
  void whatIsNotLeftIsNotTaken() {
    assertTrue(budget.take(4));
    assertTrue(budget.take(4));
    assertFalse(budget.take(4), "two are left");
    assertTrue(budget.take(2));
    assertFalse(budget.take(1));
  }

  @Test
  void eachSecondHasItsOwn() {
    assertTrue(budget.take(10));
    // Over the end of the numbers, as the clock may be anywhere.
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
    assertFalse(budget.take(1));

    nanos.incrementAndGet();

    assertTrue(budget.take(10));
    assertFalse(budget.take(1));
  }

  @Test
  void manyAtOnceTakeNoMoreThanThereAre() throws InterruptedException {
    AtomicInteger taken = new AtomicInteger();
    Thread[] threads = new Thread[8];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int turn = 0; turn < 1000; turn++) {
                      taken.addAndGet(budget.take(1) ? 1 : 0);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(10, taken.get());
  }
}
