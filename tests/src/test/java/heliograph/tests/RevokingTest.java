package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator takes back is over at once, for open streams too, and stays so. */
class RevokingTest {
  private static final String KEY = "revoking-key-0123456789";
  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String PATH = "/admin/revocations";

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay = relay("");
  }

  private static RelayProcess relay(String revocations, String... jvmArguments) throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%s] %s }
        publishers:
          - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
        """
            .formatted(issuer.yaml(), revocations, KEY),
        Map.of(),
        jvmArguments);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static Token token(String subject, String tenant) {
    return issuer
        .token(subject)
        .with("tenant", tenant)
        .with("sid", "session-of-" + subject)
        .with("jti", "token-of-" + subject);
  }

  private static Answer revoke(RelayProcess at, String json) throws Exception {
    return at.admin().post(PATH, json, JSON);
  }

  private static void assertRefused(RelayProcess at, Token token) throws Exception {
    String[] bearer = {"Authorization", "Bearer " + token.signed()};
    at.http().get("/v1/stream", bearer).assertProblem(401, "REVOKED_TOKEN");
    at.http().get("/v1/events", bearer).assertProblem(401, "REVOKED_TOKEN");
  }

  private void assertTakenBack(String tenant, String revocation) throws Exception {
    Token alice = token("alice", tenant);
    Token bob = token("bob", tenant).with("tenant", tenant + "-2");
    try (SseClient hers = SseClient.join(relay, alice.signed(), "");
        SseClient his = SseClient.join(relay, bob.signed(), "")) {
      Answer answer = revoke(relay, revocation);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(1L, answer.json().get("streams"));
      hers.assertEnded("revoked");
      assertRefused(relay, alice);

      Publisher.withKey(relay, "backend", KEY).publish(tenant + "-2", "a", "1");
      assertEquals("1", his.next("test.happened").data());
    }
  }

  @Test
  void aSubject() throws Exception {
    assertTakenBack("subject", "{\"subject\":\"alice\",\"tenant\":\"subject\"}");
    // Issued after the moment, she is as welcome as before.
    Token later = token("alice", "subject").with("iat", Instant.now().getEpochSecond() + 2);
    try (SseClient again = SseClient.join(relay, later.signed(), "")) {
      again.assertExhausted();
    }
  }

  @Test
  void aSession() throws Exception {
    assertTakenBack("session", "{\"session\":\"session-of-alice\",\"tenant\":\"session\"}");
  }

  @Test
  void aToken() throws Exception {
    assertTakenBack(
        "token",
        "{\"token\":\"token-of-alice\",\"tenant\":\"token\",\"issuer\":\"" + issuer.uri() + "\"}");
  }

  @Test
  void aTenant() throws Exception {
    assertTakenBack("tenant", "{\"tenant\":\"tenant\"}");
  }

  @Test
  void whoPollsIsRefusedToo() throws Exception {
    String[] bearer = {"Authorization", "Bearer " + token("alice", "polls").signed()};
    FutureTask<Answer> poll =
        new FutureTask<>((Callable<Answer>) () -> relay.http().get("/v1/events?wait=60", bearer));
    double open = relay.metric("heliograph_streams_open");
    Thread.ofVirtual().start(poll);
    Deadline.await("polls", () -> relay.metric("heliograph_streams_open") == open + 1);
    assertEquals(200, revoke(relay, "{\"tenant\":\"polls\"}").status());
    poll.get(Deadline.USUAL.toSeconds(), TimeUnit.SECONDS).assertProblem(401, "REVOKED_TOKEN");
  }

  /** Whichever comes first, the opening or the taking back: nobody stays. */
  @Test
  void whoOpensAtThatMomentDoesNotSlipThrough() throws Exception {
    Token alice = token("alice", "race");
    double before = relay.metric("heliograph_streams_open");
    List<Thread> openers = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      openers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (SseClient client =
                        SseClient.open(
                            relay, "/v1/stream", "Authorization: Bearer " + alice.signed())) {
                      client.next("system.connected");
                      client.assertEnded("revoked");
                    } catch (Exception | AssertionError _) {
                      // Refused at the door, which is as well.
                    }
                  }));
    }
    assertEquals(200, revoke(relay, "{\"tenant\":\"race\"}").status());
    for (Thread opener : openers) {
      opener.join();
    }
    Deadline.await("none is left", () -> relay.metric("heliograph_streams_open") <= before);
    assertRefused(relay, alice);
  }

  @Test
  void itIsKeptOverARestart() throws Exception {
    String file = "revocations: { file: \"" + folder.resolve("kept.jsonl") + "\" }";
    try (RelayProcess first = relay(", " + file)) {
      assertEquals(200, revoke(first, "{\"subject\":\"alice\"}").status());
      first.kill();
      first.exitCode();
    }
    try (RelayProcess second = relay(", " + file)) {
      assertRefused(second, token("alice", "acme"));
      String listed = second.admin().get(PATH).text();
      assertTrue(listed.contains("\"subject\":\"alice\""), listed);
      try (SseClient bob = SseClient.join(second, token("bob", "acme").signed(), "")) {
        bob.assertExhausted();
      }
      second.assertWell();
    }
  }

  @Test
  void aFileThatCannotBeWrittenStopsTheStart() throws Exception {
    String file = "revocations: { file: \"/dev/null/kept.jsonl\" }";
    RelayProcess refused =
        RelayProcess.launch(
            RelayProcess.yaml("identity: { issuers: [%s], %s }".formatted(issuer.yaml(), file)));
    try (refused) {
      assertEquals(78, refused.exitCode());
      assertTrue(refused.log().contains("relay.identity.revocations"), refused::log);
    }
  }

  @Test
  void theDoorIsOnTheAdminListenerAndNotOpenToPages() throws Exception {
    relay.http().post(PATH, "{\"tenant\":\"x\"}", JSON).assertProblem(404, "NOT_FOUND");
    relay
        .admin()
        .post(PATH, "{\"tenant\":\"x\"}", "Content-Type", "text/plain")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    revoke(relay, "{}").assertProblem(400, "INVALID_REQUEST");
    revoke(relay, "{\"tenant\":7}").assertProblem(400, "INVALID_REQUEST", "/tenant");
    revoke(relay, "{\"tenant\":\"x\"").assertProblem(400, "INVALID_JSON");
    relay.admin().send("DELETE", PATH, new byte[0]).assertProblem(405, "METHOD_NOT_ALLOWED");
    assertFalse(relay.admin().get(PATH).text().contains("\"x\""));
  }
}
