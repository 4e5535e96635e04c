package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every publisher is answered, whatever becomes of the log. */
class LogThreadTest {
  private final TestingRelay relay = TestingRelay.roomy();
  private final Gate gate = new Gate();

  @AfterEach
  void close() {
    gate.open();
    relay.close();
  }

  @Test
  void publishersWhoWaitAreCommittedTogetherAndInOrderOfArrival() throws InterruptedException {
    List<Aside<List<Receipt>>> publishers = waitingPublishers(4);

    gate.open();

    List<Receipt> receipts = new ArrayList<>();
    for (Aside<List<Receipt>> publisher : publishers) {
      receipts.addAll(publisher.outcome());
    }
    assertEquals(
        List.of(1L, 2L, 3L, 4L),
        receipts.stream().map(receipt -> ((Receipt.Stored) receipt).cursor().sequence()).toList());
    assertEquals(List.of(1, 3), relay.log().commits());
  }

  @Test
  void oneCommitIsNotLargerThanTheBoundWithTheLastRequest() throws InterruptedException {
    Aside<List<Receipt>> first = stalledPublisher();
    List<Aside<Boolean>> publishers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      publishers.add(Aside.start(() -> publish(Limits.COMMIT_EVENTS - 1)).awaitWaiting());
    }

    gate.open();

    first.outcome();
    for (Aside<Boolean> publisher : publishers) {
      publisher.outcome();
    }
    int each = Limits.COMMIT_EVENTS - 1;
    assertEquals(List.of(1, 2 * each, each), relay.log().commits());
  }

  @Test
  void aPublisherDeliversByItselfWhatNobodyElseIsAt() throws InterruptedException {
    Subscription subscriber = relay.join();

    for (int i = 1; i <= 200; i++) {
      relay.publish(1);
      assertEquals(i, subscriber.queued());
    }
  }

  @Test
  void aLogThatRefusesAnswersAllWhoWaitAndGoesOn() throws InterruptedException {
    RelayException full = new RelayException(ErrorCode.LOG_UNAVAILABLE, "the disk is full");
    Subscription subscriber = relay.join();

    assertAllFailAndTheRelayGoesOn(full);

    assertEquals(List.of("live 1 2 through 2", "quiet at 2"), Transcript.of(subscriber));
  }

  @Test
  void aLogWithABugAnswersAllWhoWaitAndGoesOn() throws InterruptedException {
    assertAllFailAndTheRelayGoesOn(new IllegalStateException("a bug in the log"));
  }

  private void assertAllFailAndTheRelayGoesOn(RuntimeException failure)
      throws InterruptedException {
    List<Aside<List<Receipt>>> publishers = waitingPublishers(4);
    relay
        .log()
        .beforeAppend(
            () -> {
              throw failure;
            });
    gate.open();

    assertEquals(1, publishers.removeFirst().outcome().size(), "it was in the log before");
    for (Aside<List<Receipt>> publisher : publishers) {
      assertSame(failure, publisher.failure(RuntimeException.class));
    }
    relay.log().beforeAppend(() -> {});
    relay.publish(1);
    assertTrue(relay.hub().isAlive());
  }

  @Test
  void closingLetsTheCommitInHandFinishAndRefusesWhoWaits() throws InterruptedException {
    List<Aside<List<Receipt>>> publishers = waitingPublishers(3);

    Aside<Boolean> closing =
        Aside.start(
                () -> {
                  relay.close();
                  return true;
                })
            .awaitWaiting();
    gate.open();

    assertTrue(closing.outcome());
    assertEquals(1, publishers.removeFirst().outcome().size(), "it was in the log before");
    for (Aside<List<Receipt>> publisher : publishers) {
      assertEquals(ErrorCode.SHUTTING_DOWN, publisher.refusal().code());
    }
    assertEquals(List.of(1), relay.log().commits());
  }

  @Test
  void whatWaitsForAThreadThatNeverStartedIsAnsweredAtTheClose() throws InterruptedException {
    LogThread thread = new LogThread(relay.log(), relay.clock()::nanos, () -> {});
    Submission waiting = new Submission(List.of(AnEvent.ordinary().published()));
    thread.submit(waiting);

    thread.close();

    assertEquals(ErrorCode.SHUTTING_DOWN, Aside.start(waiting::await).refusal().code());
    assertEquals(List.of(), relay.log().commits());
  }

  @Test
  void aRequestThatComesJustAfterTheCloseIsAnsweredToo() throws InterruptedException {
    LogThread thread = new LogThread(relay.log(), relay.clock()::nanos, () -> {});
    Submission late = new Submission(List.of(AnEvent.ordinary().published()));
    thread.close();

    thread.submit(late);

    assertEquals(ErrorCode.SHUTTING_DOWN, Aside.start(late::await).refusal().code());
  }

  @Test
  void moreRequestsThanMayWaitAreRefusedAndTheRestIsStored() throws InterruptedException {
    Aside<List<Receipt>> first = stalledPublisher();
    AtomicInteger refused = new AtomicInteger();
    List<Aside<Boolean>> publishers = new ArrayList<>();
    for (int i = 0; i < Limits.WAITING_PUBLISHES + 3; i++) {
      publishers.add(
          Aside.start(
              () -> {
                try {
                  return publish(1);
                } catch (RelayException refusal) {
                  refused.incrementAndGet();
                  return refusal.code() == ErrorCode.LOG_UNAVAILABLE
                      && refusal.retryAfter().isPresent();
                }
              }));
    }
    Aside.await(() -> refused.get() == 3);

    gate.open();

    first.outcome();
    for (Aside<Boolean> publisher : publishers) {
      assertTrue(publisher.outcome());
    }
    assertEquals(Limits.WAITING_PUBLISHES + 1, relay.log().head(TestingRelay.ACME));
  }

  @Test
  void anInterruptedPublisherStopsWaitingAndIsToldToSendAgain() throws InterruptedException {
    Aside<List<Receipt>> first = stalledPublisher();
    AtomicBoolean flag = new AtomicBoolean();
    Aside<Boolean> publisher =
        Aside.start(
            () -> {
              try {
                return publish(1);
              } finally {
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    publisher.awaitWaiting().interrupt();

    RelayException refusal = publisher.refusal();
    gate.open();

    assertEquals(ErrorCode.SHUTTING_DOWN, refusal.code());
    assertTrue(flag.get(), "the flag stays for who called");
    assertEquals(1, first.outcome().size());
  }

  @Test
  void aThreadThatDiesLeavesNobodyWaitingAndEndsTheStreams() throws InterruptedException {
    Subscription subscriber = relay.join();
    List<Aside<List<Receipt>>> publishers = waitingPublishers(3);
    relay.log().beforeAppend(LogThreadTest::die);
    assertEquals(Optional.empty(), relay.hub().stoppedSince());

    gate.open();

    publishers.removeFirst().outcome();
    for (Aside<List<Receipt>> publisher : publishers) {
      assertEquals(ErrorCode.SHUTTING_DOWN, publisher.refusal().code());
    }
    Aside.await(() -> !relay.hub().isAlive());
    assertEquals(Optional.of(relay.clock().instant()), relay.hub().stoppedSince());
    assertEquals(List.of("ended unavailable PT1S"), Transcript.of(subscriber));
  }

  private static void die() {
    // As an OutOfMemoryError would; and without a story on the console of the build.
    Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
    throw new AssertionError("the log thread dies");
  }

  @Test
  void theLogIsTrimmedAlsoWhileEventsNeverPause() {
    AtomicInteger trims = new AtomicInteger();
    relay.log().beforeTrim(trims::incrementAndGet);

    relay.publish(1);
    relay.clock().advance(Duration.ofSeconds(1));
    relay.publish(1);
    // The next commit comes after what the thread did on the one before.
    relay.publish(1);

    assertTrue(trims.get() > 0);
  }

  @Test
  void aTrimThatFailsIsNotTheEndOfTheRelay() {
    // The failure is logged, which is of no interest in the output of the build.
    Logger.getLogger("heliograph").setFilter(_ -> false);
    AtomicBoolean failed = new AtomicBoolean();
    relay
        .log()
        .beforeTrim(
            () -> {
              failed.set(true);
              throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "the disk is gone");
            });

    relay.clock().advance(Duration.ofSeconds(1));
    relay.publish(1);
    Aside.await(failed::get);
    relay.publish(1);

    assertTrue(relay.hub().isAlive());
  }

  /** A publisher whose event is with the log, which stalls. */
  private Aside<List<Receipt>> stalledPublisher() {
    relay.log().beforeAppend(gate);
    Aside<List<Receipt>> publisher = Aside.start(() -> relay.publish(AnEvent.ordinary()));
    gate.awaitReached();
    return publisher;
  }

  /** So many publishers; the first one's event is with the log, which stalls, the others wait. */
  private List<Aside<List<Receipt>>> waitingPublishers(int count) {
    List<Aside<List<Receipt>>> publishers = new ArrayList<>();
    publishers.add(stalledPublisher());
    for (int i = 1; i < count; i++) {
      publishers.add(Aside.start(() -> relay.publish(AnEvent.ordinary())).awaitWaiting());
    }
    return publishers;
  }

  private boolean publish(int events) {
    relay.publish(events);
    return true;
  }
}
