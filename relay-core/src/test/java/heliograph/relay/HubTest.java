package heliograph.relay;

import static heliograph.relay.TestingRelay.OTHER;
import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The hub lets subscribers in up to its limits, and out again with a reason. */
class HubTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofMinutes(1);

  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void receiptsComeInTheOrderOfTheEvents() {
    List<Receipt> receipts =
        relay.publish(
            AnEvent.ordinary().id("a"),
            AnEvent.ordinary().id("b"),
            AnEvent.ordinary().id("a"),
            AnEvent.ordinary().id("a").of(OTHER));

    assertEquals(
        List.of(
            new Receipt.Stored(relay.log().cursor(1)),
            new Receipt.Stored(relay.log().cursor(2)),
            new Receipt.Duplicate(relay.log().cursor(1)),
            new Receipt.Stored(relay.log().cursor(1))),
        receipts);
  }

  @Test
  void aDuplicateIsNotDeliveredAgain() throws InterruptedException {
    Subscription subscriber = relay.join();

    relay.publish(AnEvent.ordinary().id("a"));
    relay.publish(AnEvent.ordinary().id("a"), AnEvent.ordinary().id("b"));

    assertEquals(List.of("live 1 2 through 2", "quiet at 2"), Transcript.of(subscriber));
  }

  @Test
  void nothingToPublishIsNothing() {
    assertEquals(List.of(), relay.publish());
  }

  @Test
  void aTenantSeesNothingOfAnotherNotEvenThatItIsThere() throws InterruptedException {
    Subscription other =
        relay
            .hub()
            .subscribe(everything(of("eve", OTHER)), StandardDialect.PLAIN, new Start.Live());

    relay.publish(3);

    assertEquals(List.of("quiet at 0"), Transcript.of(other));
    assertEquals(relay.log().cursor(0), other.position());
  }

  @Test
  void equalInterestIsOneCohortAndAnEmptyOneIsForgotten() {
    Subscription one = relay.join();
    Subscription two =
        relay
            .hub()
            .subscribe(everything(claims("bob")), StandardDialect.CLOUDEVENTS, new Start.Live());
    Subscription three =
        relay
            .hub()
            .subscribe(everything(claims("ada", "staff")), StandardDialect.PLAIN, new Start.Live());
    int together = relay.hub().cohorts();

    relay.hub().leave(three);
    int left = relay.hub().cohorts();
    relay.hub().leave(one);
    relay.hub().leave(two);

    assertEquals(List.of(2, 1, 0), List.of(together, left, relay.hub().cohorts()));
  }

  @Test
  void whoLeftIsOfferedNothingMoreAndMayLeaveTwice() {
    Subscription gone = relay.join();
    Subscription stays = relay.join();

    relay.hub().leave(gone);
    relay.hub().leave(gone);
    relay.publish(1);

    assertEquals(List.of(0, 1), List.of(gone.queued(), stays.queued()));
    assertEquals(1, relay.hub().streams());
    assertEquals(List.of(stays), List.copyOf(relay.hub().subscriptions()));
  }

  @Test
  void theLimitOfAllStreamsIsFreedByLeaving() {
    relay =
        TestingRelay.with(
            new Limits(256, 2, 10, 10, 1_000_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    assertIsFullAfter(
        List.of(claims("ada"), of("eve", OTHER)), claims("bob"), "the limit of the relay");
  }

  @Test
  void theLimitOfATenantIsFreedByLeavingAndIsNotOthers() {
    relay =
        TestingRelay.with(
            new Limits(256, 10, 2, 10, 1_000_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    relay.hub().subscribe(everything(of("eve", OTHER)), StandardDialect.PLAIN, new Start.Live());
    assertIsFullAfter(
        List.of(claims("ada"), claims("bob")), claims("carol"), "the limit of the tenant");
    relay.hub().subscribe(everything(of("eve", OTHER)), StandardDialect.PLAIN, new Start.Live());
  }

  @Test
  void theLimitOfAUserIsFreedByLeavingAndIsNotOthers() {
    relay =
        TestingRelay.with(
            new Limits(256, 10, 10, 2, 1_000_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    relay.hub().subscribe(everything(claims("bob")), StandardDialect.PLAIN, new Start.Live());
    relay.hub().subscribe(everything(of("ada", OTHER)), StandardDialect.PLAIN, new Start.Live());
    assertIsFullAfter(
        List.of(claims("ada"), claims("ada", "admin")), claims("ada"), "the limit of the user");
  }

  /** Once those have joined, the next is refused; when the first of them leaves, it is let in. */
  private void assertIsFullAfter(List<Claims> first, Claims next, String limit) {
    List<Subscription> joined = new ArrayList<>();
    first.forEach(
        claims ->
            joined.add(
                relay
                    .hub()
                    .subscribe(everything(claims), StandardDialect.PLAIN, new Start.Live())));
    int full = relay.hub().streams();

    assertRefused(
        ErrorCode.TOO_MANY_STREAMS,
        () -> relay.hub().subscribe(everything(next), StandardDialect.PLAIN, new Start.Live()));
    relay.hub().leave(joined.getFirst());
    relay.hub().subscribe(everything(next), StandardDialect.PLAIN, new Start.Live());

    assertEquals(full, relay.hub().streams(), limit);
  }

  @Test
  void aStreamThatIsRefusedLeavesNoTraceOfItsTenant() {
    relay =
        TestingRelay.with(
            new Limits(256, 1, 10, 10, 1_000_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    Subscription only = relay.join();

    assertRefused(
        ErrorCode.TOO_MANY_STREAMS,
        () ->
            relay
                .hub()
                .subscribe(everything(of("eve", OTHER)), StandardDialect.PLAIN, new Start.Live()));
    relay.hub().leave(only);

    assertEquals(List.of(0, 0), List.of(relay.hub().streams(), relay.hub().cohorts()));
  }

  @Test
  void aStreamThatCannotReadTheLogAtItsStartTakesNoPlace() {
    relay.publish(1);
    relay
        .log()
        .beforeRead(
            () -> {
              throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "the disk is gone");
            });

    assertRefused(
        ErrorCode.LOG_UNAVAILABLE,
        () ->
            relay
                .hub()
                .subscribe(everything(claims("ada")), StandardDialect.PLAIN, new Start.Last(1)));

    assertEquals(List.of(0, 0), List.of(relay.hub().streams(), relay.hub().cohorts()));
  }

  @Test
  void aDrainEndsEveryStreamAndSpreadsTheirReturn() throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      relay.join();
    }
    List<String> told = new ArrayList<>();

    relay.hub().drain(SECOND, SECOND.multipliedBy(8));
    for (Subscription subscription : relay.hub().subscriptions()) {
      told.addAll(Transcript.of(subscription));
    }

    assertEquals(
        List.of(
            "ended shutdown PT1S",
            "ended shutdown PT3S",
            "ended shutdown PT5S",
            "ended shutdown PT7S"),
        told.stream().sorted().toList());
  }

  @Test
  void aDrainingHubTakesNeitherEventsNorStreams() {
    relay.hub().drain(SECOND, SECOND);

    RelayException refusal = assertRefused(ErrorCode.SHUTTING_DOWN, () -> relay.publish(1));
    assertRefused(ErrorCode.SHUTTING_DOWN, () -> relay.join());
    assertTrue(refusal.retryAfter().isPresent());
    assertTrue(relay.hub().isDraining());
    assertEquals(0, relay.log().head(TestingRelay.ACME));
  }

  @Test
  void aDrainIsOverWhenTheLastStreamHasLeft() throws InterruptedException {
    Subscription one = relay.join();
    Subscription two = relay.join();
    relay.hub().drain(SECOND, SECOND);

    boolean early = relay.hub().awaitEmpty(Duration.ZERO);
    Aside<Boolean> empty = Aside.start(() -> relay.hub().awaitEmpty(LONG)).awaitWaiting();
    relay.hub().leave(one);
    relay.hub().leave(two);

    assertFalse(early);
    assertTrue(empty.outcome());
  }

  @Test
  void aClosedHubHasEndedItsStreamsAndRefusesAll() throws InterruptedException {
    Subscription subscriber = relay.join();

    relay.hub().close();

    assertEquals(List.of("ended unavailable PT1S"), Transcript.of(subscriber));
    assertFalse(relay.hub().isAlive());
    assertRefused(ErrorCode.SHUTTING_DOWN, () -> relay.publish(1));
    assertRefused(ErrorCode.SHUTTING_DOWN, () -> relay.join());
  }

  private static RelayException assertRefused(ErrorCode code, Executable act) {
    RelayException refusal = assertThrows(RelayException.class, act);
    assertEquals(code, refusal.code());
    return refusal;
  }

  private static Claims of(String subject, Tenant tenant) {
    return new Claims(subject, tenant, Set.of(), Instant.MAX);
  }
}
