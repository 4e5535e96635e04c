package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

/**
 * The one predicate that decides who sees what: tenant, audience, topic, type and expiry, all of
 * them.
 */
class InterestTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void anEventIsSeenIfAndOnlyIfEachOfTheFiveRulesAdmitsIt(
      @ForAll("interests") Interest interest, @ForAll("events") AnEvent sent) {
    Event event = sent.event();

    boolean matches = interest.matches(event, NOW);

    boolean expected = FewNames.sees(interest, event, NOW);
    Statistics.collect(expected);
    Statistics.coverage(coverage -> coverage.check(true).percentage(seen -> seen > 5));
    assertEquals(expected, matches);
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void theSharedInterestSeesWhatIsNotForItsUserAlone(
      @ForAll("interests") Interest interest, @ForAll("events") AnEvent sent) {
    Audience unnamed =
        switch (sent.event().audience()) {
          case Audience.Everyone everyone -> everyone;
          case Audience.Members(Set<String> roles, _) ->
              new Audience.Members(
                  roles.isEmpty() ? Set.of("nobody's") : roles, Set.of("somebody else"));
        };

    boolean shared = interest.shared().matches(sent.event(), NOW);

    assertEquals(interest.matches(sent.forAudience(unnamed).event(), NOW), shared);
  }

  @Example
  void whoDiffersInNameAndTokenAndInTheOrderOfAskingSharesAnInterest() {
    Interest ada = asking("ada", Set.of("a", "b"), Instant.EPOCH, "orders", "alerts", "orders");
    Interest bob = asking("bob", Set.of("b", "a"), Instant.MAX, "alerts", "orders");

    assertEquals(ada.shared(), bob.shared());
    assertNotEquals(ada, bob);
    assertEquals(
        4,
        Stream.of(
                ada,
                asking("ada", Set.of("a"), Instant.EPOCH, "orders", "alerts"),
                asking("ada", Set.of("a", "b"), Instant.EPOCH, "orders"),
                new Interest(ada.claims(), ada.topics(), List.of()))
            .map(Interest::shared)
            .distinct()
            .count());
  }

  private static Interest asking(
      String subject, Set<String> roles, Instant expires, String... names) {
    return new Interest(
        new Claims(subject, new Tenant("acme"), roles, expires),
        Stream.of(names).map(TopicPattern::new).toList(),
        Stream.of(names).map(TypePattern::new).toList());
  }

  @Example
  void anEventWithoutExpiryIsSeenAtAnyTime() {
    Interest interest = TestingRelay.everything(TestingRelay.claims("ada"));

    assertEquals(true, interest.matches(AnEvent.ordinary().event(), Instant.MAX.minusNanos(1)));
  }

  @Example
  void anInterestInNoTopicIsABug() {
    Claims ada = TestingRelay.claims("ada");

    assertThrows(IllegalArgumentException.class, () -> new Interest(ada, List.of(), List.of()));
  }

  @Provide
  Arbitrary<Interest> interests() {
    return FewNames.interests();
  }

  @Provide
  Arbitrary<AnEvent> events() {
    return FewNames.events(NOW);
  }
}
