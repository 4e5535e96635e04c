package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Event;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/**
 * However tenants come and go, no sequence of one is given out twice, and whoever comes back with a
 * place it had gets what came after, or sees that something is gone. An implementation passes by
 * extending it.
 */
public abstract class TenantsModel {
  private static final Retention RETENTION =
      new Retention(Duration.ofSeconds(20), 30, 1 << 20, Duration.ofSeconds(30));
  // Fewer than there are tenants, so that all bounds are met.
  private static final TenantLimits LIMITS = new TenantLimits(4, 2);
  private static final int TENANTS = 7;

  /** One thing that happens. */
  sealed interface Step {
    record Publish(int tenant, int count) implements Step {}

    record Wait(int seconds) implements Step {}

    record Restart(boolean crash) implements Step {}
  }

  /** An empty log; the same clock tells the age of its events. */
  protected abstract EventLog open(Retention retention, TenantLimits limits, InstantSource clock);

  /** The same log after a restart, or the same object if it survives none. */
  protected abstract EventLog restarted(EventLog log, boolean crash);

  @Property(tries = 200)
  void noSequenceIsGivenOutTwice(@ForAll @Size(max = 80) List<@From("steps") Step> steps) {
    MovableClock clock = new MovableClock();
    EventLog log = open(RETENTION, LIMITS, clock);
    String epoch = log.epoch();
    Map<Tenant, NavigableMap<Long, Event>> given = new HashMap<>();
    for (Step step : steps) {
      switch (step) {
        case Step.Publish(int tenant, int count) -> publish(log, tenant(tenant), count, given);
        case Step.Wait(int seconds) -> clock.advance(Duration.ofSeconds(seconds));
        case Step.Restart(boolean crash) -> log = restarted(log, crash);
      }
      assertEquals(epoch, log.epoch());
      assertReadable(log, given);
      log.trim();
      assertReadable(log, given);
    }
    log.close();
  }

  private static void publish(
      EventLog log, Tenant tenant, int count, Map<Tenant, NavigableMap<Long, Event>> given) {
    for (int i = 0; i < count; i++) {
      Published published = AnEvent.ordinary().of(tenant).published();
      switch (log.append(List.of(published)).getFirst()) {
        case Receipt.Stored(var cursor) -> {
          NavigableMap<Long, Event> before = given.computeIfAbsent(tenant, _ -> new TreeMap<>());
          assertTrue(before.isEmpty() || cursor.sequence() > before.lastKey());
          before.put(cursor.sequence(), published.event());
        }
        case Receipt.Refused _ -> assertEquals(LIMITS.held(), log.tenants());
        case Receipt.Duplicate _ -> throw new AssertionError("every event is new");
      }
    }
  }

  private static void assertReadable(EventLog log, Map<Tenant, NavigableMap<Long, Event>> given) {
    given.forEach(
        (tenant, events) -> {
          long head = log.head(tenant);
          assertTrue(head >= events.lastKey());
          for (long place : events.keySet()) {
            EventLog.Page page = log.read(tenant, place, 1000, Long.MAX_VALUE);
            assertTrue(page.first() > place);
            assertEquals(head, page.last());
            for (StoredEvent stored : page.events()) {
              assertEquals(events.get(stored.sequence()), stored.event());
            }
          }
        });
  }

  private static Tenant tenant(int index) {
    return new Tenant("tenant-" + index);
  }

  @Provide
  Arbitrary<Step> steps() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            5,
            Combinators.combine(
                    Arbitraries.integers().between(0, TENANTS - 1),
                    Arbitraries.integers().between(1, 4))
                .as((tenant, count) -> (Step) new Step.Publish(tenant, count))),
        Tuple.of(3, Arbitraries.of(5, 25, 61).map(Step.Wait::new)),
        Tuple.of(1, Arbitraries.of(false, true).map(Step.Restart::new)));
  }
}
