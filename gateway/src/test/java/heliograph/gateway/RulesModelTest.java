package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Format;
import heliograph.contract.Payload;
import heliograph.contract.StructuredEvent;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.JsonModel.Value;
import heliograph.relay.Delivery;
import heliograph.relay.Filter;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Keep;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import heliograph.relay.StoredEvent;
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
  private static final ValueHash HASH = ValueHash.with("a key of the test's own");
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private static final List<String> ROLES = List.of("billing", "staff");

  /** An event, and what its data is; none if it is text, in which no field can be found. */
  record Sent(Event event, Optional<Value> data) {}

  /** What the model says: each event that is seen, as it is seen. */
  private static Optional<Event> seen(Interest interest, Sent sent, List<TypeRule> rules) {
    Event event = sent.event();
    Claims claims = interest.claims();
    boolean meant =
        claims.tenant().equals(event.tenant())
            && event.audience().admits(claims)
            && claims.topics().stream().anyMatch(topic -> topic.matches(event.topic()))
            && interest.topics().stream().anyMatch(topic -> topic.matches(event.topic()));
    List<Mask> masks =
        rules.stream()
            .filter(rule -> rule.type().matches(event.type()))
            .limit(1)
            .flatMap(rule -> rule.masks().stream())
            .filter(mask -> Collections.disjoint(mask.roles(), claims.roles()))
            .toList();
    if (!meant || masks.isEmpty()) {
      return Optional.of(event).filter(_ -> meant).filter(shown -> wants(interest, shown));
    }
    return sent.data()
        .map(data -> JsonModel.masked(data, masks, value -> HASH.of(event.tenant(), value)))
        .map(RulesModelTest::payload)
        .map(event::with)
        .filter(shown -> wants(interest, shown));
  }

  /** The filter, asked about what is shown, by itself. */
  private static boolean wants(Interest interest, Event shown) {
    return interest.filter().wants(new StoredEvent(shown, new Cursor("model", 1)));
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void eachGetsWhatTheModelSaysInEveryWay(
      @ForAll("interests") Interest interest,
      @ForAll("rules") List<TypeRule> rules,
      @ForAll("events") List<Sent> sent)
      throws InterruptedException {
    List<Event> expected = new ArrayList<>();
    Map<String, Event> latest = new LinkedHashMap<>();
    for (Sent one : sent) {
      Optional<Event> seen = seen(interest, one, rules);
      seen.ifPresent(expected::add);
      seen.ifPresent(event -> latest.remove(key(event)));
      seen.ifPresent(event -> latest.put(key(event), event));
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
      events.forEach(event -> roomy.publish(List.of(event)));
      events.forEach(event -> narrow.publish(List.of(event)));

      assertEquals(json(expected), json(taken(live)), "live");
      assertEquals(json(expected), json(taken(behind)), "after falling behind");
      Subscription replaying = subscribe(narrow, interest, itsBeginning);
      assertEquals(json(expected), json(taken(replaying)), "replayed");
      Subscription polling = roomy.poll(interest, Format.PLAIN, Keep.EVERY, beginning);
      assertEquals(json(expected), json(taken(polling)), "polled");
      Subscription dashboard = subscribe(roomy, interest, new Start.Snapshot());
      assertEquals(json(List.copyOf(latest.values())), json(taken(dashboard)), "as a snapshot");
    }
  }

  private static Hub hub(int queue, List<TypeRule> rules) {
    Duration day = Duration.ofDays(1);
    return new Hub(
        new MemoryLog(new Retention(day, 1000, 1 << 20, day), 1 << 24, CLOCK),
        new Limits(queue, 10, 10, 10, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
        new TypeRules(rules, HASH),
        CLOCK,
        System::nanoTime);
  }

  private static Subscription subscribe(Hub hub, Interest interest, Start start) {
    return hub.subscribe(interest, Format.PLAIN, start);
  }

  private static List<Event> taken(Subscription subscription) throws InterruptedException {
    List<Event> taken = new ArrayList<>();
    while (true) {
      switch (subscription.next(Duration.ZERO)) {
        case Delivery.Events(List<StoredEvent> events, _, _) ->
            events.forEach(stored -> taken.add(stored.event()));
        case Delivery.Quiet _ -> {
          return taken;
        }
        case Delivery other -> throw new AssertionError("neither a gap nor an end: " + other);
      }
    }
  }

  private static String key(Event event) {
    return event.attributes().text("partitionkey").orElseThrow();
  }

  private static List<String> json(List<Event> events) {
    return events.stream()
        .map(event -> new String(StructuredEvent.json(event), StandardCharsets.UTF_8))
        .toList();
  }

  private static Payload payload(Value data) {
    byte[] text = data.text().getBytes(StandardCharsets.UTF_8);
    return Payload.json(text, 0, text.length);
  }

  @Provide
  Arbitrary<Interest> interests() {
    Arbitrary<Claims> claims =
        Combinators.combine(
                Arbitraries.of("ada", "bob"),
                Arbitraries.of(ROLES).set().ofMaxSize(1),
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
    Arbitrary<Filter> filter =
        Arbitraries.of("true", "!has(data.a)", "data.b != '***'", "event.partitionkey == 'k'")
            .<Filter>map(FilterExpression::of)
            .optional(0.3)
            .map(some -> some.orElse(Filter.EVERY));
    return Combinators.combine(claims, Arbitraries.of(">", ">", "a", "*.b"), filter)
        .as(
            (who, topic, wanted) ->
                new Interest(who, List.of(new TopicPattern(topic)), List.of(), wanted));
  }

  @Provide
  Arbitrary<List<TypeRule>> rules() {
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
                new TypeRule(new TypePattern(type), Optional.empty(), Set.of(), false, masks))
        .list()
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<List<Sent>> events() {
    Arbitrary<Audience> audience =
        Arbitraries.oneOf(
            Arbitraries.just(new Audience.Everyone()),
            Arbitraries.just(new Audience.Everyone()),
            Arbitraries.of(ROLES).map(role -> new Audience.Members(Set.of(role), Set.of())),
            Arbitraries.of("ada", "bob").map(user -> new Audience.Members(Set.of(), Set.of(user))));
    Arbitrary<Optional<Value>> data = JsonModel.values(3).optional(0.9);
    return Combinators.combine(
            Arbitraries.of("acme", "acme", "acme", "other"),
            Arbitraries.of("paid", "placed", "sent"),
            Arbitraries.of("a", "b", "a.b"),
            audience,
            Arbitraries.of("k", "l"),
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
      Optional<Value> data) {
    Event event =
        new Event(
            UUID.randomUUID().toString(),
            "/shop",
            type,
            new Tenant(tenant),
            new Topic(topic),
            audience,
            new Attributes(Map.of("partitionkey", new Attribute.Text(key))),
            data.map(RulesModelTest::payload).orElseGet(() -> Payload.text("a secret")));
    return new Sent(event, data);
  }
}
