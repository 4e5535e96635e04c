package heliograph.relay;

import static heliograph.relay.TestingRelay.OTHER;
import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Where so configured, a user's oldest stream makes room for the newest. */
class SupersedingTest {
  private static final String OUSTED = "ended superseded PT0S";

  private TestingRelay relay = superseding(10, 10, 2);

  @AfterEach
  void close() {
    relay.close();
  }

  private static TestingRelay superseding(int streams, int perTenant, int perUser) {
    return TestingRelay.with(
        new Limits(
            256,
            streams,
            perTenant,
            perUser,
            1_000_000,
            1000,
            SlowPolicy.CATCH_UP,
            OverUserLimit.SUPERSEDE));
  }

  private Subscription open(Claims claims) {
    return relay.hub().subscribe(everything(claims), StandardDialect.PLAIN, new Start.Live());
  }

  private Subscription poll(Claims claims) {
    return relay
        .hub()
        .poll(everything(claims), StreamOptions.of(StandardDialect.PLAIN), new Start.Live());
  }

  private static List<String> told(Subscription... subscriptions) throws InterruptedException {
    List<String> told = new ArrayList<>();
    for (Subscription subscription : subscriptions) {
      told.addAll(Transcript.of(subscription));
    }
    return told;
  }

  private static void assertRefused(Executable act) {
    RelayException refusal = assertThrows(RelayException.class, act);
    assertEquals(ErrorCode.TOO_MANY_STREAMS, refusal.code());
  }

  @Test
  void theOldestMakesRoomAndTheNextOldestAfterIt() throws InterruptedException {
    Subscription first = open(claims("ada"));
    Subscription second = open(claims("ada", "admin"));
    Subscription third = open(claims("ada"));
    Subscription fourth = open(claims("ada"));
    relay.publish(1);

    assertEquals(
        List.of(OUSTED, OUSTED, "live 1 through 1", "quiet at 1", "live 1 through 1", "quiet at 1"),
        told(first, second, third, fourth));
    assertEquals(2, relay.hub().streams());
  }

  @Test
  void whoeverLeftMakesRoomWithoutAnybodysEnd() throws InterruptedException {
    Subscription first = open(claims("ada"));
    Subscription second = open(claims("ada"));
    relay.hub().leave(first);
    Subscription third = open(claims("ada"));

    assertEquals(List.of("quiet at 0", "quiet at 0"), told(second, third));
  }

  @Test
  void nobodyElseIsSuperseded() throws InterruptedException {
    Subscription bob = open(claims("bob"));
    Subscription namesake = open(new Claims("ada", OTHER, Set.of(), Instant.MAX));
    Subscription first = open(claims("ada"));
    open(claims("ada"));
    open(claims("ada"));

    assertEquals(List.of("quiet at 0", "quiet at 0", OUSTED), told(bob, namesake, first));
  }

  @Test
  void itsPlaceIsFreeBeforeItsClientHasHeardOfIt() throws InterruptedException {
    Subscription stalled = open(claims("ada"));
    open(claims("ada"));
    open(claims("ada"));
    int open = relay.hub().streams();
    relay.publish(1);
    int queued = stalled.queued();
    relay.hub().leave(stalled);
    relay.hub().leave(stalled);

    assertEquals(List.of(2, 0, 2), List.of(open, queued, relay.hub().streams()));
    assertEquals(List.of(OUSTED), told(stalled));
  }

  @Test
  void itsPositionIsTheLastThatItWasServed() throws InterruptedException {
    Subscription first = open(claims("ada"));
    relay.publish(2);
    told(first);
    relay.publish(1);
    open(claims("ada"));
    open(claims("ada"));

    assertEquals(List.of(OUSTED), told(first));
    assertEquals(relay.log().cursor(2), first.position());
  }

  @Test
  void aFullTenantAndAFullRelayAreNotInTheWayOfAUserWhoHasStreams() throws InterruptedException {
    for (TestingRelay full : List.of(superseding(10, 2, 1), superseding(2, 10, 1))) {
      relay.close();
      relay = full;
      Subscription ada = open(claims("ada"));
      Subscription bob = open(claims("bob"));

      assertRefused(() -> open(claims("carol")));
      Subscription again = open(claims("ada"));

      assertEquals(List.of(OUSTED, "quiet at 0", "quiet at 0"), told(ada, bob, again));
      assertEquals(2, relay.hub().streams());
    }
  }

  @Test
  void theLastStreamOfATenantCanBeSuperseded() throws InterruptedException {
    relay.close();
    relay = superseding(1, 1, 1);
    open(claims("ada"));
    Subscription second = open(claims("ada"));
    relay.publish(1);

    assertEquals(List.of("live 1 through 1", "quiet at 1"), told(second));
    relay.hub().leave(second);
    assertEquals(List.of(0, 0), List.of(relay.hub().streams(), relay.hub().cohorts()));
  }

  @Test
  void aPollTakesNobodysPlaceAndNobodyTakesItsPlace() throws InterruptedException {
    Subscription poll = poll(claims("ada"));
    Subscription first = open(claims("ada"));
    assertRefused(() -> poll(claims("ada")));
    Subscription second = open(claims("ada"));

    assertEquals(List.of("quiet at 0", OUSTED, "quiet at 0"), told(poll, first, second));
  }

  @Test
  void aStreamIsRefusedWherePollsHaveAllThePlaces() {
    poll(claims("ada"));
    Subscription poll = poll(claims("ada"));

    assertRefused(() -> open(claims("ada")));
    relay.hub().leave(poll);
    open(claims("ada"));
  }

  @Test
  void whoeverCannotStartHasGivenItsPlaceBack() throws InterruptedException {
    relay.publish(1);
    Subscription first = open(claims("ada"));
    open(claims("ada"));
    relay
        .log()
        .beforeRead(
            () -> {
              throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "the disk is gone");
            });

    assertThrows(
        RelayException.class,
        () ->
            relay
                .hub()
                .subscribe(everything(claims("ada")), StandardDialect.PLAIN, new Start.Last(1)));

    assertEquals(List.of(OUSTED), told(first));
    assertEquals(1, relay.hub().streams());
  }

  /** However they interleave: never too many, each but the last few told, and none left behind. */
  @Test
  void ofManyAtOnceAsManyStayAsMay() throws InterruptedException {
    int rush = 200;
    List<Aside<Integer>> openings = new ArrayList<>();
    List<Subscription> opened = new ArrayList<>();
    for (int i = 0; i < rush; i++) {
      openings.add(
          Aside.start(
              () -> {
                Subscription stream = open(claims("ada"));
                synchronized (opened) {
                  opened.add(stream);
                }
                return relay.hub().streams();
              }));
    }
    for (Aside<Integer> opening : openings) {
      assertTrue(opening.outcome() <= 2);
    }
    relay.publish(1);

    int ousted = 0;
    for (Subscription stream : opened) {
      List<String> told = told(stream);
      ousted += told.equals(List.of(OUSTED)) ? 1 : 0;
      relay.hub().leave(stream);
    }
    assertEquals(List.of(rush, rush - 2), List.of(opened.size(), ousted));
    assertEquals(List.of(0, 0), List.of(relay.hub().streams(), relay.hub().cohorts()));
  }
}
