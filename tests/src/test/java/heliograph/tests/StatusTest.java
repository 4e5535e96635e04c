package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A subscriber hears of its own streams, and of nobody else's. */
class StatusTest {
  @RegisterExtension static final Stage stage = Stage.with("");

  private static String status(String subject, String tenant) throws Exception {
    Answer answer =
        stage.http().get("/v1/status", "Authorization", "Bearer " + stage.token(subject, tenant));
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("no-store", answer.header("Cache-Control").orElse(""));
    return answer.text();
  }

  private static String streams(int streams) {
    return "{\"connected\":" + (streams > 0) + ",\"streams\":" + streams + "}";
  }

  @Test
  void itCountsTheOpenStreamsOfTheCallerAlone() throws Exception {
    assertEquals(streams(0), status("alice", "acme"));
    try (SseClient _ = stage.join(stage.token("alice", "acme"), "");
        SseClient _ = stage.join(stage.token("alice", "acme"), "?topic=a")) {
      assertEquals(streams(2), status("alice", "acme"));
      assertEquals(streams(0), status("alice", "other"));
      assertEquals(streams(0), status("bob", "acme"));
    }
    Deadline.await("both left", () -> status("alice", "acme").equals(streams(0)));
  }

  @Test
  void itIsForSubscribersOnly() throws Exception {
    stage.http().get("/v1/status").assertProblem(401, "NO_CREDENTIALS");
    stage
        .http()
        .get("/v1/status", "Authorization", "Bearer garbage")
        .assertProblem(401, "BAD_TOKEN");
    stage
        .http()
        .post("/v1/status", "{}", "Authorization", "Bearer " + stage.token("alice", "acme"))
        .assertProblem(405, "METHOD_NOT_ALLOWED");
  }
}
