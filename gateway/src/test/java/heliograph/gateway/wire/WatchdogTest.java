package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A watch that is not closed in time bites once; one that is closed never does. */
class WatchdogTest {
  @Test
  void bitesOnlyWhatWasNotClosedInTime() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    AtomicInteger closedBites = new AtomicInteger();
    CountDownLatch bitten = new CountDownLatch(1);
    try (Watchdog watchdog = new Watchdog(nanos::get)) {
      watchdog.start();
      try (var _ = watchdog.watch(Duration.ofSeconds(1), closedBites::incrementAndGet)) {
        nanos.addAndGet(Duration.ofMillis(999).toNanos());
      }
      watchdog.watch(Duration.ofSeconds(1), bitten::countDown);

      nanos.addAndGet(Duration.ofSeconds(1).toNanos());

      assertTrue(bitten.await(10, TimeUnit.SECONDS));
      assertEquals(0, closedBites.get());
    }
  }

  @Test
  void looksAtWhatKnowsItsOwnDeadlinesUntilItLooksAway() throws InterruptedException {
    AtomicLong nanos = new AtomicLong(7);
    CountDownLatch looked = new CountDownLatch(3);
    try (Watchdog watchdog = new Watchdog(nanos::get)) {
      watchdog.start();
      Watchdog.Watched watched =
          now -> {
            assertEquals(7, now);
            looked.countDown();
          };
      watchdog.look(watched);
      assertTrue(looked.await(10, TimeUnit.SECONDS));
      watchdog.lookAway(watched);
      assertEquals(0, watchdog.watched());
    }
  }
}
