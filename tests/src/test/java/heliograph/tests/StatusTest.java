package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A subscriber hears of its own streams, and of nobody else's. */
class StatusTest {
  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay = RelayProcess.start("identity: { issuers: [%s] }\n".formatted(issuer.yaml()));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static String status(String subject, String tenant) throws Exception {
    Answer answer =
        relay.http().get("/v1/status", "Authorization", "Bearer " + issuer.token(subject, tenant));
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
    try (SseClient _ = SseClient.join(relay, issuer.token("alice", "acme"), "");
        SseClient _ = SseClient.join(relay, issuer.token("alice", "acme"), "?topic=a")) {
      assertEquals(streams(2), status("alice", "acme"));
      assertEquals(streams(0), status("alice", "other"));
      assertEquals(streams(0), status("bob", "acme"));
    }
    Deadline.await("both left", () -> status("alice", "acme").equals(streams(0)));
  }

  @Test
  void itIsForSubscribersOnly() throws Exception {
    relay.http().get("/v1/status").assertProblem(401, "NO_CREDENTIALS");
    relay
        .http()
        .get("/v1/status", "Authorization", "Bearer garbage")
        .assertProblem(401, "BAD_TOKEN");
    relay
        .http()
        .post("/v1/status", "{}", "Authorization", "Bearer " + issuer.token("alice", "acme"))
        .assertProblem(405, "METHOD_NOT_ALLOWED");
  }
}
