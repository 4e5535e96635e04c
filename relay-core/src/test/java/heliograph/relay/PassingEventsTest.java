package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Gap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Events that are worth something only for a while: an ephemeral one reaches who is connected or
 * its loss is told, an expired one reaches nobody any more.
 */
class PassingEventsTest {
  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void ephemeralEventsAreDeliveredLiveAndNeverReplayed() throws InterruptedException {
    Subscription live = relay.join();

    relay.publish(AnEvent.ordinary(), AnEvent.ordinary().ephemeral(), AnEvent.ordinary());

    assertEquals(List.of("live 1 2 3 through 3", "quiet at 3"), Transcript.of(live));
    assertEquals(List.of("log 1 3 through 3", "quiet at 3"), Transcript.of(relay.joinAfter(0)));
  }

  @Test
  void anEphemeralEventLostInAFullQueueIsToldAndTheRestIsCaughtUp() throws InterruptedException {
    relay = TestingRelay.withQueue(2);
    Subscription slow = relay.join();

    relay.publish(AnEvent.ordinary().ephemeral(), AnEvent.ordinary(), AnEvent.ordinary());

    assertEquals(
        List.of("gap overflow 0 to 0", "log 2 3 through 3", "quiet at 3"), Transcript.of(slow));
  }

  @Test
  void anEphemeralEventThatOverflowsTheQueueIsTold() throws InterruptedException {
    relay = TestingRelay.withQueue(1);
    Subscription slow = relay.join();

    relay.publish(AnEvent.ordinary(), AnEvent.ordinary().ephemeral());

    assertEquals(
        List.of("gap overflow 0 to 0", "log 1 through 2", "quiet at 2"), Transcript.of(slow));
  }

  @Test
  void anEphemeralEventMissedWhileBehindIsTold() throws InterruptedException {
    relay = TestingRelay.withQueue(1);
    Subscription slow = relay.join();
    relay.publish(2);

    relay.publish(AnEvent.ordinary().ephemeral());

    assertEquals(
        List.of("gap overflow 0 to 0", "log 1 2 through 3", "quiet at 3"), Transcript.of(slow));
  }

  @Test
  void anEphemeralEventStoredWhileGoingLiveAgainIsTold() throws InterruptedException {
    relay = TestingRelay.withQueue(1);
    Subscription slow = relay.join();
    relay.publish(2);
    relay.log().afterNextHeadOnceRead(() -> relay.publish(AnEvent.ordinary().ephemeral()));

    List<String> told = Transcript.of(slow);

    assertTrue(told.stream().anyMatch(line -> line.startsWith("gap overflow")), told::toString);
  }

  @Test
  void withoutEphemeralEventsAnOverflowIsNoGap() throws InterruptedException {
    relay = TestingRelay.withQueue(1);
    Subscription slow = relay.join();

    relay.publish(3);

    assertEquals(List.of("log 1 2 3 through 3", "quiet at 3"), Transcript.of(slow));
  }

  @Test
  void anEphemeralEventForOthersIsNoGap() throws InterruptedException {
    relay = TestingRelay.withQueue(1);
    Subscription slow = relay.join();

    relay.publish(2);
    relay.publish(AnEvent.ordinary().ephemeral().forRole("admin"));

    assertEquals(List.of("log 1 2 through 3", "quiet at 3"), Transcript.of(slow));
  }

  @Test
  void deliveryGoesOnFromWhereTheGapSays() throws InterruptedException {
    relay = TestingRelay.withQueue(2);
    Subscription slow = relay.join();
    relay.publish(AnEvent.ordinary().ephemeral(), AnEvent.ordinary(), AnEvent.ordinary());

    Gap gap = ((Delivery.Missed) slow.next(Duration.ZERO)).gap();
    Delivery.Events next = (Delivery.Events) slow.next(Duration.ZERO);

    // A client that reconnects now has the gap's end as its place, and must not lose 2 and 3.
    assertEquals(relay.log().cursor(0), gap.to());
    assertEquals(2, next.events().getFirst().sequence());
  }

  @Test
  void aStreamThatIsStillReplayingStartsAfterTheEphemeralOnes() throws InterruptedException {
    relay.publish(2);
    Subscription resumed = relay.joinAfter(0);

    relay.publish(AnEvent.ordinary().ephemeral());

    assertEquals(List.of("log 1 2 through 3", "quiet at 3"), Transcript.of(resumed));
  }

  @Test
  void aStreamThatGoesLiveForTheFirstTimeStartsAfterTheEphemeralOnes() throws InterruptedException {
    relay.publish(2);
    Subscription resumed = relay.joinAfter(0);
    relay.log().afterNextHeadOnceRead(() -> relay.publish(AnEvent.ordinary().ephemeral()));

    assertEquals(
        List.of("log 1 2 through 2", "log through 3", "quiet at 3"), Transcript.of(resumed));
  }

  @Test
  void expiredEventsAreDeliveredNeitherLiveNorFromTheLog() throws InterruptedException {
    Instant soon = relay.clock().instant().plusSeconds(10);
    Subscription live = relay.join();

    relay.publish(
        AnEvent.ordinary().expires(soon), AnEvent.ordinary().expires(soon.minusSeconds(10)));
    List<String> told = Transcript.of(live);
    relay.clock().advance(Duration.ofSeconds(10));

    assertEquals(List.of("live 1 through 1", "quiet at 2"), told);
    assertEquals(List.of("log through 2", "quiet at 2"), Transcript.of(relay.joinAfter(0)));
  }

  @Test
  void anEventThatExpiresWhileItWaitsForASlowReaderIsNotDelivered() throws InterruptedException {
    Instant soon = relay.clock().instant().plusSeconds(10);
    Subscription slow = relay.join();
    relay.publish(AnEvent.ordinary(), AnEvent.ordinary().expires(soon));

    relay.clock().advance(Duration.ofSeconds(10));

    assertEquals(List.of("live 1 through 2", "quiet at 2"), Transcript.of(slow));
  }

  @Test
  void anEventThatExpiresWhileItWaitsAloneIsNotDelivered() throws InterruptedException {
    Instant soon = relay.clock().instant().plusSeconds(10);
    Subscription slow = relay.join();
    relay.publish(AnEvent.ordinary().expires(soon));

    relay.clock().advance(Duration.ofSeconds(10));

    assertEquals(List.of("live through 1", "quiet at 1"), Transcript.of(slow));
  }
}
