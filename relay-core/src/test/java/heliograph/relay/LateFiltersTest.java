package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever asks for costly filters is late, gets everything from the log, and makes nobody else
 * wait.
 */
class LateFiltersTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private record Late(Tenant tenant, Lateness.Reason reason, int streams) {}

  // The clock of the hub moves with the filters alone, so what they cost is known.
  private final AtomicLong nanos = new AtomicLong();
  private final MovableClock clock = new MovableClock();
  private final List<Late> told = Collections.synchronizedList(new ArrayList<>());
  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(DAY, 1000, 1 << 20, DAY), 1 << 20, clock),
          new Limits(
              100,
              100,
              100,
              100,
              1000,
              1000,
              SlowPolicy.CATCH_UP,
              OverUserLimit.REFUSE,
              Limits.Memory.ORDINARY,
              new Limits.FilterTime(Duration.ofMillis(200), Duration.ofMillis(50))),
          Masks.NONE,
          (tenant, reason, streams) -> told.add(new Late(tenant, reason, streams)),
          clock,
          nanos::get);

  @BeforeEach
  void start() {
    hub.start();
  }

  @AfterEach
  void close() {
    hub.close();
  }

  /** Wants everything and takes its time. */
  private final class Costly implements Filter {
    private final AtomicInteger asked = new AtomicInteger();
    private final long takes;

    Costly(Duration takes) {
      this.takes = takes.toNanos();
    }

    @Override
    public boolean wants(StoredEvent seen) {
      asked.incrementAndGet();
      nanos.addAndGet(takes);
      return true;
    }
  }

  private Subscription join(Claims claims, Filter filter) {
    return hub.subscribe(
        new Interest(claims, List.of(TopicPattern.ALL), List.of(), filter),
        StandardDialect.PLAIN,
        new Start.Live());
  }

  private void publish(int events) {
    for (int i = 0; i < events; i++) {
      hub.publish(TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().event()));
    }
  }

  /** Waits until the tenant's worker has delivered what was published before. */
  private void settle() throws InterruptedException {
    CountDownLatch settled = new CountDownLatch(1);
    Subscription last =
        join(
            TestingRelay.claims("settle", "settle"),
            event -> {
              if (event.event().type().equals("settle")) {
                settled.countDown();
              }
              return false;
            });
    hub.publish(
        TestingRelay.PUBLISHER,
        List.of(AnEvent.ordinary().type("settle").forRole("settle").event()));
    assertTrue(settled.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    hub.leave(last);
  }

  private static List<Long> take(Subscription subscription, int events)
      throws InterruptedException {
    List<Long> sequences = new ArrayList<>();
    while (sequences.size() < events) {
      if (subscription.next(PATIENCE) instanceof Delivery.Events(var some, _, _)) {
        some.forEach(it -> sequences.add(it.sequence()));
      }
    }
    return sequences;
  }

  @Test
  void aCostlyFilterIsLateAndMissesNothing() throws InterruptedException {
    Costly costly = new Costly(Duration.ofMillis(210));
    Subscription slow = join(TestingRelay.claims("ada"), costly);
    Subscription plain = join(TestingRelay.claims("bob"), Filter.EVERY);

    publish(10);
    settle();

    assertEquals(1, costly.asked.get());
    assertEquals(0, slow.queued());
    assertEquals(
        List.of(new Late(TestingRelay.ACME, Lateness.Reason.FILTERS, 1)), List.copyOf(told));
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L), take(plain, 10));
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L), take(slow, 10));
    // The log is read at the reader's cost as well.
    assertTrue(hub.spending().isExhausted(TestingRelay.ACME, "ada"));
  }

  @Test
  void whoIsNamedIsLateAsWell() throws InterruptedException {
    Costly costly = new Costly(Duration.ofMillis(210));
    Subscription slow = join(TestingRelay.claims("ada"), costly);

    for (int i = 0; i < 3; i++) {
      hub.publish(TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().forUser("ada").event()));
    }
    settle();

    assertEquals(1, costly.asked.get());
    assertEquals(
        List.of(new Late(TestingRelay.ACME, Lateness.Reason.FILTERS, 1)), List.copyOf(told));
    assertEquals(List.of(1L, 2L, 3L), take(slow, 3));
  }

  @Test
  void oneUserOfATenantDoesNotMakeAnotherLate() throws InterruptedException {
    Costly costly = new Costly(Duration.ofMillis(210));
    Costly cheap = new Costly(Duration.ofMillis(1));
    join(TestingRelay.claims("ada"), costly);
    Subscription other = join(TestingRelay.claims("bob"), cheap);

    publish(10);
    settle();

    assertEquals(1, costly.asked.get());
    assertEquals(10, cheap.asked.get());
    assertEquals(10, other.queued());
  }

  @Test
  void whoHasPaidIsLiveAgain() throws InterruptedException {
    Costly costly = new Costly(Duration.ofMillis(210));
    Subscription slow = join(TestingRelay.claims("ada"), costly);
    publish(2);
    settle();
    assertEquals(List.of(1L, 2L), take(slow, 2));
    // Reads on to the head, where it goes live.
    while (!(slow.next(Duration.ZERO) instanceof Delivery.Quiet)) {
      // Nothing else is to come.
    }
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());

    publish(1);
    settle();

    // Twice live, and twice when it read the log.
    assertEquals(4, costly.asked.get());
    assertEquals(1, slow.queued());
    assertEquals(1, told.size());
  }
}
