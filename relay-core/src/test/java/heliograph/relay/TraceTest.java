package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever follows an event is told what happens to it, and nobody is who does not. */
class TraceTest {
  private TestingRelay relay = TestingRelay.roomy();
  private final NotingTrace trace = new NotingTrace();

  @AfterEach
  void close() {
    relay.close();
  }

  /** Publishes one event and waits for the end of its walk, if anybody is there. */
  private void publish(AnEvent event) throws InterruptedException {
    relay.hub().publish(TestingRelay.PUBLISHER, List.of(event.event()), List.of(trace));
    if (!relay.hub().subscriptions().isEmpty()) {
      Aside.await(() -> trace.told().stream().anyMatch(told -> told.startsWith("walked")));
    }
  }

  @Test
  void anEventIsCommittedAndWalksToTheQueuesOfThoseWhoMaySeeIt() throws InterruptedException {
    relay.join();
    relay.join();
    staff("bob");
    relay
        .hub()
        .subscribe(
            TestingRelay.everything(new Claims("eve", TestingRelay.OTHER, Set.of(), Instant.MAX)),
            StandardDialect.PLAIN,
            new Start.Live());

    publish(AnEvent.ordinary());

    // The walk may begin before the commit is told of.
    assertEquals(
        Set.of("committed 1 of 1 stored", "walks 1", "walked 2 3 3"), Set.copyOf(trace.told()));
  }

  private Subscription staff(String name) {
    return relay
        .hub()
        .subscribe(
            TestingRelay.everything(TestingRelay.claims(name, "staff")),
            StandardDialect.PLAIN,
            new Start.Live());
  }

  @Test
  void whoReadsTheLogIsCountedAndHasItFromThere() throws InterruptedException {
    relay.publish(1);
    Subscription behind = relay.joinAfter(0);

    publish(AnEvent.ordinary());

    assertTrue(trace.told().contains("walked 1 1 0"), () -> "" + trace.told());
    List<StoredEvent> read = ((Delivery.Events) behind.next(Duration.ofSeconds(1))).events();
    assertEquals(2, read.size());
    assertFalse(read.get(1).isTraced(), "what is read from the log is followed by nobody");
  }

  @Test
  void aReplayIsFollowedByNobody() throws InterruptedException {
    publish(AnEvent.ordinary());

    Subscription late = relay.joinAfter(0);

    Delivery.Events replayed = (Delivery.Events) late.next(Duration.ofSeconds(1));
    assertSame(Trace.NONE, replayed.events().getFirst().trace());
  }

  @Test
  void aLiveEventBringsWhatFollowsIt() throws InterruptedException {
    Subscription ada = relay.join();

    publish(AnEvent.ordinary());

    Delivery.Events live = (Delivery.Events) ada.next(Duration.ofSeconds(1));
    assertSame(trace, live.events().getFirst().trace());
  }

  @Test
  void whatAQueueDropsIsLost() throws InterruptedException {
    relay.close();
    relay =
        TestingRelay.with(
            new Limits(1, 100, 100, 100, 1000, 1000, SlowPolicy.DROP_OLDEST, OverUserLimit.REFUSE));
    relay.join();
    publish(AnEvent.ordinary());

    relay.publish(1);

    assertEquals("lost", trace.told().getLast());
  }

  @Test
  void whatIsOldBesideNewerOnesOfItsKeyIsLost() throws InterruptedException {
    relay
        .hub()
        .subscribe(
            TestingRelay.everything(TestingRelay.claims("ada")),
            StreamOptions.of(StandardDialect.PLAIN, Keep.LATEST),
            new Start.Live());
    publish(AnEvent.ordinary().about("a"));
    Subscription ada = relay.hub().subscriptions().iterator().next();
    relay.publish(AnEvent.ordinary().about("b"), AnEvent.ordinary().about("a"));

    ada.next(Duration.ZERO);

    assertEquals("lost", trace.told().getLast());
    assertEquals(1, trace.told().stream().filter("lost"::equals).count());
  }

  @Test
  void whatWaitsForSomebodyWhoLeavesIsLost() throws InterruptedException {
    Subscription ada = relay.join();
    publish(AnEvent.ordinary());

    relay.hub().leave(ada);

    assertEquals("lost", trace.told().getLast());
  }

  @Test
  void oneOfThoseInACommitIsToldOfItForAll() {
    NotingTrace other = new NotingTrace();
    List<Event> events =
        List.of(AnEvent.ordinary().event(), AnEvent.ordinary().event(), AnEvent.ordinary().event());

    relay.hub().publish(TestingRelay.PUBLISHER, events, List.of(Trace.NONE, trace, other));

    assertEquals(List.of("committed 2 of 3 stored"), trace.told());
    assertEquals(List.of(), other.told());
  }

  @Test
  void aCommitThatFailsIsToldOfAsWell() {
    relay
        .log()
        .beforeAppend(
            () -> {
              throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "the disk is full");
            });

    assertThrows(
        RelayException.class,
        () ->
            relay
                .hub()
                .publish(
                    TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().event()), List.of(trace)));

    assertEquals(List.of("committed 1 of 1 failed"), trace.told());
  }

  @Test
  void aDuplicateWalksNowhere() throws InterruptedException {
    relay.join();
    AnEvent event = AnEvent.ordinary();
    relay.publish(event);

    relay.hub().publish(TestingRelay.PUBLISHER, List.of(event.event()), List.of(trace));
    relay.publish(1);

    assertEquals(List.of("committed 1 of 1 stored"), trace.told());
  }

  @Test
  void aViewIsFollowedLikeTheEvent() {
    StoredEvent stored =
        new StoredEvent(
            new Published("shop", AnEvent.ordinary().event(), 0, trace), new Cursor("e", 1));
    assertSame(trace, stored.masked(1, Masks.NONE).orElseThrow().trace());
  }
}
