package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay that comes back with its directory, where nothing waits for the disk: subscribers go on
 * where they were, unless the operator says that the log is not what it was.
 */
class RestartTest {
  private static final String KEY = "restart-key-0123456789";
  private static final int KILLED = 128 + 9;

  private static TestIssuer issuer;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    issuer.close();
  }

  private RelayProcess relay() throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%1$s] }
        publishers:
          - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
          - { name: other, scheme: token, secrets: [%2$s], tenants: [acme] }
        log: { directory: "%3$s" }
        """
            .formatted(issuer.yaml(), KEY, log()),
        Map.of(),
        "-Drelay.log.durability=os");
  }

  private Path log() {
    return folder.resolve("log");
  }

  private static String publish(RelayProcess relay, int number) throws Exception {
    return Publisher.withKey(relay, "backend", KEY)
        .publish("acme", "numbers", Integer.toString(number));
  }

  private static SseClient resume(RelayProcess relay, String cursor) throws Exception {
    return SseClient.join(relay, issuer.token("alice", "acme"), "?lastEventId=" + cursor);
  }

  private static void assertNumbers(SseClient client, int from, int to) throws Exception {
    for (int i = from; i <= to; i++) {
      assertEquals(Integer.toString(i), client.next("test.happened").data());
    }
  }

  @Test
  void aClientOfARelayThatWasKilledMissesNothing() throws Exception {
    String first;
    try (RelayProcess relay = relay()) {
      first = publish(relay, 1);
      publish(relay, 2);
      relay.kill();
      assertEquals(KILLED, relay.exitCode());
    }
    String third;
    try (RelayProcess relay = relay();
        SseClient client = resume(relay, first)) {
      third = publish(relay, 3);
      assertNumbers(client, 2, 3);
      client.assertExhausted();
      assertFalse(relay.log().contains("log-end-uncertain"), relay::log);
      relay.terminate();
      assertEquals(0, relay.exitCode());
    }
    try (RelayProcess relay = relay();
        SseClient client = resume(relay, third)) {
      publish(relay, 4);
      assertNumbers(client, 4, 4);
      client.assertExhausted();
      relay.assertWell();
    }
  }

  @Test
  void aDuplicateIsItsPublishersAloneAlsoAfterARestart() throws Exception {
    String event = "{\"topic\":\"a\",\"type\":\"b\",\"source\":\"/s\",\"id\":\"1\"}";
    String first;
    try (RelayProcess relay = relay()) {
      first = Publisher.withKey(relay, "backend", KEY).publish(event);
      relay.terminate();
      assertEquals(0, relay.exitCode());
    }
    try (RelayProcess relay = relay()) {
      String others = Publisher.withKey(relay, "other", KEY).publish(event);
      assertNotEquals(first, others);
      assertEquals(first, Publisher.withKey(relay, "backend", KEY).publish(event));
      assertEquals(others, Publisher.withKey(relay, "other", KEY).publish(event));
      relay.assertWell();
    }
  }

  @Test
  void afterACopyWasPutBackAClientIsToldOfAnotherLife() throws Exception {
    String first;
    try (RelayProcess relay = relay()) {
      first = publish(relay, 1);
      publish(relay, 2);
      relay.terminate();
      assertEquals(0, relay.exitCode());
    }
    Path request = Files.createFile(log().resolve("NEW-EPOCH"));

    try (RelayProcess relay = relay();
        SseClient client = resume(relay, first)) {
      Map<String, Object> gap = client.nextData("system.gap");
      assertEquals("epoch", gap.get("reason"));
      assertEquals(first, gap.get("from"));
      assertNumbers(client, 1, 2);
      String third = publish(relay, 3);
      assertNumbers(client, 3, 3);
      client.assertExhausted();
      assertNotEquals(first.replaceFirst("-.*", ""), third.replaceFirst("-.*", ""));
      relay.assertLogged(1, "level=INFO logger=heliograph log-new-epoch ");
      assertFalse(Files.exists(request));
      relay.assertWell();
    }
  }
}
