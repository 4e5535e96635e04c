package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An open stream goes on with other claims: from one event to the next, and without a break. */
class RenewalTest {
  private static final int EVENTS = 20_000;

  private final TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  private Subscription open(Claims claims) {
    return relay.hub().subscribe(everything(claims), StandardDialect.PLAIN, new Start.Live());
  }

  private static Claims topics(String... patterns) {
    return new Claims(
        "ada",
        ACME,
        Set.of(),
        List.of(patterns).stream().map(TopicPattern::new).toList(),
        Instant.MAX,
        Claims.Proof.NONE);
  }

  @Test
  void widerAndNarrowerRolesCountFromTheNextEventOn() throws InterruptedException {
    Subscription ada = open(claims("ada"));
    relay.publish(AnEvent.ordinary().forRole("billing"), AnEvent.ordinary());
    relay.hub().renew(ada, claims("ada", "billing"));
    relay.publish(AnEvent.ordinary().forRole("billing"), AnEvent.ordinary());
    relay.hub().renew(ada, claims("ada"));
    relay.publish(AnEvent.ordinary().forRole("billing"), AnEvent.ordinary());

    assertEquals(List.of("live 2 3 4 6 through 6", "quiet at 6"), Transcript.of(ada));
  }

  @Test
  void widerAndNarrowerTopicsCountFromTheNextEventOn() throws InterruptedException {
    Subscription ada = open(topics("orders.*"));
    relay.publish(AnEvent.ordinary().topic("alerts.1"), AnEvent.ordinary().topic("orders.1"));
    relay.hub().renew(ada, topics(">"));
    relay.publish(AnEvent.ordinary().topic("alerts.1"), AnEvent.ordinary().topic("orders.1"));
    relay.hub().renew(ada, topics());
    relay.publish(AnEvent.ordinary().topic("alerts.1"), AnEvent.ordinary().topic("orders.1"));

    assertEquals(List.of("live 2 3 4 through 4", "quiet at 6"), Transcript.of(ada));
  }

  @Test
  void whatIsReadFromTheLogIsDecidedByTheNewClaims() throws InterruptedException {
    relay.publish(AnEvent.ordinary().forRole("billing"), AnEvent.ordinary());
    Subscription late =
        relay
            .hub()
            .subscribe(
                everything(claims("ada", "billing")), StandardDialect.PLAIN, new Start.Last(10));
    relay.hub().renew(late, claims("ada"));

    assertEquals("log 2 through 2", Transcript.of(late).getFirst());
  }

  @Test
  void theCohortsFollow() {
    Subscription ada = open(claims("ada", "a"));
    Subscription bob = open(claims("bob", "b"));
    assertEquals(2, relay.hub().cohorts());
    relay.hub().renew(ada, claims("ada", "b"));
    assertEquals(1, relay.hub().cohorts());
    relay.hub().leave(ada);
    relay.hub().leave(bob);
    assertEquals(0, relay.hub().cohorts());
    assertEquals(0, relay.hub().streams());
  }

  @Test
  void theEndOfTheClaimsMoves() {
    Subscription ada = open(new Claims("ada", ACME, Set.of(), Instant.ofEpochSecond(10)));
    assertEquals(10_000, ada.expiresMillis());
    relay.hub().renew(ada, new Claims("ada", ACME, Set.of(), Instant.ofEpochSecond(20)));
    assertEquals(20_000, ada.expiresMillis());
    relay.hub().renew(ada, claims("ada"));
    assertEquals(Long.MAX_VALUE, ada.expiresMillis());
  }

  @Test
  void itCannotBecomeSomebodyElses() {
    Subscription ada = open(claims("ada"));
    for (Claims other : List.of(claims("bob"), new Claims("ada", OTHER, Set.of(), Instant.MAX))) {
      assertThrows(IllegalArgumentException.class, () -> relay.hub().renew(ada, other));
    }
  }

  @Test
  void whoHasLeftStaysAway() {
    Subscription ada = open(claims("ada"));
    relay.hub().leave(ada);
    relay.hub().renew(ada, claims("ada", "billing"));
    assertEquals(0, relay.hub().cohorts());
    assertEquals(0, relay.hub().streams());
  }

  @Test
  void aHubThatIsClosedStillAnswers() {
    Subscription ada = open(claims("ada"));
    relay.hub().close();
    relay.hub().renew(ada, claims("ada", "billing"));
    assertEquals(Set.of("billing"), ada.claims().roles());
  }

  /** Each change moves the stream to another cohort while events flow by both. */
  @Test
  void nothingIsLostOrDoubledBetween() throws InterruptedException {
    Subscription ada = open(claims("ada", "red"));
    Aside<Boolean> publisher =
        Aside.start(
            () -> {
              for (int i = 0; i < EVENTS / 10; i++) {
                relay.publish(10);
              }
              return true;
            });
    Aside<Integer> renewals =
        Aside.start(
            () -> {
              int changes = 0;
              while (relay.log().head(ACME) < EVENTS) {
                relay.hub().renew(ada, claims("ada", changes++ % 2 == 0 ? "blue" : "red"));
              }
              return changes;
            });
    List<Long> seen = new ArrayList<>();
    while (seen.size() < EVENTS) {
      if (ada.next(Duration.ofSeconds(10))
          instanceof Delivery.Events(List<StoredEvent> events, var _, var _)) {
        events.forEach(stored -> seen.add(stored.sequence()));
      }
    }

    assertTrue(publisher.outcome());
    assertTrue(renewals.outcome() > 100, "the claims changed often");
    assertEquals(LongStream.rangeClosed(1, EVENTS).boxed().toList(), seen);
  }
}
