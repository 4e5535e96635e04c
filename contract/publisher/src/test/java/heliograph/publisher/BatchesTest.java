package heliograph.publisher;

import static heliograph.publisher.Events.event;
import static heliograph.publisher.Events.failure;
import static heliograph.publisher.Events.stored;
import static heliograph.publisher.Events.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is sent together, and what one event of a batch does to the others. */
class BatchesTest {
  private static final Duration LINGER = Duration.ofMinutes(1);
  private static final int MIB = 1 << 20;

  private static List<CompletableFuture<Published>> publish(Publisher publisher, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> publisher.publish(event(Integer.toString(i))))
        .toList();
  }

  @Test
  void asManyEventsAsABatchHoldsAreSentWithoutWaiting() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).batches(3, MIB, LINGER).open()) {
      for (CompletableFuture<Published> future : publish(publisher, 6)) {
        stored(future);
      }
      assertEquals(
          List.of(List.of("1", "2", "3"), List.of("4", "5", "6")),
          relay.calls().stream().map(ScriptedRelay.Call::ids).toList());
    }
  }

  @Test
  void noBatchHasMoreBytesThanItMay() throws Exception {
    int most = 1024;
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).batches(500, most, Duration.ofMillis(1)).open()) {
      for (CompletableFuture<Published> future : publish(publisher, 100)) {
        stored(future);
      }
      assertTrue(relay.calls().stream().allMatch(call -> call.body().length <= most));
      assertEquals(100, relay.stored().size());
    }
  }

  @Test
  void eventsLingerForOthers() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start()) {
      Publisher publisher = to(relay).batches(500, MIB, LINGER).open();
      List<CompletableFuture<Published>> futures = publish(publisher, 4);
      // Nothing fills the batch and nobody waits a minute: closing ends the lingering.
      publisher.close();
      for (CompletableFuture<Published> future : futures) {
        stored(future);
      }
      assertEquals(1, relay.calls().size());
    }
  }

  @Test
  void oneThatIsRefusedLeavesTheOthersAlone() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.storeOnly(id -> !id.equals("2")));
        Publisher publisher = to(relay).batches(3, MIB, LINGER).open()) {
      List<CompletableFuture<Published>> futures = publish(publisher, 3);
      assertEquals(1, stored(futures.get(0)).cursor().sequence());
      PublishException failure = failure(futures.get(1));
      assertEquals(PublishException.Kind.NOT_ALLOWED, failure.kind());
      assertEquals("/topic", failure.pointer());
      assertEquals("refused with 403 NOT_ALLOWED: topic: not yours", failure.getMessage());
      assertEquals(2, stored(futures.get(2)).cursor().sequence());
      assertEquals(1, relay.calls().size());
    }
  }

  @Test
  void oneForWhichTheWholeIsRefusedIsFoundAndTheOrderIsKept() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start()
                .usually(ScriptedRelay.refuseWith(id -> id.equals("6"), 400, "INVALID_JSON"));
        Publisher publisher = to(relay).batches(9, MIB, LINGER).retries(1, LINGER).open()) {
      List<CompletableFuture<Published>> futures = publish(publisher, 9);
      assertEquals(PublishException.Kind.INVALID, failure(futures.get(5)).kind());
      stored(futures.get(8));
      assertEquals(List.of("1", "2", "3", "4", "5", "7", "8", "9"), relay.stored());
    }
  }

  @Test
  void aBatchThatIsTooLargeForAProxyIsSentInParts() throws Exception {
    int most = 500;
    ScriptedRelay.Step proxy =
        call -> {
          if (call.body().length > most) {
            call.send(413, "text/html", "<html>");
          } else {
            ScriptedRelay.store().answer(call);
          }
        };
    try (ScriptedRelay relay = ScriptedRelay.start().usually(proxy);
        Publisher publisher = to(relay).batches(10, MIB, LINGER).open()) {
      List<CompletableFuture<Published>> futures = publish(publisher, 10);
      for (CompletableFuture<Published> future : futures) {
        stored(future);
      }
      assertEquals(
          IntStream.rangeClosed(1, 10).mapToObj(Integer::toString).toList(), relay.stored());
    }
  }

  @Test
  void aRequestThatIsRefusedForItsCallerIsNotTakenApart() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start().usually(ScriptedRelay.problem(401, "BAD_SIGNATURE"));
        Publisher publisher = to(relay).batches(5, MIB, LINGER).open()) {
      for (CompletableFuture<Published> future : publish(publisher, 5)) {
        assertEquals(PublishException.Kind.UNAUTHENTICATED, failure(future).kind());
      }
      assertEquals(1, relay.calls().size());
    }
  }

  @Test
  void thousandsOfVirtualThreadsKeepEachItsOwnOrder() throws Exception {
    int threads = 2000;
    int each = 5;
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).queue(100, MIB).open()) {
      CountDownLatch over = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        String name = "t" + i;
        Thread.ofVirtual()
            .start(
                () -> {
                  List<CompletableFuture<Published>> mine = new ArrayList<>();
                  for (int j = 0; j < each; j++) {
                    mine.add(publisher.publish(event(name + "-" + j)));
                  }
                  mine.forEach(CompletableFuture::join);
                  over.countDown();
                });
      }
      over.await();
      assertEquals(threads * each, relay.stored().size());
      for (int i = 0; i < threads; i++) {
        for (int j = 1; j < each; j++) {
          String name = "t" + i + "-";
          assertTrue(relay.place(name + (j - 1)) < relay.place(name + j));
        }
      }
      assertEquals(0, publisher.unanswered());
    }
  }
}
