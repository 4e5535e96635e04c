package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Audience;
import heliograph.contract.Dialect;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

/** However subscribers share their interests, each gets live what it may see, once. */
class CohortTest {
  private static final Instant NOW = MovableClock.START;

  private sealed interface Step {
    record Join(Interest interest, Dialect dialect) implements Step {}

    record Leave(int which) implements Step {}

    record Publish(AnEvent event) implements Step {}
  }

  private record Shared(String tenant, Set<?> roles, Set<?> topics, Set<?> types) {}

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void anEventIsDeliveredOnceToWhoMaySeeItAndToNobodyElse(@ForAll("stories") List<Step> story)
      throws InterruptedException {
    try (TestingRelay relay = TestingRelay.roomy()) {
      Hub hub = relay.hub();
      Map<Subscription, List<Long>> expected = new LinkedHashMap<>();
      for (Step step : story) {
        switch (step) {
          case Step.Join(Interest interest, Dialect dialect) ->
              expected.put(hub.subscribe(interest, dialect, new Start.Live()), new ArrayList<>());
          case Step.Leave(int which) -> leave(hub, expected, which);
          case Step.Publish(AnEvent event) -> publish(relay, event, expected);
        }
      }

      for (Subscription subscription : expected.keySet()) {
        assertEquals(expected.get(subscription), delivered(subscription));
      }
      assertEquals(
          expected.keySet().stream().map(CohortTest::shared).distinct().count(), hub.cohorts());
      List.copyOf(expected.keySet()).forEach(hub::leave);
      assertEquals(0, hub.cohorts());
    }
  }

  private static void leave(Hub hub, Map<Subscription, List<Long>> expected, int which)
      throws InterruptedException {
    if (!expected.isEmpty()) {
      Subscription leaving = List.copyOf(expected.keySet()).get(which % expected.size());
      assertEquals(expected.remove(leaving), delivered(leaving));
      hub.leave(leaving);
    }
  }

  private static void publish(
      TestingRelay relay, AnEvent described, Map<Subscription, List<Long>> expected) {
    Event event = described.event();
    if (!(relay.publish(described).getFirst() instanceof Receipt.Stored(var cursor))) {
      throw new AssertionError("it is new");
    }
    expected.forEach(
        (subscription, sequences) -> {
          boolean sees = FewNames.sees(subscription.interest(), event, NOW);
          if (sees) {
            sequences.add(cursor.sequence());
          }
          Statistics.collect(event.audience() instanceof Audience.Everyone, sees);
          Statistics.coverage(
              coverage -> {
                coverage.check(false, true).percentage(seen -> seen > 3);
                coverage.check(true, true).percentage(seen -> seen > 3);
              });
        });
  }

  private static List<Long> delivered(Subscription subscription) throws InterruptedException {
    return switch (subscription.next(Duration.ZERO)) {
      case Delivery.Events(List<StoredEvent> events, _, boolean live) when live ->
          events.stream().map(StoredEvent::sequence).toList();
      case Delivery.Quiet _ -> List.of();
      case Delivery other -> throw new AssertionError("not live: " + other);
    };
  }

  private static Shared shared(Subscription subscription) {
    Interest interest = subscription.interest();
    return new Shared(
        interest.claims().tenant().name(),
        interest.claims().roles(),
        Set.copyOf(interest.topics()),
        Set.copyOf(interest.types()));
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    Arbitrary<Step> join =
        FewNames.interests()
            .flatMap(
                interest ->
                    Arbitraries.of(StandardDialect.class)
                        .map(format -> new Step.Join(interest, format)));
    Arbitrary<Step> leave = Arbitraries.integers().between(0, 100).map(Step.Leave::new);
    Arbitrary<Step> publish = FewNames.events(NOW).map(Step.Publish::new);
    return Arbitraries.frequencyOf(Tuple.of(4, join), Tuple.of(1, leave), Tuple.of(5, publish))
        .list()
        .ofMaxSize(40);
  }
}
