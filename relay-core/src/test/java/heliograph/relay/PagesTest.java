package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Those who read the same past share it, and it takes a bounded memory. */
class PagesTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final MovableClock clock = new MovableClock();
  private final StagedLog log =
      new StagedLog(new MemoryLog(new Retention(DAY, 1_000_000, 1L << 30, DAY), 1L << 40, clock));
  private static final int PAGE_BYTES = 64 * 1024;
  private static final long KEPT = 1L << 20;

  private final Pages pages = new Pages(log, PAGE_BYTES, KEPT);
  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void aFullBlockIsReadOnceForAll() {
    store(1000, 10);
    log.beforeRead(reads::incrementAndGet);

    for (int reader = 0; reader < 50; reader++) {
      assertEquals(999, walk(reader % 7));
    }

    // Fifteen full blocks, and for each reader the open end and the look beyond it.
    assertTrue(reads.get() <= 15 + 50 * 2, "reads of the log: " + reads.get());
  }

  @Test
  void whatIsReadIsWhatTheLogHasWhereverOneBegins() {
    store(200, 10);

    for (int after = 0; after <= 200; after++) {
      EventLog.Page page = pages.read(ACME, after, 10).page();
      assertEquals(after + 1, page.first());
      assertEquals(log.read(ACME, after, page.events().size(), Long.MAX_VALUE).last(), page.last());
      assertTrue(page.events().size() <= 10 && (after == 200 || page.last() > after));
    }
  }

  @Test
  void largeBlocksMakeRoomForOneAnother() {
    int blocks = 10;
    store(blocks * Pages.BLOCK + 1, PAGE_BYTES / Pages.BLOCK - 100);
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
  void aBlockOfLargeEventsIsReadInPiecesThatAreSharedAsWell() {
    int large = PAGE_BYTES / 4;
    store(3 * Pages.BLOCK, large);
    Pages roomy = new Pages(log, PAGE_BYTES, 1L << 30);
    log.beforeRead(reads::incrementAndGet);

    for (int reader = 0; reader < 5; reader++) {
      long position = 0;
      while (position < 2 * Pages.BLOCK) {
        EventLog.Page page = roomy.read(ACME, position, Pages.BLOCK).page();
        assertEquals(position + 1, page.first());
        assertTrue(bytes(page) <= PAGE_BYTES, "bytes of a page: " + bytes(page));
        position = page.last();
      }
    }

    int pieces = 2 * (Pages.BLOCK / 3 + 1);
    assertTrue(reads.get() <= pieces, "reads of the log: " + reads.get());
  }

  @Test
  void whoBeginsInTheMiddleOfABlockInPiecesReadsFromThere() {
    store(2 * Pages.BLOCK, PAGE_BYTES / 4);

    for (int after = 0; after < Pages.BLOCK; after++) {
      EventLog.Page page = pages.read(ACME, after, 10).page();
      assertEquals(after + 1, page.first());
      assertTrue(page.last() > after);
    }
  }

  @Test
  void anEventThatIsLargerThanAPageComesAlone() {
    store(Pages.BLOCK + 1, 2 * PAGE_BYTES);

    assertEquals(1, pages.read(ACME, 5, 10).page().events().size());
    assertEquals(1, pages.read(ACME, Pages.BLOCK, 10).page().events().size());
  }

  @Test
  void whoWantsWhatAnotherIsReadingWaitsForIt() throws InterruptedException {
    store(2 * Pages.BLOCK, 10);
    Gate gate = new Gate();
    log.beforeRead(
        () -> {
          reads.incrementAndGet();
          gate.run();
        });

    List<Aside<Long>> readers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      readers.add(Aside.start(() -> pages.read(ACME, 0, 64).page().last()).awaitWaiting());
    }
    gate.open();

    for (Aside<Long> reader : readers) {
      assertEquals(64L, reader.outcome());
    }
    assertEquals(1, reads.get());
  }

  @Test
  void whoIsAtTheSamePlaceOfTheLastBlockSharesItUntilTheHeadMoves() {
    store(Pages.BLOCK + 10, 10);
    log.beforeRead(reads::incrementAndGet);
    for (int reader = 0; reader < 50; reader++) {
      EventLog.Page page = pages.read(ACME, Pages.BLOCK + 5, 64).page();
      assertEquals(Pages.BLOCK + 6, page.first());
      assertEquals(Pages.BLOCK + 10, page.last());
    }
    assertEquals(1, reads.get());

    assertEquals(Pages.BLOCK + 8, pages.read(ACME, Pages.BLOCK + 5, 3).page().last());
    assertEquals(1, reads.get());
    store(1, 10);

    assertEquals(Pages.BLOCK + 11, pages.read(ACME, Pages.BLOCK + 5, 64).page().last());
    assertEquals(2, reads.get());
  }

  @Test
  void whereThereIsNothingToReadNothingIsKept() {
    store(3, 10);

    assertEquals(new EventLog.Page(4, List.of()), pages.read(ACME, 3, 64).page());
    store(1, 10);

    assertEquals(4, pages.read(ACME, 3, 64).page().last());
  }

  @Test
  void nothingOfAnotherLifeOfTheLogIsShared() {
    store(2 * Pages.BLOCK, 10);
    pages.read(ACME, 0, 64);
    log.follow(_ -> {});
    log.beginAnew(new MemoryLog(new Retention(DAY, 1_000_000, 1L << 30, DAY), 1L << 40, clock));
    store(2 * Pages.BLOCK, 10);

    EventLog.Page page = pages.read(ACME, 0, 64).page();

    assertEquals(log.epoch(), page.events().getFirst().cursor().epoch());
  }

  /** A new life begins while a block is read, which may be of either of them. */
  @Test
  void whatIsReadWhileALifeBeginsIsNotShared() {
    store(2 * Pages.BLOCK, 10);
    log.follow(_ -> {});
    EventLog fresh = new MemoryLog(new Retention(DAY, 1_000_000, 1L << 30, DAY), 1L << 40, clock);
    log.beforeRead(
        () -> {
          log.beforeRead(reads::incrementAndGet);
          log.beginAnew(fresh);
          store(2 * Pages.BLOCK, 10);
        });

    pages.read(ACME, 0, 64);
    pages.read(ACME, 0, 64);

    assertEquals(1, reads.get());
  }

  @Test
  void whatCouldNotBeReadIsReadByTheNext() throws InterruptedException {
    store(2 * Pages.BLOCK, 10);
    log.beforeRead(
        () -> {
          throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "staged");
        });
    assertThrows(RelayException.class, () -> pages.read(ACME, 0, 64));

    log.beforeRead(() -> {});

    assertEquals(64, pages.read(ACME, 0, 64).page().last());
  }

  private static long bytes(EventLog.Page page) {
    return page.events().stream().mapToLong(stored -> stored.event().size()).sum();
  }

  private long walk(long from) {
    long position = from;
    while (true) {
      EventLog.Page page = pages.read(ACME, position, 64).page();
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
