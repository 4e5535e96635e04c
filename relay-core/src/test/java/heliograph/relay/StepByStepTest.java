package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.EndReason;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However small the steps are in which the log is read, a subscriber gets what it would else. */
class StepByStepTest {
  private static final long MIB = 1 << 20;
  private static final int LARGE = 50 * 1024;

  // A page has at most a 16th of what a tenant may have in hand, so one large event.
  private TestingRelay relay = TestingRelay.with(limits(new Limits.Memory(MIB, MIB, 4 * MIB, MIB)));

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  private static Limits limits(Limits.Memory memory) {
    return new Limits(
        256,
        1000,
        1000,
        1000,
        1_000_000,
        1000,
        SlowPolicy.CATCH_UP,
        OverUserLimit.REFUSE,
        memory,
        Limits.FilterTime.ORDINARY);
  }

  /** Whoever evaluates this filter takes a millisecond, of the two that a step has. */
  private Interest dear(String... topics) {
    return new Interest(
        TestingRelay.claims("ada"),
        List.of(topics).stream().map(TopicPattern::new).toList(),
        List.of(),
        _ -> {
          relay.clock().advance(Duration.ofMillis(1));
          return true;
        });
  }

  private Subscription join(Interest interest, Start start) {
    return relay.hub().subscribe(interest, StandardDialect.PLAIN, start);
  }

  private void publishLarge(int count) {
    for (int i = 0; i < count; i++) {
      relay.publish(AnEvent.ordinary().about("key" + i % 10).data(LARGE));
    }
  }

  @Test
  void aStepEndsWhenItsTimeIsOver() throws InterruptedException {
    relay.publish(5);

    Subscription subscriber = join(dear(">"), new Start.After(relay.log().cursor(0)));

    assertEquals(
        List.of("log 1 2 through 2", "log 3 4 through 4", "log 5 through 5", "quiet at 5"),
        Transcript.of(subscriber));
  }

  @Test
  void theLastFewAreFoundInManySteps() throws InterruptedException {
    relay.publish(AnEvent.ordinary().topic("rare"));
    relay.publish(AnEvent.ordinary().topic("rare"));
    relay.publish(200);

    Subscription subscriber = join(dear("rare", "none"), new Start.Last(2));
    assertEquals("log 1 2 through 2", Transcript.words(subscriber.next(Duration.ZERO)));

    Subscription another = join(dear(">"), new Start.Last(7));
    assertEquals("log 196 197 through 197", Transcript.words(another.next(Duration.ZERO)));
  }

  @Test
  void aSnapshotIsWholeInManySteps() throws InterruptedException {
    for (int i = 0; i < 150; i++) {
      relay.publish(AnEvent.ordinary().about("key" + i % 9));
    }

    Subscription subscriber = join(dear(">"), new Start.Snapshot());

    assertEquals(
        List.of(
            "log 142 143 through 143",
            "log 144 145 through 145",
            "log 146 147 through 147",
            "log 148 149 through 149",
            "log 150 through 150",
            "log through 150",
            "quiet at 150"),
        Transcript.of(subscriber));
  }

  @Test
  void smallEventsOfManyPagesComeTogetherAndAreCounted() throws InterruptedException {
    relay.publish(300);
    Subscription subscriber = relay.joinAfter(0);

    int events = 0;
    int deliveries = 0;
    long most = 0;
    while (subscriber.next(Duration.ZERO) instanceof Delivery.Events(var some, var through, _)) {
      events += some.size();
      deliveries++;
      assertEquals(events, through.sequence());
      most = Math.max(most, relay.hub().readers().held());
    }

    assertEquals(300, events);
    assertTrue(deliveries < 5, deliveries + " deliveries of five pages");
    assertTrue(most > 300 * 512 / deliveries && most <= MIB / 4, "held " + most);
    assertEquals(0, relay.hub().readers().held());
  }

  @Test
  void whereRetentionComesBetweenTwoPagesTheFirstIsDeliveredBeforeTheGap()
      throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueueAndLog(256, 100);
    relay.publish(100);
    Subscription subscriber = relay.joinAfter(0);
    relay
        .log()
        .beforeRead(
            () ->
                // The second page is about to be read, which begins after the 64th.
                relay
                    .log()
                    .beforeRead(
                        () -> {
                          relay.log().beforeRead(() -> {});
                          relay.publish(90);
                        }));

    List<String> told = Transcript.of(subscriber);

    assertTrue(told.getFirst().endsWith(" 63 64 through 64"), told.toString());
    assertEquals("gap retention 64 to 90", told.get(1));
    assertTrue(told.get(2).startsWith("log 91 "), told.toString());
    assertEquals("quiet at 190", told.getLast());
  }

  @Test
  void largeEventsComeInSmallPages() throws InterruptedException {
    publishLarge(70);

    Subscription subscriber = relay.joinAfter(0);
    List<String> told = Transcript.of(subscriber);

    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 70; i++) {
      expected.add("log " + i + " through " + i);
    }
    expected.add("quiet at 70");
    assertEquals(expected, told);
  }

  @Test
  void theLastFewLargeEventsAreFound() throws InterruptedException {
    publishLarge(70);

    Subscription subscriber = relay.join(new Start.Last(10));

    assertEquals("log 61 through 61", Transcript.words(subscriber.next(Duration.ZERO)));
  }

  @Test
  void theLastFewAreCountedOnceWhereRetentionComesInBetween() {
    relay.publish(2);
    relay.clock().advance(Duration.ofHours(23));
    relay.publish(8);
    // The log looks at the time only when it is read, so it still counts the first two.
    relay.clock().advance(Duration.ofHours(2));
    // Two events are looked at in a step.
    Subscription subscriber = join(dear(">"), new Start.Last(3));

    assertEquals(7, subscriber.position().sequence());
  }

  @Test
  void aSnapshotOfLargeEventsIsWhole() throws InterruptedException {
    publishLarge(70);

    List<String> told = Transcript.of(relay.join(new Start.Snapshot()));

    assertEquals(12, told.size(), told.toString());
    assertEquals("log 61 through 61", told.getFirst());
    assertEquals("log 70 through 70", told.get(9));
  }

  @Test
  void aPollHasInHandWhatItWasGivenAndIsToldWhenThereIsNoRoomForMore() throws InterruptedException {
    publishLarge(70);
    Subscription poll =
        relay
            .hub()
            .poll(
                TestingRelay.everything(TestingRelay.claims("ada")),
                StreamOptions.of(StandardDialect.PLAIN),
                new Start.After(relay.log().cursor(0)));

    int events = 0;
    Delivery next = poll.more(Duration.ofHours(1));
    while (next instanceof Delivery.Events(List<StoredEvent> more, var _, var _)) {
      events += more.size();
      next = poll.more(Duration.ofHours(1));
    }

    assertEquals("quiet at " + events, Transcript.words(next));
    assertTrue(events >= 5 && events < 12, events + " events");
    long held = relay.hub().readers().held();
    assertTrue(held > MIB / 2 && held <= MIB, "held " + held);
    poll.written();
    assertEquals(0, relay.hub().readers().held());
    assertEquals(
        "log " + (events + 1) + " through " + (events + 1),
        Transcript.words(poll.more(Duration.ZERO)));
  }

  @Test
  void whatAStreamHasInHandIsGivenBackWithItsNextDeliveryAndWhenItLeaves()
      throws InterruptedException {
    publishLarge(3);
    Subscription stream = relay.joinAfter(0);

    stream.next(Duration.ZERO);
    long one = relay.hub().readers().held();
    stream.next(Duration.ZERO);
    assertEquals(one, relay.hub().readers().held());
    stream.nextInMemory();
    assertEquals(0, relay.hub().readers().held());
    stream.next(Duration.ZERO);
    assertEquals(one, relay.hub().readers().held());
    relay.hub().leave(stream);

    assertEquals(0, relay.hub().readers().held());
  }

  @Test
  void whatHoldsNothingForItsStreamIsNotInHand() throws InterruptedException {
    relay.publish(AnEvent.ordinary().forRole("admin"));
    Subscription stream = relay.joinAfter(0);

    assertEquals("log through 1", Transcript.words(stream.next(Duration.ZERO)));

    assertEquals(0, relay.hub().readers().held());
  }

  @Test
  void aStreamThatEndsWhileItsStepWaitsIsOverAtOnce() throws InterruptedException {
    relay.publish(3);
    Gate gate = new Gate();
    relay.log().beforeRead(gate);
    List<Aside<Delivery>> reading = new ArrayList<>();
    List<Subscription> streams = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 10; i++) {
      Subscription stream = relay.joinAfter(0);
      streams.add(stream);
      reading.add(Aside.start(() -> stream.next(Duration.ZERO)).awaitWaiting());
    }
    gate.awaitReached();

    streams.forEach(stream -> stream.end(EndReason.REVOKED));

    // The readers are at the steps of the first ones.
    for (Aside<Delivery> stream :
        reading.subList(Runtime.getRuntime().availableProcessors() / 2 + 1, reading.size())) {
      assertEquals(
          EndReason.REVOKED, assertInstanceOf(Delivery.Ended.class, stream.outcome()).reason());
    }
    gate.open();
  }

  @Test
  void whatIsHiddenFromAStreamCountsBesideWhatWasRead() throws InterruptedException {
    relay.publish(3);
    Subscription stream = relay.joinAfter(0);
    stream.next(Duration.ZERO);
    long read = relay.hub().readers().held();
    relay.hub().leave(stream);
    long size = relay.log().read(ACME, 0, 1, Long.MAX_VALUE).events().getFirst().event().size();
    Masks masks =
        new Masks() {
          @Override
          public long hiding(String type, Set<String> roles) {
            return 1;
          }

          @Override
          public Optional<Payload> apply(Event event, long hiding) {
            return Optional.of(event.payload());
          }
        };
    try (Hub masking =
        new Hub(relay.log(), TestingRelay.limits(16), masks, relay.clock(), relay.clock()::nanos)) {
      masking.start();
      Subscription masked =
          masking.subscribe(
              TestingRelay.everything(TestingRelay.claims("ada")),
              StandardDialect.PLAIN,
              new Start.After(relay.log().cursor(0)));
      masked.next(Duration.ZERO);

      assertEquals(read + 3 * 2 * size, masking.readers().held());
    }
  }
}
