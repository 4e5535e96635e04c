package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator takes back is over at once, for open streams too, and stays so. */
@Tag("log")
class RevokingTest {
  private static final String KEY = "revoking-key-0123456789";
  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String PATH = "/admin/revocations";

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            publishers:
              - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
            """
                .formatted(issuer.yaml(), KEY));
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
                      // The stream was refused when it opened, which is right as well.
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
  void withALogInMemoryAFileAloneWouldKeepNothing() throws Exception {
    RelayProcess refused =
        RelayProcess.launch(
            RelayProcess.yaml(
                "identity: { issuers: [%s], revocations: { file: kept.jsonl } }"
                    .formatted(issuer.yaml())),
            Map.of(),
            "-Drelay.log.durability=memory");
    try (refused) {
      assertEquals(78, refused.exitCode());
      assertTrue(refused.log().contains("name relay.identity.revocations.directory"), refused::log);
    }
  }

  @Test
  void anEqualOneIsTheSameOne() throws Exception {
    String before = "2026-01-02T03:04:05Z";
    String json = "{\"subject\":\"equal\",\"tenant\":\"equal\"%s}";
    Map<String, Object> first = revoke(relay, json.formatted("")).json();
    Map<String, Object> again = revoke(relay, json.formatted("")).json();
    Map<String, Object> older =
        revoke(relay, json.formatted(",\"before\":\"" + before + "\"")).json();
    assertEquals(first.get("id"), again.get("id"));
    assertEquals(again.get("before"), older.get("before"), "the later one holds");
    assertEquals(1, list(relay, "?subject=equal").size());
  }

  @Test
  void whatIsGivenBackIsGoodAgain() throws Exception {
    Token alice = token("alice", "back");
    Object id = revoke(relay, "{\"subject\":\"alice\",\"tenant\":\"back\"}").json().get("id");
    assertRefused(relay, alice);
    Answer gone = relay.admin().send("DELETE", PATH + "/" + id, new byte[0]);
    assertEquals(204, gone.status(), gone::toString);
    try (SseClient again = SseClient.join(relay, alice.signed(), "")) {
      again.assertExhausted();
    }
    for (String unknown : List.of(id.toString(), "x", "A".repeat(43), "A".repeat(3000))) {
      relay
          .admin()
          .send("DELETE", PATH + "/" + unknown, new byte[0])
          .assertProblem(404, "NOT_FOUND");
    }
  }

  /** A token's own end, where it is known, is as long as it has to be kept. */
  @Test
  void whatIsOverIsListedNoMore() throws Exception {
    Instant end =
        Instant.now().plusSeconds(3600).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    String json = "{\"token\":\"brief\",\"tenant\":\"brief\",\"expires\":\"%s\"}";
    Answer taken = revoke(relay, json.formatted(end));
    assertEquals(end.toString(), taken.json().get("expires"));
    revoke(relay, json.formatted(end.plus(java.time.Duration.ofDays(40))))
        .assertProblem(400, "INVALID_REQUEST", "/expires");
    String past = "{\"token\":\"past\",\"tenant\":\"brief\",\"before\":\"2020-01-01T00:00:00Z\"}";
    assertEquals(200, revoke(relay, past).status());
    assertEquals(1, list(relay, "?tenant=brief").size());
  }

  private static List<Map<String, Object>> list(RelayProcess at, String query) throws Exception {
    List<Map<String, Object>> all = new ArrayList<>();
    Object cursor = null;
    do {
      String more = cursor == null ? "" : "&cursor=" + cursor;
      Answer page = at.admin().get(PATH + query + more);
      assertEquals(200, page.status(), page::toString);
      for (Object entry : (List<?>) page.json().get("revocations")) {
        @SuppressWarnings("unchecked")
        Map<String, Object> revocation = (Map<String, Object>) entry;
        all.add(revocation);
      }
      cursor = page.json().get("cursor");
    } while (cursor != null);
    return all;
  }

  @Test
  void pagesAreWholeWhileOthersAreAdded() throws Exception {
    for (int i = 0; i < 30; i++) {
      revoke(relay, "{\"session\":\"page-" + i + "\",\"tenant\":\"pages\"}");
    }
    AtomicBoolean over = new AtomicBoolean();
    Thread adding =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; !over.get(); i++) {
                    try {
                      revoke(relay, "{\"session\":\"more-" + i + "\",\"tenant\":\"more\"}");
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }
                });
    try {
      for (int limit : new int[] {1, 7, 1000}) {
        List<String> sessions =
            list(relay, "?limit=" + limit).stream()
                .map(it -> String.valueOf(it.get("session")))
                .filter(it -> it.startsWith("page-"))
                .toList();
        assertEquals(30, sessions.size());
        assertEquals(30, sessions.stream().distinct().count());
      }
    } finally {
      over.set(true);
      adding.join();
    }
    assertEquals(30, list(relay, "?limit=7&tenant=pages").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=10000000",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1&limit=2",
        "cursor=",
        "cursor=x",
        "cursor=000000000000000000-1",
        "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "subjet=ada",
      })
  void aPageThatIsNotClearIsRefused(String query) throws Exception {
    relay.admin().get(PATH + "?" + query).assertProblem(400, "INVALID_REQUEST");
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
    relay.admin().get(PATH + "/x").assertProblem(405, "METHOD_NOT_ALLOWED");
    relay.http().send("DELETE", PATH + "/x", new byte[0]).assertProblem(404, "NOT_FOUND");
    assertFalse(relay.admin().get(PATH).text().contains("\"x\""));
  }
}
