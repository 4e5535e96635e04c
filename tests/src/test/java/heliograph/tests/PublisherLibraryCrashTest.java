package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.publisher.Credential;
import heliograph.publisher.EventBuilder;
import heliograph.publisher.Published;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay that is killed, or told to stop, while back ends publish with the library, and comes back
 * on its port: what is acknowledged is in the log once, and in each back end's order.
 */
class PublisherLibraryCrashTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final int BACK_ENDS = 8;
  private static final int EACH = 400;
  private static final int KILLED = 128 + 9;
  private static final int LIVES = 4;
  private static final long LIMIT_SECONDS = 120;

  @TempDir private Path folder;

  private RelayProcess relay(TestIssuer issuer, int port) throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%s] }
        publishers:
          - { name: shop, scheme: standard-webhooks, secrets: [%s], tenants: [acme] }
        log: { directory: "%s" }
        """
            .formatted(issuer.yaml(), SECRET, folder.resolve("log")),
        Map.of(),
        "-Drelay.log.durability=os",
        "-Dserver.port=" + port);
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingIsDoubled() throws Exception {
    Map<String, Published> acknowledged = new ConcurrentHashMap<>();
    try (TestIssuer issuer = TestIssuer.start()) {
      int port = FreePort.forRestarts();
      RelayProcess relay = relay(issuer, port);
      try {
        try (var publisher =
            heliograph.publisher.Publisher.to(
                    URI.create("http://127.0.0.1:" + port + "/v1/hooks/shop"),
                    Credential.secret(SECRET))
                .batches(20, 1 << 20, Duration.ZERO)
                .queue(200, 1 << 20)
                .blockWhenFull(Duration.ofSeconds(LIMIT_SECONDS))
                .retries(1000, Duration.ofSeconds(LIMIT_SECONDS))
                .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
                .open()) {
          List<Thread> backEnds = new ArrayList<>();
          Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
          for (int i = 0; i < BACK_ENDS; i++) {
            String name = "b" + i;
            backEnds.add(
                Thread.ofVirtual()
                    .start(() -> publishAll(publisher, name, acknowledged, failures)));
          }
          for (int life = 1; life < LIVES; life++) {
            int enough = life * BACK_ENDS * EACH / LIVES;
            Deadline.await(
                "events of life " + life,
                Duration.ofSeconds(LIMIT_SECONDS),
                () -> acknowledged.size() >= enough);
            if (life % 2 == 1) {
              relay.kill();
              assertEquals(KILLED, relay.exitCode());
            } else {
              relay.terminate();
              assertEquals(0, relay.exitCode());
            }
            relay.close();
            relay = relay(issuer, port);
          }
          for (Thread backEnd : backEnds) {
            assertTrue(backEnd.join(Duration.ofSeconds(LIMIT_SECONDS)));
          }
          publisher.close(Duration.ofSeconds(LIMIT_SECONDS));
          assertEquals(0, publisher.unanswered());
          assertEquals(List.of(), List.copyOf(failures));
          // Whoever is not sure and asks again is told where it is.
          Published known = publishOnce(port, "b0-0");
          assertEquals(new Published("b0-0", acknowledged.get("b0-0").cursor(), true), known);
        }
        assertEquals(BACK_ENDS * EACH, acknowledged.size());
        assertOnceAndInOrder(relay, issuer, acknowledged);
        relay.assertWell();
      } finally {
        relay.close();
      }
    }
  }

  private static Published publishOnce(int port, String id) throws Exception {
    try (var publisher =
        heliograph.publisher.Publisher.to(
                URI.create("http://127.0.0.1:" + port + "/v1/hooks/shop"),
                Credential.secret(SECRET))
            .open()) {
      return publisher
          .publish(EventBuilder.event("/b", "test.happened", "acme", "b0").id(id).build())
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void publishAll(
      heliograph.publisher.Publisher publisher,
      String name,
      Map<String, Published> acknowledged,
      Queue<Throwable> failures) {
    for (int j = 0; j < EACH; j++) {
      String id = name + "-" + j;
      CompletableFuture<Published> future =
          publisher.publish(
              EventBuilder.event("/b", "test.happened", "acme", name)
                  .id(id)
                  .json(Integer.toString(j))
                  .build());
      // What comes of it is looked at when the publisher is closed.
      var unused =
          future.whenComplete(
              (published, failure) -> {
                if (failure == null) {
                  acknowledged.put(id, published);
                } else {
                  failures.add(failure);
                }
              });
    }
  }

  private static void assertOnceAndInOrder(
      RelayProcess relay, TestIssuer issuer, Map<String, Published> acknowledged) throws Exception {
    Set<String> seen = new HashSet<>();
    Map<String, Integer> next = new HashMap<>();
    try (SseClient client =
        SseClient.join(relay, issuer.token("alice", "acme"), "?format=cloudevents&replay=10000")) {
      for (int i = 0; i < BACK_ENDS * EACH; i++) {
        SseParser.Event frame = client.next("test.happened");
        Map<String, Object> event = Json.object(frame.data());
        String id = (String) event.get("id");
        String topic = (String) event.get("topic");
        assertTrue(seen.add(id), () -> id + " twice");
        assertEquals(acknowledged.get(id).cursor().toString(), frame.id());
        assertEquals(topic + "-" + next.merge(topic, 1, Integer::sum), after(id));
      }
      client.assertExhausted();
    }
  }

  /** The name that an event has when it is counted from 1. */
  private static String after(String id) {
    int dash = id.indexOf('-');
    return id.substring(0, dash + 1) + (Integer.parseInt(id.substring(dash + 1)) + 1);
  }
}
