package heliograph.tests;

import static heliograph.tests.TestApplication.claims;
import static heliograph.tests.TestApplication.cookie;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application answers about a session: only what can be read admits to anything. */
class SessionAnswersTest {
  // Longer than a question may take.
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static TestIssuer issuer;
  private static TestApplication application;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    application = TestApplication.start();
    relay =
        RelayProcess.start(
            "identity: { issuers: [%s], session: %s }\n"
                .formatted(issuer.yaml(), application.yaml("PT30S")));
  }

  @AfterAll
  static void stop() throws Exception {
    OVER.countDown();
    try {
      assertFalse((relay.log() + relay.metrics()).contains("sid="), "a session was repeated");
    } finally {
      relay.stopWell();
      application.close();
      issuer.close();
    }
  }

  private static Answer poll(String cookie) throws Exception {
    return relay.http().get("/v1/events", "Cookie", cookie);
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
    application.on(cookie, claims(json));
    Answer refused = poll(cookie);
    refused.assertProblem(status, code);
    // There is none that anybody could look at.
    assertFalse(refused.json().get("detail").toString().contains("token"), refused::text);
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
    application.on(cookie, claims("{\"sub\":\"eve\",\"tenant\":\"acme\"," + claim + "}"));
    poll(cookie).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void anAnswerThatNamesAMemberTwiceIsNone() throws Exception {
    String cookie = cookie("twice");
    application.on(
        cookie, claims("{\"sub\":\"eve\",\"tenant\":\"acme\",\"topics\":[],\"topics\":[\">\"]}"));
    poll(cookie).assertProblem(503, "IDENTITY_UNAVAILABLE");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aSessionThatIsRefusedIsRefused(int status) throws Exception {
    String cookie = cookie("refused" + status);
    application.on(cookie, (_, exchange) -> TestServer.answer(exchange, status, ""));
    poll(cookie).assertProblem(401, "BAD_TOKEN");
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
      application.on(cookie, (_, exchange) -> misbehave(how, exchange, elsewhere.uri()));
      try (SseClient client = SseClient.open(relay, "/v1/stream", "Cookie: " + cookie)) {
        assertEquals("unavailable", Json.object(client.next(PATIENCE).data()).get("reason"));
        client.assertEnded();
      }
      poll(cookie).assertProblem(503, "IDENTITY_UNAVAILABLE");
      assertEquals(List.of(), elsewhere.asked(_ -> true));
    }
    // It is asked again, and what went wrong is not held against who comes next.
    String well = application.login("after-" + how, "acme");
    Deadline.await("it is asked again", () -> poll(well).status() == 200);
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
}
