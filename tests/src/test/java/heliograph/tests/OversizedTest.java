package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that a caller can make long or many: it is refused by name, or has no effect, and the
 * relay serves on. Bodies and events are in {@link PublishingLimitsTest}.
 */
class OversizedTest {
  private static final int LINE = 16_000;
  private static final int BEYOND = 40_000;

  @RegisterExtension
  static final Stage stage = Stage.ofAcme("cors: { origins: [\"https://app.example.com\"] }");

  @AfterEach
  void theRelayServes() throws Exception {
    try (SseClient stream = stage.join(stage.token("alice", "acme"), "")) {
      stage.publish("acme", "t", "1");
      stream.next("test.happened");
    }
    assertEquals(0, stage.metric("heliograph_refusals_total", "code=\"INTERNAL_ERROR\""));
    stage.relay().assertNoBugs();
  }

  private static String x(int times) {
    return "x".repeat(times);
  }

  private static String times(String text, int times) {
    return String.join("", Collections.nCopies(times, text));
  }

  private static String bearer() {
    return "Authorization: Bearer " + stage.token("alice", "acme") + "\r\n";
  }

  private static Arguments of(String what, int status, Supplier<String> request) {
    return Arguments.of(what, status, request);
  }

  private static Supplier<String> get(String target) {
    return () -> "GET " + target + " HTTP/1.1\r\nHost: relay\r\n" + bearer() + "\r\n";
  }

  private static Supplier<String> with(String header) {
    return () -> "GET /v1/status HTTP/1.1\r\nHost: relay\r\n" + bearer() + header + "\r\n\r\n";
  }

  private static Supplier<String> streamWith(String header) {
    return () -> "GET /v1/stream HTTP/1.1\r\nHost: relay\r\n" + bearer() + header + "\r\n\r\n";
  }

  private static Supplier<String> post(String path, String headers, String body) {
    return () ->
        "POST %s HTTP/1.1\r\nHost: relay\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(path, headers, body.length(), body);
  }

  static Stream<Arguments> requests() {
    return Stream.of(lines(), parameters(), headers(), bodies()).flatMap(it -> it);
  }

  private static Stream<Arguments> lines() {
    return Stream.of(
        of("a path", 404, get("/" + x(LINE))),
        of("a path of many parts", 404, get(times("/a", LINE / 2))),
        of("a path beyond the line", 400, get("/" + x(BEYOND))),
        of("a publisher's name", 401, post("/v1/hooks/" + x(LINE), "", "")),
        of("a stream's id", 404, post("/v1/streams/" + x(10_000) + "/token", bearer(), "")),
        of("a method", 405, () -> x(LINE) + " /v1/status HTTP/1.1\r\nHost: relay\r\n\r\n"));
  }

  /** Long and many parts of a query. Other tests show that each may be as long as its limit. */
  private static Stream<Arguments> parameters() {
    return Stream.of(
        of("a query", 200, get("/v1/status?" + x(LINE))),
        of("many parameters", 200, get("/v1/status?" + times("a&", LINE / 2))),
        of("a topic", 400, get("/v1/events?topic=" + x(201))),
        of("topics", 400, get("/v1/events?" + times("topic=a&", 51))),
        of("a topic of many segments", 400, get("/v1/events?topic=" + times("a.", 101) + "a")),
        of("a type", 400, get("/v1/events?type=" + x(257))),
        of("types", 400, get("/v1/events?" + times("type=a&", 51))),
        of("a filter", 400, get("/v1/events?filter=" + x(1025))),
        of("a filter of parts", 400, get("/v1/events?filter=true" + times("%7C%7Ctrue", 90))),
        of("a filter of brackets", 400, get("/v1/events?filter=" + times("%28", 1000))),
        of("a filter of indices", 400, get("/v1/events?filter=data" + times("[0]", 300))),
        of("a cursor", 400, get("/v1/events?after=" + x(LINE))),
        of("a cursor's number", 400, get("/v1/events?after=a-" + times("9", 1000))),
        of("an id to resume", 400, get("/v1/stream?lastEventId=" + x(LINE))),
        of("a wait", 400, get("/v1/events?wait=" + times("9", 1000))),
        of("a replay", 400, get("/v1/stream?replay=" + times("9", 1000))),
        of("a duration", 400, get("/v1/stream?since=PT" + times("9", 1000) + "H")),
        of("a year", 400, get("/v1/stream?since=" + times("9", 1000) + "-01-01T00:00:00Z")),
        of("a window", 400, get("/v1/stream?window=PT" + times("9", 1000) + "S")),
        of("a format", 400, get("/v1/stream?format=" + x(1000))),
        of("a ticket", 401, bare("/v1/stream?ticket=" + x(LINE))),
        of("tickets", 400, bare("/v1/stream?" + times("ticket=a&", 1000))),
        of("a token in the query", 401, bare("/v1/stream?access_token=" + x(LINE))));
  }

  private static Supplier<String> bare(String target) {
    return () -> "GET " + target + " HTTP/1.1\r\nHost: relay\r\n\r\n";
  }

  private static Stream<Arguments> headers() {
    return Stream.of(
        of("a header", 200, with("x-a: " + x(12_000))),
        of("a header beyond all", 400, with("x-a: " + x(BEYOND))),
        of("a name", 400, with(x(BEYOND) + ": 1")),
        of("many headers", 400, with(times("a: 1\r\n", BEYOND / 6) + "a: 1")),
        of("as many of one name as may be", 200, with(times("a: 1\r\n", 190) + "a: 1")),
        of("too many of one name", 400, with(times("a: 1\r\n", 1000) + "a: 1")),
        of("cookies", 200, with("Cookie: " + times("a=b; ", 2000) + "a=b")),
        of("a cookie", 200, with("Cookie: a=" + x(12_000))),
        of(
            "tokens in cookies",
            400,
            () ->
                "GET /v1/status HTTP/1.1\r\nHost: relay\r\nCookie: "
                    + times("access_token=a; ", 500)
                    + "access_token=b\r\n\r\n"),
        of("an accept", 406, streamWith("Accept: " + times("text/a, ", 1000) + "text/a")),
        of("encodings", 200, streamWith("Accept-Encoding: " + times("a;q=0.1, ", 1000) + "gzip")),
        of("a position", 400, streamWith("Last-Event-ID: " + x(12_000))),
        of("an origin", 200, with("Origin: https://" + x(12_000))),
        of("a forwarded chain", 200, with("X-Forwarded-For: " + times("1.2.3.4, ", 1000) + "::1")),
        of("a trace", 200, with("traceparent: " + x(12_000))),
        of(
            "an origin of webhooks",
            204,
            () ->
                "OPTIONS /v1/events HTTP/1.1\r\nHost: relay\r\nWebHook-Request-Origin: "
                    + x(12_000)
                    + "\r\n\r\n"),
        of(
            "what a preflight asks for",
            204,
            () ->
                "OPTIONS /v1/events HTTP/1.1\r\nHost: relay\r\nOrigin: https://app.example.com\r\n"
                    + "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: "
                    + times("x-a, ", 2000)
                    + "x-a\r\n\r\n"),
        of(
            "a token",
            401,
            () ->
                "GET /v1/status HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
                    .formatted(x(12_000))),
        of(
            "a token of parts",
            401,
            () ->
                "GET /v1/status HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
                    .formatted(times(".", 8000))),
        of(
            "a signature",
            401,
            post(
                "/v1/hooks/backend", "webhook-signature: " + times("v1,a ", 2000) + "\r\n", "{}")));
  }

  private static Stream<Arguments> bodies() {
    String json = "Content-Type: application/json\r\n";
    return Stream.of(
        of(
            "topics of a ticket",
            413,
            () ->
                post("/v1/tickets", json + bearer(), "{\"topics\":[\"" + x(BEYOND) + "\"]}").get()),
        of("a renewal's body", 404, () -> post("/v1/streams/s_1/token", bearer(), x(BEYOND)).get()),
        of(
            "a body of nothing but depth",
            400,
            post("/v1/hooks/backend", json + key(), times("[", BEYOND))),
        of("a name", 400, post("/v1/hooks/backend", json + key(), "{\"" + x(BEYOND) + "\":1}")),
        of(
            "a number",
            422,
            post("/v1/hooks/backend", json + key(), "{\"n\":" + times("9", BEYOND) + "}")),
        of(
            "members",
            422,
            post(
                "/v1/hooks/backend",
                json + key(),
                "{" + members(5000) + ",\"type\":\"a\",\"topic\":\"b\"}")));
  }

  private static String key() {
    return "Authorization: Bearer " + Stage.KEY + "\r\n";
  }

  private static String members(int count) {
    StringBuilder members = new StringBuilder("\"a0\":1");
    for (int i = 1; i < count; i++) {
      members.append(",\"a").append(i).append("\":1");
    }
    return members.toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void isRefusedOrWithoutEffect(String what, int status, Supplier<String> request)
      throws Exception {
    String sent = request.get();
    try (RawHttp client = stage.connect()) {
      client.sendWhatGoes(sent.getBytes(StandardCharsets.ISO_8859_1));
      Answer answer = client.head();
      assertEquals(status, answer.status(), answer::toString);
      if (status >= 400) {
        assertEquals("application/problem+json", answer.header("Content-Type").orElse("none"));
        int length = Integer.parseInt(answer.header("Content-Length").orElse("0"));
        assertTrue(length < 1000, "what was too much is not given back");
      }
      assertFalse(answer.toString().contains(Stage.KEY), "a key");
    }
  }
}
