package heliograph.publisher;

import static heliograph.publisher.Events.event;
import static heliograph.publisher.Events.failure;
import static heliograph.publisher.Events.stored;
import static heliograph.publisher.Events.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What happens at the limit of the queue, and when the publisher is closed. */
class QueueTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final int MIB = 1 << 20;

  /** Stores as soon as the latch lets it. */
  private static ScriptedRelay.Step storeAfter(CountDownLatch latch) {
    return call -> {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ScriptedRelay.store().answer(call);
    };
  }

  @Test
  void aFullQueueFailsAtOnceWhereThatIsChosen() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedRelay relay = ScriptedRelay.start(storeAfter(go));
        Publisher publisher = to(relay).queue(2, MIB).failWhenFull().open()) {
      CompletableFuture<Published> first = publisher.publish(event("1"));
      CompletableFuture<Published> second = publisher.publish(event("2"));
      PublishException failure = failure(publisher.publish(event("3")));
      assertEquals(PublishException.Kind.QUEUE_FULL, failure.kind());
      assertFalse(failure.mayBeStored());
      assertEquals(2, publisher.unanswered());
      go.countDown();
      stored(first);
      stored(second);
      assertEquals(List.of("1", "2"), relay.stored());
    }
  }

  @Test
  void theBytesOfTheQueueHaveALimitAsWell() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedRelay relay = ScriptedRelay.start(storeAfter(go));
        Publisher publisher = to(relay).queue(1000, 1024).failWhenFull().open()) {
      List<CompletableFuture<Published>> all =
          IntStream.range(0, 20).mapToObj(i -> publisher.publish(event("" + i))).toList();
      int bytes = EventJson.of(event("1")).length;
      int fit = (int) all.stream().filter(future -> !future.isDone()).count();
      assertTrue(fit * bytes <= 1024 && fit > 0, () -> fit + " of " + bytes + " bytes");
      go.countDown();
    }
  }

  @Test
  void aFullQueueIsWaitedForWhereThatIsChosen() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedRelay relay = ScriptedRelay.start(storeAfter(go));
        Publisher publisher = to(relay).queue(1, MIB).blockWhenFull(LONG).open()) {
      CompletableFuture<Published> first = publisher.publish(event("1"));
      CountDownLatch accepted = new CountDownLatch(1);
      List<CompletableFuture<Published>> second = new ArrayList<>();
      Thread blocked =
          Thread.ofVirtual()
              .start(
                  () -> {
                    second.add(publisher.publish(event("2")));
                    accepted.countDown();
                  });
      while (blocked.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      go.countDown();
      stored(first);
      accepted.await();
      stored(second.get(0));
      assertEquals(List.of("1", "2"), relay.stored());
    }
  }

  @Test
  void waitingForRoomHasABound() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.silence());
        Publisher publisher =
            to(relay).queue(1, MIB).blockWhenFull(SHORT).closeWithin(Duration.ZERO).open()) {
      CompletableFuture<Published> first = publisher.publish(event("1"));
      assertEquals(PublishException.Kind.QUEUE_FULL, failure(publisher.publish(event("2"))).kind());
      assertFalse(first.isDone());
    }
  }

  @Test
  void waitingForRoomEndsWithAnInterruptionThatIsKept() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.silence());
        Publisher publisher =
            to(relay).queue(1, MIB).blockWhenFull(LONG).closeWithin(Duration.ZERO).open()) {
      CompletableFuture<Published> first = publisher.publish(event("1"));
      Thread.currentThread().interrupt();
      CompletableFuture<Published> future = publisher.publish(event("2"));
      assertTrue(Thread.interrupted());
      assertEquals(PublishException.Kind.QUEUE_FULL, failure(future).kind());
      assertFalse(first.isDone());
    }
  }

  @Test
  void codeThatHangsOntoAFutureNeverWaitsForRoom() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedRelay relay = ScriptedRelay.start(storeAfter(go));
        Publisher publisher = to(relay).queue(1, MIB).blockWhenFull(LONG).open()) {
      CompletableFuture<Published> next =
          publisher.publish(event("1")).thenCompose(published -> publisher.publish(event("2")));
      go.countDown();
      // Its own room is not free before it returns.
      assertEquals(PublishException.Kind.QUEUE_FULL, failure(next).kind());
    }
  }

  @Test
  void slowCodeOfACallerDoesNotHoldUpTheSending() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).batches(1, MIB, Duration.ZERO).open()) {
      CompletableFuture<Void> hanging =
          publisher
              .publish(event("1"))
              .thenAccept(
                  published -> {
                    try {
                      slow.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      CompletableFuture<Published> second = publisher.publish(event("2"));
      relay.nextCall();
      relay.nextCall();
      assertFalse(second.isDone());
      slow.countDown();
      hanging.get();
      stored(second);
    }
  }

  @Test
  void codeOfACallerThatThrowsHarmsNobodyElse() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).open()) {
      CompletableFuture<Void> thrown =
          publisher
              .publish(event("1"))
              .thenAccept(
                  published -> {
                    throw new IllegalStateException("thrown");
                  });
      stored(publisher.publish(event("2")));
      assertTrue(thrown.isCompletedExceptionally());
    }
  }

  @Test
  void closingSendsWhatWasAcceptedInOrder() throws Exception {
    try (ScriptedRelay relay =
        ScriptedRelay.start(ScriptedRelay.cut(), ScriptedRelay.problem(503, "OVERLOADED"))) {
      Publisher publisher = to(relay).batches(2, MIB, Duration.ZERO).open();
      List<CompletableFuture<Published>> all =
          IntStream.rangeClosed(1, 9).mapToObj(i -> publisher.publish(event("" + i))).toList();
      publisher.close();
      assertTrue(all.stream().allMatch(future -> future.isDone()));
      assertEquals(List.of("1", "2", "3", "4", "5", "6", "7", "8", "9"), relay.stored());
      assertEquals(0, publisher.unanswered());
    }
  }

  @Test
  void whatCannotBeSentInTimeIsToldWhenItCloses() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.silence())) {
      Publisher publisher = to(relay).batches(1, MIB, Duration.ZERO).open();
      CompletableFuture<Published> underWay = publisher.publish(event("1"));
      CompletableFuture<Published> waiting = publisher.publish(event("2"));
      relay.nextCall();
      publisher.close(SHORT);
      assertEquals(PublishException.Kind.CLOSED, failure(underWay).kind());
      assertTrue(failure(underWay).mayBeStored());
      assertEquals(PublishException.Kind.CLOSED, failure(waiting).kind());
      assertFalse(failure(waiting).mayBeStored());
      assertEquals(0, publisher.unanswered());
    }
  }

  @Test
  void aPauseDoesNotKeepItFromClosing() throws Exception {
    try (ScriptedRelay relay =
        ScriptedRelay.start(ScriptedRelay.problem(503, "OVERLOADED", "Retry-After", "100"))) {
      Publisher publisher = to(relay).retries(20, LONG).open();
      CompletableFuture<Published> future = publisher.publish(event("1"));
      relay.nextCall();
      publisher.close(SHORT);
      PublishException failure = failure(future);
      assertEquals(PublishException.Kind.CLOSED, failure.kind());
    }
  }

  @Test
  void nothingIsAcceptedAfterClosing() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start()) {
      Publisher publisher = to(relay).open();
      publisher.close();
      publisher.close();
      assertEquals(PublishException.Kind.CLOSED, failure(publisher.publish(event("1"))).kind());
      assertEquals(List.of(), relay.calls());
    }
  }

  @Test
  void itCanBeClosedByCodeThatHangsOntoAFuture() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start()) {
      Publisher publisher = to(relay).open();
      publisher.publish(event("1")).thenAccept(published -> publisher.close()).get();
      assertEquals(PublishException.Kind.CLOSED, failure(publisher.publish(event("2"))).kind());
    }
  }

  @Test
  void anInterruptionEndsTheClosingAndIsKept() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.silence())) {
      Publisher publisher = to(relay).open();
      CompletableFuture<Published> future = publisher.publish(event("1"));
      Thread.currentThread().interrupt();
      publisher.close(LONG);
      assertTrue(Thread.interrupted());
      assertEquals(PublishException.Kind.CLOSED, failure(future).kind());
    }
  }
}
