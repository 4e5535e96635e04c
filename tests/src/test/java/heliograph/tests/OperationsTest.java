package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees: listeners, health, metrics and the log. */
@Tag("log")
class OperationsTest {
  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - { name: hasty, scheme: token, secrets: [%2$s], tenants: [acme] }
          limits: { streams-per-user: 2, publish-per-second: 50 }
          """);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/observe",
        "/observe/health",
        "/observe/health/ready",
        "/observe/metrics",
        "/observe/info",
        "/observe/config",
        "/observe/log",
        "/health",
        "/metrics",
        "/admin",
        "/demo/token",
        "/"
      })
  void nothingOfTheAdminListenerIsPublic(String path) throws Exception {
    stage.http().get(path).assertProblem(404, "NOT_FOUND");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/stream",
        "/v1/events",
        "/v1/hooks/backend",
        "/openapi",
        "/",
        "/observe/config",
        "/observe/info",
        "/observe/log"
      })
  void nothingPublicIsOnTheAdminListener(String path) throws Exception {
    stage.relay().admin().get(path).assertProblem(404, "NOT_FOUND");
    stage
        .relay()
        .admin()
        .post(
            path, "{}", "Authorization", "Bearer " + Stage.KEY, "Content-Type", "application/json")
        .assertProblem(404, "NOT_FOUND");
  }

  @Test
  void theDescriptionIsServed() throws Exception {
    Answer answer = stage.http().get("/openapi");
    assertEquals(200, answer.status());
    assertTrue(answer.text().startsWith("openapi: 3.1"), answer::text);
    for (String path : List.of("/v1/events", "/v1/hooks/{publisher}", "/v1/stream")) {
      assertTrue(answer.text().contains(path), path);
    }
    Answer json = stage.http().get("/openapi", "Accept", "application/json");
    assertEquals(200, json.status());
    assertTrue(json.text().startsWith("{"), json::text);
  }

  @Test
  void aRelayThatIsWellSaysSo() throws Exception {
    for (String kind : List.of("live", "ready", "started")) {
      Answer answer = stage.relay().admin().get("/observe/health/" + kind);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals("UP", answer.json().get("status"));
    }
  }

  /** Until the keys are here nobody can be known; but a webhook needs no token. */
  @Test
  void withoutTheIssuersKeysARelayIsAliveButNotReady() throws Exception {
    TestIssuer late = TestIssuer.start();
    String entry = late.yaml();
    int port = late.port();
    late.close();
    String token = late.token("alice", "acme");
    try (RelayProcess waiting =
        RelayProcess.launch(
            RelayProcess.yaml(
                """
                identity: { issuers: [%s] }
                publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
                """
                    .formatted(entry, Stage.KEY)))) {
      waiting.listen();
      waiting.await(Pattern.compile("issuer-keys-failed issuer=" + Pattern.quote(late.uri())));
      assertEquals(200, waiting.admin().get("/observe/health/live").status());
      assertEquals(200, waiting.admin().get("/observe/health/started").status());
      Answer ready = waiting.admin().get("/observe/health/ready");
      assertEquals(503, ready.status());
      assertTrue(ready.text().contains("an issuer's keys are not here yet"), ready::text);

      // It will pass, so EventSource is not sent away for good.
      try (SseClient client =
          SseClient.open(waiting, "/v1/stream", "Authorization: Bearer " + token)) {
        client.assertEnded("unavailable");
      }
      Publisher.withToken(waiting, token)
          .post(Publisher.JSON, "{}")
          .assertProblem(503, "IDENTITY_UNAVAILABLE");
      Publisher.withKey(waiting, "backend", Stage.KEY).publish("acme", "a", "1");

      try (TestIssuer now = TestIssuer.start(port)) {
        Deadline.await("ready", () -> waiting.admin().get("/observe/health/ready").status() == 200);
        SseClient.join(waiting, now.token("alice", "acme"), "").close();
        waiting.assertLogged(1, "issuer-keys issuer=");
      }
      // Keys that were fetched are good when the issuer is down again.
      SseClient.join(waiting, token, "").close();
      waiting.assertWell();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "heliograph_events_published_total, counter",
    "heliograph_refusals_total, counter",
    "heliograph_deliveries_total, counter",
    "heliograph_events_withheld_total, counter",
    "heliograph_publish_to_write_seconds, histogram",
    "heliograph_streams_open, gauge",
    "heliograph_stream_ends_total, counter",
    "heliograph_gaps_total, counter",
    "heliograph_queue_depth, gauge",
    "heliograph_cohorts, gauge",
  })
  void everyFigureIsThereFromTheStartAndExplained(String name, String type) throws Exception {
    Answer answer = stage.relay().admin().get("/observe/metrics");
    assertTrue(answer.header("Content-Type").orElse("").startsWith("text/plain"), "Prometheus");
    String text = answer.text();
    assertTrue(text.contains("# TYPE " + name + " " + type + "\n"), text);
    assertTrue(Pattern.compile("# HELP " + name + " [A-Z].+\n").matcher(text).find(), text);
    assertTrue(text.lines().anyMatch(line -> line.startsWith(name)), text);
  }

  @Test
  void aBadRequestForMetricsIsToldSo() throws Exception {
    Http admin = stage.relay().admin();
    admin.get("/observe/metrics", "Accept", "garbage").assertProblem(400, "INVALID_REQUEST");
    assertEquals(406, admin.get("/observe/metrics", "Accept", "image/png").status());
    admin.get("/observe/metrics/nothing").assertProblem(404, "NOT_FOUND");
  }

  @Test
  void labelsTellNeitherTenantNorTopicNorUser() throws Exception {
    try (SseClient client = stage.join(stage.token("alice", "acme"), "?topic=secret")) {
      stage.publish("acme", "secret", "1");
      client.next("test.happened");
      String metrics = stage.relay().metrics();
      for (String word : List.of("acme", "secret", "alice", "test.happened")) {
        assertFalse(metrics.contains(word), word);
      }
    }
  }

  @Test
  void whatHappensIsCounted() throws Exception {
    double stored = published("stored");
    double duplicate = published("duplicate");
    double refused = published("refused");
    double deliveries = stage.metric("heliograph_deliveries_total");
    double written = stage.metric("heliograph_publish_to_write_seconds_count");
    double cohorts = stage.metric("heliograph_cohorts");
    String event = "{\"id\":\"counted\",\"topic\":\"counted\",\"type\":\"a\"}";
    try (SseClient one = stage.join(stage.token("count", "acme"), "?topic=counted");
        SseClient two = stage.join(stage.token("countess", "acme"), "?topic=counted");
        SseClient none = stage.join(stage.token("other", "acme"), "?topic=other")) {
      assertEquals(cohorts + 2, stage.metric("heliograph_cohorts"));
      stage.publish(event);
      stage.publish(event);
      stage.post(Publisher.JSON, "{}").assertProblem(422, "INVALID_EVENT", "/type");
      Answer batch =
          stage.post(Publisher.JSON, "[" + event.replace("\"id\":\"counted\",", "") + ",{}]");
      assertEquals(202, batch.status());
      one.next("a");
      one.next("a");
      two.next("a");
      two.next("a");
      none.assertExhausted();
    }
    assertEquals(stored + 2, published("stored"));
    assertEquals(duplicate + 1, published("duplicate"));
    assertEquals(refused + 2, published("refused"));
    Deadline.await(
        "two events, twice each",
        () ->
            stage.metric("heliograph_deliveries_total") == deliveries + 4
                && stage.metric("heliograph_publish_to_write_seconds_count") == written + 4);
    double within5 = stage.metric("heliograph_publish_to_write_seconds_bucket", "le=\"5.0\"");
    double all = stage.metric("heliograph_publish_to_write_seconds_bucket", "le=\"+Inf\"");
    assertEquals(all, within5);
    assertEquals(all, stage.metric("heliograph_publish_to_write_seconds_count"));
    assertEquals(0, stage.metric("heliograph_queue_depth"));
  }

  private static double published(String result) throws IOException, InterruptedException {
    return stage.metric("heliograph_events_published_total", "result=\"" + result + "\"");
  }

  @Test
  void everyRefusalIsCountedByItsCode() throws Exception {
    double before = stage.metric("heliograph_refusals_total", "code=\"NO_CREDENTIALS\"");
    stage.http().get("/v1/stream").assertProblem(401, "NO_CREDENTIALS");
    stage.http().post("/v1/events", "{}").assertProblem(401, "NO_CREDENTIALS");
    assertEquals(before + 2, stage.metric("heliograph_refusals_total", "code=\"NO_CREDENTIALS\""));
  }

  @Test
  void aStreamsEndIsOneLineWithoutItsQuery() throws Exception {
    String token = stage.token("alice", "acme");
    String stream;
    try (SseClient client = stage.open("/v1/stream?topic=orders.*&access_token=" + token)) {
      stream = (String) client.nextData("system.connected").get("stream");
      stage.publish("acme", "orders.1", "1");
      client.next("test.happened");
    }
    String line =
        stage
            .relay()
            .await(Pattern.compile(".*stream=" + stream + ".*"))
            .group()
            .replaceFirst("^\\S+ ", "");
    assertTrue(
        line.matches(
            "level=INFO logger=heliograph stream-end stream="
                + stream
                + " tenant=acme reason=left seconds=\\d+ events=1 gaps=0"),
        line);
    stage.relay().assertLogged(1, stream);
    String signature = token.substring(token.lastIndexOf('.') + 1);
    for (String secret : List.of(signature, "access_token", "orders", Stage.KEY)) {
      assertFalse(stage.relay().log().contains(secret), secret);
    }
  }

  @Test
  void aRefusalAtALimitIsOneLine() throws Exception {
    Publisher hasty = Publisher.withKey(stage.relay(), "hasty", Stage.KEY);
    String event = "{\"topic\":\"a\",\"type\":\"b\"}";
    // A batch larger than what a second holds passes, and is paid for afterwards.
    Answer batch = hasty.post(Publisher.JSON, Collections.nCopies(400, event).toString());
    assertEquals(202, batch.status(), batch::toString);
    hasty.post(Publisher.JSON, event).assertProblem(429, "RATE_LIMITED");
    stage
        .relay()
        .await(Pattern.compile("level=WARNING logger=heliograph rate-limited publisher=hasty "));
    stage.relay().assertLogged(1, "rate-limited publisher=hasty events=1");

    String token = stage.token("crowd", "acme");
    try (SseClient one = stage.join(token, "");
        SseClient two = stage.join(token, "");
        SseClient three = stage.open("/v1/stream?access_token=" + token)) {
      three.assertEnded("limit");
      stage
          .relay()
          .await(Pattern.compile("logger=heliograph stream-refused reason=TOO_MANY_STREAMS\n"));
      stage.relay().assertLogged(1, "stream-refused");
      assertFalse(one.hasEnded() || two.hasEnded());
    }
    assertEquals(
        Optional.empty(),
        stage.relay().log().lines().filter(it -> it.contains(Stage.KEY)).findAny());
  }
}
