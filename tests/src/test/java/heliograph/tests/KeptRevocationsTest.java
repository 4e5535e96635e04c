package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was taken back stays so over a restart, wherever the log is, and for as long as what it took
 * back could be good.
 */
class KeptRevocationsTest {
  private static final String PATH = "/admin/revocations";

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

  /** Where revocations are kept. */
  private enum Where {
    BESIDE_THE_LOG,
    IN_A_DIRECTORY_OF_THEIR_OWN
  }

  private RelayProcess relay(Where where, String revocations, String limits) throws Exception {
    boolean beside = where == Where.BESIDE_THE_LOG;
    String directory = beside ? "" : "directory: \"" + folder.resolve("kept") + "\"";
    return RelayProcess.start(
        """
        identity: { issuers: [%s], revocations: { %s } }
        log: { directory: "%s" }
        limits: { %s }
        """
            .formatted(
                issuer.yaml(),
                List.of(directory, revocations).stream()
                    .filter(it -> !it.isEmpty())
                    .collect(java.util.stream.Collectors.joining(", ")),
                folder.resolve("log"),
                limits),
        Map.of(),
        "-Drelay.log.durability=" + (beside ? "os" : "memory"));
  }

  private static Object revoke(RelayProcess at, String json) throws Exception {
    Answer answer =
        at.admin().post(PATH, json.replace('\'', '"'), "Content-Type", "application/json");
    assertEquals(200, answer.status(), answer::toString);
    return answer.json().get("id");
  }

  private static Answer poll(RelayProcess at, Token token) throws Exception {
    return at.http().get("/v1/events", "Authorization", "Bearer " + token.signed());
  }

  private static void assertRefused(RelayProcess at, String subject) throws Exception {
    poll(at, issuer.token(subject).with("tenant", "acme")).assertProblem(401, "REVOKED_TOKEN");
  }

  private static void assertWelcome(RelayProcess at, String subject) throws Exception {
    Answer answer = poll(at, issuer.token(subject).with("tenant", "acme"));
    assertEquals(200, answer.status(), answer::toString);
  }

  private static void kill(RelayProcess relay) throws Exception {
    relay.kill();
    relay.exitCode();
  }

  @ParameterizedTest
  @EnumSource
  void overARestartTheyAreKept(Where where) throws Exception {
    try (RelayProcess first = relay(where, "", "")) {
      revoke(first, "{'subject':'alice'}");
      Object id = revoke(first, "{'subject':'bob'}");
      revoke(first, "{'subject':'carol'}");
      assertEquals(204, first.admin().send("DELETE", PATH + "/" + id, new byte[0]).status());
      assertEquals(2, first.metric("heliograph_revocations"));
      kill(first);
    }
    try (RelayProcess second = relay(where, "", "")) {
      assertRefused(second, "alice");
      assertWelcome(second, "bob");
      assertRefused(second, "carol");
      String listed = second.admin().get(PATH).text();
      assertTrue(listed.contains("\"subject\":\"alice\""), listed);
      assertEquals(2, second.metric("heliograph_revocations"));
      second.assertWell();
    }
  }

  /** What an older relay wrote into its file. */
  @ParameterizedTest
  @EnumSource
  void theFileOfAnOlderRelayIsTakenOver(Where where) throws Exception {
    Path file = Files.createDirectories(folder.resolve("log")).resolve("revocations.jsonl");
    Files.writeString(file, "{\"subject\":\"alice\",\"before\":\"%s\"}\n".formatted(Instant.now()));
    String named = where == Where.BESIDE_THE_LOG ? "" : "file: \"" + file + "\"";
    for (int start = 0; start < 2; start++) {
      try (RelayProcess relay = relay(where, named, "")) {
        assertRefused(relay, "alice");
        assertWelcome(relay, "bob");
        assertFalse(Files.exists(file));
        kill(relay);
      }
    }
  }

  /** Else it would come back when what took it back is forgotten. */
  @Test
  void noTokenIsGoodForLongerThanWhatTakesItBackIsKept() throws Exception {
    try (RelayProcess relay = relay(Where.BESIDE_THE_LOG, "keep: PT1H", "")) {
      Token token = issuer.token("alice").with("tenant", "acme");
      long now = Instant.now().getEpochSecond();
      assertEquals(200, poll(relay, token.with("iat", now - 3500)).status());
      poll(relay, token.with("iat", now - 3601)).assertProblem(401, "EXPIRED_TOKEN");
      poll(relay, token.without("iat")).assertProblem(401, "BAD_TOKEN");
    }
  }

  /** One user in a loop of logging in and out. */
  @Test
  void theManyLoginsOfOneSubjectAreOneAndNobodyElses() throws Exception {
    try (RelayProcess relay = relay(Where.BESIDE_THE_LOG, "", "revocations-per-subject: 5")) {
      revoke(relay, "{'subject':'bob','session':'b'}");
      for (int i = 0; i < 20; i++) {
        revoke(relay, "{'subject':'alice','session':'a" + i + "'}");
      }
      assertTrue(relay.metric("heliograph_revocations") <= 1 + 1 + 5);
      Token alice = issuer.token("alice").with("tenant", "acme");
      poll(relay, alice.with("sid", "a0")).assertProblem(401, "REVOKED_TOKEN");
      poll(relay, alice.with("sid", "a19")).assertProblem(401, "REVOKED_TOKEN");
      poll(relay, issuer.token("bob").with("tenant", "acme").with("sid", "b"))
          .assertProblem(401, "REVOKED_TOKEN");
      assertWelcome(relay, "bob");
      relay.assertWell();
    }
  }

  @Test
  void oneTenantCannotFillTheList() throws Exception {
    String limits = "revocations: 5, revocations-per-tenant: 2";
    try (RelayProcess relay = relay(Where.BESIDE_THE_LOG, "", limits)) {
      String[] json = {"Content-Type", "application/json"};
      for (int i = 0; i < 2; i++) {
        revoke(relay, "{'session':'s" + i + "','tenant':'big'}");
      }
      String more = "{\"session\":\"s2\",\"tenant\":\"big\"}";
      relay.admin().post(PATH, more, json).assertProblem(503, "REVOCATIONS_UNAVAILABLE");
      revoke(relay, "{'session':'s1','tenant':'big'}");
      for (int i = 0; i < 3; i++) {
        revoke(relay, "{'session':'s" + i + "','tenant':'other" + i + "'}");
      }
      String last = "{\"session\":\"s\",\"tenant\":\"last\"}";
      Answer full = relay.admin().post(PATH, last, json);
      full.assertProblem(503, "REVOCATIONS_UNAVAILABLE");
      assertTrue(full.text().contains("relay.limits.revocations "), full::text);
      assertEquals(5, relay.metric("heliograph_revocations"));
      assertTrue(relay.log().contains("revocations-full"), relay::log);
    }
  }
}
