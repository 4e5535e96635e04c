package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A heap that a rush has filled with garbage becomes small again, with nobody asking for it. */
class AfterRushTest {
  private static final String KEY = "rush-key-0123456789";
  private static final String LARGE = "\"" + "x".repeat(100_000) + "\"";
  private static final double FULL = 130 << 20;
  private static final double SMALL = 80 << 20;

  /** More than the heap could hold without a collection. */
  private static final int MOST_EVENTS = 10_000;

  private static double held(RelayProcess relay) throws IOException, InterruptedException {
    return relay.metric("jvm_memory_used_bytes", "area", "heap");
  }

  @Test
  void theHeapBecomesSmallAgain() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            RelayProcess.start(
                """
                identity: { issuers: [%s] }
                publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
                log: { durability: memory, retention: { events: 50 } }
                """
                    .formatted(issuer.yaml(), KEY),
                Map.of())) {
      Publisher publisher = Publisher.withKey(relay, "backend", KEY);
      // Each event lives for long enough to be taken for one that stays, and then is garbage.
      int events = 0;
      while (held(relay) < FULL) {
        assertTrue(events < MOST_EVENTS, "the heap is never full");
        for (int i = 0; i < 20; i++) {
          publisher.publish("acme", "t", LARGE);
          events++;
        }
      }
      Deadline.await("it is small", Duration.ofSeconds(60), () -> held(relay) < SMALL);
    }
  }
}
