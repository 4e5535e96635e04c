package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Gap;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * However joining, stalling and publishing meet, each subscriber gets exactly the events after its
 * start that it may see, once and in order, or is told which it cannot have.
 */
class JoinStressTest {
  private static final int JOINERS = 4;
  private static final int JOINS_OF_EACH = 600;
  private static final int PUBLISHERS = 3;
  private static final int MOST_EVENTS_OF_EACH = 150_000;
  private static final int MOST_EVENTS = 1_000_000;
  private static final int QUEUE = 16;

  // How far beyond its start a stream stays open at most, in events of its tenant.
  private static final int STAY = 120;

  @Test
  void nobodyMissesAnythingThatTheLogKeeps() throws InterruptedException {
    try (TestingRelay relay = TestingRelay.ticking(QUEUE, MOST_EVENTS)) {
      BusyPublishers publishers = new BusyPublishers(relay.hub(), 0);

      List<Follower> followers = joinWhilePublishing(relay, publishers);

      followers.forEach(follower -> assertEquals(expected(publishers, follower), follower.seen()));
      assertEquals(List.of(), followers.stream().flatMap(f -> f.gaps().stream()).toList());
      assertTrue(followers.stream().anyMatch(Follower::fellBehind), "some fell behind");
      assertEquals(0, relay.hub().streams());
      assertEquals(0, relay.hub().cohorts());
    }
  }

  @Test
  void whatRetentionTakesFromTheSlowIsToldAndNothingElse() throws InterruptedException {
    try (TestingRelay relay = TestingRelay.ticking(QUEUE, 40)) {
      BusyPublishers publishers = new BusyPublishers(relay.hub(), 0);

      List<Follower> followers = joinWhilePublishing(relay, publishers);

      followers.forEach(follower -> assertEquals(expected(publishers, follower), follower.seen()));
      Set<Gap.Reason> reasons = new HashSet<>();
      followers.forEach(f -> f.gaps().forEach(gap -> reasons.add(gap.reason())));
      assertEquals(Set.of(Gap.Reason.RETENTION), reasons);
    }
  }

  @Test
  void whoMissesAnEphemeralEventIsTold() throws InterruptedException {
    try (TestingRelay relay = TestingRelay.ticking(QUEUE, MOST_EVENTS)) {
      BusyPublishers publishers = new BusyPublishers(relay.hub(), 10);
      SplittableRandom random = new SplittableRandom(7);
      List<Aside<Follower>> readers =
          IntStream.range(0, 16)
              .mapToObj(
                  _ ->
                      new Follower(
                          relay
                              .hub()
                              .subscribe(anybody(random), StandardDialect.PLAIN, new Start.Live())))
              .map(follower -> Aside.start(() -> toTheEnd(follower, publishers)))
              .toList();

      publishers.start(PUBLISHERS, 20_000);
      publishers.awaitEnd();

      int told = 0;
      for (Aside<Follower> reader : readers) {
        Follower follower = reader.outcome();
        Claims claims = follower.subscription().claims();
        String role = claims.roles().iterator().next();
        List<Long> missed = new ArrayList<>(expected(publishers, follower));
        missed.addAll(
            publishers.ephemeral(claims.tenant(), role, follower.start(), follower.position()));
        missed.removeAll(Set.copyOf(follower.seen()));
        List<Long> lasting = publishers.lasting(claims.tenant(), role, 0, follower.position());
        assertTrue(missed.stream().noneMatch(Set.copyOf(lasting)::contains), "lasting ones come");
        assertTrue(missed.isEmpty() || !follower.gaps().isEmpty(), () -> "untold: " + missed);
        told += follower.gaps().size();
      }
      assertTrue(told > 0, "some were slow");
    }
  }

  /**
   * Publishes flat out until all joins are done; half of them live, half after an earlier place.
   */
  private static List<Follower> joinWhilePublishing(TestingRelay relay, BusyPublishers publishers)
      throws InterruptedException {
    publishers.start(PUBLISHERS, MOST_EVENTS_OF_EACH);
    List<Aside<List<Follower>>> joiners =
        IntStream.range(0, JOINERS)
            .mapToObj(i -> Aside.start(() -> join(relay, publishers, new SplittableRandom(i))))
            .toList();
    List<Follower> followers = new ArrayList<>();
    for (Aside<List<Follower>> joiner : joiners) {
      followers.addAll(joiner.outcome());
    }
    publishers.stop();
    assertEquals(JOINERS * JOINS_OF_EACH, followers.size());
    return followers;
  }

  private static List<Follower> join(
      TestingRelay relay, BusyPublishers publishers, SplittableRandom random)
      throws InterruptedException {
    Hub hub = relay.hub();
    List<Follower> followers = new ArrayList<>();
    Map<Tenant, Cursor> had = new HashMap<>();
    for (int i = 0; i < JOINS_OF_EACH; i++) {
      Interest interest = anybody(random);
      Tenant tenant = interest.claims().tenant();
      Cursor earlier = had.get(tenant);
      Follower follower =
          new Follower(
              earlier == null || random.nextBoolean()
                  ? hub.subscribe(interest, StandardDialect.PLAIN, new Start.Live())
                  : hub.subscribe(interest, StandardDialect.PLAIN, new Start.After(earlier)));
      long until = relay.log().head(tenant) + random.nextInt(STAY);
      boolean delivered = true;
      while (follower.position() < until && (delivered || !publishers.isStopped())) {
        delivered = follower.follow();
      }
      hub.leave(follower.subscription());
      had.put(tenant, follower.subscription().position());
      followers.add(follower);
    }
    return followers;
  }

  private static Follower toTheEnd(Follower follower, BusyPublishers publishers)
      throws InterruptedException {
    boolean last = false;
    while (!last) {
      // Looked at before the delivery: if that is none, then none will come any more.
      boolean stopped = publishers.isStopped();
      last = !follower.follow() && stopped;
    }
    return follower;
  }

  private static Interest anybody(SplittableRandom random) {
    Tenant tenant = BusyPublishers.TENANTS.get(random.nextInt(BusyPublishers.TENANTS.size()));
    String role = BusyPublishers.ROLES.get(random.nextInt(BusyPublishers.ROLES.size()));
    return TestingRelay.everything(new Claims("ada", tenant, Set.of(role), Instant.MAX));
  }

  /** What it may see between its start and its place now, but for what it was told it cannot. */
  private static List<Long> expected(BusyPublishers publishers, Follower follower) {
    Claims claims = follower.subscription().claims();
    String role = claims.roles().iterator().next();
    return publishers.lasting(claims.tenant(), role, follower.start(), follower.position()).stream()
        .filter(
            sequence ->
                follower.gaps().stream()
                    .noneMatch(
                        gap -> gap.from().sequence() < sequence && sequence <= gap.to().sequence()))
        .toList();
  }
}
