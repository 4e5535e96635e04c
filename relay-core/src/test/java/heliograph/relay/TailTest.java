package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.relay.Interest.Sight;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator is shown who looks on, and that nobody else feels it. */
class TailTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final int LARGE = 200_000;

  private final TestingRelay relay = TestingRelay.roomy();
  private final Subscription ada = relay.join();

  @AfterEach
  void close() {
    relay.close();
  }

  private Tail tail(Sight sight) {
    return tail(sight, Filter.EVERY);
  }

  private Tail tail(Sight sight, Filter filter) {
    return relay
        .hub()
        .tail(
            Interest.ofOperator(
                TestingRelay.ACME, List.of(TopicPattern.ALL), List.of(), filter, sight));
  }

  private static List<Tail.Seen> taken(Tail tail) throws InterruptedException {
    List<Tail.Seen> all = new ArrayList<>();
    Optional<Tail.Seen> next = tail.next(Duration.ZERO);
    while (next.isPresent()) {
      all.add(next.get());
      next = tail.next(Duration.ZERO);
    }
    return all;
  }

  @Test
  void everyEventOfTheTenantIsShownWhoeverItIsFor() throws InterruptedException {
    Tail tail = tail(Sight.ATTRIBUTES);
    relay.publish(
        AnEvent.ordinary().id("a"),
        AnEvent.ordinary().id("b").forRole("boss"),
        AnEvent.ordinary().id("c").forUser("bob"),
        AnEvent.ordinary().id("d").of(TestingRelay.OTHER),
        AnEvent.ordinary().id("e").expires(Instant.EPOCH));
    relay.publish(AnEvent.ordinary().id("f").forUser("ada"));
    assertEquals(Optional.of("a"), tail.next(LONG).map(it -> it.event().event().id()));
    List<String> rest = new ArrayList<>();
    while (!rest.contains("f")) {
      rest.add(tail.next(LONG).orElseThrow().event().event().id());
    }
    assertEquals(List.of("b", "c", "f"), rest);
  }

  @Test
  void topicsTypesAndFilterChoose() throws InterruptedException {
    Tail tail =
        relay
            .hub()
            .tail(
                Interest.ofOperator(
                    TestingRelay.ACME,
                    List.of(new TopicPattern("orders.*")),
                    List.of(new TypePattern("order.*")),
                    seen -> !seen.event().id().equals("c"),
                    Sight.ATTRIBUTES));
    relay.publish(
        AnEvent.ordinary().id("a").topic("notes.1"),
        AnEvent.ordinary().id("b").type("note.sent"),
        AnEvent.ordinary().id("c"),
        AnEvent.ordinary().id("d"));
    assertEquals("d", tail.next(LONG).orElseThrow().event().event().id());
    assertEquals(List.of(), taken(tail));
    assertEquals(new Tail.Missed(0, 0), tail.missed());
  }

  @Test
  void withoutItsDataAnEventIsShownToTheFilterAsWell() throws InterruptedException {
    List<Payload> asked = new ArrayList<>();
    Tail tail =
        tail(
            Sight.ATTRIBUTES,
            seen -> {
              asked.add(seen.event().payload());
              return true;
            });
    relay.publish(AnEvent.ordinary().data("secret"));
    Tail.Seen seen = tail.next(LONG).orElseThrow();
    assertEquals(Payload.ABSENT, seen.event().event().payload());
    assertEquals("secret".length(), seen.dataBytes());
    assertEquals(List.of(Payload.ABSENT), asked);
  }

  /** Hides the data from whoever lacks the role, and cannot do so where it is {@code broken}. */
  private record Covering(String role) implements Masks {
    @Override
    public long hiding(String type, Set<String> roles) {
      return roles.contains(role) ? 0 : 1;
    }

    @Override
    public Optional<Payload> apply(Event event, long hiding) {
      String text = new String(event.payload().bytes(), StandardCharsets.UTF_8);
      return text.equals("broken") ? Optional.empty() : Optional.of(Payload.text("covered"));
    }
  }

  @Test
  void dataIsShownAsToSomebodyWithoutARole() throws InterruptedException {
    relay.hub().mask(new Covering("boss"));
    Tail tail = tail(Sight.DATA);
    relay.publish(AnEvent.ordinary().data("broken"), AnEvent.ordinary().data("secret"));
    assertEquals(Payload.text("covered"), tail.next(LONG).orElseThrow().event().event().payload());
    assertEquals(List.of(), taken(tail));
  }

  @Test
  void whatWaitsIsNotShownByMasksThatHideNoMore() throws InterruptedException {
    Tail tail = tail(Sight.DATA);
    relay.publish(AnEvent.ordinary().data("secret"));
    relay.publish(AnEvent.ordinary().data("more"));
    relay.hub().mask(new Covering("boss"));
    assertEquals(List.of(), taken(tail));
    assertEquals(2, tail.missed().dropped());
  }

  @Test
  void whatFindsNoRoomIsCountedAndHoldsNobodyUp() throws InterruptedException {
    Tail every = tail(Sight.ATTRIBUTES);
    Tail filtered = tail(Sight.DATA, _ -> true);
    relay.publish(Tail.QUEUE + 30);
    // Whoever takes one has waited for all that were offered before it.
    awaitOffered(every, 30);
    awaitOffered(filtered, 30);
    assertEquals(Tail.QUEUE, taken(every).size());
    assertEquals(Tail.QUEUE, taken(filtered).size());
    Delivery next = ada.next(LONG);
    assertTrue(next instanceof Delivery.Events events && events.live(), next::toString);
  }

  @Test
  void whateverIsOfferedWhileSomebodyTakesIsEitherTakenOrCounted() throws Exception {
    Tail tail = tail(Sight.ATTRIBUTES);
    int all = 20 * Tail.QUEUE;
    Thread publishing =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < all / Tail.QUEUE; i++) {
                    relay.publish(Tail.QUEUE);
                  }
                });
    long until = System.nanoTime() + LONG.toNanos();
    long sum = 0;
    while (sum < all && System.nanoTime() - until < 0) {
      sum += tail.next(Duration.ZERO).isPresent() ? 1 : 0;
      sum += tail.missed().dropped();
    }
    assertTrue(publishing.join(LONG));
    assertEquals(all, sum + taken(tail).size() + tail.missed().dropped());
  }

  private static void awaitOffered(Tail tail, long dropped) {
    long until = System.nanoTime() + LONG.toNanos();
    long sum = 0;
    while (sum < dropped && System.nanoTime() - until < 0) {
      sum += tail.missed().dropped();
      Thread.onSpinWait();
    }
    assertEquals(dropped, sum);
  }

  @Test
  void largeEventsWaitUpToSomeBytes() throws InterruptedException {
    Tail tail = tail(Sight.DATA);
    int fit = (int) (Tail.QUEUE_BYTES / LARGE) + 1;
    for (int i = 0; i < fit + 2; i++) {
      relay.publish(AnEvent.ordinary().data(LARGE));
    }
    awaitOffered(tail, 2);
    assertEquals(fit, taken(tail).size());
    // What was taken makes room again.
    relay.publish(AnEvent.ordinary().id("next").data(LARGE));
    assertEquals("next", tail.next(LONG).orElseThrow().event().event().id());
  }

  @Test
  void itCountsNowhereAsAStream() {
    Tail tail = tail(Sight.DATA);
    assertEquals(1, relay.hub().streams());
    assertEquals(1, relay.hub().cohorts());
    assertEquals(1, relay.hub().streamsOf(TestingRelay.ACME));
    assertEquals(1, relay.hub().headcount().of(AnEvent.ordinary().event()).orElseThrow());
    relay.hub().leave(tail);
  }

  @Test
  void theTenantIsForgottenWithTheLastWhoLooksOn() {
    Tail one = tail(Sight.ATTRIBUTES);
    Tail other = tail(Sight.ATTRIBUTES);
    relay.hub().leave(ada);
    assertTrue(relay.hub().inspection().tenants().contains(TestingRelay.ACME));
    relay.hub().leave(one);
    relay.hub().leave(one);
    assertTrue(relay.hub().inspection().tenants().contains(TestingRelay.ACME));
    relay.hub().leave(other);
    assertFalse(relay.hub().inspection().tenants().contains(TestingRelay.ACME));
  }

  @Test
  void aStopEndsItWhileItWaits() throws Exception {
    Tail tail = tail(Sight.ATTRIBUTES);
    CountDownLatch began = new CountDownLatch(1);
    Thread looking =
        Thread.ofVirtual()
            .start(
                () -> {
                  began.countDown();
                  try {
                    assertEquals(Optional.empty(), tail.next(LONG));
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    began.await();
    relay.hub().drain(Duration.ZERO, Duration.ZERO);
    assertTrue(looking.join(LONG));
    assertTrue(tail.isOver());
    assertEquals(
        ErrorCode.SHUTTING_DOWN,
        assertThrows(RelayException.class, () -> tail(Sight.ATTRIBUTES)).code());
    // A tail is not waited for.
    relay.hub().leave(ada);
    assertTrue(relay.hub().awaitEmpty(Duration.ZERO));
  }

  @Test
  void eventsThatAreLeftToTheLogAreTold() throws InterruptedException {
    Tail tail = tail(Sight.ATTRIBUTES);
    relay.publish(3);
    relay.beginNewEpoch();
    long until = System.nanoTime() + LONG.toNanos();
    long passedOver = 0;
    while (passedOver == 0 && System.nanoTime() - until < 0) {
      passedOver = tail.missed().passedOver();
    }
    assertTrue(passedOver > 0);
    assertEquals(3, taken(tail).size());
  }

  @Test
  void aStoredEventIsFoundByItsPlaceAlone() {
    relay.publish(AnEvent.ordinary().id("a"), AnEvent.ordinary().id("b"));
    Inspection inspection = relay.hub().inspection();
    assertEquals(
        "b", inspection.event(TestingRelay.ACME, relay.log().cursor(2)).orElseThrow().event().id());
    assertEquals(Optional.empty(), inspection.event(TestingRelay.ACME, relay.log().cursor(3)));
    assertEquals(Optional.empty(), inspection.event(TestingRelay.ACME, relay.log().cursor(0)));
    assertEquals(Optional.empty(), inspection.event(TestingRelay.OTHER, relay.log().cursor(1)));
    relay.beginNewEpoch();
    assertEquals(Optional.empty(), inspection.event(TestingRelay.ACME, new Cursor("other", 1)));
  }
}
