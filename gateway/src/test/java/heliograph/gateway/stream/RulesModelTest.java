package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Gap;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.StructuredEvent;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.types.JsonModel;
import heliograph.gateway.types.JsonModel.Members;
import heliograph.gateway.types.JsonModel.Value;
import heliograph.gateway.types.Mask;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.types.TypesConfig;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import heliograph.gateway.types.ValueHash;
import heliograph.relay.Delivery;
import heliograph.relay.Filter;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import heliograph.relay.StoredEvent;
import heliograph.relay.StreamOptions;
import heliograph.relay.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

/**
 * Whatever events, claims and rules there are, a subscriber gets exactly what a model of a few
 * lines says, to the byte: live, replayed, after falling behind, by polling and as a snapshot.
 */
class RulesModelTest {
  private static final String KEY = "a key of the test's own";
  private static final ValueHash HASH = ValueHash.with(KEY);
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private static final List<String> ROLES = List.of("billing", "staff");
  private static final String PAST = "1969-12-31T23:59:59Z";

  /** An event, and what its data is; none if it is text, in which no field can be found. */
  record Sent(Event event, Optional<Value> data) {
    Sent showing(Value shown) {
      byte[] text = shown.text().getBytes(StandardCharsets.UTF_8);
      return new Sent(event.with(Payload.json(text, 0, text.length)), Optional.of(shown));
    }
  }

  /** Filters, and what they say in the words of this test. */
  private static final Map<String, Predicate<Sent>> FILTERS =
      Map.of(
          "true",
          _ -> true,
          "!has(data.a)",
          sent -> sent.data().filter(Members.class::isInstance).isPresent() && !has(sent, "a"),
          "data.b != '***'",
          sent -> has(sent, "b") && !JsonModel.REDACTED.equals(member(sent, "b").get().text()),
          "has(data.b) || event.topic == 'a'",
          sent -> has(sent, "b") || sent.event().topic().value().equals("a"),
          "'subject' in event || event.partitionkey == 'k'",
          sent -> key(sent.event()).equals("k"));

  private static Optional<Value> member(Sent sent, String name) {
    return sent.data().stream()
        .flatMap(data -> data instanceof Members(var members) ? members.stream() : Stream.of())
        .filter(member -> member.name().equals(name))
        .map(JsonModel.Member::value)
        .findAny();
  }

  private static boolean has(Sent sent, String name) {
    return member(sent, name).isPresent();
  }

  /** A subscriber, and what its filter says. */
  record Asked(Interest interest, Predicate<Sent> wants) {}

  /** What the model says: each event that is seen, as it is seen. */
  private static Optional<Event> seen(Asked asked, Sent sent, List<TypeConfig> rules) {
    Event event = sent.event();
    Interest interest = asked.interest();
    Claims claims = interest.claims();
    boolean meant =
        claims.tenant().equals(event.tenant())
            && isFor(event.audience(), claims)
            && claims.topics().stream().anyMatch(topic -> topic.matches(event.topic()))
            && interest.topics().stream().anyMatch(topic -> topic.matches(event.topic()))
            && (interest.types().isEmpty()
                || interest.types().stream().anyMatch(type -> type.matches(event.type())))
            && !event.attributes().text("expirytime").equals(Optional.of(PAST));
    List<Mask> masks =
        rules.stream()
            .filter(rule -> rule.type().matches(event.type()))
            .limit(1)
            .flatMap(rule -> rule.masks().stream())
            .filter(mask -> Collections.disjoint(mask.roles(), claims.roles()))
            .toList();
    Optional<Sent> shown =
        masks.isEmpty()
            ? Optional.of(sent)
            : sent.data()
                .map(data -> JsonModel.masked(data, masks, it -> HASH.of(event.tenant(), it)))
                .map(sent::showing);
    return shown.filter(_ -> meant).filter(asked.wants()).map(Sent::event);
  }

  private static boolean isFor(Audience audience, Claims claims) {
    return switch (audience) {
      case Audience.Everyone() -> true;
      case Audience.Members(Set<String> roles, Set<String> users) ->
          users.contains(claims.subject()) || !Collections.disjoint(roles, claims.roles());
    };
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void eachGetsWhatTheModelSaysInEveryWay(
      @ForAll("subscribers") Asked asked,
      @ForAll("rules") List<TypeConfig> rules,
      @ForAll("events") List<Sent> sent)
      throws InterruptedException {
    Interest interest = asked.interest();
    List<Event> expectedLive = new ArrayList<>();
    List<Event> expected = new ArrayList<>();
    Map<String, Event> latest = new LinkedHashMap<>();
    for (Sent one : sent) {
      Optional<Event> seen = seen(asked, one, rules);
      seen.ifPresent(expectedLive::add);
      Optional<Event> kept = seen.filter(RulesModelTest::isKept);
      kept.ifPresent(expected::add);
      kept.ifPresent(event -> latest.remove(key(event)));
      kept.ifPresent(event -> latest.put(key(event), event));
      Statistics.collect(seen.map(one.event()::equals));
      Statistics.coverage(
          coverage -> {
            coverage.check(Optional.of(true)).percentage(share -> share > 3);
            coverage.check(Optional.of(false)).percentage(share -> share > 1);
          });
    }
    List<Event> events = sent.stream().map(Sent::event).toList();

    try (Hub roomy = hub(1000, rules);
        Hub narrow = hub(1, rules)) {
      Subscription live = subscribe(roomy, interest, new Start.Live());
      Subscription behind = subscribe(narrow, interest, new Start.Live());
      Start beginning = new Start.After(live.position());
      Start itsBeginning = new Start.After(behind.position());
      events.forEach(event -> roomy.publish("backend", List.of(event)));
      events.forEach(event -> narrow.publish("backend", List.of(event)));

      assertEquals(json(expectedLive), json(taken(live, events)), "live");
      // What is never replayed comes or does not, as the queue happened to be, and a gap tells.
      assertEquals(
          json(expected),
          json(taken(behind, events).stream().filter(RulesModelTest::isKept).toList()),
          "after falling behind");
      Subscription replaying = subscribe(narrow, interest, itsBeginning);
      assertEquals(json(expected), json(taken(replaying, events)), "replayed");
      Subscription polling =
          roomy.poll(interest, StreamOptions.of(StandardDialect.PLAIN), beginning);
      assertEquals(json(expected), json(taken(polling, events)), "polled");
      Subscription dashboard = subscribe(roomy, interest, new Start.Snapshot());
      assertEquals(
          json(List.copyOf(latest.values())), json(taken(dashboard, events)), "as a snapshot");
    }
  }

  private static Hub hub(int queue, List<TypeConfig> rules) {
    Duration day = Duration.ofDays(1);
    Hub hub =
        new Hub(
            new MemoryLog(new Retention(day, 1000, 1 << 20, day), 1 << 24, CLOCK),
            new Limits(queue, 10, 10, 10, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
            TypeRules.of(new TypesConfig(rules, new Secrets(List.of(KEY)))),
            CLOCK,
            System::nanoTime);
    hub.start();
    return hub;
  }

  private static Subscription subscribe(Hub hub, Interest interest, Start start) {
    return hub.subscribe(interest, StandardDialect.PLAIN, start);
  }

  /** What a subscriber takes until it has been served up to its tenant's last event. */
  private static List<Event> taken(Subscription subscription, List<Event> events)
      throws InterruptedException {
    Tenant tenant = subscription.claims().tenant();
    long last = events.stream().filter(event -> event.tenant().equals(tenant)).count();
    List<Event> taken = new ArrayList<>();
    while (true) {
      switch (subscription.next(Duration.ZERO)) {
        case Delivery.Events(List<StoredEvent> delivered, _, _) ->
            delivered.forEach(stored -> taken.add(stored.event()));
        case Delivery.Quiet(Cursor through) -> {
          if (through.sequence() == last) {
            return taken;
          }
          Thread.onSpinWait();
        }
        // Only what is never replayed was missed: delivery goes on from where it was.
        case Delivery.Missed(Gap gap) -> assertEquals(gap.from(), gap.to());
        case Delivery.Ended end -> throw new AssertionError("an end: " + end);
      }
    }
  }

  private static boolean isKept(Event event) {
    return !event.attributes().ephemeral();
  }

  private static String key(Event event) {
    return event.attributes().text("partitionkey").orElseThrow();
  }

  private static List<String> json(List<Event> events) {
    return events.stream()
        .map(event -> new String(StructuredEvent.json(event), StandardCharsets.UTF_8))
        .toList();
  }

  @Provide
  Arbitrary<Asked> subscribers() {
    Arbitrary<Claims> claims =
        Combinators.combine(
                Arbitraries.of("ada", "bob"),
                Arbitraries.of(ROLES).set(),
                Arbitraries.of(">", ">", "a.>", "a", "b").list().ofMinSize(1).ofMaxSize(2))
            .as(
                (subject, roles, topics) ->
                    new Claims(
                        subject,
                        new Tenant("acme"),
                        roles,
                        topics.stream().map(TopicPattern::new).toList(),
                        Instant.MAX,
                        Claims.Proof.NONE));
    Arbitrary<List<TypePattern>> types =
        Arbitraries.of("p*", "paid", "sent").map(TypePattern::new).list().ofMaxSize(2);
    return Combinators.combine(
            claims,
            Arbitraries.of(">", ">", "a", "*.b"),
            types.optional(0.4).map(some -> some.orElse(List.of())),
            Arbitraries.of(FILTERS.keySet()).optional(0.5))
        .as(
            (who, topic, chosen, filter) ->
                new Asked(
                    new Interest(
                        who,
                        List.of(new TopicPattern(topic)),
                        chosen,
                        filter.<Filter>map(Filters::compile).orElse(Filter.EVERY)),
                    filter.map(FILTERS::get).orElse(_ -> true)));
  }

  @Provide
  Arbitrary<List<TypeConfig>> rules() {
    Arbitrary<String> field =
        Arbitraries.of("a", "a", "b", "b", "*", "0", "a~1b", "\u00e9")
            .list()
            .ofMinSize(1)
            .ofMaxSize(2)
            .map(segments -> "/" + String.join("/", segments));
    Arbitrary<Mask> mask =
        Combinators.combine(
                field.list().ofMinSize(1).ofMaxSize(3),
                Arbitraries.of(ROLES).set().ofMinSize(1),
                Arbitraries.of(Mask.With.class))
            .as(Mask::new);
    return Combinators.combine(
            Arbitraries.of("paid", "p*", "*", "*"), mask.list().ofMinSize(1).ofMaxSize(3))
        .as(
            (type, masks) ->
                new TypeConfig(new TypePattern(type), Optional.empty(), Set.of(), false, masks))
        .list()
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<List<Sent>> events() {
    Arbitrary<Audience> audience =
        Arbitraries.oneOf(
            Arbitraries.just(new Audience.Everyone()),
            Arbitraries.just(new Audience.Everyone()),
            Combinators.combine(
                    Arbitraries.of(ROLES).set().ofMaxSize(1),
                    Arbitraries.of("ada", "bob").set().ofMaxSize(1))
                .filter((roles, users) -> !roles.isEmpty() || !users.isEmpty())
                .as(Audience.Members::new));
    Arbitrary<Map<String, String>> attributes =
        Arbitraries.of(
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of("ephemeral", "true"),
            Map.of("expirytime", PAST),
            Map.of("expirytime", "2100-01-01T00:00:00Z"));
    Arbitrary<Optional<Value>> data = JsonModel.values(3).optional(0.9);
    return Combinators.combine(
            Arbitraries.of("acme", "acme", "acme", "other"),
            Arbitraries.of("paid", "placed", "sent"),
            Arbitraries.of("a", "b", "a.b"),
            audience,
            Arbitraries.of("k", "l"),
            attributes,
            data)
        .as(RulesModelTest::sent)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  private static Sent sent(
      String tenant,
      String type,
      String topic,
      Audience audience,
      String key,
      Map<String, String> more,
      Optional<Value> data) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("partitionkey", new Attribute.Text(key));
    more.forEach((name, value) -> attributes.put(name, new Attribute.Text(value)));
    Event event =
        new Event(
            UUID.randomUUID().toString(),
            "/shop",
            type,
            new Tenant(tenant),
            new Topic(topic),
            audience,
            new Attributes(attributes),
            Payload.text("a secret"));
    Sent text = new Sent(event, Optional.empty());
    return data.map(text::showing).orElse(text);
  }
}
