package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Cursor;
import heliograph.contract.Gap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a subscriber can no longer have is told to it as a gap, and delivery goes on after it. */
class GapTest {
  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void aCursorOlderThanTheLogIsToldOfRetention() throws InterruptedException {
    relay = TestingRelay.withQueueAndLog(256, 3);
    relay.publish(10);

    assertEquals(
        List.of("gap retention 2 to 7", "log 8 9 10 through 10", "quiet at 10"),
        Transcript.of(relay.joinAfter(2)));
  }

  @Test
  void aCursorAtTheEdgeOfTheLogMissesNothing() throws InterruptedException {
    relay = TestingRelay.withQueueAndLog(256, 3);
    relay.publish(10);

    assertEquals(
        List.of("log 8 9 10 through 10", "quiet at 10"), Transcript.of(relay.joinAfter(7)));
  }

  @Test
  void aLogThatHasForgottenAllIsAGapUpToItsHead() throws InterruptedException {
    relay.publish(4);
    Subscription subscriber = relay.joinAfter(1);
    relay.clock().advance(Duration.ofDays(2));

    List<String> told = Transcript.of(subscriber);
    relay.publish(1);

    assertEquals(List.of("gap retention 1 to 4", "log through 4", "quiet at 4"), told);
    assertEquals(List.of("live 5 through 5", "quiet at 5"), Transcript.of(subscriber));
  }

  @Test
  void retentionThatPassesASlowReaderIsTold() throws InterruptedException {
    relay = TestingRelay.withQueueAndLog(2, 5);
    Subscription slow = relay.join();

    relay.publish(20);

    assertEquals(
        List.of("gap retention 0 to 15", "log 16 17 18 19 20 through 20", "quiet at 20"),
        Transcript.of(slow));
  }

  @Test
  void retentionThatPassesAReaderWhoIsLiveDoesNotTakeWhatItsQueueHolds()
      throws InterruptedException {
    relay = TestingRelay.withQueueAndLog(256, 4);
    relay.publish(2);
    Subscription subscriber = relay.joinAfter(0);
    // The reader goes live at 5 with 3 to 5 still to be read; then the log moves on past them.
    relay.log().afterNextHeadOnceRead(() -> relay.publish(3));
    String page = Transcript.words(subscriber.next(Duration.ZERO));
    relay.publish(6);

    assertEquals("log 1 2 through 2", page);
    assertEquals(
        List.of("gap retention 2 to 5", "live 6 7 8 9 10 11 through 11", "quiet at 11"),
        Transcript.of(subscriber));
  }

  @Test
  void aCursorOfAnotherLifeOfTheLogIsToldOfTheEpoch() throws InterruptedException {
    relay = TestingRelay.withQueueAndLog(256, 2);
    relay.publish(3);
    Cursor foreign = new Cursor("former0life", 2);

    Subscription subscriber = relay.joinAfter(foreign);
    Cursor start = subscriber.position();
    Delivery told = subscriber.next(Duration.ZERO);

    Cursor beforeOldest = relay.log().cursor(1);
    assertEquals(beforeOldest, start);
    assertEquals(new Delivery.Missed(new Gap(Gap.Reason.EPOCH, foreign, beforeOldest)), told);
    assertEquals(List.of("log 2 3 through 3", "quiet at 3"), Transcript.of(subscriber));
  }

  @Test
  void aCursorBeyondTheHeadIsOfAnotherLifeToo() throws InterruptedException {
    relay.publish(2);

    assertEquals(
        List.of("gap epoch 3 to 0", "log 1 2 through 2", "quiet at 2"),
        Transcript.of(relay.joinAfter(3)));
  }

  @Test
  void aCursorForATenantWithoutEventsIsOfAnotherLife() throws InterruptedException {
    assertEquals(
        List.of("gap epoch 1 to 0", "log through 0", "quiet at 0"),
        Transcript.of(relay.joinAfter(1)));
    assertEquals(List.of("log through 0", "quiet at 0"), Transcript.of(relay.joinAfter(0)));
  }

  @Test
  void theEndIsToldWithTheGapStillBefore() throws InterruptedException {
    Subscription subscriber = relay.joinAfter(new Cursor("former0life", 2));

    relay.hub().drain(Duration.ofSeconds(1), Duration.ZERO);

    assertEquals(List.of("gap epoch 2 to 0", "ended shutdown PT1S"), Transcript.of(subscriber));
  }

  @Test
  void aLogThatClosesUnderAReaderDoesNotMoveItBack() throws InterruptedException {
    relay.publish(5);
    Subscription subscriber = relay.joinAfter(3);
    relay.log().beforeRead(() -> relay.hub().close());

    subscriber.next(Duration.ZERO);

    // A client that came back with an earlier place would be told all again.
    assertEquals(relay.log().cursor(5), subscriber.position());
    assertEquals(List.of("ended unavailable PT1S"), Transcript.of(subscriber));
  }
}
