package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is cut right after the first frame, and comes back to the place in it, misses nothing. */
class ReturningTest {
  private TestingRelay relay = TestingRelay.withQueueAndLog(256, 2);

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  private List<String> afterComingBack(Subscription cut) throws InterruptedException {
    Cursor place = cut.returnsTo();
    relay.hub().leave(cut);
    return Transcript.of(relay.joinAfter(place));
  }

  @Test
  void aLiveStreamGoesOnWhereItStarted() throws InterruptedException {
    relay.publish(1);
    Subscription cut = relay.join(new Start.Live());
    relay.publish(1);

    assertEquals(List.of("log 2 through 2", "quiet at 2"), afterComingBack(cut));
  }

  @Test
  void aGapThatWasNotToldYetIsTold() throws InterruptedException {
    relay.publish(3);
    Cursor foreign = new Cursor("former0life", 2);
    Subscription cut = relay.joinAfter(foreign);

    assertEquals(foreign, cut.returnsTo());
    assertEquals(
        List.of("gap epoch 2 to 1", "log 2 3 through 3", "quiet at 3"), afterComingBack(cut));
  }

  @Test
  void aGapThatWasToldIsNotToldAgain() throws InterruptedException {
    relay.publish(3);
    Subscription cut = relay.joinAfter(new Cursor("former0life", 2));

    assertEquals("gap epoch 2 to 1", Transcript.words(cut.next(Duration.ZERO)));
    assertEquals(List.of("log 2 3 through 3", "quiet at 3"), afterComingBack(cut));
  }

  @Test
  void whatRetentionTookSinceATimeIsTold() throws InterruptedException {
    Instant then = relay.clock().instant();
    relay.publish(5);
    Subscription cut = relay.join(new Start.Since(then));

    assertEquals(
        List.of("gap retention 0 to 3", "log 4 5 through 5", "quiet at 5"), afterComingBack(cut));
  }

  @Test
  void insteadOfASnapshotComesEverythingSinceItsFirstEvent() throws InterruptedException {
    relay.close();
    relay = TestingRelay.roomy();
    relay.publish(
        AnEvent.ordinary().about("a"),
        AnEvent.ordinary().about("b"),
        AnEvent.ordinary(),
        AnEvent.ordinary().about("a"));
    Subscription cut = relay.join(new Start.Snapshot());

    assertEquals(List.of("log 2 3 4 through 4", "quiet at 4"), afterComingBack(cut));
  }
}
