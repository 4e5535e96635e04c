package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken back publishes nothing any more. */
class RevokingPublishersTest {
  private static final String EVENT =
      "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"a\",\"data\":%s}";

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity:
              issuers: [ { issuer: "%s", audience: heliograph, logout-audience: billing } ]
            publishers:
              - { name: billing, client-id: billing, tenants: ["*"] }
              - { name: orders, client-id: orders, tenants: [orders] }
            """
                .formatted(issuer.uri()));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  /** A token of a client; each token has an id and a subject of its own. */
  private static Token token(String client, String name) {
    return issuer
        .token("service-" + name)
        .with("azp", client)
        .with("sid", "session-" + name)
        .with("jti", "token-" + name);
  }

  private static Answer publish(Token token, String tenant) throws Exception {
    return post(token, EVENT.formatted(tenant, "1"));
  }

  private static Answer post(Token token, String body) throws Exception {
    return Publisher.withToken(relay, token.signed()).post(Publisher.JSON, body);
  }

  private static void revoke(String json) throws Exception {
    Answer answer =
        relay.admin().post("/admin/revocations", json, "Content-Type", "application/json");
    assertEquals(200, answer.status(), answer::toString);
  }

  private static void assertStored(Answer answer) {
    assertEquals(202, answer.status(), answer::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'token':'token-NAME'}",
        "{'session':'session-NAME'}",
        "{'subject':'service-NAME'}",
        "{'subject':'service-NAME','issuer':'ISSUER'}",
        "{'subject':'billing','session':'session-NAME'}",
        "{'tenant':'some','token':'token-NAME'}",
        "{'tenant':'named','token':'token-NAME'}",
      })
  void aTokenThatItCoversIsRefusedAndNoOther(String revocation) throws Exception {
    String name = UUID.randomUUID().toString();
    Token token = token("billing", name).with("tenant", "named");
    Token other = token("billing", name + "-2");
    assertStored(publish(token, "some"));

    revoke(revocation.replace("NAME", name).replace("ISSUER", issuer.uri()).replace('\'', '"'));

    publish(token, "some").assertProblem(401, "REVOKED_TOKEN");
    // Before anything in the body is looked at.
    if (!revocation.contains("some")) {
      post(token, "no JSON").assertProblem(401, "REVOKED_TOKEN");
    }
    assertStored(publish(other, "some"));
    assertStored(publish(token.with("iat", Instant.now().getEpochSecond() + 2), "some"));
  }

  @Test
  void aClientIsASubjectToo() throws Exception {
    Token token = token("orders", "any");
    assertStored(publish(token, "orders"));

    revoke("{\"subject\":\"orders\",\"issuer\":\"" + issuer.uri() + "\"}");

    publish(token, "orders").assertProblem(401, "REVOKED_TOKEN");
    publish(token("orders", "other").without("sub"), "orders").assertProblem(401, "REVOKED_TOKEN");
  }

  @Test
  void whatIsTakenBackForATenantPublishesForTheOthers() throws Exception {
    Token token = token("billing", "tenants");
    try (SseClient closed = SseClient.join(relay, issuer.token("ada", "left"), "?type=a");
        SseClient open = SseClient.join(relay, issuer.token("ada", "closing-2"), "?type=a")) {
      revoke("{\"tenant\":\"closing\"}");

      publish(token, "closing").assertProblem(401, "REVOKED_TOKEN");
      String batch = "[" + EVENT.formatted("left", "1") + "," + EVENT.formatted("closing", "2");
      post(token, batch + "]").assertProblem(401, "REVOKED_TOKEN");
      assertStored(publish(token, "closing-2"));

      assertEquals("1", open.next("a").data());
      closed.assertExhausted();
    }
  }

  /** A request that was begun before is not a way around. */
  @Test
  void whoIsStillSendingIsRefusedWhenTheBodyIsThere() throws Exception {
    String body = EVENT.formatted("late", "1");
    try (RawHttp client = RawHttp.connect(relay.port())) {
      client.send(
          """
          POST /v1/events HTTP/1.1\r
          Host: relay\r
          Authorization: Bearer %s\r
          Content-Type: application/json\r
          Content-Length: %d\r
          Expect: 100-continue\r
          \r
          """
              .formatted(
                  token("billing", "late").signed(), body.getBytes(StandardCharsets.UTF_8).length));
      assertEquals(100, client.answer().status());

      revoke("{\"token\":\"token-late\"}");

      client.send(body).answer().assertProblem(401, "REVOKED_TOKEN");
    }
  }

  @Test
  void whoLogsOutPublishesNoMore() throws Exception {
    Token token = token("billing", "logout");
    assertStored(publish(token, "some"));
    String logout =
        Token.of(issuer.uri(), "billing", "service-logout")
            .with("iat", Instant.now().getEpochSecond())
            .with("jti", "logout")
            .with("events", Map.of(BackChannelLogoutTest.EVENT, Map.of()))
            .header("typ", "logout+jwt")
            .signed();

    Answer answer =
        relay
            .http()
            .post(
                "/v1/logout",
                "logout_token=" + logout,
                "Content-Type",
                "application/x-www-form-urlencoded");

    assertEquals(200, answer.status(), answer::toString);
    publish(token, "some").assertProblem(401, "REVOKED_TOKEN");
  }

  @Test
  void aSubjectThatCannotBeReadIsRefused() throws Exception {
    publish(token("billing", "unread").with("sub", 7), "some").assertProblem(401, "BAD_TOKEN");
  }
}
