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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Of the streams of one user, a profile lets so many be open, and calms pages that evict others.
 */
class SeatsTest {
  private static final String OUSTED = "ended superseded PT0S";
  private static final String LIVE = "quiet at 0";
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Seat.Storm STORM = new Seat.Storm(3, MINUTE);

  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  private static Seat newest(int most) {
    return new Seat(Optional.empty(), most, OverUserLimit.SUPERSEDE, STORM);
  }

  private static Seat oldest(int most) {
    return new Seat(Optional.empty(), most, OverUserLimit.REFUSE, STORM);
  }

  private static StreamOptions options(String profile, Seat seat) {
    return new StreamOptions(
        StandardDialect.PLAIN,
        Keep.EVERY,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.of(profile),
        Optional.of(seat));
  }

  private Subscription open(Claims claims, String profile, Seat seat) {
    return relay.hub().subscribe(everything(claims), options(profile, seat), new Start.Live());
  }

  private Subscription open(Seat seat) {
    return open(claims("ada"), "feed", seat);
  }

  private void openAll(int count, Seat seat) {
    for (int i = 0; i < count; i++) {
      open(seat);
    }
  }

  /** For how long one more stream is told to stay away. */
  private Duration refused(Seat seat) {
    RelayException refusal = assertThrows(RelayException.class, () -> open(seat));
    assertEquals(ErrorCode.TOO_MANY_STREAMS, refusal.code());
    return refusal.retryAfter().orElseThrow();
  }

  private static List<String> told(Subscription... subscriptions) throws InterruptedException {
    List<String> told = new ArrayList<>();
    for (Subscription subscription : subscriptions) {
      told.addAll(Transcript.of(subscription));
    }
    return told;
  }

  private static List<Duration> seconds(int... seconds) {
    return Arrays.stream(seconds).mapToObj(Duration::ofSeconds).toList();
  }

  @Test
  void theOldestMakesRoomForTheNewest() throws InterruptedException {
    Subscription first = open(newest(2));
    Subscription second = open(newest(2));
    Subscription third = open(newest(2));

    assertEquals(List.of(OUSTED, LIVE, LIVE), told(first, second, third));
    assertEquals(2, relay.hub().streams());
    assertEquals(relay.log().cursor(0), first.position());
  }

  @Test
  void whoLeavesMakesRoom() throws InterruptedException {
    Subscription first = open(newest(1));
    relay.hub().leave(first);
    Subscription second = open(newest(1));

    assertEquals(List.of(LIVE), told(second));
  }

  @Test
  void onlyTheSameUserInTheSameProfileCounts() throws InterruptedException {
    Seat one = newest(1);
    Seat here = new Seat(Optional.of("a"), 1, OverUserLimit.SUPERSEDE, STORM);
    Seat there = new Seat(Optional.of("b"), 1, OverUserLimit.SUPERSEDE, STORM);
    Subscription[] apart = {
      open(claims("ada"), "feed", one),
      open(claims("bob"), "feed", one),
      open(new Claims("ada", OTHER, Set.of(), Instant.MAX), "feed", one),
      open(claims("ada"), "news", one),
      open(claims("ada"), "feed", here),
      open(claims("ada"), "feed", there),
      relay.join(),
    };

    assertEquals(Collections.nCopies(7, LIVE), told(apart));
    Subscription again = open(claims("ada", "staff"), "feed", here);
    assertEquals(
        List.of(LIVE, LIVE, LIVE, LIVE, OUSTED, LIVE, LIVE, LIVE),
        told(apart[0], apart[1], apart[2], apart[3], apart[4], apart[5], apart[6], again));
  }

  @Test
  void renewedClaimsLeaveAStreamInItsSeat() throws InterruptedException {
    Subscription first = open(newest(1));
    relay.hub().renew(first, claims("ada", "staff"));
    open(newest(1));

    assertEquals(List.of(OUSTED), told(first));
    assertEquals(1, relay.hub().streams());
  }

  @Test
  void aPollTakesNoSeatAndNobodysPlace() throws InterruptedException {
    Subscription first = open(oldest(1));
    Subscription poll =
        relay.hub().poll(everything(claims("ada")), options("feed", oldest(1)), new Start.Live());
    relay.hub().leave(first);
    Subscription second = open(oldest(1));

    assertEquals(List.of(LIVE, LIVE), told(poll, second));
    assertEquals(2, relay.hub().streamsOf(TestingRelay.ACME, "ada", "feed"));
  }

  @Test
  void eachRefusalDoublesTheWait() {
    open(oldest(1));
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waits.add(refused(oldest(1)));
    }

    assertEquals(seconds(30, 60, 120, 240, 300, 300), waits);
  }

  @Test
  void whoeverIsLetInAfterwardsBeginsAnew() {
    Subscription first = open(oldest(1));
    refused(oldest(1));
    refused(oldest(1));
    relay.hub().leave(first);
    open(oldest(1));

    assertEquals(Seats.SHORTEST_WAIT, refused(oldest(1)));
  }

  @Test
  void aWaitIsForgottenAfterTwiceItsTime() {
    open(oldest(1));
    refused(oldest(1));
    Duration second = refused(oldest(1));
    relay.clock().advance(second.multipliedBy(2));
    Duration third = refused(oldest(1));
    relay.clock().advance(third.multipliedBy(2).plusNanos(1));

    assertEquals(seconds(60, 120, 30), List.of(second, third, refused(oldest(1))));
  }

  @Test
  void theLimitsOfAllStreamsStayAbove() throws InterruptedException {
    relay.close();
    relay = TestingRelay.with(limits(2, OverUserLimit.REFUSE));
    openAll(2, newest(5));
    assertEquals(SECOND, refused(newest(5)));
    assertEquals(2, relay.hub().streams());

    relay.close();
    relay = TestingRelay.with(limits(2, OverUserLimit.SUPERSEDE));
    Subscription other = open(claims("ada"), "news", newest(5));
    Subscription first = open(newest(1));
    Subscription second = open(newest(1));
    assertEquals(List.of(LIVE, OUSTED, LIVE), told(other, first, second));
    Subscription third = open(claims("ada"), "news", newest(5));
    assertEquals(List.of(OUSTED, LIVE, LIVE), told(other, second, third));
  }

  private static Limits limits(int perUser, OverUserLimit over) {
    return new Limits(256, 9, 9, perUser, 1000, 1000, SlowPolicy.CATCH_UP, over);
  }

  @Test
  void afterSoManySupersededTheNextAreLetInBeside() throws InterruptedException {
    openAll(4, newest(1));
    assertEquals(List.of(1, 0), List.of(relay.hub().streams(), relay.storms().size()));
    openAll(Seats.BESIDE, newest(1));

    assertEquals(1 + Seats.BESIDE, relay.hub().streams());
    assertEquals(List.of("feed acme"), relay.storms());
    assertEquals(Seats.SHORTEST_WAIT, refused(newest(1)));
    assertEquals(Seats.SHORTEST_WAIT.multipliedBy(2), refused(newest(1)));
    assertEquals(List.of("feed acme"), relay.storms());
    relay.publish(1);
    for (Subscription open : relay.hub().subscriptions()) {
      assertEquals(List.of("live 1 through 1", "quiet at 1"), told(open));
    }
  }

  @Test
  void slowerThanThatIsNoStorm() {
    for (int i = 0; i < 10; i++) {
      open(newest(1));
      // Of three that are superseded, the first is a minute old when the next one comes.
      relay.clock().advance(MINUTE.dividedBy(3));
    }

    assertEquals(List.of(1, 0), List.of(relay.hub().streams(), relay.storms().size()));
  }

  @Test
  void aStormIsOverAMinuteAfterTheLastThatFoundNoRoom() throws InterruptedException {
    openAll(5, newest(1));
    relay.clock().advance(Seats.CALM.minusNanos(1));
    Subscription beside = open(newest(1));
    assertEquals(3, relay.hub().streams());

    relay.clock().advance(Seats.CALM);
    Subscription newest = open(newest(1));
    assertEquals(List.of(OUSTED, LIVE), told(beside, newest));
    assertEquals(List.of(1, 1), List.of(relay.hub().streams(), relay.storms().size()));
  }

  @Test
  void whoIsRefusedInAStormKeepsItUp() {
    openAll(4 + Seats.BESIDE, newest(1));
    for (int i = 0; i < 5; i++) {
      relay.clock().advance(Seats.CALM.minusNanos(1));
      refused(newest(1));
    }

    assertEquals(1 + Seats.BESIDE, relay.hub().streams());
    assertEquals(1, relay.storms().size());
  }

  @Test
  void theNextStormIsToldAgain() {
    openAll(5, newest(1));
    relay.clock().advance(Seats.CALM);
    openAll(5, newest(1));

    assertEquals(List.of("feed acme", "feed acme"), relay.storms());
  }

  @Test
  void aStormGoesOnWhileNobodyIsThere() {
    openAll(5, newest(1));
    relay.hub().subscriptions().forEach(relay.hub()::leave);
    assertEquals(List.of(0, 1), List.of(relay.hub().streams(), relay.hub().seats()));
    openAll(2, newest(1));

    assertEquals(List.of(2, 1), List.of(relay.hub().streams(), relay.storms().size()));
  }

  @Test
  void nothingIsKeptOnceStreamsAndStormsAreOver() {
    for (int i = 0; i < 100; i++) {
      Claims claims = claims("user-" + i);
      open(claims, "feed", newest(1));
      open(claims, "feed", newest(1));
      open(claims, "feed", oldest(1));
      assertThrows(RelayException.class, () -> open(claims, "feed", oldest(1)));
    }
    assertEquals(200, relay.hub().seats());
    relay.hub().subscriptions().forEach(relay.hub()::leave);
    assertEquals(100, relay.hub().seats());

    relay.clock().advance(MINUTE);
    relay.hub().leave(open(newest(1)));
    assertEquals(0, relay.hub().seats());
  }

  @Test
  void ofSoManySeatsWithoutAStreamTheStormIsRemembered() {
    Claims first = claims("first");
    for (int i = 0; i < 5; i++) {
      open(first, "feed", newest(1));
    }
    relay.hub().subscriptions().forEach(relay.hub()::leave);
    for (int i = 0; i < Seats.MAX_LEFT; i++) {
      Claims claims = claims("user-" + i);
      Subscription one = open(claims, "feed", newest(1));
      Subscription two = open(claims, "feed", newest(1));
      relay.hub().leave(one);
      relay.hub().leave(two);
    }
    assertEquals(Seats.MAX_LEFT, relay.hub().seats());

    open(first, "feed", newest(1));
    open(first, "feed", newest(1));
    assertEquals(1, relay.hub().streams());
  }

  @Test
  void streamsAreCountedByProfileTenantAndUser() {
    Claims eve = new Claims("ada", OTHER, Set.of(), Instant.MAX);
    Subscription one = open(claims("ada"), "feed", newest(5));
    open(claims("ada"), "news", newest(5));
    open(claims("bob"), "feed", newest(5));
    open(eve, "feed", newest(5));
    relay.join();
    Hub hub = relay.hub();

    assertEquals(List.of(4, 1), List.of(hub.streamsOf(TestingRelay.ACME), hub.streamsOf(OTHER)));
    assertEquals(1, hub.streamsOf(TestingRelay.ACME, "ada", "feed"));
    assertEquals(0, hub.streamsOf(TestingRelay.ACME, "eve", "feed"));
    assertEquals(2, hub.streamsIn("feed", TestingRelay.ACME));
    assertEquals(0, hub.streamsIn("news", OTHER));
    assertEquals(
        List.of(3, 1, 1),
        List.of(
            hub.streamsIn(Optional.of("feed")),
            hub.streamsIn(Optional.of("news")),
            hub.streamsIn(Optional.empty())));
    hub.leave(one);
    hub.leave(one);
    assertEquals(
        List.of(2, 0, 1),
        List.of(
            hub.streamsIn(Optional.of("feed")),
            hub.streamsOf(TestingRelay.ACME, "ada", "feed"),
            hub.streamsIn("feed", TestingRelay.ACME)));
  }

  @Test
  void aSeatIsInAProfileAndForSomebody() {
    assertThrows(IllegalArgumentException.class, () -> newest(0));
    for (int times : new int[] {0, Seat.Storm.MAX_TIMES + 1}) {
      assertThrows(IllegalArgumentException.class, () -> new Seat.Storm(times, MINUTE));
    }
    assertThrows(IllegalArgumentException.class, () -> new Seat.Storm(3, Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new StreamOptions(
                StandardDialect.PLAIN,
                Keep.EVERY,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(newest(1))));
  }

  /** However they interleave: never too many, each but the last few told, and none left behind. */
  @Test
  void ofManyAtOnceNoMoreStayThanMay() throws InterruptedException {
    int rush = Seat.Storm.MAX_TIMES;
    Seat patient =
        new Seat(
            Optional.empty(),
            2,
            OverUserLimit.SUPERSEDE,
            new Seat.Storm(Seat.Storm.MAX_TIMES, MINUTE));
    List<Subscription> opened = Collections.synchronizedList(new ArrayList<>());
    List<Integer> counts = rush(rush, patient, opened);

    assertTrue(Collections.max(counts) <= 2, counts::toString);
    int ousted = 0;
    for (Subscription stream : opened) {
      ousted += told(stream).equals(List.of(OUSTED)) ? 1 : 0;
      relay.hub().leave(stream);
    }
    assertEquals(List.of(rush, rush - 2), List.of(opened.size(), ousted));
    assertEquals(List.of(0, 0), List.of(relay.hub().streams(), relay.hub().cohorts()));
    assertEquals(List.of(), relay.storms());
  }

  @Test
  void ofManyAtOnceAStormLetsSomeInAndRefusesTheRest() throws InterruptedException {
    List<Subscription> opened = Collections.synchronizedList(new ArrayList<>());
    List<Integer> counts = rush(200, newest(2), opened);

    assertTrue(Collections.max(counts) <= 2 + Seats.BESIDE, counts::toString);
    int ousted = 0;
    for (Subscription stream : opened) {
      ousted += told(stream).equals(List.of(OUSTED)) ? 1 : 0;
    }
    assertEquals(
        List.of(2 + STORM.times() + Seats.BESIDE, STORM.times(), 2 + Seats.BESIDE, 1),
        List.of(opened.size(), ousted, relay.hub().streams(), relay.storms().size()));
  }

  /** Opens many streams at once; how many were open after each. */
  private List<Integer> rush(int count, Seat seat, List<Subscription> opened)
      throws InterruptedException {
    List<Aside<Integer>> openings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      openings.add(
          Aside.start(
              () -> {
                try {
                  opened.add(open(seat));
                } catch (RelayException refusal) {
                  assertEquals(ErrorCode.TOO_MANY_STREAMS, refusal.code());
                }
                return relay.hub().streams();
              }));
    }
    List<Integer> counts = new ArrayList<>();
    for (Aside<Integer> opening : openings) {
      counts.add(opening.outcome());
    }
    return counts;
  }
}
