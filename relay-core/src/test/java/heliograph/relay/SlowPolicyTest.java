package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subscriber that is too slow gets what its policy says, and is told of every loss. */
class SlowPolicyTest {
  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  @Test
  void dropOldestKeepsTheNewestAndTellsOfTheRestFirst() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.DROP_OLDEST);

    relay.publish(7);

    assertEquals(
        List.of("gap overflow 0 to 4", "live 5 6 7 through 7", "quiet at 7"), Transcript.of(slow));
  }

  @Test
  void aLossIsToldOnlyOnce() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.DROP_OLDEST);
    relay.publish(4);
    Transcript.of(slow);

    relay.publish(1);

    assertEquals(List.of("live 5 through 5", "quiet at 5"), Transcript.of(slow));
  }

  @Test
  void whatIsDroppedWhileTheLogIsReadIsToldAfterIt() throws InterruptedException {
    relay = TestingRelay.with(limits(SlowPolicy.DROP_OLDEST, 3));
    relay.publish(2);
    Subscription slow = relay.joinAfter(0);
    // Goes live at 2, with all of the log still to be written.
    String page = Transcript.words(slow.next(java.time.Duration.ZERO));

    relay.publish(5);

    assertEquals("log 1 2 through 2", page);
    assertEquals(
        List.of("gap overflow 2 to 4", "live 5 6 7 through 7", "quiet at 7"), Transcript.of(slow));
  }

  @Test
  void latestKeepsTheNewestOfEachKey() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.LATEST);

    relay.publish(about("a"), about("b"), about("a"), about("a"));

    assertEquals(
        List.of("gap overflow 0 to 1", "live 2 4 through 4", "quiet at 4"), Transcript.of(slow));
  }

  @Test
  void theGapNeverReachesPastAnEventThatIsKept() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.LATEST);

    relay.publish(about("a"), about("b"), about("b"), about("b"));

    assertEquals(
        List.of("gap overflow 0 to 0", "live 1 4 through 4", "quiet at 4"), Transcript.of(slow));
  }

  @Test
  void latestMakesRoomWhereEveryKeyIsAnother() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.LATEST);

    relay.publish(about("a"), about("b"), AnEvent.ordinary(), about("d"), about("e"));

    assertEquals(
        List.of("gap overflow 0 to 2", "live 3 4 5 through 5", "quiet at 5"), Transcript.of(slow));
  }

  @Test
  void disconnectEndsTheStream() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.DISCONNECT);

    relay.publish(4);

    assertEquals(List.of("ended slow PT0S"), Transcript.of(slow));
  }

  @Test
  void onlyTheSlowOneIsTouched() throws InterruptedException {
    Subscription slow = slowBy(SlowPolicy.DROP_OLDEST);
    Subscription quick = relay.join();
    relay.publish(3);
    List<String> first = Transcript.of(quick);

    relay.publish(3);

    assertEquals(List.of("live 1 2 3 through 3", "quiet at 3"), first);
    assertEquals(List.of("live 4 5 6 through 6", "quiet at 6"), Transcript.of(quick));
    assertEquals(
        List.of("gap overflow 0 to 3", "live 4 5 6 through 6", "quiet at 6"), Transcript.of(slow));
  }

  @ParameterizedTest
  @EnumSource(names = {"DROP_OLDEST", "LATEST"})
  void aQueueOfOneKeepsTheNewest(SlowPolicy policy) throws InterruptedException {
    Subscription slow = slowBy(policy, 1);

    relay.publish(about("a"), about("b"), about("b"));

    assertEquals(
        List.of("gap overflow 0 to 2", "live 3 through 3", "quiet at 3"), Transcript.of(slow));
  }

  private Subscription slowBy(SlowPolicy policy) {
    return slowBy(policy, 3);
  }

  private Subscription slowBy(SlowPolicy policy, int queue) {
    relay.close();
    relay = TestingRelay.with(limits(policy, queue));
    return relay.join();
  }

  private static Limits limits(SlowPolicy policy, int queue) {
    return new Limits(queue, 1000, 1000, 1000, 1_000_000, 1000, policy, OverUserLimit.REFUSE);
  }

  private static AnEvent about(String key) {
    return AnEvent.ordinary().about(key);
  }
}
