package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two issuers in one tenant who each know somebody by the same {@code sub}: to the relay these are
 * two persons, wherever it asks who somebody is.
 */
class PersonsApartTest {
  private static final String KEY = "persons-key-0123456789";
  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final int PER_USER = 2;

  private static TestIssuer ours;
  private static TestIssuer theirs;
  private static TestApplication application;
  private static RelayProcess relay;
  private static RelayProcess byTenants;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    ours = TestIssuer.start();
    theirs = TestIssuer.start();
    application = TestApplication.start();
    relay =
        RelayProcess.start(
            """
            identity:
              issuers:
                - %s
                - %s
              session: { url: "%s", subject-prefix: "ours:" }
            publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
            limits: { streams-per-user: %d }
            stream: { over-user-limit: supersede }
            """
                .formatted(
                    ours.yamlWithPrefix("ours:"),
                    theirs.yaml(", subject-prefix: \"theirs:\", logout-audience: web"),
                    application.server().uri(),
                    KEY,
                    PER_USER));
    byTenants =
        RelayProcess.start(
            """
            identity: { issuers: [%s, %s] }
            """
                .formatted(ours.yaml(", tenants: [acme]"), theirs.yaml(", tenants: [globex]")));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    byTenants.stopWell();
    application.close();
    ours.close();
    theirs.close();
  }

  private static String token(TestIssuer issuer, String subject) {
    return issuer.token(subject, "acme");
  }

  private static SseClient join(TestIssuer issuer, String subject) throws Exception {
    return SseClient.join(relay, token(issuer, subject), "");
  }

  private static Answer ask(TestIssuer issuer, String subject, String target) throws Exception {
    return relay.http().get(target, "Authorization", "Bearer " + token(issuer, subject));
  }

  private static String event(String users, int number) {
    return "{\"topic\":\"a\",\"type\":\"t\",\"users\":\"%s\",\"data\":%d}".formatted(users, number);
  }

  @Test
  void anEventForAUserReachesThePersonOfOneIssuer() throws Exception {
    try (SseClient mine = join(ours, "ann");
        SseClient other = join(theirs, "ann")) {
      publisher.publish(event("ann", 0));
      publisher.publish(event("ours:ann", 1));
      publisher.publish(event("theirs:ann", 2));
      publisher.publish(event("ours:ann,theirs:ann", 3));

      assertEquals("1", mine.next("t").data());
      assertEquals("3", mine.next("t").data());
      assertEquals("2", other.next("t").data());
      assertEquals("3", other.next("t").data());
      mine.assertExhausted();
      other.assertExhausted();
    }
  }

  @Test
  void namesOfUsersWithAPrefixFitIntoAHeader() throws Exception {
    try (SseClient mine = join(ours, "header");
        SseClient other = join(theirs, "header")) {
      Answer answer =
          publisher.post(
              "application/json",
              "7",
              "ce-specversion",
              "1.0",
              "ce-id",
              "header",
              "ce-source",
              "/s",
              "ce-type",
              "t",
              "ce-topic",
              "a",
              "ce-users",
              "nobody,theirs:header");
      assertEquals(202, answer.status(), answer::toString);
      assertEquals("7", other.next("t").data());
      publisher.publish(event("ours:header", 8));
      assertEquals("8", mine.next("t").data());
    }
  }

  @Test
  void eachHasTheStreamsOfAUserToItself() throws Exception {
    try (SseClient mine = join(ours, "busy");
        SseClient also = join(ours, "busy");
        SseClient first = join(theirs, "busy")) {
      assertEquals(2L, ask(ours, "busy", "/v1/status").json().get("streams"));
      assertEquals(1L, ask(theirs, "busy", "/v1/status").json().get("streams"));
      try (SseClient second = join(theirs, "busy")) {
        first.assertExhausted();
        second.assertExhausted();
        ask(theirs, "busy", "/v1/events").assertProblem(429, "TOO_MANY_STREAMS");
        try (SseClient third = join(theirs, "busy")) {
          first.assertEnded("superseded");
          second.assertExhausted();
          third.assertExhausted();
        }
      }
      mine.assertExhausted();
      also.assertExhausted();
    }
  }

  @Test
  void aTicketIsItsBuyersAndNamesItOnce() throws Exception {
    Answer sold =
        relay
            .http()
            .post(
                "/v1/tickets",
                "{\"topics\":[\">\"]}",
                "Authorization",
                "Bearer " + token(theirs, "tess"),
                "Content-Type",
                "application/json");
    assertEquals(200, sold.status(), sold::toString);
    try (SseClient stream =
        SseClient.open(relay, "/v1/stream?ticket=" + sold.json().get("ticket"))) {
      stream.next("system.connected");
      assertEquals(1L, ask(theirs, "tess", "/v1/status").json().get("streams"));
      assertEquals(0L, ask(ours, "tess", "/v1/status").json().get("streams"));
      publisher.publish(event("ours:tess", 1));
      publisher.publish(event("theirs:theirs:tess", 2));
      publisher.publish(event("theirs:tess", 3));
      assertEquals("3", stream.next("t").data());
    }
  }

  @Test
  void nobodyRenewsTheOthersStream() throws Exception {
    try (SseClient stream =
        SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token(ours, "rita"))) {
      String path = "/v1/streams/" + stream.nextData("system.connected").get("stream") + "/token";
      relay
          .http()
          .post(path, "", "Authorization", "Bearer " + token(theirs, "rita"))
          .assertProblem(404, "NOT_FOUND");
      Answer own = relay.http().post(path, "", "Authorization", "Bearer " + token(ours, "rita"));
      assertEquals(200, own.status(), own::toString);
    }
  }

  @Test
  void whoIsTakenBackIsOneOfTheTwo() throws Exception {
    try (SseClient mine = join(ours, "eve");
        SseClient other = join(theirs, "eve")) {
      Answer answer = relay.admin().post("/admin/revocations", "{\"subject\":\"eve\"}", JSON);
      assertEquals(0L, answer.json().get("streams"), answer::toString);
      answer = relay.admin().post("/admin/revocations", "{\"subject\":\"theirs:eve\"}", JSON);
      assertEquals(1L, answer.json().get("streams"), answer::toString);
      other.assertEnded("revoked");
      ask(theirs, "eve", "/v1/events").assertProblem(401, "REVOKED_TOKEN");
      assertEquals(200, ask(ours, "eve", "/v1/events").status());
      mine.assertExhausted();
    }
  }

  /** The issuer knows nothing of prefixes: its logout tokens name what its tokens name. */
  @Test
  void whoLogsOutIsOneOfTheTwo() throws Exception {
    String logout =
        Token.of(theirs.uri(), "web", "lou")
            .with("iat", Instant.now().getEpochSecond())
            .with("jti", UUID.randomUUID().toString())
            .with("events", Map.of(BackChannelLogoutTest.EVENT, Map.of()))
            .header("typ", "logout+jwt")
            .signed();
    try (SseClient mine = join(ours, "lou");
        SseClient other = join(theirs, "lou")) {
      Answer answer =
          relay
              .http()
              .post(
                  "/v1/logout",
                  "logout_token=" + URLEncoder.encode(logout, StandardCharsets.UTF_8),
                  "Content-Type",
                  "application/x-www-form-urlencoded");
      assertEquals(200, answer.status(), answer::toString);
      other.assertEnded("revoked");
      ask(theirs, "lou", "/v1/events").assertProblem(401, "REVOKED_TOKEN");
      mine.assertExhausted();
    }
  }

  @Test
  void anExplanationIsAboutOneOfTheTwo() throws Exception {
    for (TestIssuer issuer : new TestIssuer[] {ours, theirs}) {
      String question =
          """
          {"token":"%s","event":{"tenant":"acme","topic":"a","type":"t","users":["theirs:ed"]}}\
          """
              .formatted(token(issuer, "ed"));
      Answer answer = relay.admin().post("/admin/explain", question, JSON);
      assertEquals(issuer == theirs, answer.json().get("delivered"), answer::toString);
    }
  }

  @Test
  void aSessionIsOfThePersonWhoseIssuerItNames() throws Exception {
    String cookie = application.login("sam", "acme");
    try (SseClient stream = SseClient.open(relay, "/v1/stream", "Cookie: " + cookie)) {
      stream.next("system.connected");
      assertEquals(1L, ask(ours, "sam", "/v1/status").json().get("streams"));
      assertEquals(0L, ask(theirs, "sam", "/v1/status").json().get("streams"));
      publisher.publish(event("theirs:sam", 1));
      publisher.publish(event("ours:sam", 2));
      assertEquals("2", stream.next("t").data());
    }
  }

  @Test
  void whereTenantsTellPersonsApartASubjectAloneNamesNobody() throws Exception {
    String mine = ours.token("ann", "acme");
    String other = theirs.token("ann", "globex");
    try (SseClient first = SseClient.join(byTenants, mine, "");
        SseClient second = SseClient.join(byTenants, other, "")) {
      byTenants
          .admin()
          .post("/admin/revocations", "{\"subject\":\"ann\"}", JSON)
          .assertProblem(400, "INVALID_REQUEST", "/subject");
      first.assertExhausted();
      Answer answer =
          byTenants
              .admin()
              .post("/admin/revocations", "{\"subject\":\"ann\",\"tenant\":\"globex\"}", JSON);
      assertEquals(1L, answer.json().get("streams"), answer::toString);
      second.assertEnded("revoked");
      first.assertExhausted();
      answer =
          byTenants
              .admin()
              .post(
                  "/admin/revocations",
                  "{\"subject\":\"ann\",\"issuer\":\"%s\"}".formatted(ours.uri()),
                  JSON);
      assertEquals(1L, answer.json().get("streams"), answer::toString);
      first.assertEnded("revoked");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", subject-prefix: \"same:\"", ", tenants: [acme]"})
  void issuersThatAreNotToldApartStopTheStart(String same) throws Exception {
    String issuers = ours.yaml(same) + ", " + theirs.yaml(same);
    try (RelayProcess refused =
        RelayProcess.launch(
            RelayProcess.yaml("identity: { issuers: [%s] }\n".formatted(issuers)))) {
      assertEquals(78, refused.exitCode());
      String line = refused.log();
      assertFalse(line.contains("started"), line);
      refused.assertLogged(1, "relay.identity.issuers.1.subject-prefix: ");
    }
  }
}
