package heliograph.relay;

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

/**
 * Subscribers and events whose names are few and alike, so that a random event often just matches a
 * random interest or just does not; and who sees what, said in other words than the product's.
 */
final class FewNames {
  private static final List<String> NAMES = List.of("a", "ab");

  private FewNames() {}

  static boolean sees(Interest interest, Event event, Instant now) {
    Claims claims = interest.claims();
    return event.tenant().name().equals(claims.tenant().name())
        && admitted(event.audience(), claims)
        && interest.topics().stream().anyMatch(topic -> asked(topic, event.topic().value()))
        && (interest.types().isEmpty()
            || interest.types().stream().anyMatch(type -> named(type, event.type())))
        && now.isBefore(event.attributes().expires());
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

  static boolean asked(TopicPattern pattern, String topic) {
    return topic.matches(
        pattern.value().replace(".", "\\.").replace("*", "[^.]+").replace(">", ".+"));
  }

  private static boolean named(TypePattern pattern, String type) {
    String value = pattern.value();
    return value.endsWith("*")
        ? type.startsWith(value.substring(0, value.length() - 1))
        : type.equals(value);
  }

  static Arbitrary<Interest> interests() {
    return Combinators.combine(claims(), topicPatterns(), typePatterns()).as(Interest::new);
  }

  static Arbitrary<Claims> claims() {
    return Combinators.combine(
            Arbitraries.of(NAMES), Arbitraries.of(NAMES), Arbitraries.of(NAMES).set().ofMaxSize(2))
        .as(
            (subject, tenant, roles) ->
                new Claims(subject, new Tenant(tenant), roles, Instant.EPOCH));
  }

  static Arbitrary<List<TopicPattern>> topicPatterns() {
    return Arbitraries.of(">", "*", "a", "a.*", "*.ab", "a.>", "*.*.ab", "ab.a.>")
        .map(TopicPattern::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  static Arbitrary<List<TypePattern>> typePatterns() {
    return Arbitraries.of("*", "a", "a*", "ab*").map(TypePattern::new).list().ofMaxSize(2);
  }

  /** They expire a second before the time, or at it, or after it, or never. */
  static Arbitrary<AnEvent> events(Instant time) {
    Arbitrary<String> topic =
        Arbitraries.of(NAMES)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(names -> String.join(".", names));
    Arbitrary<Instant> end = Arbitraries.integers().between(-1, 6).map(time::plusSeconds);
    return Combinators.combine(
            Arbitraries.of(NAMES), topic, Arbitraries.of(NAMES), audiences(), end.optional(0.5))
        .as(
            (tenant, name, type, audience, expires) -> {
              AnEvent event =
                  AnEvent.ordinary()
                      .of(new Tenant(tenant))
                      .topic(name)
                      .type(type)
                      .forAudience(audience);
              return expires.map(event::expires).orElse(event);
            });
  }

  static Arbitrary<Audience> audiences() {
    Arbitrary<Set<String>> some = Arbitraries.of(NAMES).set().ofMinSize(1);
    return Arbitraries.oneOf(
        Arbitraries.just(new Audience.Everyone()),
        some.map(roles -> new Audience.Members(roles, Set.of())),
        some.map(users -> new Audience.Members(Set.of(), users)),
        Combinators.combine(some, some).as(Audience.Members::new));
  }
}
