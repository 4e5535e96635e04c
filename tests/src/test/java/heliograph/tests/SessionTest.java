package heliograph.tests;

import static heliograph.tests.TestApplication.claims;
import static heliograph.tests.TestApplication.cookie;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that alone knows its sessions says who holds one, at the opening and after. */
class SessionTest {
  private static final String KEY = "session-key-0123456789";

  private static TestIssuer issuer;
  private static TestApplication application;
  private static RelayProcess relay;
  private static RelayProcess fresh;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    application = TestApplication.start();
    relay = RelayProcess.start(yaml("PT30S"));
    fresh = RelayProcess.start(yaml("PT0.2S"));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  private static String yaml(String ttl) {
    return """
    identity: { issuers: [%s], session: %s }
    publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
    cors: { origins: ["https://app.example.com"] }
    """
        .formatted(issuer.yaml(), application.yaml(ttl), KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      for (RelayProcess one : List.of(relay, fresh)) {
        String seen = one.log() + one.metrics();
        assertFalse(seen.contains("sid="), "a session was repeated");
      }
    } finally {
      relay.stopWell();
      fresh.stopWell();
      application.close();
      issuer.close();
    }
  }

  private static SseClient open(RelayProcess one, String cookie) throws Exception {
    return SseClient.open(one, "/v1/stream", "Cookie: " + cookie);
  }

  private static Answer poll(RelayProcess one, String cookie, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Cookie", cookie));
    all.addAll(List.of(headers));
    return one.http().get("/v1/events", all.toArray(String[]::new));
  }

  @Test
  void whoHoldsASessionIsWhoTheApplicationSays() throws Exception {
    String cookie = application.login("sally", "acme", "operator");
    try (SseClient client = open(relay, cookie)) {
      assertEquals("acme", client.nextData("system.connected").get("tenant"));
      publisher.publish("other", "a", "0");
      publisher.publish(
          "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"t\",\"roles\":[\"admin\"],\"data\":0}");
      publisher.publish(
          "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"t\",\"users\":[\"sally\"],\"data\":1}");
      publisher.publish(
          "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"t\",\"roles\":[\"operator\"],\"data\":2}");
      assertEquals("1", client.next("t").data());
      assertEquals("2", client.next("t").data());
      assertEquals(200, poll(relay, cookie).status());
      assertEquals(
          "{\"connected\":true,\"streams\":1}",
          relay.http().get("/v1/status", "Cookie", cookie).text());
    }
    assertEquals(1, application.asked(cookie));
  }

  @Test
  void theApplicationHearsWhatIsToBeForwardedAndNothingElse() throws Exception {
    String cookie = application.login("frida", "acme");
    poll(relay, cookie, "X-Session", "one", "X-Other", "two", "User-Agent", "three");
    TestServer.Question question =
        application.server().asked(it -> it.header("Cookie").equals(cookie)).getFirst();
    assertEquals("/session?from=relay", question.target());
    assertEquals("one", question.header("X-Session"));
    assertEquals("", question.header("X-Other"));
    assertEquals("127.0.0.1:" + application.server().port(), question.header("Host"));
    assertFalse(question.header("User-Agent").contains("three"));
  }

  @Test
  void topicsOfASessionAreTheOnesItMaySee() throws Exception {
    String cookie = cookie("topics");
    application.on(cookie, claims("{\"sub\":\"t\",\"tenant\":\"acme\",\"topics\":[\"orders.>\"]}"));
    relay
        .http()
        .get("/v1/events?topic=secrets", "Cookie", cookie)
        .assertProblem(403, "NOT_ALLOWED");
    assertEquals(200, poll(relay, cookie).status());
  }

  @Test
  void aTokenInTheCookieIsStillAToken() throws Exception {
    String cookie = "access_token=" + issuer.token("toni", "acme");
    assertEquals(200, poll(relay, cookie).status());
    assertEquals(0, application.asked(cookie));
    String forged = "access_token=" + issuer.token("toni").with("aud", "x").signed();
    poll(relay, forged).assertProblem(401, "BAD_TOKEN");
    assertEquals(0, application.asked(forged));
  }

  @Test
  void aTokenInTheHeaderCountsBeforeASession() throws Exception {
    String cookie = application.login("beside", "acme");
    Answer answer = poll(relay, cookie, "Authorization", "Bearer " + issuer.token("toni", "other"));
    assertEquals(200, answer.status());
    assertEquals(0, application.asked(cookie));
    poll(relay, cookie, "Authorization", "Bearer garbage").assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void aRequestThatIsAtFaultOrIsToStayAwayHasNobodyAsked() throws Exception {
    String cookie = application.login("careless", "acme");
    String[] atFault = {
      "/v1/stream?window=soon",
      "/v1/stream?topics=a",
      "/v1/events?wait=long",
      "/v1/events?after=yours",
      "/v1/status?topic=a"
    };
    for (String target : atFault) {
      assertEquals(400, relay.http().get(target, "Cookie", cookie).status(), target);
    }
    String[] notTaken = {"Cookie", cookie, "Accept", "text/html"};
    assertEquals(406, relay.http().get("/v1/stream", notTaken).status());
    assertEquals(
        204, relay.http().get("/v1/stream?lastEventId=k3f9-1~", "Cookie", cookie).status());
    assertEquals(
        400, relay.http().post("/v1/streams/s_0/token?topic=a", "", "Cookie", cookie).status());

    assertEquals(0, application.asked(cookie));
  }

  @Test
  void withoutAnythingThatCarriesASessionNobodyIsAsked() throws Exception {
    int before = application.server().asked(_ -> true).size();
    relay.http().get("/v1/events").assertProblem(401, "NO_CREDENTIALS");
    assertEquals(
        before, application.server().asked(it -> it.header("Cookie").isEmpty()).size() + before);
  }

  @Test
  void anotherPageCannotUseTheSession() throws Exception {
    String cookie = application.login("lured", "acme");
    poll(relay, cookie, "Origin", "https://evil.example.com").assertProblem(403, "NOT_ALLOWED");
    poll(relay, cookie, "Sec-Fetch-Site", "cross-site").assertProblem(403, "NOT_ALLOWED");
    assertEquals(0, application.asked(cookie), "a page made the relay ask");
    assertEquals(200, poll(relay, cookie, "Origin", "https://app.example.com").status());
  }

  @Test
  void manyAtOnceAskTheApplicationOnce() throws Exception {
    String cookie = application.login("many", "acme");
    Callable<Integer> attempt = () -> poll(relay, cookie).status();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each :
          threads.invokeAll(IntStream.range(0, 15).mapToObj(_ -> attempt).toList())) {
        assertEquals(200, each.get());
      }
    }
    assertEquals(1, application.asked(cookie));
  }

  private static void revoke(RelayProcess one, String json) throws Exception {
    Answer answer =
        one.admin().post("/admin/revocations", json, "Content-Type", "application/json");
    assertEquals(200, answer.status(), answer::toString);
  }

  private static void assertStaysRevoked(String cookie) throws Exception {
    int asked = application.asked(cookie);
    Deadline.await(
        "the application is asked again",
        () -> {
          poll(fresh, cookie).assertProblem(401, "REVOKED_TOKEN");
          return application.asked(cookie) >= asked + 3;
        });
  }

  /** The time of the application's answer says nothing about when the session began. */
  @ParameterizedTest
  @ValueSource(strings = {"", ",\"iat\":%d", ",\"auth_time\":%d,\"iat\":4000000000"})
  void aSessionThatIsTakenBackStaysSo(String began) throws Exception {
    String name = "taken" + began.length();
    String cookie = cookie(name);
    long now = Instant.now().getEpochSecond();
    application.on(
        cookie,
        claims(
            "{\"sub\":\"%s\",\"tenant\":\"acme\"%s}".formatted(name, began.formatted(now - 100))));
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      revoke(fresh, "{\"subject\":\"" + name + "\"}");
      client.assertEnded("revoked");
    }
    assertStaysRevoked(cookie);
  }

  @Test
  void aSessionThatBeganLaterIsAsGoodAsAny() throws Exception {
    revoke(fresh, "{\"subject\":\"later\"}");
    String cookie = cookie("later");
    long now = Instant.now().getEpochSecond();
    application.on(
        cookie,
        claims("{\"sub\":\"later\",\"tenant\":\"acme\",\"auth_time\":%d}".formatted(now + 2)));
    assertEquals(200, poll(fresh, cookie).status());
  }

  @Test
  void aSessionIsTakenBackByItsId() throws Exception {
    String claims = "{\"sub\":\"by-id\",\"tenant\":\"acme\",\"sid\":\"%s\"}";
    String cookie = cookie("by-id-1");
    application.on(cookie, claims(claims.formatted("by-id-1")));
    application.on(cookie("by-id-2"), claims(claims.formatted("by-id-2")));
    revoke(fresh, "{\"session\":\"by-id-1\"}");
    assertStaysRevoked(cookie);
    assertEquals(200, poll(fresh, cookie("by-id-2")).status());
  }

  @Test
  void aTimeThatCannotBeReadLetsNobodyIn() throws Exception {
    String cookie = cookie("unread");
    application.on(cookie, claims("{\"sub\":\"u\",\"tenant\":\"acme\",\"auth_time\":\"now\"}"));
    poll(fresh, cookie).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void aLogoutEndsTheOpenStream() throws Exception {
    String cookie = application.login("leaver", "acme");
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      Deadline.await("it is asked again", () -> application.asked(cookie) >= 3);
      assertFalse(client.hasEnded());
      application.logout(cookie);
      client.assertEnded("revoked");
    }
    poll(fresh, cookie).assertProblem(401, "BAD_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sub\":\"another\",\"tenant\":\"acme\",\"roles\":[\"a\"]}",
        "{\"sub\":\"changing\",\"tenant\":\"other\",\"roles\":[\"a\"]}",
        "{\"sub\":\"changing\",\"tenant\":\"acme\",\"roles\":[\"b\"]}",
        "{\"sub\":\"changing\",\"tenant\":\"acme\",\"roles\":[\"a\"],\"topics\":[\"a\"]}",
        "{}"
      })
  void otherClaimsEndTheOpenStream(String changed) throws Exception {
    String cookie = cookie("changing" + Integer.toHexString(changed.hashCode()));
    application.on(cookie, claims("{\"sub\":\"changing\",\"tenant\":\"acme\",\"roles\":\"a\"}"));
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      application.on(cookie, claims(changed));
      client.assertEnded("revoked");
    }
  }

  @Test
  void whileTheApplicationIsAwayAStreamStaysForAWhile() throws Exception {
    String cookie = application.login("patient", "acme");
    TestServer.Behaviour down = (_, exchange) -> TestServer.answer(exchange, 500, "");
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      application.on(cookie, down);
      int before = application.asked(cookie);
      Deadline.await("it is asked", () -> application.asked(cookie) > before);
      application.login("patient", "acme");
      int after = application.asked(cookie);
      Deadline.await("it is asked again, and well", () -> application.asked(cookie) > after + 3);
      assertFalse(client.hasEnded());
      application.on(cookie, down);
      client.assertEnded("unavailable");
    }
  }

  @Test
  void aStreamEndsWithTheSessionsOwnEnd() throws Exception {
    String cookie = cookie("ending");
    long end = Instant.now().getEpochSecond() + 3;
    application.on(
        cookie, claims("{\"sub\":\"ending\",\"tenant\":\"acme\",\"exp\":%d}".formatted(end)));
    try (SseClient client = open(relay, cookie)) {
      client.next("system.connected");
      client.next("system.reauth");
      client.assertEnded("expired");
    }
    assertTrue(Instant.now().getEpochSecond() >= end);
  }
}
