package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may have a profile: by a session, a token that an application alone knows, or nobody. */
class ProfileCallersTest {
  private static TestApplication application;
  private static TestServer members;
  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher backend;

  @BeforeAll
  static void start() throws Exception {
    application = TestApplication.start();
    members =
        TestServer.start(
            (question, exchange) ->
                TestServer.answer(exchange, question.target().contains("/42/") ? 200 : 403, ""));
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s], session: %s }
            publishers: [ { name: backend, scheme: token, secrets: [backend-key-0123456789], tenants: ["*"] } ]
            limits: { streams-per-user: 100 }
            streams:
              - name: members
                path: "/members/{id}/live"
                topics: ["event.{path.id}"]
                token: { places: [query], query: token, verify: session }
                authorize: [ { url: "%s/events/{path.id}/member", ttl: PT0.1S } ]
                log-subjects: true
              - name: flagged
                path: /flagged
                topics: [sync]
                token: { places: [cookie], verify: session }
                enabled: { claim: /features/FF_SSE, answer: 204 }
              - { name: hidden, path: /hidden, topics: [sync], token: { places: [cookie], verify: session }, enabled: { claim: /features/FF_SSE, answer: 404 } }
              - { name: staff, path: /staff, topics: [sync], enabled: { roles: [staff], answer: 403 }, status: { path: /staff/status } }
              - { name: off, path: /off, topics: [sync], enabled: false, poll: true, status: { path: /off/status } }
              - name: open
                path: /open
                topics: [sync]
                token: { verify: none }
                anonymous: { subject: anybody, tenant: lobby }
              - name: one
                path: /one
                topics: [sync]
                one-per: { scope: user, most: 1, over: supersede }
                status: { path: /one/status, body: '{"connected":{connected},"total_connections":{streams.tenant}}' }
            """
                .formatted(issuer.yaml(), application.yaml("PT0.2S"), members.uri()));
    backend = Publisher.withKey(relay, "backend", "backend-key-0123456789");
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
    members.close();
    application.close();
  }

  /** A session whose holder has, or has not, a feature. */
  private static String login(String subject, String tenant, Object feature) {
    String cookie = TestApplication.cookie(subject);
    feature(cookie, subject, tenant, feature);
    return cookie;
  }

  private static void feature(String cookie, String subject, String tenant, Object feature) {
    application.on(
        cookie,
        TestApplication.claims(
            Json.write(
                Map.of("sub", subject, "tenant", tenant, "features", Map.of("FF_SSE", feature)))));
  }

  /** The application knows the token, be it a JWT or not; the relay need not. */
  @Test
  void anApplicationIsAskedAboutATokenOfItsOwn() throws Exception {
    String token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl";
    application.on(
        "Bearer " + token, TestApplication.claims("{\"sub\":\"7\",\"tenant\":\"events\"}"));
    try (SseClient client = SseClient.open(relay, "/members/42/live?token=" + token)) {
      client.next("system.connected");
      backend.publish("events", "event.42", "1");
      assertEquals("1", client.next("test.happened").data());
    }
    assertTrue(relay.log().contains("stream-open"), relay::log);
    assertTrue(relay.log().contains("subject=7"), relay::log);
    assertFalse(relay.log().contains(token), "the token is in the log");
    relay.http().get("/members/41/live?token=" + token).assertProblem(403, "NOT_ALLOWED");
    relay.http().get("/members/42/live?token=unknown").assertProblem(401, "BAD_TOKEN");
    relay
        .http()
        .get("/members/42/live", "Authorization", "Bearer " + token)
        .assertProblem(401, "NO_CREDENTIALS");
  }

  /** A new token comes in the place where the profile has the old one, and passes the same gate. */
  @Test
  void aStreamGoesOnWithANewToken() throws Exception {
    for (String token : List.of("first", "second")) {
      application.on(
          "Bearer " + token, TestApplication.claims("{\"sub\":\"9\",\"tenant\":\"renewals\"}"));
    }
    application.on(
        "Bearer other", TestApplication.claims("{\"sub\":\"10\",\"tenant\":\"renewals\"}"));
    try (SseClient client = SseClient.open(relay, "/members/42/live?token=first")) {
      String id = client.nextData("system.connected").get("stream").toString();
      assertTrue(client.head().contains("Heliograph-Stream: " + id), client::head);
      String renewal = "/v1/streams/" + id + "/token";
      int asked = members.asked(it -> it.target().contains("/42/")).size();

      assertEquals(200, relay.http().post(renewal + "?token=second", "").status());
      assertTrue(members.asked(it -> it.target().contains("/42/")).size() > asked);
      relay.http().post(renewal + "?token=other", "").assertProblem(404, "NOT_FOUND");
      relay
          .http()
          .post(renewal, "", "Authorization", "Bearer second")
          .assertProblem(401, "NO_CREDENTIALS");
      application.logout("Bearer first");
      backend.publish("renewals", "event.42", "1");
      assertEquals("1", client.next("test.happened").data());
      client.assertExhausted();
    }
  }

  @Test
  void whatIsSwitchedOffEndsAndStaysAway() throws Exception {
    String cookie = login("fay", "flags", true);
    try (SseClient client = SseClient.open(relay, "/flagged", "Cookie: " + cookie)) {
      client.next("system.connected");
      backend.publish("flags", "sync", "1");
      client.next("test.happened");
      feature(cookie, "fay", "flags", false);
      client.assertEnded("disabled");
      assertTrue(client.lastEventId().endsWith("~"), client::lastEventId);
      assertEquals(
          204,
          relay
              .http()
              .get("/flagged", "Cookie", cookie, "Last-Event-ID", client.lastEventId())
              .status());
    }
    assertEquals(204, relay.http().get("/flagged", "Cookie", cookie).status());
    relay.http().get("/hidden", "Cookie", cookie).assertProblem(404, "NOT_FOUND");
  }

  /** A ticket is good once, for a profile whose topics it has. */
  @Test
  void aTicketOpensAProfile() throws Exception {
    String ticket = buy("[\"sync\"]");
    try (SseClient client = SseClient.open(relay, "/one?ticket=" + ticket)) {
      client.next("system.connected");
      backend.publish("tickets", "sync", "1");
      assertEquals("1", client.next("test.happened").data());
    }
    relay.http().get("/one?ticket=" + ticket).assertProblem(401, "BAD_TOKEN");
    relay.http().get("/one?ticket=" + buy("[\"elsewhere\"]")).assertProblem(403, "NOT_ALLOWED");
  }

  private static String buy(String topics) throws Exception {
    Answer sold =
        relay
            .http()
            .post(
                "/v1/tickets",
                "{\"topics\":%s}".formatted(topics),
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer " + issuer.token("tina", "tickets"));
    return sold.json().get("ticket").toString();
  }

  @Test
  void whoLacksARoleIsRefused() throws Exception {
    String staff = "Bearer " + issuer.token("ada", "roles", "staff");
    try (SseClient client = SseClient.open(relay, "/staff", "Authorization: " + staff)) {
      client.next("system.connected");
    }
    String guest = "Bearer " + issuer.token("bob", "roles", "guest");
    for (String path : List.of("/staff", "/staff/status")) {
      relay.http().get(path, "Authorization", guest).assertProblem(403, "NOT_ALLOWED");
    }
    assertEquals(200, relay.http().get("/staff/status", "Authorization", staff).status());
    for (String path : List.of("/off", "/off/status")) {
      for (String accept : List.of("text/event-stream", "application/json")) {
        Answer answer = relay.http().get(path, "Authorization", staff, "Accept", accept);
        assertEquals(204, answer.status(), answer::toString);
        assertEquals(Optional.of("no-store"), answer.header("Cache-Control"), accept);
      }
    }
  }

  /** No credential is read, so that no page gains by a cookie that its visitor happens to have. */
  @Test
  void anybodyHasWhatIsForAnybody() throws Exception {
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of("Authorization: Bearer not.a.token"),
            List.of("Cookie: " + login("ann", "other", true), "Origin: https://evil.example"))) {
      try (SseClient client = SseClient.open(relay, "/open", headers.toArray(String[]::new))) {
        client.next("system.connected");
        backend.publish("other", "sync", "\"of another tenant\"");
        backend.publish("lobby", "sync", "\"for all\"");
        assertEquals("\"for all\"", client.next("test.happened").data());
        client.assertExhausted();
      }
    }
  }

  @Test
  void theNewestTabHasThePlaceAndTheStatusSaysSo() throws Exception {
    String token = "Bearer " + issuer.token("tab", "tabs");
    String elsewhere = "Bearer " + issuer.token("tab", "elsewhere");
    try (SseClient first = SseClient.open(relay, "/one", "Authorization: " + token);
        SseClient other = SseClient.open(relay, "/one", "Authorization: " + elsewhere)) {
      first.next("system.connected");
      other.next("system.connected");
      try (SseClient second = SseClient.open(relay, "/one", "Authorization: " + token)) {
        second.next("system.connected");
        first.assertEnded("superseded");
        assertEquals(
            "{\"connected\":true,\"total_connections\":1}",
            relay.http().get("/one/status", "Authorization", token).text());
        backend.publish("tabs", "sync", "1");
        second.next("test.happened");
        other.assertExhausted();
      }
    }
    relay.http().get("/one/status").assertProblem(401, "NO_CREDENTIALS");
  }
}
