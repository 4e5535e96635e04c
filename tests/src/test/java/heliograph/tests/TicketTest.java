package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A token buys a ticket, and a ticket opens one stream, of what it was bought for. */
class TicketTest {
  private static final String KEY = "ticket-key-0123456789";
  private static final String SECRET = "tests-only-secret-of-tickets-0123456789";
  private static final List<String> SOLD = Collections.synchronizedList(new ArrayList<>());

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static RelayProcess second;
  private static RelayProcess stranger;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    String common =
        """
        publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
        limits: { streams-per-user: 100 }
        """
            .formatted(KEY);
    String identity = "identity: { issuers: [%s] %s }\n";
    String shared = ", tickets: { secret: %s }".formatted(SECRET);
    relay = RelayProcess.start(identity.formatted(issuer.yaml(), shared) + common);
    second = RelayProcess.start(identity.formatted(issuer.yaml(), shared) + common);
    stranger = RelayProcess.start(identity.formatted(issuer.yaml(), "") + common);
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      String seen = relay.log() + relay.metrics() + second.log() + second.metrics();
      assertFalse(seen.contains(SECRET), "the secret was repeated");
      for (String ticket : SOLD) {
        assertFalse(seen.contains(ticket.substring(ticket.indexOf('.'))), "a ticket was repeated");
      }
    } finally {
      relay.stopWell();
      second.stopWell();
      stranger.stopWell();
      issuer.close();
    }
  }

  private static Answer ask(String body, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
    all.addAll(List.of(headers));
    return relay.http().post("/v1/tickets", body, all.toArray(String[]::new));
  }

  private static String buy(String subject, String topics) throws Exception {
    Answer answer =
        ask(
            "{\"topics\":%s}".formatted(topics),
            "Authorization",
            "Bearer " + issuer.token(subject, "acme", "operator"));
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("no-store", answer.header("Cache-Control").orElse(""));
    assertEquals(30L, answer.json().get("expiresIn"));
    assertEquals(2, answer.json().size());
    String ticket = (String) answer.json().get("ticket");
    SOLD.add(ticket);
    return ticket;
  }

  private static Answer show(String ticket, String more) throws Exception {
    return relay.http().get("/v1/stream?ticket=" + ticket + more);
  }

  @Test
  void aTicketOpensAStreamOfItsTopicsForWhoBoughtIt() throws Exception {
    String ticket = buy("alice", "[\"orders.*\"]");
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      assertEquals("acme", client.nextData("system.connected").get("tenant"));
      publisher.publish("acme", "secrets", "0");
      publisher.publish("other", "orders.1", "0");
      publisher.publish(
          """
          {"tenant":"acme","topic":"orders.1","type":"t","users":["bob"],"data":0}\
          """);
      publisher.publish(
          """
          {"tenant":"acme","topic":"orders.1","type":"t","users":["alice"],"data":1}\
          """);
      publisher.publish(
          """
          {"tenant":"acme","topic":"orders.1","type":"t","roles":["operator"],"data":2}\
          """);
      assertEquals("1", client.next("t").data());
      assertEquals("2", client.next("t").data());
      client.assertExhausted();
    }
  }

  @Test
  void itIsGoodOnceAlsoForABrowserThatComesBack() throws Exception {
    String ticket = buy("alice", "[\">\"]");
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
      show(ticket, "").assertProblem(401, "BAD_TOKEN");
    }
    relay
        .http()
        .get("/v1/stream?ticket=" + ticket, "Last-Event-ID", "abc-1")
        .assertProblem(401, "BAD_TOKEN");
  }

  private static void assertStillGood(String ticket) throws Exception {
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
    }
    show(ticket, "").assertProblem(401, "BAD_TOKEN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "&window=soon        | 400 | INVALID_REQUEST",
        "&topics=orders.1    | 400 | INVALID_REQUEST",
        "&topic=a..b         | 400 | INVALID_REQUEST",
        "&filter=(           | 400 | INVALID_REQUEST",
        "&lastEventId=yours  | 400 | BAD_CURSOR",
        "&topic=secrets      | 403 | NOT_ALLOWED",
      })
  void aRequestThatIsAtFaultLeavesItGood(String more, int status, String code) throws Exception {
    String ticket = buy("alice", "[\"orders.*\"]");

    show(ticket, more).assertProblem(status, code);

    assertStillGood(ticket);
  }

  @Test
  void whoTakesNoStreamHasItStill() throws Exception {
    String ticket = buy("alice", "[\">\"]");

    relay
        .http()
        .get("/v1/stream?ticket=" + ticket, "Accept", "text/html")
        .assertProblem(406, "NOT_ACCEPTABLE");

    assertStillGood(ticket);
  }

  @Test
  void whoWasSupersededHasItStill() throws Exception {
    String ticket = buy("alice", "[\">\"]");

    assertEquals(204, show(ticket, "&lastEventId=k3f9-1~").status());

    assertStillGood(ticket);
  }

  private static Answer head(String target) throws Exception {
    try (RawHttp http = RawHttp.connect(relay.port())) {
      http.send("HEAD " + target + " HTTP/1.1\r\nHost: relay\r\n\r\n");
      return http.head();
    }
  }

  @Test
  void headTellsWhetherItIsGoodAndLeavesItSo() throws Exception {
    String ticket = buy("alice", "[\"orders.*\"]");
    String target = "/v1/stream?ticket=" + ticket;

    assertEquals(200, head(target).status());
    assertEquals(200, head(target).status());
    assertEquals(403, head(target + "&topic=secrets").status());
    assertStillGood(ticket);
    assertEquals(401, head(target).status());
  }

  @Test
  void ofFiftyAtOnceOneGetsIn() throws Exception {
    String ticket = buy("alice", "[\">\"]");
    Callable<Integer> attempt =
        () -> {
          try (RawHttp http = RawHttp.connect(relay.port())) {
            http.send("GET /v1/stream?ticket=" + ticket + " HTTP/1.1\r\nHost: relay\r\n\r\n");
            return http.head().status();
          }
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> each :
          threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> attempt).toList())) {
        statuses.add(each.get());
      }
      assertEquals(1, Collections.frequency(statuses, 200), statuses::toString);
      assertEquals(49, Collections.frequency(statuses, 401), statuses::toString);
    }
  }

  @Test
  void itIsNotGoodForAnotherTopic() throws Exception {
    show(buy("alice", "[\"orders.*\"]"), "&topic=secrets").assertProblem(403, "NOT_ALLOWED");
  }

  @Test
  void askedForMoreItGivesNoMore() throws Exception {
    String ticket = buy("alice", "[\"orders.7\"]");
    try (SseClient client = SseClient.open(relay, "/v1/stream?topic=%3E&ticket=" + ticket)) {
      client.next("system.connected");
      publisher.publish("acme", "orders.8", "8");
      publisher.publish("acme", "orders.7", "7");
      assertEquals("7", client.next("test.happened").data());
    }
  }

  static Stream<String> alterations() {
    return Stream.of("flip first", "flip last", "cut", "longer", "swap", "unsigned", "empty");
  }

  @ParameterizedTest
  @MethodSource("alterations")
  void anAlteredOneIsRefused(String how) throws Exception {
    String ticket = buy("alice", "[\">\"]");
    String other = buy("bob", "[\">\"]");
    char[] letters = ticket.toCharArray();
    String altered =
        switch (how) {
          case "flip first" -> {
            letters[3] = (char) (letters[3] ^ 1);
            yield new String(letters);
          }
          case "flip last" -> {
            letters[letters.length - 1] = (char) (letters[letters.length - 1] ^ 1);
            yield new String(letters);
          }
          case "cut" -> ticket.substring(0, ticket.length() - 1);
          case "longer" -> ticket + "A";
          case "swap" ->
              other.substring(0, other.indexOf('.')) + ticket.substring(ticket.indexOf('.'));
          case "unsigned" -> ticket.substring(0, ticket.indexOf('.') + 1);
          default -> "";
        };
    show(altered, "").assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void aSecondRelayWithTheSecretTakesItAndAStrangerDoesNot() throws Exception {
    String ticket = buy("alice", "[\">\"]");
    stranger.http().get("/v1/stream?ticket=" + ticket).assertProblem(401, "BAD_TOKEN");
    try (SseClient client = SseClient.open(second, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
    }
    second.http().get("/v1/stream?ticket=" + ticket).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void itsStreamEndsWithTheTokenThatBoughtIt() throws Exception {
    String token =
        issuer
            .token("alice")
            .with("tenant", "acme")
            .at("exp", java.time.Duration.ofSeconds(4))
            .signed();
    Answer answer = ask("{\"topics\":[\">\"]}", "Authorization", "Bearer " + token);
    String ticket = (String) answer.json().get("ticket");
    try (SseClient client = SseClient.open(relay, "/v1/stream?ticket=" + ticket)) {
      client.next("system.connected");
      client.next("system.reauth");
      client.assertEnded("expired");
    }
  }

  @Test
  void itOpensNothingButAStream() throws Exception {
    String ticket = buy("alice", "[\">\"]");
    relay.http().get("/v1/events?ticket=" + ticket).assertProblem(400, "INVALID_REQUEST");
    ask("{\"topics\":[\">\"]}").assertProblem(401, "NO_CREDENTIALS");
    relay
        .http()
        .post("/v1/tickets?ticket=" + ticket, "{\"topics\":[\">\"]}")
        .assertProblem(400, "INVALID_REQUEST");
    ask("{\"topics\":[\">\"]}", "Authorization", "Bearer " + ticket)
        .assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void oneCredentialIsEnough() throws Exception {
    String token = issuer.token("alice", "acme");
    String ticket = buy("alice", "[\">\"]");
    show(ticket, "&access_token=" + token).assertProblem(400, "INVALID_REQUEST");
    show(ticket, "&ticket=" + ticket).assertProblem(400, "INVALID_REQUEST");
    relay
        .http()
        .get("/v1/stream?ticket=" + ticket, "Authorization", "Bearer " + token)
        .assertProblem(400, "INVALID_REQUEST");
    relay
        .http()
        .get("/v1/stream?access_token=" + token + "&access_token=" + token)
        .assertProblem(400, "INVALID_REQUEST");
    // None of these has used it up; and a cookie beside it does not count.
    try (SseClient client =
        SseClient.open(relay, "/v1/stream?ticket=" + ticket, "Cookie: access_token=garbage")) {
      client.next("system.connected");
    }
  }

  @Test
  void aTokenInACookieOrInTheQueryBuysNone() throws Exception {
    String token = issuer.token("alice", "acme");
    ask("{\"topics\":[\">\"]}", "Cookie", "access_token=" + token)
        .assertProblem(401, "NO_CREDENTIALS");
    relay
        .http()
        .post(
            "/v1/tickets?access_token=" + token,
            "{\"topics\":[\">\"]}",
            "Content-Type",
            "application/json")
        .assertProblem(400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                            | INVALID_JSON",
        "''                           | INVALID_JSON",
        "{\"topics\":[\">\"]}x        | INVALID_JSON",
        "{\"topics\":[],\"topics\":[]} | INVALID_JSON",
        "[]                           | INVALID_REQUEST",
        "{}                           | INVALID_REQUEST",
        "{\"topics\":[]}              | INVALID_REQUEST",
        "{\"topics\":\"a\"}           | INVALID_REQUEST",
        "{\"topics\":[1]}             | INVALID_REQUEST",
        "{\"topics\":[\"a..b\"]}      | INVALID_REQUEST",
        "{\"topic\":[\"a\"]}          | INVALID_REQUEST",
        "{\"topics\":[\"a\"],\"sub\":\"bob\"} | INVALID_REQUEST",
      })
  void aBodyThatIsNotAskedForIsRefused(String body, String code) throws Exception {
    ask(body, "Authorization", "Bearer " + issuer.token("alice", "acme")).assertProblem(400, code);
  }

  @Test
  void thereAreBounds() throws Exception {
    String bearer = "Bearer " + issuer.token("alice", "acme");
    String topics = "[" + "\"a\",".repeat(50) + "\"a\"]";
    ask("{\"topics\":" + topics + "}", "Authorization", bearer)
        .assertProblem(400, "INVALID_REQUEST");
    ask("{\"topics\":[" + " ".repeat(40_000) + "]}", "Authorization", bearer)
        .assertProblem(413, "TOO_LARGE");
    relay
        .http()
        .post("/v1/tickets", "topics=a", "Authorization", bearer, "Content-Type", "text/plain")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    relay
        .http()
        .get("/v1/tickets", "Authorization", bearer)
        .assertProblem(405, "METHOD_NOT_ALLOWED");
  }
}
