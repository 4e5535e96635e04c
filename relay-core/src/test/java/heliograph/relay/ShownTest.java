package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.Gap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever a log shows, whoever stored it, every stream of the tenant is served or told. */
class ShownTest {
  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  @Test
  void whatSomebodyElseStoredIsDelivered() throws InterruptedException {
    Subscription subscriber = relay.join();

    // As a log does that others write to: on a thread of its own.
    relay.log().append(List.of(AnEvent.ordinary().published()));

    assertEquals("live 1 through 1", Transcript.words(subscriber.next(Duration.ofSeconds(10))));
  }

  @Test
  void whatIsStoredAndNotShownYetIsNeitherLostNorDoubled() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.log().hide(true);
    relay.publish(1);
    relay.log().hide(false);
    List<String> before = Transcript.of(subscriber);

    relay.log().show(relay.log().read(ACME, 0, 1, Long.MAX_VALUE).events().getFirst());

    assertEquals(List.of("quiet at 0"), before);
    assertEquals("live 1 through 1", Transcript.words(subscriber.next(Duration.ofSeconds(10))));
  }

  @Test
  void aLostStretchIsToldToEveryStreamOfTheTenant() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueueAndLog(256, 2);
    Subscription one = relay.join();
    Subscription other = relay.join();
    relay.publish(1);
    relay.log().hide(true);
    relay.publish(4);
    relay.log().hide(false);

    relay.log().show(new Shown.Lost(ACME, relay.log().cursor(3)));
    Aside.await(
        () -> List.of(one, other).stream().allMatch(it -> it.readThrough() == Long.MAX_VALUE));
    relay.publish(1);

    for (Subscription each : List.of(one, other)) {
      List<String> told = Transcript.of(each);
      assertTrue(told.getFirst().startsWith("gap retention"), told::toString);
      assertEquals("quiet at 6", told.getLast());
    }
  }

  @Test
  void whatIsLostOfOneTenantIsNotToldToAnother() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.publish(1);

    relay.log().show(new Shown.Lost(OTHER, relay.log().cursor(3)));

    assertEquals(List.of("live 1 through 1", "quiet at 1"), Transcript.of(subscriber));
  }

  @Test
  void aNewEpochIsToldAsAGapAndItsEventsFollow() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.publish(3);
    List<String> before = Transcript.of(subscriber);
    Cursor place = subscriber.position();

    relay.beginNewEpoch();
    relay.publish(2);

    Gap gap = assertInstanceOf(Delivery.Missed.class, subscriber.next(Duration.ZERO)).gap();
    assertEquals(List.of("live 1 2 3 through 3", "quiet at 3"), before);
    assertEquals(new Gap(Gap.Reason.EPOCH, place, relay.log().cursor(0)), gap);
    assertEquals("log 1 2 through 2", Transcript.words(subscriber.next(Duration.ZERO)));
    assertEquals(List.of("quiet at 2"), Transcript.of(subscriber));
    relay.publish(1);
    assertEquals(List.of("live 3 through 3", "quiet at 3"), Transcript.of(subscriber));
    assertNotEquals(place.epoch(), subscriber.position().epoch());
  }

  @Test
  void whatWaitsOfTheOldEpochIsInTheGap() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.publish(3);

    relay.beginNewEpoch();

    Gap gap = assertInstanceOf(Delivery.Missed.class, subscriber.next(Duration.ZERO)).gap();
    assertEquals(Gap.Reason.EPOCH, gap.reason());
    assertEquals(0, gap.from().sequence());
    assertEquals(List.of("log through 0", "quiet at 0"), Transcript.of(subscriber));
  }

  @Test
  void aWaitEndsWithANewEpoch() throws InterruptedException {
    Subscription subscriber = relay.join();
    Aside<Delivery> waiting = Aside.start(() -> subscriber.next(Duration.ofDays(1))).awaitWaiting();

    relay.beginNewEpoch();

    assertInstanceOf(Delivery.Missed.class, waiting.outcome());
  }

  @Test
  void aStreamThatReadsTheLogGoesOverToTheNewEpochToo() throws InterruptedException {
    relay.publishInPages(200);
    Subscription subscriber = relay.joinAfter(0);
    String first = Transcript.words(subscriber.next(Duration.ZERO));

    relay.beginNewEpoch();
    relay.publish(1);

    Gap gap = assertInstanceOf(Delivery.Missed.class, subscriber.next(Duration.ZERO)).gap();
    assertTrue(first.endsWith("through 64"), first);
    assertEquals(64, gap.from().sequence());
    assertEquals(List.of("log 1 through 1", "quiet at 1"), Transcript.of(subscriber));
  }
}
