package heliograph.gateway.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.gateway.revocation.RevocationAsk.Outcome;
import heliograph.gateway.revocation.RevocationAsk.TakeBack;
import heliograph.relay.Ledger;
import heliograph.relay.MemoryLedger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** While the disk takes long, changes wait, and whose they are decides who may wait. */
class RevocationThreadTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int HALF = RevocationThread.MAX_WAITING / 2;

  private final Ledger ledger = new MemoryLedger();
  private final RevocationBook book = new RevocationBook(ledger, InstantSource.fixed(NOW));

  /** It is started only at the end, like one whose disk takes long. */
  private final RevocationThread thread =
      new RevocationThread(
          ledger,
          new RevocationDrafts(book, ledger, InstantSource.fixed(NOW)),
          new RevocationShares(
              book,
              new RevocationShares.Limits(100_000, 100_000, 1000),
              Life.kept(ledger, Duration.ofDays(1), NOW),
              InstantSource.fixed(NOW)));

  private static TakeBack takeBack(int session, Optional<String> tenant, Optional<String> issuer) {
    return new TakeBack(
        new Revocation(
            Optional.empty(),
            Optional.of("s" + session),
            Optional.empty(),
            tenant,
            issuer,
            NOW,
            NOW.plus(Duration.ofHours(1))));
  }

  private void awaitWaiting(int many) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RevocationThread.WAIT.toSeconds());
    while (thread.waiting() < many) {
      assertTrue(System.nanoTime() < end, () -> thread.waiting() + " wait, not " + many);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Test
  void aFloodOfLogoutsKeepsNobodyElseOut() throws Exception {
    List<Future<Outcome>> waiting = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < HALF; i++) {
        TakeBack logout = takeBack(i, Optional.empty(), Optional.of("https://id"));
        waiting.add(callers.submit(() -> thread.ask(logout)));
      }
      awaitWaiting(HALF);

      Outcome further = thread.ask(takeBack(-1, Optional.empty(), Optional.of("https://id")));
      waiting.add(
          callers.submit(() -> thread.ask(takeBack(1, Optional.of("acme"), Optional.empty()))));
      waiting.add(
          callers.submit(() -> thread.ask(takeBack(2, Optional.empty(), Optional.empty()))));
      awaitWaiting(HALF + 2);

      assertEquals(
          ErrorCode.REVOCATIONS_UNAVAILABLE,
          assertInstanceOf(Outcome.Refused.class, further).why().code());
      thread.start();
      for (Future<Outcome> each : waiting) {
        assertInstanceOf(Outcome.Kept.class, each.get());
      }
      assertInstanceOf(
          Outcome.Kept.class,
          thread.ask(takeBack(-1, Optional.empty(), Optional.of("https://id"))));
    } finally {
      thread.close();
    }
    assertEquals(HALF + 3, book.count());
  }
}
