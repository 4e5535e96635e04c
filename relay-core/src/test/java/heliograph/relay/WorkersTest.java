package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tenants take turns by what they cost. Nothing runs here by itself: the test serves, and time is
 * what filters take.
 */
class WorkersTest {
  // Nobody is late here for what its filters take.
  private static final Limits LIMITS =
      new Limits(
          10_000,
          1000,
          1000,
          1000,
          1_000_000,
          1000,
          SlowPolicy.CATCH_UP,
          OverUserLimit.REFUSE,
          Limits.Memory.ORDINARY,
          new Limits.FilterTime(Duration.ofHours(1), Duration.ofHours(1)));

  private final MovableClock clock = new MovableClock();
  private final AtomicLong nanos = new AtomicLong();
  private final EventLog log =
      new MemoryLog(
          new Retention(Duration.ofDays(1), 1_000_000, 1L << 30, Duration.ofDays(1)),
          1L << 30,
          clock);
  private final Hub hub = new Hub(log, LIMITS, clock, nanos::get);

  @BeforeEach
  void beginToRead() {
    // Whoever has fallen behind reads the log; nobody delivers but the test.
    hub.readers().start();
  }

  @AfterEach
  void closeHub() {
    hub.close();
  }

  @Test
  void aTenantWithCostlyFiltersIsLateItselfAndNobodyElseIs() throws InterruptedException {
    Subscription costly = join(ACME, 58_000_000);
    Subscription other = join(OTHER, 0);
    publish(ACME, 100);
    publish(OTHER, 1);

    int turns = 0;
    while (other.queued() == 0) {
      assertTrue(hub.workers().serveNext());
      turns++;
    }

    assertTrue(turns <= 2, "it waited for one event of the other tenant at most");
    assertTrue(costly.queued() <= 1);
    serveAll();
    assertEquals(100, sequences(costly).size());
  }

  @Property(tries = 100)
  void turnsAreSharedByTimeAndNotByCount(
      @ForAll @IntRange(min = 1, max = 5_000_000) int one,
      @ForAll @IntRange(min = 1, max = 5_000_000) int another) {
    // Each try has a hub of its own.
    WorkersTest world = new WorkersTest();
    Subscription left = world.join(ACME, one);
    Subscription right = world.join(OTHER, another);
    long events = 300;
    world.publish(ACME, events);
    world.publish(OTHER, events);
    long most = Math.max(one, another);

    while (left.queued() < events && right.queued() < events) {
      assertTrue(world.hub.workers().serveNext());
      long apart = Math.abs((long) left.queued() * one - (long) right.queued() * another);
      assertTrue(
          apart <= 2 * (Workers.TURN_NANOS + most),
          () -> apart + " ns with " + one + ", " + another);
    }
    world.closeHub();
  }

  @Test
  void aWalkThatStopsOnItsWayLeavesNobodyOut() throws InterruptedException {
    List<Subscription> members = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // The last of each ten filter, which takes longer than a turn; all others share a cohort.
      members.add(join(ACME, i % 10 == 9 ? Workers.TURN_NANOS + i : 0));
    }
    publish(ACME, 3);

    serveAll();

    for (Subscription member : members) {
      assertEquals(List.of(1L, 2L, 3L), sequences(member));
    }
  }

  @Test
  void aBugInAWalkLosesNothing() throws InterruptedException {
    Subscription before = join(ACME, 0);
    Subscription broken =
        hub.subscribe(
            interest(
                ACME,
                _ -> {
                  throw new IllegalStateException("a bug in a filter, as this test wants it");
                }),
            StandardDialect.PLAIN,
            new Start.Live());
    Subscription after = join(ACME, 1);

    publish(ACME, 2);
    serveAll();

    assertEquals(List.of(1L, 2L), sequences(before));
    assertEquals(List.of(1L, 2L), sequences(after));
    hub.leave(broken);
    publish(ACME, 1);
    serveAll();
    assertEquals(List.of(3L), sequences(before));
  }

  @Test
  void whatAPublisherLendsEndsAfterAMomentAndTheRestIsForTheWorkers() throws InterruptedException {
    Subscription costly = join(ACME, Workers.LENT_NANOS * 2);
    publish(ACME, 3);

    hub.workers().lend();
    hub.workers().lend();

    assertEquals(0, costly.queued(), "what is costly is not done by a publisher again");
    serveAll();
    assertEquals(List.of(1L, 2L, 3L), sequences(costly));
  }

  private void serveAll() {
    while (hub.workers().serveNext()) {
      // Serving is what the condition does.
    }
  }

  private void publish(Tenant tenant, long count) {
    log.append(
        LongStream.range(0, count)
            .mapToObj(_ -> AnEvent.ordinary().of(tenant).published())
            .toList());
  }

  private Subscription join(Tenant tenant, long cost) {
    Filter filter =
        cost == 0
            ? Filter.EVERY
            : _ -> {
              nanos.addAndGet(cost);
              return true;
            };
    return hub.subscribe(interest(tenant, filter), StandardDialect.PLAIN, new Start.Live());
  }

  private static Interest interest(Tenant tenant, Filter filter) {
    return new Interest(
        new Claims("ada", tenant, Set.of(), Instant.MAX),
        List.of(TopicPattern.ALL),
        Collections.emptyList(),
        filter);
  }

  private static List<Long> sequences(Subscription subscription) throws InterruptedException {
    List<Long> sequences = new ArrayList<>();
    while (subscription.next(Duration.ZERO)
        instanceof Delivery.Events(List<StoredEvent> events, _, _)) {
      events.forEach(it -> sequences.add(it.sequence()));
    }
    return sequences;
  }
}
