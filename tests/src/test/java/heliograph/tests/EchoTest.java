package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever asks would like to have what they said given back: as a header, in a page, in the log, or
 * as the place to go to next.
 */
class EchoTest {
  private static final String CANARY = "canary";

  @RegisterExtension
  static final Stage stage = Stage.ofAcme("cors: { origins: [\"https://app.example.com\"] }");

  /** What anybody said is in no line of the log, let alone a line of its own. */
  @AfterAll
  static void nothingInTheLog() throws Exception {
    assertFalse(stage.relay().log().contains(CANARY), stage.relay()::log);
    assertFalse(stage.relay().metrics().contains(CANARY), "in the metrics");
  }

  private static String token() {
    return stage.token("alice", "acme", "all");
  }

  private static String raw(String request) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.sendWhatGoes(request.getBytes(StandardCharsets.ISO_8859_1));
      return request.startsWith("GET /v1/stream")
          ? client.head().toString()
          : client.answer().toString();
    }
  }

  /** The one header whose value is given back, and the ways in which a line might be ended. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\rX-Evil: 1",
        "a\nX-Evil: 1",
        "a\n\nX-Evil: 1",
        "a\r\n X-Evil: 1",
        "a\u0000X-Evil: 1",
        "a\u000bX-Evil: 1",
        "a\u0085X-Evil: 1",
        "a%0d%0aX-Evil: 1",
        "a\\r\\nX-Evil: 1",
        "\u010d\u010aX-Evil: 1",
        "a, b",
        "\"a\"",
      })
  void theHandshakeGivesBackNoSecondHeader(String value) throws Exception {
    for (String path : List.of("/v1/events", "/v1/hooks/backend")) {
      try (RawHttp client = stage.connect()) {
        client.sendWhatGoes(
            "OPTIONS %s HTTP/1.1\r\nHost: relay\r\nWebHook-Request-Origin: %s\r\n\r\n"
                .formatted(path, value)
                .getBytes(StandardCharsets.ISO_8859_1));
        Answer answer = client.answer();
        assertFalse(answer.headers().containsKey("X-Evil"), answer::toString);
        String given = answer.header("WebHook-Allowed-Origin").orElse("");
        assertFalse(given.chars().anyMatch(c -> c < ' ' || c == 0x7f), given);
      }
    }
  }

  static Stream<String> requests() {
    return Stream.of(
        "GET /v1/stream?lastEventId=x-1",
        "GET /v1/events",
        "GET /v1/status",
        "GET /v1/canary",
        "GET /canary/%0d%0aX-Evil:%20canary",
        "OPTIONS /v1/events",
        "OPTIONS /v1/stream",
        "DELETE /v1/stream",
        "POST /v1/hooks/canary",
        "POST /v1/tickets",
        "POST /v1/streams/canary/token",
        "GET /v1/events?canary=canary&wait=canary",
        "GET /v1/events?after=canary",
        "GET /v1/stream?since=canary",
        "GET /v1/stream?topic=canary..x",
        "GET /v1/stream?access_token=canary",
        "GET /v1/stream?ticket=canary.canary");
  }

  /** Whatever is asked with, nothing of it is in the answer. */
  @ParameterizedTest
  @MethodSource("requests")
  void nothingElseIsEchoed(String line) throws Exception {
    List<String> names =
        List.of(
            "Origin",
            "Referer",
            "User-Agent",
            "X-Request-Id",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Forwarded",
            "traceparent",
            "tracestate",
            "baggage",
            "Accept-Language",
            "Access-Control-Request-Headers",
            "If-None-Match",
            "Range",
            "Upgrade",
            "Via",
            "From");
    StringBuilder request = new StringBuilder(line + " HTTP/1.1\r\nHost: canary.example.com\r\n");
    names.forEach(name -> request.append(name).append(": canary\r\n"));
    if (!line.contains("access_token") && !line.contains("ticket=")) {
      request.append("Authorization: Bearer ").append(token()).append("\r\n");
    }
    String answer = raw(request + "Content-Length: 0\r\n\r\n");
    assertFalse(answer.contains(CANARY), answer);
    assertFalse(answer.contains("X-Evil"), answer);
  }

  /** Nobody is sent elsewhere: not by a path, not by an origin, not by where one seems to be. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//evil.example.com/",
        "/\\evil.example.com",
        "//evil.example.com/v1/stream/..",
        "/v1/stream/",
        "/v1//stream",
        "/v1",
        "/v1/",
        "/",
        "/openapi/",
        "/openapi//evil.example.com",
        "/observe",
        "/console",
        "/.well-known/x",
        "/%2f%2fevil.example.com",
        "/v1/stream?redirect=//evil.example.com&url=//evil.example.com&next=//evil.example.com",
        "http://evil.example.com/v1/status",
      })
  void thereAreNoRedirects(String target) throws Exception {
    for (String method : List.of("GET", "OPTIONS", "POST")) {
      try (RawHttp client = stage.connect()) {
        client.send(
            "%s %s HTTP/1.1\r\nHost: evil.example.com\r\nOrigin: https://evil.example.com\r\n"
                    .formatted(method, target)
                + "X-Forwarded-Host: evil.example.com\r\nContent-Length: 0\r\n\r\n");
        Answer answer = client.answer();
        assertTrue(answer.status() < 300 || answer.status() >= 400, answer::toString);
        assertFalse(answer.headers().containsKey("Location"), answer::toString);
        assertFalse(answer.headers().containsKey("Access-Control-Allow-Origin"), answer::toString);
        assertFalse(answer.toString().contains("evil"), answer::toString);
      }
    }
  }
}
