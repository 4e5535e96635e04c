package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a relay stops when it is asked to: in order, in time, and with a word to everybody. */
class ShutdownTest {
  private static final String KEY = "shutdown-key-0123456789";

  private static TestIssuer issuer;

  @BeforeAll
  static void start() throws IOException {
    issuer = TestIssuer.start();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private static RelayProcess relay(String more) throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%s] }
        publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
        """
                .formatted(issuer.yaml(), KEY)
            + more);
  }

  @Test
  void everyStreamIsToldWhenToComeBackAndTheExitIsClean() throws Exception {
    try (RelayProcess relay =
        relay("shutdown: { drain: PT5S, reconnect-window: PT20S }\nstream: { retry: PT2S }\n")) {
      List<SseClient> clients = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        clients.add(SseClient.join(relay, issuer.token("user" + i, "acme"), ""));
      }
      String last = Publisher.withKey(relay, "backend", KEY).publish("acme", "a", "1");
      for (SseClient client : clients) {
        client.next("test.happened");
      }

      relay.terminate();
      Set<Long> times = new HashSet<>();
      for (SseClient client : clients) {
        long reconnect = (long) client.nextData("system.shutdown").get("reconnect");
        assertTrue(reconnect >= 2000 && reconnect < 22_000, reconnect + " ms");
        assertEquals(reconnect, client.retry(), "for those who know retry alone");
        assertEquals(last, client.lastEventId(), "from where it may resume");
        times.add(reconnect);
        client.assertEnded();
      }
      assertEquals(25, times.size(), "spread: " + times);
      assertEquals(0, relay.exitCode());
      relay.assertLogged(25, "tenant=acme reason=shutdown");
      relay.assertLogged(1, "stopped streams=25 left-open=0");
      relay.assertNoBugs();
    }
  }

  @Test
  void withoutStreamsItStopsAtOnce() throws Exception {
    try (RelayProcess relay = relay("shutdown: { drain: PT30S }\n")) {
      relay.terminate();
      assertEquals(0, relay.exitCode(Deadline.USUAL));
      relay.assertLogged(1, "stopped streams=0 left-open=0");
      relay.assertNoBugs();
    }
  }

  /** While one reader holds up the stop, the others see what a stopping relay looks like. */
  @Test
  void aStalledReaderIsCutAndMeanwhileNobodyIsLetIn() throws Exception {
    try (RelayProcess relay =
        relay("shutdown: { drain: PT10S }\nstream: { write-timeout: PT3S }\n")) {
      Publisher publisher = Publisher.withKey(relay, "backend", KEY);
      String token = issuer.token("alice", "acme");
      try (SseClient stalled = SseClient.stalled(relay, token, "");
          SseClient reader = SseClient.join(relay, token, "")) {
        String data = "\"" + "x".repeat(200_000) + "\"";
        for (int i = 0; i < 10; i++) {
          publisher.publish("acme", "large", data);
          reader.next("test.happened");
        }
        relay.terminate();
        reader.next("system.shutdown");
        reader.assertEnded();

        Answer ready = relay.admin().get("/observe/health/ready");
        assertEquals(503, ready.status());
        assertTrue(ready.text().contains("the relay is stopping"), ready::text);
        assertEquals(200, relay.admin().get("/observe/health/live").status());
        try (SseClient late =
            SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token)) {
          late.assertEnded("unavailable");
        }
        publisher
            .post(Publisher.JSON, "{\"topic\":\"a\",\"type\":\"b\"}")
            .assertProblem(503, "SHUTTING_DOWN");
        assertTrue(relay.isAlive());

        assertEquals(0, relay.exitCode());
        relay.assertLogged(1, "tenant=acme reason=slow");
        stalled.readAll();
        assertTrue(stalled.hasEnded());
        relay.assertNoBugs();
      }
    }
  }

  @Test
  void whenTheTimeForDrainingIsOverItEndsAllTheSame() throws Exception {
    try (RelayProcess relay =
        relay("shutdown: { drain: PT1S }\nstream: { write-timeout: PT60S }\n")) {
      Publisher publisher = Publisher.withKey(relay, "backend", KEY);
      try (SseClient stalled = SseClient.stalled(relay, issuer.token("alice", "acme"), "")) {
        String data = "\"" + "x".repeat(200_000) + "\"";
        for (int i = 0; i < 10; i++) {
          publisher.publish("acme", "large", data);
        }
        relay.terminate();
        // It was asked to stop and did, but not every stream was told.
        assertEquals(1, relay.exitCode(Duration.ofSeconds(8)));
        relay.assertLogged(1, "stopped streams=1 left-open=1");
        stalled.readAll();
        assertTrue(stalled.hasEnded());
      }
    }
  }

  @Test
  void aRelayThatIsKilledLeavesItsClientsToComeBack() throws Exception {
    try (RelayProcess relay = relay("");
        SseClient client = SseClient.join(relay, issuer.token("alice", "acme"), "")) {
      relay.kill();
      client.assertEnded();
      assertEquals(137, relay.exitCode());
    }
  }
}
