package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

/**
 * The one predicate that decides who sees what: tenant, audience, topic, type and expiry, all of
 * them. Names are few and alike, so that a random event often just matches or just does not.
 */
class InterestTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final List<String> NAMES = List.of("a", "ab");

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void anEventIsSeenIfAndOnlyIfEachOfTheFiveRulesAdmitsIt(
      @ForAll("claims") Claims claims,
      @ForAll("topicPatterns") List<TopicPattern> topics,
      @ForAll("typePatterns") List<TypePattern> types,
      @ForAll("events") AnEvent sent,
      @ForAll @IntRange(min = -1, max = 6) int secondsLeft) {
    Event event = sent.expires(NOW.plusSeconds(secondsLeft)).event();

    boolean matches = new Interest(claims, topics, types).matches(event, NOW);

    boolean expected =
        event.tenant().name().equals(claims.tenant().name())
            && admitted(event.audience(), claims)
            && topics.stream().anyMatch(topic -> event.topic().value().matches(regex(topic)))
            && (types.isEmpty() || types.stream().anyMatch(type -> named(type, event.type())))
            && secondsLeft > 0;
    Statistics.collect(expected);
    Statistics.coverage(coverage -> coverage.check(true).percentage(seen -> seen > 5));
    assertEquals(expected, matches);
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

  private static boolean admitted(Audience audience, Claims claims) {
    return switch (audience) {
      case Audience.Everyone() -> true;
      case Audience.Members(Set<String> roles, Set<String> users) -> {
        Set<String> shared = new HashSet<>(roles);
        shared.retainAll(claims.roles());
        yield !shared.isEmpty() || users.contains(claims.subject());
      }
    };
  }

  private static String regex(TopicPattern pattern) {
    return pattern.value().replace(".", "\\.").replace("*", "[^.]+").replace(">", ".+");
  }

  private static boolean named(TypePattern pattern, String type) {
    String value = pattern.value();
    return value.endsWith("*")
        ? type.startsWith(value.substring(0, value.length() - 1))
        : type.equals(value);
  }

  @Provide
  Arbitrary<Claims> claims() {
    return Combinators.combine(
            Arbitraries.of(NAMES), Arbitraries.of(NAMES), Arbitraries.of(NAMES).set().ofMaxSize(2))
        .as((subject, tenant, roles) -> new Claims(subject, new Tenant(tenant), roles, NOW));
  }

  @Provide
  Arbitrary<List<TopicPattern>> topicPatterns() {
    return Arbitraries.of(">", "*", "a", "a.*", "*.ab", "a.>", "*.*.ab", "ab.a.>")
        .map(TopicPattern::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<List<TypePattern>> typePatterns() {
    return Arbitraries.of("*", "a", "a*", "ab*").map(TypePattern::new).list().ofMaxSize(2);
  }

  @Provide
  Arbitrary<AnEvent> events() {
    Arbitrary<String> topic =
        Arbitraries.of(NAMES)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(names -> String.join(".", names));
    return Combinators.combine(Arbitraries.of(NAMES), topic, Arbitraries.of(NAMES), audiences())
        .as(
            (tenant, name, type, audience) ->
                AnEvent.ordinary()
                    .of(new Tenant(tenant))
                    .topic(name)
                    .type(type)
                    .forAudience(audience));
  }

  private static Arbitrary<Audience> audiences() {
    Arbitrary<Set<String>> some = Arbitraries.of(NAMES).set().ofMinSize(1);
    return Arbitraries.oneOf(
        Arbitraries.just(new Audience.Everyone()),
        some.map(roles -> new Audience.Members(roles, Set.of())),
        some.map(users -> new Audience.Members(Set.of(), users)),
        Combinators.combine(some, some).as(Audience.Members::new));
  }
}
