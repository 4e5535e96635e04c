package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Before a topic is shown, the API that knows is asked, and asked again while the stream is open.
 */
class AuthorizeTest {
  private static final String KEY = "authorize-key-0123456789";
  private static final String OWN = "tests-only-token-of-the-relay";

  // By path, what the API does when it is asked; 200 where nothing is said.
  private static final Map<String, TestServer.Behaviour> PATHS = new ConcurrentHashMap<>();
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static TestIssuer issuer;
  private static TestServer api;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    api =
        TestServer.start(
            (question, exchange) ->
                PATHS.getOrDefault(question.target(), status(200)).answer(question, exchange));
    String uri = api.uri();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%1$s] }
            publishers: [ { name: backend, scheme: token, secrets: [%2$s], tenants: ["*"] } ]
            authorize:
              - { topics: "orders.*", url: "%3$s/orders/{2}", forward: [Authorization, Cookie] }
              - { topics: "fresh.>", url: "%3$s/fresh?t={topic}", ttl: PT0.1S, timeout: PT1S }
              - { topics: "own.*", url: "%3$s/own/{2}", token: %4$s }
              - { topics: "bad.*", url: "%3$s/bad/{2}", timeout: PT1S }
              - { topics: "two.*", url: "%3$s/one/{2}" }
              - { topics: "*.two", url: "%3$s/two/{1}" }
            """
                .formatted(issuer.yaml(), KEY, uri, OWN));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    OVER.countDown();
    try {
      assertFalse((relay.log() + relay.metrics()).contains(OWN), "the token was repeated");
    } finally {
      relay.stopWell();
      api.close();
      issuer.close();
    }
  }

  private static TestServer.Behaviour status(int status) {
    return (_, exchange) -> TestServer.answer(exchange, status, status == 204 ? "" : "x");
  }

  private static Answer poll(String query, String... headers) throws Exception {
    return pollAs(issuer.token("alice", "acme"), query, headers);
  }

  private static Answer pollAs(String token, String query, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + token));
    all.addAll(List.of(headers));
    return relay.http().get("/v1/events" + query, all.toArray(String[]::new));
  }

  /**
   * @param target decoded: that a star may stand in a path as it is, is for the client to know
   */
  private static int asked(String target) {
    return api.asked(it -> URLDecoder.decode(it.target(), StandardCharsets.UTF_8).equals(target))
        .size();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 299})
  void whoIsAllowedSeesTheTopic(int status) throws Exception {
    String topic = "orders.allowed" + status;
    PATHS.put("/orders/allowed" + status, status(status));
    String token = issuer.token("alice", "acme");
    try (SseClient client = SseClient.join(relay, token, "?topic=" + topic)) {
      publisher.publish("acme", topic, "1");
      assertEquals("1", client.next("test.happened").data());
    }
    assertEquals(200, pollAs(token, "?topic=" + topic).status());
    assertEquals(1, asked("/orders/allowed" + status));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void whoIsDeniedDoesNot(int status) throws Exception {
    PATHS.put("/orders/denied" + status, status(status));
    poll("?topic=orders.denied" + status).assertProblem(403, "NOT_ALLOWED");
    relay
        .http()
        .get(
            "/v1/stream?topic=orders.1&topic=orders.denied" + status,
            "Authorization",
            "Bearer " + issuer.token("alice", "acme"))
        .assertProblem(403, "NOT_ALLOWED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "302", "429", "slow", "broken"})
  void withoutAnAnswerNobodySeesIt(String how) throws Exception {
    PATHS.put("/bad/" + how, (_, exchange) -> misbehave(how, exchange));
    String token = issuer.token("alice", "acme");
    try (SseClient client =
        SseClient.open(relay, "/v1/stream?topic=bad." + how, "Authorization: Bearer " + token)) {
      client.assertEnded("unavailable");
    }
    pollAs(token, "?topic=bad." + how).assertProblem(503, "IDENTITY_UNAVAILABLE");
    assertEquals(0, asked("/elsewhere"));
    Deadline.await("others are well again", () -> poll("?topic=bad.well").status() == 200);
  }

  private static void misbehave(String how, HttpExchange exchange) throws IOException {
    switch (how) {
      case "302" -> {
        exchange.getResponseHeaders().set("Location", api.uri() + "/elsewhere");
        TestServer.answer(exchange, 302, "");
      }
      case "slow" -> {
        try {
          boolean _ = OVER.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        }
      }
      case "broken" -> {
        // Closed without a word.
      }
      default -> TestServer.answer(exchange, Integer.parseInt(how), "");
    }
  }

  @Test
  void anApiThatFailsIsLeftAloneForAWhile() throws Exception {
    PATHS.put("/bad/circuit", status(500));
    for (int i = 0; i < 30; i++) {
      pollAs(issuer.token("user" + i, "acme"), "?topic=bad.circuit")
          .assertProblem(503, "IDENTITY_UNAVAILABLE");
    }
    int questions = asked("/bad/circuit");
    assertTrue(questions < 30, () -> "asked " + questions + " times");
    assertEquals(200, poll("?topic=orders.circuit").status(), "another rule's");
    PATHS.remove("/bad/circuit");
    Deadline.await("it is asked again", () -> poll("?topic=bad.circuit").status() == 200);
  }

  @Test
  void theApiHearsWhoAsksByTheCallersOwnToken() throws Exception {
    String token = issuer.token("alice", "acme");
    pollAs(token, "?topic=orders.header", "Cookie", "a=b", "X-Other", "c");
    TestServer.Question question = api.asked(it -> it.target().equals("/orders/header")).getFirst();
    assertEquals("Bearer " + token, question.header("Authorization"));
    assertEquals("a=b", question.header("Cookie"));
    assertEquals("", question.header("X-Other"));

    relay.http().get("/v1/events?topic=orders.query&access_token=" + token);
    assertEquals(
        "Bearer " + token,
        api.asked(it -> it.target().equals("/orders/query")).getFirst().header("Authorization"));

    pollAs(token, "?topic=own.1", "Cookie", "a=b");
    TestServer.Question own = api.asked(it -> it.target().equals("/own/1")).getFirst();
    assertEquals("Bearer " + OWN, own.header("Authorization"));
    assertEquals("", own.header("Cookie"));
  }

  @Test
  void patternsAreAskedForAsTheyAreAndWhatSaysTooLittleIsDenied() throws Exception {
    assertEquals(200, poll("?topic=orders.*").status());
    assertEquals(1, asked("/orders/*"));
    assertEquals(200, poll("?topic=orders.%3E").status());
    assertEquals(1, asked("/orders/>"));
    assertEquals(200, poll("?topic=fresh.a.*.%3E").status());
    assertEquals(1, asked("/fresh?t=fresh.a.*.>"));
    poll("").assertProblem(403, "NOT_ALLOWED");
    poll("?topic=%3E").assertProblem(403, "NOT_ALLOWED");
    assertEquals(200, poll("?topic=nobody.asks").status());
  }

  @Test
  void everyRuleThatIsConcernedHasToAllow() throws Exception {
    assertEquals(200, poll("?topic=two.two").status());
    assertEquals(1, asked("/one/two"));
    assertEquals(1, asked("/two/two"));
    PATHS.put("/two/some", status(403));
    poll("?topic=some.two").assertProblem(403, "NOT_ALLOWED");
  }

  @Test
  void aTicketIsAskedForByItsOwnTopics() throws Exception {
    String token = issuer.token("alice", "acme");
    Answer sold =
        relay
            .http()
            .post(
                "/v1/tickets",
                "{\"topics\":[\"own.7\"]}",
                "Authorization",
                "Bearer " + token,
                "Content-Type",
                "application/json");
    String ticket = (String) sold.json().get("ticket");
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
    }
    assertEquals(1, asked("/own/7"));
  }

  @Test
  void nobodyIsAskedOnBehalfOfARequestThatIsAtFault() throws Exception {
    poll("?topic=orders.typo&wait=long").assertProblem(400, "INVALID_REQUEST");
    poll("?topic=orders.typo&filter=(").assertProblem(400, "INVALID_REQUEST");
    relay
        .http()
        .get(
            "/v1/stream?topic=orders.typo&filter=(",
            "Authorization",
            "Bearer " + issuer.token("alice", "acme"))
        .assertProblem(400, "INVALID_REQUEST");

    assertEquals(0, asked("/orders/typo"));
  }

  @Test
  void aRequestAsksSoMuchAndNoMore() throws Exception {
    String many =
        String.join("&", IntStream.range(0, 20).mapToObj(i -> "topic=*.*.b" + i).toList());
    assertEquals(200, poll("?" + many).status());
    String all = String.join("&", IntStream.range(0, 50).mapToObj(i -> "topic=*.x" + i).toList());
    poll("?" + all).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void manyAtOnceAskTheApiOnce() throws Exception {
    String token = issuer.token("alice", "acme");
    Callable<Integer> attempt = () -> pollAs(token, "?topic=orders.many").status();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each :
          threads.invokeAll(IntStream.range(0, 15).mapToObj(_ -> attempt).toList())) {
        assertEquals(200, each.get());
      }
    }
    assertEquals(1, asked("/orders/many"));
    assertEquals(200, pollAs(issuer.token("bob", "acme"), "?topic=orders.many").status());
    assertEquals(2, asked("/orders/many"), "another caller's answer was used");
  }

  @Test
  void whatIsTakenBackEndsTheOpenStream() throws Exception {
    String path = "/fresh?t=fresh.taken";
    try (SseClient client =
        SseClient.join(relay, issuer.token("alice", "acme"), "?topic=fresh.taken")) {
      Deadline.await("it is asked again", () -> asked(path) >= 2);
      assertFalse(client.hasEnded());
      PATHS.put(path, status(403));
      client.assertEnded("revoked");
    }
  }

  /** Else a token with fewer topics would be a way around. */
  @Test
  void whatANewTokenShowsIsAskedAbout() throws Exception {
    PATHS.put("/orders/renewed", status(403));
    Token narrow =
        issuer.token("renewed").with("tenant", "acme").with("topics", List.of("alerts.*"));
    try (SseClient client =
        SseClient.open(
            relay,
            "/v1/stream?topic=*.renewed",
            "Authorization: Bearer " + narrow.with("topics", "alerts.* other.*").signed())) {
      String stream = (String) client.nextData("system.connected").get("stream");
      String[] bearer = {
        "Authorization", "Bearer " + narrow.with("topics", "orders.renewed").signed()
      };
      relay
          .http()
          .post("/v1/streams/" + stream + "/token", "", bearer)
          .assertProblem(403, "NOT_ALLOWED");
      publisher.publish("acme", "orders.renewed", "1");
      publisher.publish("acme", "alerts.renewed", "2");
      assertEquals("2", client.next("test.happened").data());

      PATHS.put("/orders/renewed", status(200));
      Deadline.await(
          "it is asked again",
          () -> relay.http().post("/v1/streams/" + stream + "/token", "", bearer).status() == 200);
      publisher.publish("acme", "orders.renewed", "3");
      assertEquals("3", client.next("test.happened").data());
    }
  }
}
