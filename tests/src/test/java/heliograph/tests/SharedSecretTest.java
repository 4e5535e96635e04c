package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an application signs with a secret that the relay has too is a token like any other: for
 * streams, tickets, renewals, revocations and explanations.
 */
class SharedSecretTest {
  private static final String SECRET = Secrets.key("7a6b5c4d3e2f10897a6b5c4d3e2f1089");
  private static final String OLD = Secrets.key("old-secret-in-a-file-0123456789abcdef");
  private static final String NEW = Secrets.key("new-secret-in-a-file-0123456789abcdef");
  private static final String KEY = Secrets.key("shared-secret-test-key-0123456789");
  private static final String[] JSON = {"Content-Type", "application/json"};

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static Path file;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    file = Files.writeString(folder.resolve("secret"), OLD + "\n");
    relay =
        RelayProcess.start(
            """
            identity:
              issuers:
                - %s
                - name: app
                  secrets: ["${APP_SECRET}"]
                  algorithms: [HS256]
                  issuer: none
                  audience: none
                  tenants: [main]
                  subject-prefix: "app:"
                  lifetime: PT1H
                  claims: { roles: /scopes }
                - secret-files: ["%s"]
                  algorithms: [HS256]
                  issuer: filed
                  audience: none
                  tenants: [filed]
                  subject-prefix: "filed:"
            publishers:
              - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
            stream: { reauth: PT10S, heartbeat: PT0.2S }
            """
                .formatted(issuer.yaml(", tenants: [acme], subject-prefix: \"id:\""), file, KEY),
            Map.of("APP_SECRET", SECRET));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      Secrets.assertNoneIn("the log", relay.log());
      Secrets.assertNoneIn("the metrics", relay.metrics());
    } finally {
      relay.stopWell();
      issuer.close();
    }
  }

  private static String token(String subject, String... scopes) {
    return Token.ofApplication(subject).with("scopes", List.of(scopes)).signedWith(SECRET);
  }

  private static String filed(String secret) {
    return Token.ofApplication("ann").with("iss", "filed").signedWith(secret);
  }

  private static Answer ask(String token) throws Exception {
    return relay.http().get("/v1/events", "Authorization", "Bearer " + token);
  }

  private static void publish(String audience, int number) throws Exception {
    publisher.publish(
        "{\"tenant\":\"main\",\"topic\":\"a\",\"type\":\"t\",%s,\"data\":%d}"
            .formatted(audience, number));
  }

  @Test
  void whoItIsForHearsAnEventWhereverTheTokenStands() throws Exception {
    String token = token("alice", "editor");
    for (String[] request :
        List.of(
            new String[] {"/v1/stream", "Authorization: Bearer " + token},
            new String[] {"/v1/stream?access_token=" + token, "X-None: none"},
            new String[] {"/v1/stream", "Cookie: access_token=" + token})) {
      try (SseClient client = SseClient.open(relay, request[0], request[1])) {
        assertEquals("main", client.nextData("system.connected").get("tenant"));
        publish("\"users\":[\"alice\"]", 1);
        publish("\"roles\":[\"admin\"]", 2);
        publish("\"users\":[\"app:alice\"]", 3);
        publish("\"roles\":[\"editor\"]", 4);
        assertEquals("3", client.next("t").data());
        assertEquals("4", client.next("t").data());
      }
    }
  }

  @Test
  void aTokenWithoutABeginningIsAsOldAsTheLifetimeSays() throws Exception {
    Token bare = Token.ofApplication("bare").without("iat");

    assertEquals(200, ask(bare.signedWith(SECRET)).status());
    ask(bare.at("exp", Duration.ofHours(2)).signedWith(SECRET)).assertProblem(401, "BAD_TOKEN");
    ask(bare.with("iss", "filed").signedWith(OLD)).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void itBuysATicket() throws Exception {
    Answer bought =
        relay
            .http()
            .post(
                "/v1/tickets",
                "{\"topics\":[\"a\"]}",
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer " + token("tia"));
    String ticket = Secrets.token((String) bought.json().get("ticket"));
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
      publish("\"users\":[\"app:tia\"]", 1);
      assertEquals("1", client.next("t").data());
    }
  }

  @Test
  void aStreamGoesOnWithAnotherOfTheSameUserAlone() throws Exception {
    Token first = Token.ofApplication("renata").at("exp", Duration.ofSeconds(4));
    try (SseClient client =
        SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + first.signedWith(SECRET))) {
      String stream = (String) client.nextData("system.connected").get("stream");
      client.next("system.reauth");
      assertEquals(404, renew(stream, token("bob")).status());
      assertEquals(
          404, renew(stream, issuer.token("renata").with("tenant", "acme").signed()).status());
      renew(stream, Token.ofApplication("renata").signedWith(OLD)).assertProblem(401, "BAD_TOKEN");

      assertEquals(200, renew(stream, token("renata", "editor")).status());

      publish("\"roles\":[\"editor\"]", 1);
      assertEquals("1", client.next("t").data());
    }
  }

  private static Answer renew(String stream, String token) throws Exception {
    return relay
        .http()
        .post("/v1/streams/" + stream + "/token", "", "Authorization", "Bearer " + token);
  }

  @Test
  void whatIsTakenBackIsOver() throws Exception {
    String token = token("rita");
    try (SseClient client = SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token)) {
      client.next("system.connected");

      revoke("{\"issuer\":\"app\",\"subject\":\"app:rita\"}");

      client.assertEnded("revoked");
    }
    ask(token).assertProblem(401, "REVOKED_TOKEN");
    assertEquals(200, ask(token("other-than-rita")).status());
    // It counts as issued an hour before its end, and so before it was taken back.
    ask(Token.ofApplication("rita").without("iat").signedWith(SECRET))
        .assertProblem(401, "REVOKED_TOKEN");
  }

  @Test
  void oneTokenIsTakenBackByItsId() throws Exception {
    Token named = Token.ofApplication("judy").with("jti", "judy-1");
    assertEquals(200, ask(named.signedWith(SECRET)).status());

    revoke("{\"issuer\":\"app\",\"token\":\"judy-1\"}");

    ask(named.signedWith(SECRET)).assertProblem(401, "REVOKED_TOKEN");
    assertEquals(200, ask(named.with("jti", "judy-2").signedWith(SECRET)).status());
  }

  private static void revoke(String json) throws Exception {
    Answer answer = relay.admin().post("/admin/revocations", json, JSON);
    assertEquals(200, answer.status(), answer::toString);
  }

  @Test
  void anOperatorIsToldWhatItLetsSee() throws Exception {
    Answer answer =
        relay
            .admin()
            .post(
                "/admin/explain",
                """
                {"token":"%s","event":{"tenant":"main","topic":"a","type":"t","roles":["editor"]}}\
                """
                    .formatted(token("eve", "editor")),
                JSON);

    assertEquals(true, answer.json().get("delivered"), answer::toString);
  }

  @Test
  void aSecretInAFileChangesWithoutAStop() throws Exception {
    String old = filed(OLD);
    String fresh = filed(NEW);
    assertEquals(200, ask(old).status());
    ask(fresh).assertProblem(401, "BAD_TOKEN");

    Files.writeString(file, NEW + "\n" + OLD + "\n");
    relay.await(Pattern.compile("secrets-reloaded issuer=filed file=\\S+ secrets=2"));
    assertEquals(200, ask(old).status());
    assertEquals(200, ask(fresh).status());

    Files.writeString(file, NEW + "\n");
    relay.await(Pattern.compile("secrets-reloaded issuer=filed file=\\S+ secrets=1"));
    ask(old).assertProblem(401, "BAD_TOKEN");
    assertEquals(200, ask(fresh).status());

    Files.writeString(file, "too short\n");
    relay.await(Pattern.compile("secrets-kept issuer=filed file=\\S+ cause=a secret of HS256"));
    assertEquals(200, ask(fresh).status());
  }

  @Test
  void aSecretThatIsTooShortStopsTheStart() throws Exception {
    try (RelayProcess refused =
        RelayProcess.launch(
            RelayProcess.yaml(
                """
                identity:
                  issuers:
                    - name: app
                      secrets: ["Sh0rt-but-Secret-Text"]
                      algorithms: [HS256]
                      issuer: none
                      audience: none
                      tenants: [main]
                """))) {
      refused.await(
          Pattern.compile(
              "relay.identity.issuers.0.secrets: a secret of HS256 has at least 32 bytes"));
      assertTrue(!refused.log().contains("Sh0rt"), refused::log);
    }
  }
}
