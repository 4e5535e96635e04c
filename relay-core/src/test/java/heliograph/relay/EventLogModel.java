package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
 * Whatever is done to a log, it answers as a plain list would. An implementation passes by
 * extending it.
 */
public abstract class EventLogModel {
  // Small bounds, so that a short story meets all of them. There are fewer dedup keys than events
  // kept, so that none is forgotten but by its time.
  static final Retention RETENTION =
      new Retention(Duration.ofSeconds(20), 30, 1200, Duration.ofSeconds(30));

  private static final int TENANTS = 2;

  /** One thing done to the log. */
  sealed interface Step {
    record Append(List<Draft> drafts) implements Step {}

    /** Reads after a place that is given in hundredths of the head. */
    record Read(int tenant, int hundredths, int max, long bytes) implements Step {}

    record Wait(int seconds) implements Step {}
  }

  /** An event in few words. */
  record Draft(int tenant, int publisher, int source, int id, int bytes) {
    Published published() {
      return AnEvent.ordinary()
          .of(EventLogModel.tenant(tenant))
          .by("publisher-" + publisher)
          .source("/" + source)
          .id("id-" + id)
          .data(bytes)
          .published();
    }
  }

  /** An empty log; the same clock tells the age of its events. */
  protected abstract EventLog open(Retention retention, TenantLimits limits, InstantSource clock);

  @Property(tries = 400)
  void theLogAnswersAsAListWould(@ForAll @Size(max = 60) List<@From("steps") Step> steps) {
    MovableClock clock = new MovableClock();
    try (EventLog log = open(RETENTION, TenantLimits.ORDINARY, clock)) {
      ListLog model = new ListLog(log.epoch(), RETENTION);
      for (Step step : steps) {
        take(step, log, model, clock);
        log.trim();
        for (int i = 0; i < TENANTS; i++) {
          Tenant tenant = tenant(i);
          model.trim(tenant, clock.instant());
          assertEquals(model.head(tenant), log.head(tenant));
          assertSame(model.read(tenant, 0, 100), log.read(tenant, 0, 100, Long.MAX_VALUE));
        }
      }
    }
  }

  private static void take(Step step, EventLog log, ListLog model, MovableClock clock) {
    switch (step) {
      case Step.Wait(int seconds) -> clock.advance(Duration.ofSeconds(seconds));
      case Step.Append(List<Draft> drafts) -> {
        List<Published> events = drafts.stream().map(Draft::published).toList();
        List<Receipt> expected = new ArrayList<>();
        events.forEach(event -> expected.add(model.append(event, clock.instant())));
        assertEquals(expected, log.append(events));
      }
      case Step.Read(int index, int hundredths, int max, long bytes) -> {
        Tenant tenant = tenant(index);
        long after = log.head(tenant) * hundredths / 100;
        assertSame(model.read(tenant, after, max, bytes), log.read(tenant, after, max, bytes));
      }
    }
  }

  private static void assertSame(EventLog.Page expected, EventLog.Page read) {
    assertEquals(expected.first(), read.first());
    assertEquals(expected.last(), read.last());
    for (int i = 0; i < expected.events().size(); i++) {
      assertEquals(expected.events().get(i).cursor(), read.events().get(i).cursor());
      assertEquals(expected.events().get(i).event(), read.events().get(i).event());
    }
  }

  private static Tenant tenant(int index) {
    return new Tenant("tenant-" + index);
  }

  @Provide
  Arbitrary<Step> steps() {
    Arbitrary<Integer> tenant = Arbitraries.integers().between(0, TENANTS - 1);
    Arbitrary<Draft> draft =
        Combinators.combine(
                tenant,
                Arbitraries.integers().between(0, 1),
                Arbitraries.integers().between(0, 1),
                Arbitraries.integers().between(0, 4),
                Arbitraries.of(0, 0, 10, 100, 2000))
            .as(Draft::new);
    return Arbitraries.frequencyOf(
        Tuple.of(6, draft.list().ofMaxSize(8).map(drafts -> (Step) new Step.Append(drafts))),
        Tuple.of(
            3,
            Combinators.combine(
                    tenant,
                    Arbitraries.integers().between(0, 100),
                    Arbitraries.integers().between(1, 10),
                    Arbitraries.of(1L, 200L, 2000L, 1L << 40))
                .as(Step.Read::new)),
        Tuple.of(2, Arbitraries.integers().between(0, 25).map(Step.Wait::new)));
  }
}
