package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator acts: each deed has a reason, can be tried first, and is in the audit. */
class AdminActionsTest {
  private static final String V1 = "/admin/v1/";
  private static final String[] JSON = {"Content-Type", "application/json"};

  @RegisterExtension static final Stage stage = Stage.with("limits: { streams-per-user: 1000 }");

  private static Answer send(RelayProcess relay, String method, String target) throws Exception {
    return relay.admin().send(method, V1 + target, new byte[0]);
  }

  private static Map<String, Object> act(String method, String target) throws Exception {
    Answer answer = send(stage.relay(), method, target);
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> items(String target) throws Exception {
    Answer answer = stage.relay().admin().get(V1 + target);
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.text().chars().allMatch(c -> c >= ' ' && c <= '~'), answer::text);
    return (List<Map<String, Object>>) answer.json().get("items");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static SseClient join(String subject, String tenant) throws Exception {
    return stage.join(stage.token(subject, tenant, "viewer"), "");
  }

  @Test
  void oneStreamIsEndedAndTheOthersStay() throws Exception {
    try (SseClient meant = join("ada", "one");
        SseClient other = join("bob", "one")) {
      String id = (String) items("streams?tenant=one&subject=ada").getFirst().get("id");
      Map<String, Object> tried = act("DELETE", "streams/" + id + "?dry-run");
      assertEquals(Map.of("dryRun", true, "ended", 1L, "streams", List.of(id)), tried);
      assertEquals(2, items("streams?tenant=one").size(), "nothing has happened");

      Map<String, Object> done = act("DELETE", "streams/" + id + "?reason=floods");
      assertEquals(Map.of("dryRun", false, "ended", 1L, "streams", List.of(id)), done);
      meant.assertEnded("unavailable");
      Deadline.await("it has left", () -> items("streams?tenant=one").size() == 1);
      send(stage.relay(), "DELETE", "streams/" + id + "?reason=again")
          .assertProblem(404, "NOT_FOUND");
      Map<String, Object> last =
          items("audit?action=end").stream()
              .filter(it -> it.get("target").equals("stream " + id))
              .findFirst()
              .orElseThrow();
      assertEquals("done", last.get("result"));
      assertEquals("floods", last.get("reason"));
      assertEquals("127.0.0.1", last.get("address"));
      other.assertExhausted();
    }
  }

  @Test
  void allOfASubjectOrATenantAreEnded() throws Exception {
    List<SseClient> ofAda = new ArrayList<>();
    try (SseClient bob = join("bob", "many");
        SseClient elsewhere = join("ada", "other")) {
      for (int i = 0; i < 3; i++) {
        ofAda.add(join("ada", "many"));
      }
      String ada = "streams?tenant=many&subject=ada";
      assertEquals(3L, act("DELETE", ada + "&dry-run=true").get("ended"));
      assertEquals(3L, act("DELETE", ada + "&reason=x").get("ended"));
      for (SseClient each : ofAda) {
        each.assertEnded("unavailable");
      }
      Deadline.await("they have left", () -> items("streams?tenant=many").size() == 1);
      assertEquals(1L, act("DELETE", "streams?tenant=many&reason=x").get("ended"));
      bob.assertEnded("unavailable");
      assertEquals(0L, act("DELETE", "streams?tenant=nobody&reason=x").get("ended"));
      elsewhere.assertExhausted();
    } finally {
      for (SseClient each : ofAda) {
        each.close();
      }
    }
  }

  /** Each is told what came of its own request: together they have ended each stream once. */
  @Test
  void twoOperatorsAtOnceAreEachToldTheTruth() throws Exception {
    List<SseClient> open = new ArrayList<>();
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        open.add(join("ada", "both"));
      }
      Callable<Long> end = () -> (long) act("DELETE", "streams?tenant=both&reason=x").get("ended");
      List<Future<Long>> told = both.invokeAll(List.of(end, end, end));
      long sum = 0;
      for (Future<Long> each : told) {
        sum += each.get();
      }
      assertEquals(20, sum);
    } finally {
      for (SseClient each : open) {
        each.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, streams?tenant=a",
    "DELETE, streams?tenant=a&reason=",
    "DELETE, streams?tenant=a&reason=%20",
    "DELETE, streams?reason=x",
    "DELETE, streams?tenant=&reason=x",
    "DELETE, streams?tenant=a&reason=x&reason=y",
    "DELETE, streams?tenant=a&reason=x&why=y",
    "DELETE, streams?tenant=a&reason=x&dry-run=perhaps",
    "POST, publishers/backend/pause",
    "POST, drain",
  })
  void whatIsNoOrderIsRefused(String method, String target) throws Exception {
    send(stage.relay(), method, target).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void aReasonIsBoundedAndShownAsText() throws Exception {
    send(stage.relay(), "DELETE", "streams?tenant=a&reason=" + "x".repeat(501))
        .assertProblem(400, "INVALID_REQUEST");
    String hostile = "<script>\u001b[2J\u009b\u202e'&\"é";
    act("DELETE", "streams?tenant=a&reason=" + encoded(hostile));
    assertEquals(hostile, items("audit").getFirst().get("reason"));
  }

  @Test
  void aPausedPublisherIsRefusedUntilItIsResumed() throws Exception {
    String pause = "publishers/backend/pause";
    assertEquals(
        Map.of("dryRun", true, "state", "paused", "changed", true),
        act("POST", pause + "?dry-run"));
    stage.publish("paused", "t", "1");
    try {
      assertEquals(
          Map.of("dryRun", false, "state", "paused", "changed", true),
          act("POST", pause + "?reason=broken"));
      assertEquals(false, act("POST", pause + "?reason=again").get("changed"));
      stage
          .post("application/json", "{\"tenant\":\"paused\",\"topic\":\"t\",\"type\":\"t\"}")
          .assertProblem(503, "PUBLISHER_PAUSED");
      Map<String, Object> backend = items("publishers?state=paused").getFirst();
      assertEquals("backend", backend.get("name"));
      assertEquals("broken", backend.get("reason"));
      assertTrue(backend.containsKey("since"));
      assertEquals(1.0, stage.metric("heliograph_publisher_paused", "publisher", "backend"));
    } finally {
      assertEquals(true, act("POST", "publishers/backend/resume?reason=mended").get("changed"));
    }
    stage.publish("paused", "t", "1");
    assertEquals(false, act("POST", "publishers/backend/resume?reason=x").get("changed"));
    send(stage.relay(), "POST", "publishers/nobody/pause?reason=x").assertProblem(404, "NOT_FOUND");
  }

  @Test
  void whatIsTakenBackIsListedAndCanBeGivenBack() throws Exception {
    try (SseClient eve = join("eve", "taken")) {
      String body = "{\"subject\":\"eve\",\"tenant\":\"taken\"}";
      Answer tried = stage.relay().admin().post(V1 + "revocations?dry-run", body, JSON);
      assertEquals(Map.of("dryRun", true, "ended", 1L), tried.json());
      assertEquals(List.of(), items("revocations?tenant=taken"));

      Answer taken = stage.relay().admin().post(V1 + "revocations?reason=left", body, JSON);
      assertEquals(200, taken.status(), taken::toString);
      assertEquals(1L, taken.json().get("ended"));
      eve.assertEnded("revoked");
      Map<String, Object> kept = items("revocations?tenant=taken").getFirst();
      assertEquals("eve", kept.get("subject"));
      String id = "revocations/" + encoded((String) kept.get("id"));
      act("DELETE", id + "?reason=mistake");
      assertEquals(List.of(), items("revocations?tenant=taken"));
      send(stage.relay(), "DELETE", id + "?reason=x").assertProblem(404, "NOT_FOUND");
      assertEquals("refused NOT_FOUND", items("audit").getFirst().get("result"));
    }
  }

  @Test
  void explainingIsNoDeed() throws Exception {
    Answer answer =
        stage
            .relay()
            .admin()
            .post(
                V1 + "explain",
                "{\"claims\":{\"subject\":\"a\",\"tenant\":\"b\"},"
                    + "\"event\":{\"tenant\":\"b\",\"topic\":\"t\",\"type\":\"t\"}}",
                JSON);
    assertEquals(true, answer.json().get("delivered"), answer::toString);
  }

  @Test
  void aDrainedRelayEndsItsStreamsAndSaysSo() throws Exception {
    try (RelayProcess relay =
        RelayProcess.start("identity: { issuers: [%s] }".formatted(stage.issuer().yaml()))) {
      SseClient stream = SseClient.join(relay, stage.token("ada", "acme", "viewer"), "");
      assertEquals(1L, send(relay, "POST", "drain?dry-run").json().get("ended"));
      assertEquals(1L, send(relay, "POST", "drain?reason=upgrade").json().get("ended"));
      stream.next("system.shutdown");
      Map<String, Object> again = send(relay, "POST", "drain?reason=upgrade").json();
      assertEquals(0L, again.get("ended"));
      Map<String, Object> status = relay.admin().get(V1 + "status").json();
      assertEquals("draining", status.get("state"));
      assertEquals(false, status.get("ready"));
      assertEquals(again.get("since"), status.get("since"));
      stream.close();
    }
  }

  @Test
  void aViewerLooksAndDoesNotAct(@TempDir Path folder) throws Exception {
    String viewing = "viewing-token-0123456789abcdef0123456789";
    Path file = Files.writeString(folder.resolve("viewer"), viewing);
    try (RelayProcess relay =
        RelayProcess.launch(
            RelayProcess.yaml(
                """
                identity: { issuers: [%s] }
                admin: { login: { tokens: [ { name: eye, role: viewer, file: %s } ] } }
                """
                    .formatted(stage.issuer().yaml(), file)))) {
      relay.listen();
      relay.admin().get(V1 + "status").assertProblem(401, "NO_CREDENTIALS");
      String[] bearer = {"Authorization", "Bearer " + viewing};
      assertEquals(200, relay.admin().get(V1 + "streams", bearer).status());
      for (String target : List.of("drain?dry-run", "publishers/a/pause?reason=x")) {
        relay
            .admin()
            .send("POST", V1 + target, new byte[0], bearer)
            .assertProblem(403, "NOT_ALLOWED");
      }
      relay
          .admin()
          .send("DELETE", V1 + "streams?tenant=a&reason=x", new byte[0], bearer)
          .assertProblem(403, "NOT_ALLOWED");
      assertFalse(relay.log().contains(viewing));
    }
  }
}
