package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A publisher can be told for how many of the open streams an event is. */
class HeadcountTest {
  private final TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  private Subscription open(Interest interest) {
    return relay.hub().subscribe(interest, StandardDialect.PLAIN, new Start.Live());
  }

  private OptionalInt count(AnEvent event) {
    return relay.hub().headcount().of(event.event());
  }

  @Test
  void itCountsWhomTheEventIsForAndNobodyOfAnotherTenant() {
    open(everything(claims("ada")));
    open(everything(claims("ada", "staff")));
    Subscription bob = open(everything(claims("bob", "staff")));
    open(new Interest(claims("eve"), List.of(new TopicPattern("else.>")), List.of()));
    open(everything(new Claims("ada", OTHER, Set.of("staff"), Instant.MAX)));

    assertEquals(OptionalInt.of(3), count(AnEvent.ordinary()));
    assertEquals(OptionalInt.of(2), count(AnEvent.ordinary().forRole("staff")));
    assertEquals(OptionalInt.of(2), count(AnEvent.ordinary().forUser("ada")));
    assertEquals(
        OptionalInt.of(3),
        count(
            AnEvent.ordinary()
                .forAudience(new Audience.Members(Set.of("staff"), Set.of("ada", "eve")))));
    assertEquals(OptionalInt.of(0), count(AnEvent.ordinary().forUser("nobody")));
    assertEquals(OptionalInt.of(1), count(AnEvent.ordinary().of(OTHER)));
    assertEquals(OptionalInt.of(0), count(AnEvent.ordinary().expires(MovableClock.START)));
    relay.hub().leave(bob);
    assertEquals(OptionalInt.of(2), count(AnEvent.ordinary()));
  }

  @Test
  void filtersAreNotAsked() {
    Filter none =
        _ -> {
          throw new AssertionError("asked");
        };
    open(new Interest(claims("ada"), List.of(TopicPattern.ALL), List.of(), none));

    assertEquals(OptionalInt.of(1), count(AnEvent.ordinary()));
  }

  @Test
  void whatWouldTakeTooManyLooksIsNotCounted() {
    open(everything(claims("ada")));
    open(everything(claims("bob", "staff")));
    Event event = AnEvent.ordinary().event();
    Headcount headcount = relay.hub().headcount();
    for (int looks = 0; looks < Headcount.MOST_LOOKS; looks += 2) {
      assertEquals(OptionalInt.of(2), headcount.of(event));
    }

    assertEquals(OptionalInt.empty(), headcount.of(event));
    assertEquals(OptionalInt.of(0), headcount.of(AnEvent.ordinary().forUser("eve").event()));
    assertEquals(OptionalInt.of(2), relay.hub().headcount().of(event));
    assertEquals(2, relay.hub().streamsOf(ACME));
  }

  @Provide
  Arbitrary<AnEvent> events() {
    return FewNames.events(MovableClock.START);
  }

  @Provide
  Arbitrary<List<Interest>> interests() {
    return FewNames.interests().list().ofMaxSize(12);
  }

  @Property(tries = 500)
  void itCountsAsManyAsMatch(
      @ForAll("interests") List<Interest> interests, @ForAll("events") AnEvent sent) {
    try (TestingRelay some = TestingRelay.roomy()) {
      interests.forEach(it -> some.hub().subscribe(it, StandardDialect.PLAIN, new Start.Live()));
      Event event = sent.event();
      long expected =
          interests.stream().filter(it -> FewNames.sees(it, event, MovableClock.START)).count();

      assertEquals(OptionalInt.of((int) expected), some.hub().headcount().of(event));
    }
  }
}
