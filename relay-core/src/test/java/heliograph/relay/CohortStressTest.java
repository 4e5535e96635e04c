package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Cohorts come and go, and with them nodes of the topic index, while the log thread searches it:
 * each subscriber gets exactly the events after its start that it may see, once and in order. The
 * names are few, so that nearly every leave empties a node and nearly every join makes it anew.
 */
class CohortStressTest {
  private static final int JOINERS = 4;
  private static final int JOINS_OF_EACH = 1000;
  private static final int PUBLISHERS = 2;
  private static final int MOST_EVENTS_OF_EACH = 200_000;
  private static final int STAY = 60;
  private static final int BURST = 20;
  private static final int INDEX_CHANGES = 10_000;
  private static final List<String> NAMES = List.of("a", "b");
  private static final List<String> PATTERNS =
      List.of("a.b.a", "a.b.*", "a.b.>", "a.*.b", "*.b.a", "b", "b.>", "*.*");

  private static final Event FOR_B = AnEvent.ordinary().topic("a.b").event();
  private static final Event FOR_C = AnEvent.ordinary().topic("a.b.c").event();

  private final Map<Long, Event> published = new ConcurrentHashMap<>();
  private final AtomicBoolean stopped = new AtomicBoolean();

  @Test
  void nobodyMissesAnythingWhileTheIndexChanges() throws InterruptedException {
    try (TestingRelay relay = TestingRelay.ticking(256, 1_000_000)) {
      // Keeps the tenant's index from being forgotten with its last stream; it has no other part.
      Subscription resident =
          relay
              .hub()
              .subscribe(asking("resident", "none"), StandardDialect.PLAIN, new Start.Live());
      List<Aside<Boolean>> publishers =
          IntStream.range(0, PUBLISHERS)
              .mapToObj(i -> Aside.start(() -> publish(relay.hub(), new SplittableRandom(i))))
              .toList();
      List<Aside<List<Follower>>> joiners =
          IntStream.range(0, JOINERS)
              .mapToObj(i -> Aside.start(() -> join(relay, new SplittableRandom(100 + i))))
              .toList();
      List<Follower> followers = new ArrayList<>();
      for (Aside<List<Follower>> joiner : joiners) {
        followers.addAll(joiner.outcome());
      }
      stopped.set(true);
      for (Aside<Boolean> publisher : publishers) {
        assertTrue(publisher.outcome());
      }

      followers.forEach(follower -> assertEquals(expected(follower), follower.seen()));
      assertEquals(JOINERS * JOINS_OF_EACH, followers.size());
      assertTrue(followers.stream().mapToInt(f -> f.seen().size()).sum() > 10_000, "much is seen");
      assertEquals(1, relay.hub().cohorts());
      relay.hub().leave(resident);
    }
  }

  /** Beside them, nodes have one child and many by turns, and none for a moment. */
  @Test
  void aSearchFindsWhoIsThereFromItsBeginningToItsEnd() throws InterruptedException {
    CohortIndex index = new CohortIndex();
    Cohort resident = TestingRelay.cohort(asking("resident", "a.b", "a.b.>", "*.b.*"));
    index.add(resident);
    AtomicReference<Cohort> present = new AtomicReference<>(resident);
    Aside<Boolean> changer =
        Aside.start(
            () -> {
              for (int i = 0; i < INDEX_CHANGES; i++) {
                List<Cohort> others =
                    IntStream.range(0, i % 20)
                        .mapToObj(
                            j -> TestingRelay.cohort(asking("a", "a." + j, "a.b." + j, j + ".b")))
                        .toList();
                Cohort guest = TestingRelay.cohort(asking("guest", "a.b.c"));
                others.forEach(index::add);
                index.add(guest);
                present.set(guest);
                others.forEach(index::remove);
                present.set(resident);
                index.remove(guest);
              }
              stopped.set(true);
              return true;
            });

    long together = 0;
    while (!stopped.get()) {
      Cohort before = present.get();
      List<Cohort> above = index.find(FOR_B);
      List<Cohort> found = index.find(FOR_C);
      assertEquals(List.of(resident), above);
      assertTrue(found.contains(resident));
      if (before != resident && before == present.get()) {
        assertTrue(found.contains(before));
        together++;
      }
    }
    assertTrue(changer.outcome());
    assertEquals(List.of(resident), index.find(FOR_C));
    assertTrue(together > 0, "some searches met a guest");
  }

  private boolean publish(Hub hub, SplittableRandom random) {
    for (int sent = 0; sent < MOST_EVENTS_OF_EACH && !stopped.get(); sent++) {
      List<Event> events = List.of(anything(random), anything(random));
      List<Receipt> receipts = hub.publish(TestingRelay.PUBLISHER, events);
      for (int i = 0; i < events.size(); i++) {
        published.put(((Receipt.Stored) receipts.get(i)).cursor().sequence(), events.get(i));
      }
      if (random.nextInt(BURST) == 0) {
        BusyPublishers.awaitDelivery(hub);
      }
    }
    return true;
  }

  private List<Follower> join(TestingRelay relay, SplittableRandom random)
      throws InterruptedException {
    Hub hub = relay.hub();
    List<Follower> followers = new ArrayList<>();
    for (int i = 0; i < JOINS_OF_EACH; i++) {
      Interest interest = asking(one(NAMES, random), one(PATTERNS, random), one(PATTERNS, random));
      Follower follower =
          new Follower(hub.subscribe(interest, StandardDialect.PLAIN, new Start.Live()));
      long until = follower.start() + random.nextInt(STAY);
      while (follower.position() < until) {
        var _ = follower.follow();
      }
      hub.leave(follower.subscription());
      followers.add(follower);
    }
    return followers;
  }

  private static Interest asking(String subject, String... topics) {
    Claims claims = new Claims(subject, TestingRelay.ACME, Set.of(subject + "s"), Instant.MAX);
    return new Interest(
        claims, List.of(topics).stream().map(TopicPattern::new).toList(), List.of());
  }

  private static Event anything(SplittableRandom random) {
    List<String> topic = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      topic.add(one(NAMES, random));
    }
    Audience audience =
        switch (random.nextInt(4)) {
          case 0 -> new Audience.Everyone();
          case 1 -> new Audience.Members(Set.of(one(NAMES, random) + "s"), Set.of());
          case 2 -> new Audience.Members(Set.of(), Set.of(one(NAMES, random)));
          default ->
              new Audience.Members(Set.of(one(NAMES, random) + "s"), Set.of(one(NAMES, random)));
        };
    return AnEvent.ordinary().topic(String.join(".", topic)).forAudience(audience).event();
  }

  private static String one(List<String> names, SplittableRandom random) {
    return names.get(random.nextInt(names.size()));
  }

  private List<Long> expected(Follower follower) {
    Interest interest = follower.subscription().interest();
    return LongStream.rangeClosed(follower.start() + 1, follower.position())
        .filter(sequence -> FewNames.sees(interest, published.get(sequence), Instant.EPOCH))
        .boxed()
        .toList();
  }
}
