package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator looks at publishers, topics, the log, issuers and the configuration. */
@Tag("log")
class AdminReportsTest {
  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme, other] }
            - { name: quiet, client-id: quiet, tenants: ["*"], per-second: 7 }
          """);

  private static Map<String, Object> ask(String target) throws Exception {
    Answer answer = stage.relay().admin().get("/admin/v1/" + target);
    assertEquals(200, answer.status(), answer::toString);
    assertFalse(answer.text().contains(Stage.KEY), "the answer holds a secret");
    return answer.json();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> items(String target) throws Exception {
    return (List<Map<String, Object>>) ask(target).get("items");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> member(Map<String, Object> object, String name) {
    return (Map<String, Object>) object.get(name);
  }

  @Test
  void aPublisherTellsHowItFares() throws Exception {
    String event = "{\"id\":\"told-1\",\"tenant\":\"acme\",\"topic\":\"a.b\",\"type\":\"t\"}";
    assertEquals(202, stage.post("application/json", event).status());
    assertEquals(202, stage.post("application/json", event).status());
    stage
        .post("application/json", "{\"tenant\":\"acme\",\"topic\":\"a b\",\"type\":\"t\"}")
        .assertProblem(422, "INVALID_EVENT", "/topic");

    Map<String, Object> backend = items("publishers?name=backend").getFirst();
    assertEquals("token", backend.get("scheme"));
    assertEquals("active", backend.get("state"));
    assertTrue((long) backend.get("stored") >= 1, backend::toString);
    assertEquals(1L, backend.get("duplicates"));
    assertEquals(1L, backend.get("refused"));
    assertEquals(Map.of("INVALID_EVENT", 1L), backend.get("refusals"));
    Map<String, Object> last = member(backend, "lastRefusal");
    assertEquals("INVALID_EVENT", last.get("code"));
    assertEquals("/topic", last.get("pointer"));
    Instant.parse((String) last.get("time"));
    assertTrue((long) member(backend, "rate").get("allowed") > 0, backend::toString);

    Map<String, Object> quiet = items("publishers?name=quiet").getFirst();
    assertEquals(List.of("*"), quiet.get("tenants"));
    assertEquals(Map.of("used", 0L, "allowed", 7L), quiet.get("rate"));
    assertFalse(quiet.containsKey("lastSeen"));
    assertEquals(
        1.0,
        stage.metric(
            "heliograph_publisher_events_total", "publisher", "backend", "result", "duplicate"));
  }

  @Test
  void busyTopicsAreToldWithThoseWhoListen() throws Exception {
    String token = stage.token("ada", "other", "viewer");
    try (SseClient all = stage.join(token, "?topic=busy.>");
        SseClient one = stage.join(token, "?topic=busy.one.*&topic=busy.*.1");
        SseClient none = stage.join(token, "?topic=quiet.*")) {
      for (int i = 0; i < 3; i++) {
        stage.publish("other", "busy.one." + i, "1");
        all.next("test.happened");
        one.next("test.happened");
      }
      stage.publish("other", "rare", "1");
      List<Map<String, Object>> topics = items("topics?tenant=other");
      assertEquals("busy.one", topics.getFirst().get("topic"));
      assertEquals(3L, topics.getFirst().get("events"));
      assertEquals(3L, topics.getFirst().get("perMinute"));
      assertEquals(2L, topics.getFirst().get("subscribers"));
      assertEquals("rare", topics.getLast().get("topic"));
      assertEquals(0L, topics.getLast().get("subscribers"));
      none.assertExhausted();
    }
  }

  @Test
  void theLogIsToldWithHowLongItsCommitsTake() throws Exception {
    stage.publish("acme", "stored", "1");
    Map<String, Object> storage = ask("storage");
    assertEquals(8, ((String) storage.get("epoch")).length());
    assertTrue((long) storage.get("events") >= 1, storage::toString);
    assertTrue((long) storage.get("commits") >= 1, storage::toString);
    assertTrue((double) member(storage, "commit").get("p99") > 0, storage::toString);
    assertEquals("PT24H", member(storage, "retention").get("age"));
    assertFalse(member(storage, "properties").isEmpty());
    assertFalse(storage.containsKey("trouble"));
    if (storage.get("kind").equals("disk")) {
      assertTrue((long) member(storage, "disk").get("free") > 0, storage::toString);
      assertTrue((long) storage.get("files") > 0, storage::toString);
    }
  }

  @Test
  void anIssuerThatFailsIsTroubleWithACauseAndAWayOut() throws Exception {
    try (TestIssuer issuer = TestIssuer.start()) {
      issuer.fails(true);
      try (RelayProcess relay =
          RelayProcess.launch(
              RelayProcess.yaml("identity: { issuers: [%s] }".formatted(issuer.yaml())))) {
        relay.listen();
        Deadline.await("a fetch has failed", () -> trouble(relay).size() == 1);
        Map<String, Object> status = relay.admin().get("/admin/v1/status").json();
        assertEquals("starting", status.get("state"));
        assertEquals(false, status.get("ready"));
        assertEquals(true, status.get("live"));
        Map<?, ?> trouble = (Map<?, ?>) trouble(relay).getFirst();
        assertEquals("issuer " + issuer.uri(), trouble.get("what"));
        assertFalse(((String) trouble.get("error")).isBlank());
        assertFalse(((String) trouble.get("next")).isBlank());
        assertFalse(
            Instant.parse((String) trouble.get("since"))
                .isAfter(Instant.parse((String) status.get("since")).plusSeconds(1)));
        issuer.fails(false);
        relay.awaitReady();
        assertEquals("ready", relay.admin().get("/admin/v1/status").json().get("state"));
        Map<?, ?> told =
            (Map<?, ?>)
                ((List<?>) relay.admin().get("/admin/v1/issuers").json().get("items")).getFirst();
        assertEquals(true, told.get("ready"));
        assertFalse(((List<?>) told.get("keys")).isEmpty());
        assertFalse(((String) told.get("lastError")).isBlank(), "what it failed for is kept");
        assertFalse(told.containsKey("failingSince"));
      }
    }
  }

  @Test
  void anUpstreamThatDoesNotAnswerIsTroubleWhileTheRelayIsReady() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            RelayProcess.start(
                """
                identity: { issuers: [%s] }
                authorize: [{ topics: "asked.*", url: "http://127.0.0.1:1/{2}" }]
                """
                    .formatted(issuer.yaml()))) {
      String token = issuer.token("ann", "acme");
      Deadline.await(
          "it is trouble",
          () -> {
            relay.http().get("/v1/stream?topic=asked.1", "Authorization", "Bearer " + token);
            return trouble(relay).size() == 1;
          });
      Map<?, ?> trouble = (Map<?, ?>) trouble(relay).getFirst();
      assertEquals("upstream authorize.0", trouble.get("what"));
      assertFalse(((String) trouble.get("error")).isBlank());
      assertFalse(((String) trouble.get("next")).isBlank());
      assertEquals(true, relay.admin().get("/admin/v1/status").json().get("ready"));
    }
  }

  private static List<?> trouble(RelayProcess relay) throws IOException, InterruptedException {
    List<?> all = (List<?>) relay.admin().get("/admin/v1/status").json().get("troubles");
    return all.stream().filter(it -> !((Map<?, ?>) it).get("error").equals("")).toList();
  }

  @Test
  void theConfigurationIsToldWithoutItsSecrets() throws Exception {
    Map<String, Object> config = ask("config?limit=1000");
    assertTrue(((String) config.get("hash")).matches("[0-9a-f]{16}"));
    assertEquals(config.get("hash"), ask("status").get("configHash"));
    Map<String, Object> queue = items("config?key=relay.stream.queue").getFirst();
    assertEquals("256", queue.get("value"));
    assertEquals(true, queue.get("default"));
    assertEquals("default", queue.get("origin"));
    Map<String, Object> secret = items("config?key=publishers.0.secrets").getFirst();
    assertTrue(((String) secret.get("value")).matches("set, sha256 [0-9a-f]{8}"), secret::toString);
    assertEquals("file", secret.get("origin"));
    assertFalse(items("config?origin=file&key=relay.publishers.1.name").isEmpty());
    assertFalse(items("config?default=false&key=relay.publishers.1.name").isEmpty());
    assertTrue(items("config?default=true&key=relay.publishers.1.name").isEmpty());
    stage
        .relay()
        .admin()
        .get("/admin/v1/config?origin=nowhere")
        .assertProblem(400, "INVALID_REQUEST");
  }
}
