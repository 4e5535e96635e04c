package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscriber is told every event it may see once and in order, live, replayed or caught up. */
class SubscriptionTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void liveEventsComeInOrderFromTheHeadOn() throws InterruptedException {
    relay.publish(2);
    Subscription subscriber = relay.join();
    Cursor start = subscriber.position();

    relay.publish(2);
    relay.publish(1);

    assertEquals(relay.log().cursor(2), start);
    assertEquals(List.of("live 3 4 5 through 5", "quiet at 5"), Transcript.of(subscriber));
  }

  @Test
  void whoIsRungForMayTakeAtOnce() throws InterruptedException {
    Subscription subscriber = relay.join();
    AtomicReference<String> taken = new AtomicReference<>();
    subscriber.ringOnWork(_ -> taken.set(takenElsewhere(subscriber)));

    Aside.start(() -> relay.publish(AnEvent.ordinary())).outcome();

    assertEquals("live 1 through 1", taken.get());
  }

  @Test
  void whoIsRungForBecauseOfAnEndMayTakeItAtOnce() throws InterruptedException {
    Subscription subscriber = relay.join();
    AtomicReference<String> taken = new AtomicReference<>();
    subscriber.ringOnWork(_ -> taken.set(takenElsewhere(subscriber)));

    Aside.start(() -> end(subscriber)).outcome();

    assertEquals("ended expired PT0S", taken.get());
  }

  /** By another thread, which would wait for a lock that this one holds. */
  private static String takenElsewhere(Subscription subscriber) {
    try {
      return Aside.start(() -> Transcript.words(subscriber.nextInMemory())).outcome();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean end(Subscription subscriber) {
    subscriber.end(EndReason.EXPIRED);
    return true;
  }

  @Test
  void onlyWhatItAskedForAndMaySeeIsDelivered() throws InterruptedException {
    Subscription subscriber =
        relay
            .hub()
            .subscribe(
                new Interest(
                    claims("ada", "staff"),
                    List.of(new TopicPattern("orders.*"), new TopicPattern("alerts")),
                    List.of(new TypePattern("order.*"))),
                StandardDialect.PLAIN,
                new Start.Live());

    relay.publish(
        AnEvent.ordinary(),
        AnEvent.ordinary().topic("orders.42.lines"),
        AnEvent.ordinary().type("invoice.paid"),
        AnEvent.ordinary().forRole("admin"),
        AnEvent.ordinary().forRole("staff"),
        AnEvent.ordinary().forUser("bob"),
        AnEvent.ordinary().forUser("ada"),
        AnEvent.ordinary().of(OTHER),
        AnEvent.ordinary().topic("alerts"));

    assertEquals(List.of("live 1 5 7 8 through 8", "quiet at 8"), Transcript.of(subscriber));
  }

  @Test
  void theReplayShowsTheSameAsTheLiveFlow() throws InterruptedException {
    relay.publish(
        AnEvent.ordinary(),
        AnEvent.ordinary().forRole("admin"),
        AnEvent.ordinary().of(OTHER),
        AnEvent.ordinary().forUser("ada"));

    assertEquals(List.of("log 1 3 through 3", "quiet at 3"), Transcript.of(relay.joinAfter(0)));
  }

  @Test
  void quietMovesThePositionPastWhatWasNotForIt() throws InterruptedException {
    Subscription subscriber = relay.join();

    relay.publish(AnEvent.ordinary().forRole("admin"), AnEvent.ordinary().forRole("admin"));

    assertEquals(List.of("quiet at 2"), Transcript.of(subscriber));
    assertEquals(relay.log().cursor(2), subscriber.position());
  }

  @Test
  void aResumedStreamGoesOnAfterItsCursorAndThenLive() throws InterruptedException {
    relay.publish(5);
    Subscription subscriber = relay.joinAfter(3);

    List<String> replayed = Transcript.of(subscriber);
    relay.publish(1);

    assertEquals(List.of("log 4 5 through 5", "quiet at 5"), replayed);
    assertEquals(List.of("live 6 through 6", "quiet at 6"), Transcript.of(subscriber));
  }

  @Test
  void aResumeAtTheHeadMissesNothing() throws InterruptedException {
    relay.publish(3);
    Subscription subscriber = relay.joinAfter(3);

    relay.publish(1);

    assertEquals(List.of("log 4 through 4", "quiet at 4"), Transcript.of(subscriber));
  }

  @Test
  void aLongReplayComesInPagesAndWhatArrivesMeanwhileFollows() throws InterruptedException {
    relay.publishInPages(150);
    Subscription subscriber = relay.joinAfter(0);

    List<String> pages = List.of(lastOf(subscriber.next(LONG)), lastOf(subscriber.next(LONG)));
    relay.publish(1);
    String rest = lastOf(subscriber.next(LONG));
    relay.publish(2);

    assertEquals(List.of("through 64", "through 128"), pages);
    assertEquals("through 151", rest);
    assertEquals(List.of("live 152 153 through 153", "quiet at 153"), Transcript.of(subscriber));
  }

  @Test
  void pagesWithNothingToSeeStillMoveThePosition() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      relay.publish(AnEvent.ordinary().forRole("admin"));
    }
    List<String> nothing = Transcript.of(relay.joinAfter(0));
    relay.publish(1);

    assertEquals(List.of("log through 100", "quiet at 100"), nothing);
    assertEquals(List.of("log 101 through 101", "quiet at 101"), Transcript.of(relay.joinAfter(0)));
  }

  @Test
  void whatIsStoredWhileAReaderGoesLiveIsReadFromTheLogAndWhatFollowsIsLive()
      throws InterruptedException {
    relay.publish(2);
    Subscription subscriber = relay.joinAfter(0);
    relay.log().afterNextHeadOnceRead(() -> relay.publish(2));

    String page = Transcript.words(subscriber.next(LONG));
    relay.publish(2);

    assertEquals("log 1 2 through 2", page);
    assertEquals(
        List.of("log 3 4 through 4", "live 5 6 through 6", "quiet at 6"),
        Transcript.of(subscriber));
  }

  @Test
  void aFullQueueFallsBehindAndCatchesUpWithoutLossOrDoubling() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueue(4);
    Subscription subscriber = relay.join();
    relay.publish(1);
    Transcript.of(subscriber);

    relay.publish(6);
    int queued = subscriber.queued();
    List<String> caughtUp = Transcript.of(subscriber);
    relay.publish(4);

    assertEquals(0, queued);
    assertEquals(List.of("log 2 3 4 5 6 7 through 7", "quiet at 7"), caughtUp);
    assertEquals(List.of("live 8 9 10 11 through 11", "quiet at 11"), Transcript.of(subscriber));
  }

  @Test
  void fallingBehindAgainWhileCatchingUpLosesNothing() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueue(4);
    Subscription subscriber = relay.join();
    relay.publishInPages(70);

    // Goes live within the second page, and overflows before the queue was ever taken.
    String first = lastOf(subscriber.next(LONG));
    relay.log().afterNextHeadOnceRead(() -> relay.publish(3));
    String second = lastOf(subscriber.next(LONG));
    relay.publish(9);

    assertEquals(List.of("through 64", "through 70"), List.of(first, second));
    assertEquals(
        List.of("log 71 72 73 74 75 76 77 78 79 80 81 82 through 82", "quiet at 82"),
        Transcript.of(subscriber));
  }

  @Test
  void aStalledSubscriberTakesNothingFromTheOthers() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueue(2);
    Subscription stalled = relay.join();
    Subscription reader = relay.join();
    for (int i = 1; i <= 5; i++) {
      relay.publish(1);
      assertEquals(
          List.of("live %d through %d".formatted(i, i), "quiet at " + i), Transcript.of(reader));
    }

    assertEquals(List.of("log 1 2 3 4 5 through 5", "quiet at 5"), Transcript.of(stalled));
  }

  @Test
  void subscribersShareTheBytesOfAnEvent() throws InterruptedException {
    Subscription one = relay.join();
    Subscription two =
        relay.hub().subscribe(everything(claims("bob")), StandardDialect.PLAIN, new Start.Live());
    relay.clock().advance(LONG);

    relay.publish(1);

    StoredEvent first = ((Delivery.Events) one.next(LONG)).events().getFirst();
    StoredEvent second = ((Delivery.Events) two.next(LONG)).events().getFirst();
    assertSame(first.frame(StandardDialect.PLAIN), second.frame(StandardDialect.PLAIN));
    assertEquals(ACME, first.event().tenant());
    assertEquals(relay.clock().nanos(), first.publishedNanos());
  }

  @Test
  void aWaitingStreamWakesUpForAnEvent() throws InterruptedException {
    Subscription subscriber = relay.join();
    Aside<Delivery> stream = Aside.start(() -> subscriber.next(LONG)).awaitWaiting();

    relay.publish(1);

    assertEquals("live 1 through 1", Transcript.words(stream.outcome()));
  }

  @Test
  void aWaitingStreamWakesUpForItsEndAndTheFirstReasonStays() throws InterruptedException {
    Subscription subscriber = relay.join();
    Aside<Delivery> stream = Aside.start(() -> subscriber.next(LONG)).awaitWaiting();

    subscriber.end(EndReason.REVOKED, Duration.ZERO);
    subscriber.end(EndReason.SLOW, LONG);

    assertEquals("ended revoked PT0S", Transcript.words(stream.outcome()));
    assertEquals(List.of("ended revoked PT0S"), Transcript.of(subscriber));
  }

  @Test
  void anInterruptedStreamStopsWaiting() throws InterruptedException {
    Subscription subscriber = relay.join();
    Aside<Delivery> stream = Aside.start(() -> subscriber.next(LONG)).awaitWaiting();

    stream.interrupt();

    assertEquals(InterruptedException.class, stream.failure(InterruptedException.class).getClass());
  }

  /** How far a page of the log goes. */
  private static String lastOf(Delivery delivery) {
    return Transcript.words(delivery).replaceAll(".* (through \\d+)", "$1");
  }

  @Test
  void aWaitIsMeasuredByTheClockOfTheHub() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    AtomicInteger looks = new AtomicInteger();
    LongSupplier counting =
        () -> {
          // The log thread, which reads this clock as well, is a platform thread.
          if (Thread.currentThread().isVirtual()) {
            looks.incrementAndGet();
          }
          return nanos.get();
        };
    Duration wait = Duration.ofMillis(1);
    try (Hub hub = new Hub(relay.log(), TestingRelay.limits(16), relay.clock(), counting)) {
      Subscription waiting =
          hub.subscribe(everything(claims("ada")), StandardDialect.PLAIN, new Start.Live());

      Aside<Delivery> stream = Aside.start(() -> waiting.next(wait));
      // It has waited for real, and gone on waiting, because by this clock no time has passed.
      Aside.await(() -> looks.get() > 3);
      nanos.set(wait.toNanos());

      assertEquals("quiet at 0", Transcript.words(stream.outcome()));
    }
  }
}
