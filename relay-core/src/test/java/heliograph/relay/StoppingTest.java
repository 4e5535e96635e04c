package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** However a stop meets those who just come in: each publisher is answered, each stream ended. */
class StoppingTest {
  private static final int ROUNDS = 150;

  @Test
  void whoJoinsOrPublishesWhileTheHubClosesIsRefusedOrToldTheEnd() throws InterruptedException {
    for (int round = 0; round < ROUNDS; round++) {
      TestingRelay relay =
          TestingRelay.with(
              new Limits(
                  8,
                  1 << 20,
                  1 << 20,
                  1 << 20,
                  1_000_000,
                  1000,
                  SlowPolicy.CATCH_UP,
                  OverUserLimit.REFUSE));
      AtomicInteger busy = new AtomicInteger();
      List<Aside<List<Subscription>>> joiners = new ArrayList<>();
      List<Aside<Integer>> publishers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        joiners.add(Aside.start(() -> joinUntilRefused(relay, busy)));
        publishers.add(Aside.start(() -> publishUntilRefused(relay, busy)));
      }
      Aside.await(() -> busy.get() > 20);

      relay.close();

      int stored = 0;
      for (Aside<Integer> publisher : publishers) {
        stored += publisher.outcome();
      }
      assertTrue(stored <= relay.log().head(TestingRelay.ACME), "202 means stored");
      for (Aside<List<Subscription>> joiner : joiners) {
        for (Subscription subscription : joiner.outcome()) {
          assertEquals("ended unavailable PT1S", Transcript.of(subscription).getLast());
        }
      }
    }
  }

  private static List<Subscription> joinUntilRefused(TestingRelay relay, AtomicInteger busy) {
    List<Subscription> joined = new ArrayList<>();
    try {
      while (true) {
        joined.add(relay.join());
        busy.incrementAndGet();
      }
    } catch (RelayException refusal) {
      assertEquals(ErrorCode.SHUTTING_DOWN, refusal.code());
      return joined;
    }
  }

  private static int publishUntilRefused(TestingRelay relay, AtomicInteger busy) {
    int stored = 0;
    try {
      while (true) {
        relay.hub().publish("stopping", List.of(AnEvent.ordinary().event()));
        stored++;
        busy.incrementAndGet();
      }
    } catch (RelayException refusal) {
      assertEquals(ErrorCode.SHUTTING_DOWN, refusal.code());
      return stored;
    }
  }
}
