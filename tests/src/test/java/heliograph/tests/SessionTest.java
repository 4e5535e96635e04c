package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that alone knows its sessions says who holds one, at the opening and after. */
class SessionTest {
  private static final String KEY = "session-key-0123456789";
  // Longer than a question may take.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  // By cookie, what the application does when it is asked.
  private static final Map<String, TestServer.Behaviour> SESSIONS = new ConcurrentHashMap<>();
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static TestIssuer issuer;
  private static TestServer application;
  private static RelayProcess relay;
  private static RelayProcess fresh;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    application = TestServer.start(SessionTest::application);
    relay = RelayProcess.start(yaml("PT30S"));
    fresh = RelayProcess.start(yaml("PT1S"));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  private static String yaml(String ttl) {
    return """
    identity:
      issuers: [%s]
      session: { url: "%s/session?from=relay", forward: [Cookie, X-Session], ttl: %s }
    publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
    cors: { origins: ["https://app.example.com"] }
    """
        .formatted(issuer.yaml(), application.uri(), ttl, KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    OVER.countDown();
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

  private static void application(TestServer.Question question, HttpExchange exchange)
      throws IOException {
    SESSIONS
        .getOrDefault(question.header("Cookie"), (_, it) -> TestServer.answer(it, 401, ""))
        .answer(question, exchange);
  }

  private static TestServer.Behaviour claims(String json) {
    return (_, exchange) -> TestServer.answer(exchange, 200, json);
  }

  private static String cookie(String name) {
    return "sid=s%3A" + name + ".signature";
  }

  /** Someone who is logged in. */
  private static String login(String subject, String tenant, String... roles) {
    String cookie = cookie(subject);
    SESSIONS.put(
        cookie,
        claims(Json.write(Map.of("sub", subject, "tenant", tenant, "roles", List.of(roles)))));
    return cookie;
  }

  private static SseClient open(RelayProcess one, String cookie) throws Exception {
    return SseClient.open(one, "/v1/stream", "Cookie: " + cookie);
  }

  private static Answer poll(RelayProcess one, String cookie, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Cookie", cookie));
    all.addAll(List.of(headers));
    return one.http().get("/v1/events", all.toArray(String[]::new));
  }

  private static int asked(String cookie) {
    return application.asked(it -> it.header("Cookie").equals(cookie)).size();
  }

  @Test
  void whoHoldsASessionIsWhoTheApplicationSays() throws Exception {
    String cookie = login("sally", "acme", "operator");
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
    assertEquals(1, asked(cookie));
  }

  @Test
  void theApplicationHearsWhatIsToBeForwardedAndNothingElse() throws Exception {
    String cookie = login("frida", "acme");
    poll(relay, cookie, "X-Session", "one", "X-Other", "two", "User-Agent", "three");
    TestServer.Question question =
        application.asked(it -> it.header("Cookie").equals(cookie)).getFirst();
    assertEquals("/session?from=relay", question.target());
    assertEquals("one", question.header("X-Session"));
    assertEquals("", question.header("X-Other"));
    assertEquals("127.0.0.1:" + application.port(), question.header("Host"));
    assertFalse(question.header("User-Agent").contains("three"));
  }

  @Test
  void topicsOfASessionAreTheOnesItMaySee() throws Exception {
    String cookie = cookie("topics");
    SESSIONS.put(cookie, claims("{\"sub\":\"t\",\"tenant\":\"acme\",\"topics\":[\"orders.>\"]}"));
    relay
        .http()
        .get("/v1/events?topic=secrets", "Cookie", cookie)
        .assertProblem(403, "NOT_ALLOWED");
    assertEquals(200, poll(relay, cookie).status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                            | 401 | BAD_TOKEN",
        "{\"sub\":\" \",\"tenant\":\"acme\"}           | 401 | BAD_TOKEN",
        "{\"sub\":1,\"tenant\":\"acme\"}               | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"a b\"}            | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"acme\",\"roles\":[1]} | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"acme\",\"topics\":\"a..b\"} | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"acme\",\"exp\":\"soon\"} | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"acme\",\"exp\":1e999} | 401 | BAD_TOKEN",
        "{\"sub\":\"a\",\"tenant\":\"acme\",\"exp\":1} | 401 | EXPIRED_TOKEN",
        "{\"sub\":\"a\"}                               | 403 | NOT_ALLOWED",
      })
  void claimsThatCannotBeReadAdmitToNothing(String json, int status, String code) throws Exception {
    String cookie = cookie("claims" + Integer.toHexString(json.hashCode()));
    SESSIONS.put(cookie, claims(json));
    poll(relay, cookie).assertProblem(status, code);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aSessionThatIsRefusedIsRefused(int status) throws Exception {
    String cookie = cookie("refused" + status);
    SESSIONS.put(cookie, (_, exchange) -> TestServer.answer(exchange, status, ""));
    poll(relay, cookie).assertProblem(401, "BAD_TOKEN");
    relay.http().get("/v1/stream", "Cookie", cookie).assertProblem(401, "BAD_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "500",
        "404",
        "204",
        "302",
        "list",
        "text",
        "nothing",
        "huge",
        "endless",
        "slow",
        "dripping"
      })
  void whatIsNoAnswerAdmitsNobody(String how) throws Exception {
    String cookie = cookie(how);
    try (TestServer elsewhere = TestServer.start(claims("{\"sub\":\"x\",\"tenant\":\"acme\"}"))) {
      SESSIONS.put(cookie, (_, exchange) -> misbehave(how, exchange, elsewhere.uri()));
      try (SseClient client = open(relay, cookie)) {
        assertEquals("unavailable", Json.object(client.next(PATIENCE).data()).get("reason"));
        client.assertEnded();
      }
      poll(relay, cookie).assertProblem(503, "IDENTITY_UNAVAILABLE");
      assertEquals(List.of(), elsewhere.asked(_ -> true));
    }
    // It is asked again, and what went wrong is not held against who comes next.
    String well = login("after-" + how, "acme");
    Deadline.await("it is asked again", () -> poll(relay, well).status() == 200);
  }

  private static void misbehave(String how, HttpExchange exchange, String elsewhere)
      throws IOException {
    switch (how) {
      case "302" -> {
        exchange.getResponseHeaders().set("Location", elsewhere);
        TestServer.answer(exchange, 302, "");
      }
      case "list" -> TestServer.answer(exchange, 200, "[]");
      case "text" -> TestServer.answer(exchange, 200, "<html>");
      case "nothing" -> TestServer.answer(exchange, 200, "");
      case "huge" ->
          TestServer.answer(
              exchange,
              200,
              "{\"sub\":\"a\",\"tenant\":\"acme\",\"pad\":\"" + "x".repeat(70_000) + "\"}");
      case "endless" -> {
        exchange.sendResponseHeaders(200, 0);
        while (true) {
          exchange
              .getResponseBody()
              .write(" ".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
      }
      case "slow" -> await(PATIENCE);
      case "dripping" -> {
        exchange.sendResponseHeaders(200, 0);
        for (int i = 0; i < 200 && !await(Duration.ofMillis(100)); i++) {
          exchange.getResponseBody().write(' ');
          exchange.getResponseBody().flush();
        }
      }
      default -> TestServer.answer(exchange, Integer.parseInt(how), "");
    }
  }

  /** Waits for so long, or for the end of the tests. */
  private static boolean await(Duration time) {
    try {
      return OVER.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Test
  void aTokenInTheCookieIsStillAToken() throws Exception {
    String cookie = "access_token=" + issuer.token("toni", "acme");
    assertEquals(200, poll(relay, cookie).status());
    assertEquals(0, asked(cookie));
    String forged = "access_token=" + issuer.token("toni").with("aud", "x").signed();
    poll(relay, forged).assertProblem(401, "BAD_TOKEN");
    assertEquals(0, asked(forged));
  }

  @Test
  void aTokenInTheHeaderCountsBeforeASession() throws Exception {
    String cookie = login("beside", "acme");
    Answer answer = poll(relay, cookie, "Authorization", "Bearer " + issuer.token("toni", "other"));
    assertEquals(200, answer.status());
    assertEquals(0, asked(cookie));
    poll(relay, cookie, "Authorization", "Bearer garbage").assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void withoutAnythingThatCarriesASessionNobodyIsAsked() throws Exception {
    int before = application.asked(_ -> true).size();
    relay.http().get("/v1/events").assertProblem(401, "NO_CREDENTIALS");
    assertEquals(before, application.asked(it -> it.header("Cookie").isEmpty()).size() + before);
  }

  @Test
  void anotherPageCannotUseTheSession() throws Exception {
    String cookie = login("lured", "acme");
    poll(relay, cookie, "Origin", "https://evil.example.com").assertProblem(403, "NOT_ALLOWED");
    poll(relay, cookie, "Sec-Fetch-Site", "cross-site").assertProblem(403, "NOT_ALLOWED");
    assertEquals(0, asked(cookie), "a page made the relay ask");
    assertEquals(200, poll(relay, cookie, "Origin", "https://app.example.com").status());
  }

  @Test
  void manyAtOnceAskTheApplicationOnce() throws Exception {
    String cookie = login("many", "acme");
    Callable<Integer> attempt = () -> poll(relay, cookie).status();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each :
          threads.invokeAll(IntStream.range(0, 15).mapToObj(_ -> attempt).toList())) {
        assertEquals(200, each.get());
      }
    }
    assertEquals(1, asked(cookie));
  }

  @Test
  void aLogoutEndsTheOpenStream() throws Exception {
    String cookie = login("leaver", "acme");
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      Deadline.await("it is asked again", () -> asked(cookie) >= 3);
      assertFalse(client.hasEnded());
      SESSIONS.remove(cookie);
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
    SESSIONS.put(cookie, claims("{\"sub\":\"changing\",\"tenant\":\"acme\",\"roles\":\"a\"}"));
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      SESSIONS.put(cookie, claims(changed));
      client.assertEnded("revoked");
    }
  }

  @Test
  void whileTheApplicationIsAwayAStreamStaysForAWhile() throws Exception {
    String cookie = login("patient", "acme");
    TestServer.Behaviour well = SESSIONS.get(cookie);
    TestServer.Behaviour down = (_, exchange) -> TestServer.answer(exchange, 500, "");
    try (SseClient client = open(fresh, cookie)) {
      client.next("system.connected");
      SESSIONS.put(cookie, down);
      int before = asked(cookie);
      Deadline.await("it is asked", () -> asked(cookie) > before);
      SESSIONS.put(cookie, well);
      int after = asked(cookie);
      Deadline.await("it is asked again, and well", () -> asked(cookie) > after + 3);
      assertFalse(client.hasEnded());
      SESSIONS.put(cookie, down);
      client.assertEnded("unavailable");
    }
  }

  @Test
  void aStreamEndsWithTheSessionsOwnEnd() throws Exception {
    String cookie = cookie("ending");
    long end = Instant.now().getEpochSecond() + 3;
    SESSIONS.put(
        cookie, claims("{\"sub\":\"ending\",\"tenant\":\"acme\",\"exp\":%d}".formatted(end)));
    try (SseClient client = open(relay, cookie)) {
      client.next("system.connected");
      client.next("system.reauth");
      client.assertEnded("expired");
    }
    assertTrue(Instant.now().getEpochSecond() >= end);
  }

  /** What would open every topic, or could be read in two ways, opens nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"topics\":null",
        "\"topics\":7",
        "\"topics\":[7]",
        "\"topics\":\"a..b\"",
        "\"exp\":null",
        "\"sid\":7"
      })
  void aClaimThatCannotBeReadAdmitsToNothing(String claim) throws Exception {
    String cookie = cookie("unreadable");
    SESSIONS.put(cookie, claims("{\"sub\":\"eve\",\"tenant\":\"acme\"," + claim + "}"));
    relay.http().get("/v1/events", "Cookie", cookie).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void anAnswerThatNamesAMemberTwiceIsNone() throws Exception {
    String cookie = cookie("twice");
    SESSIONS.put(
        cookie, claims("{\"sub\":\"eve\",\"tenant\":\"acme\",\"topics\":[],\"topics\":[\">\"]}"));
    relay.http().get("/v1/events", "Cookie", cookie).assertProblem(503, "IDENTITY_UNAVAILABLE");
  }
}
