package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.StandardDialect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A snapshot is the newest event of each partition key, and what comes after it has no hole. */
class SnapshotTest {
  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  @Test
  void theNewestOfEachKeyComesFirstAndThenWhatIsNew() throws InterruptedException {
    relay.publish(about("a"), about("b"), AnEvent.ordinary(), about("a"));

    Subscription subscriber = relay.join(new Start.Snapshot());
    relay.publish(about("b"));

    assertEquals(
        List.of("log 2 4 through 4", "log 5 through 5", "quiet at 5"), Transcript.of(subscriber));
  }

  @Test
  void whatMayNotBeSeenHidesNothing() throws InterruptedException {
    relay.publish(about("a"), about("a").forRole("admin"));

    Subscription subscriber = relay.join(new Start.Snapshot());

    assertEquals(
        List.of("log 1 through 2", "log through 2", "quiet at 2"), Transcript.of(subscriber));
  }

  @Test
  void anEmptyLogHasAnEmptySnapshot() throws InterruptedException {
    Subscription subscriber = relay.join(new Start.Snapshot());
    relay.publish(about("a"));

    assertEquals(
        List.of("log through 0", "log 1 through 1", "quiet at 1"), Transcript.of(subscriber));
  }

  @Test
  void keysBeyondTheLimitAreToldAsAGap() throws InterruptedException {
    relay.close();
    relay =
        TestingRelay.with(
            new Limits(256, 10, 10, 10, 1000, 2, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    relay.publish(about("a"), about("b"), about("c"), about("b"));

    Subscription subscriber = relay.join(new Start.Snapshot());

    assertEquals(
        List.of("gap overflow 0 to 2", "log 3 4 through 4", "log through 4", "quiet at 4"),
        Transcript.of(subscriber));
  }

  @Test
  void whatLiesTooFarBackIsToldAsAGap() throws InterruptedException {
    relay.close();
    relay =
        TestingRelay.with(
            new Limits(256, 10, 10, 10, 3, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    relay.publish(about("old"), about("a"), about("a"), about("b"));

    Subscription subscriber = relay.join(new Start.Snapshot());

    assertEquals(
        List.of("gap overflow 0 to 1", "log 3 4 through 4", "log through 4", "quiet at 4"),
        Transcript.of(subscriber));
  }

  @Test
  void whatRetentionTakesMeanwhileIsPassedOver() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueueAndLog(256, 4);
    relay.publish(about("a"), about("b"), about("c"));

    Subscription subscriber = relay.join(new Start.Snapshot());
    relay.publish(about("d"), about("e"), about("f"), about("g"), about("h"));

    assertEquals(
        List.of("log through 3", "gap retention 3 to 4", "log 5 6 7 8 through 8", "quiet at 8"),
        Transcript.of(subscriber));
  }

  @Property(tries = 200)
  void withWhatFollowsItIsTheStateOfTheWholeLog(
      @ForAll("keys") List<String> before, @ForAll("keys") List<String> after)
      throws InterruptedException {
    try (TestingRelay own = TestingRelay.roomy()) {
      before.forEach(key -> own.publish(about(key)));

      Subscription subscriber = own.join(new Start.Snapshot());
      after.forEach(key -> own.publish(about(key)));

      List<Long> told = delivered(subscriber);
      List<Long> expected = new ArrayList<>(newest(before).values().stream().sorted().toList());
      for (int i = 0; i < after.size(); i++) {
        expected.add((long) before.size() + i + 1);
      }
      assertEquals(expected, told);
    }
  }

  @Property(tries = 200)
  void ofWhatWaitsOnlyTheNewestOfEachKeyIsKept(@ForAll("keys") List<String> keys)
      throws InterruptedException {
    Limits few = new Limits(4, 10, 10, 10, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE);
    try (TestingRelay own = TestingRelay.with(few)) {
      Subscription subscriber =
          own.hub()
              .subscribe(
                  TestingRelay.everything(TestingRelay.claims("ada")),
                  StreamOptions.of(StandardDialect.PLAIN, Keep.LATEST),
                  new Start.Live());

      keys.forEach(key -> own.publish(about(key)));

      // Three keys fit the queue of four, however often each changed: nothing is read again.
      assertEquals(newest(keys).values().stream().sorted().toList(), delivered(subscriber));
    }
  }

  @Provide
  Arbitrary<List<String>> keys() {
    return Arbitraries.of("a", "b", "c").list().ofMaxSize(150);
  }

  private static Map<String, Long> newest(List<String> keys) {
    Map<String, Long> newest = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      newest.put(keys.get(i), i + 1L);
    }
    return newest;
  }

  private static List<Long> delivered(Subscription subscriber) throws InterruptedException {
    List<Long> told = new ArrayList<>();
    while (true) {
      switch (subscriber.next(java.time.Duration.ZERO)) {
        case Delivery.Events(List<StoredEvent> events, _, _) ->
            events.forEach(stored -> told.add(stored.sequence()));
        case Delivery.Quiet _ -> {
          return told;
        }
        case Delivery.Missed _, Delivery.Ended _ -> throw new AssertionError("not all was told");
      }
    }
  }

  private static AnEvent about(String key) {
    return AnEvent.ordinary().about(key);
  }
}
