package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that take nothing cost the others nothing, and come back to all that they missed. */
@Tag("log")
class StalledTest {
  private static final String KEY = "stalled-key-0123456789";
  private static final int STALLED = 40;
  private static final int EVENTS = 60;

  @Test
  void whoStallsHoldsUpNobodyAndLosesNothing() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            RelayProcess.start(
                """
                identity: { issuers: [%s] }
                publishers:
                  - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
                stream: { write-timeout: PT60S, queue: 8 }
                limits: { streams-per-user: 1000 }
                """
                    .formatted(issuer.yaml(), KEY))) {
      Publisher publisher = Publisher.withKey(relay, "backend", KEY);
      String token = issuer.token("alice", "acme", "viewer");
      List<SseClient> stalled = new ArrayList<>();
      for (int i = 0; i < STALLED; i++) {
        stalled.add(SseClient.stalled(relay, token, ""));
      }
      try (SseClient live = SseClient.join(relay, token, "")) {
        // Far more than the kernel holds for a client: every write to the stalled ones blocks.
        String data = "\"" + "x".repeat(100_000) + "\"";
        for (int i = 0; i < EVENTS; i++) {
          publisher.publish("acme", "numbers." + i, data);
          assertEquals(data, live.next("test.happened").data());
        }
      }
      for (SseClient client : stalled.subList(0, 5)) {
        Thread.ofVirtual().start(client::readAll);
        for (int i = 0; i < EVENTS; i++) {
          assertEquals(100_002, next(client).length());
        }
      }
      for (SseClient client : stalled) {
        client.close();
      }
    }
  }

  private static String next(SseClient client) throws InterruptedException {
    SseParser.Event event = client.next();
    while (event.type().startsWith("system.connected")) {
      event = client.next();
    }
    assertEquals("test.happened", event.type());
    return event.data();
  }
}
