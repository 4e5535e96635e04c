package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Those who read the same past share it, a few read at once, and it takes a bounded memory. */
class PagesTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final MovableClock clock = new MovableClock();
  private final StagedLog log =
      new StagedLog(new MemoryLog(new Retention(DAY, 1_000_000, 1L << 30, DAY), 1L << 40, clock));
  private final Pages pages = new Pages(log);
  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void aFullBlockIsReadOnceForAll() throws InterruptedException {
    store(1000, 10);
    log.beforeRead(reads::incrementAndGet);

    for (int reader = 0; reader < 50; reader++) {
      assertEquals(999, walk(reader % 7));
    }

    // Fifteen full blocks, and for each reader the open end and the look beyond it.
    assertTrue(reads.get() <= 15 + 50 * 2, "reads of the log: " + reads.get());
  }

  @Test
  void whatIsReadIsWhatTheLogHasWhereverOneBegins() throws InterruptedException {
    store(200, 10);

    for (int after = 0; after <= 200; after++) {
      EventLog.Page page = pages.read(ACME, after, 10);
      assertEquals(after + 1, page.first());
      assertEquals(log.read(ACME, after, page.events().size()).last(), page.last());
      assertTrue(page.events().size() <= 10 && (after == 200 || page.last() > after));
    }
  }

  @Test
  void largeBlocksMakeRoomForOneAnother() throws InterruptedException {
    int blocks = 4;
    store(blocks * Pages.BLOCK + 1, (int) (Pages.MAX_BYTES / Pages.BLOCK / 8));
    for (int block = 0; block < blocks; block++) {
      pages.read(ACME, (long) block * Pages.BLOCK, 1);
    }
    log.beforeRead(reads::incrementAndGet);

    pages.read(ACME, (long) (blocks - 1) * Pages.BLOCK, 1);
    int newest = reads.get();
    pages.read(ACME, 0, 1);

    assertEquals(0, newest);
    assertEquals(1, reads.get(), "the oldest block had to go");
  }

  @Test
  void onlyAFewReadTheLogAtOnce() throws InterruptedException {
    store(64 * 40, 10);
    Gate gate = new Gate();
    log.beforeRead(
        () -> {
          reads.incrementAndGet();
          gate.run();
        });

    List<Aside<Long>> readers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long block = i;
      readers.add(
          Aside.start(() -> pages.read(ACME, block * Pages.BLOCK, 64).last()).awaitWaiting());
    }
    int atOnce = reads.get();
    gate.open();
    for (Aside<Long> reader : readers) {
      reader.outcome();
    }

    assertEquals(Pages.READERS, atOnce);
    assertEquals(40, reads.get());
  }

  private long walk(long from) throws InterruptedException {
    long position = from;
    while (true) {
      EventLog.Page page = pages.read(ACME, position, 64);
      if (page.events().isEmpty()) {
        return position - 1;
      }
      position = page.last();
    }
  }

  private void store(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      log.append(List.of(AnEvent.ordinary().data(bytes).published()));
    }
  }
}
