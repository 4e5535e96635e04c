package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are no HTTP, or whose end is in doubt. */
@Tag("door")
class BadHttpTest {
  static final String EVENT = "{\"topic\":\"a\",\"type\":\"b\"}";
  static final String POST =
      "POST /v1/hooks/backend HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer "
          + Stage.KEY
          + "\r\nContent-Type: application/json\r\n";
  // What an attacker hides in a body, hoping that it is taken for a request.
  static final String HIDDEN = "GET /openapi HTTP/1.1\r\nHost: relay\r\n\r\n";

  @RegisterExtension
  static final Stage stage =
      Stage.ofAcme("limits: { request-timeout: PT1S, publish-per-second: 1000000 }");

  @AfterEach
  void theRelayServes() throws Exception {
    stage.publish(EVENT);
    stage.relay().assertNoBugs();
  }

  private static Arguments request(String what, String request) {
    return Arguments.of(what, request);
  }

  private static String get(String rest) {
    return "GET /openapi HTTP/1.1\r\n" + rest + "\r\n\r\n";
  }

  static Stream<Arguments> malformed() {
    String many =
        IntStream.range(0, 200)
            .mapToObj(i -> "h" + i + ": " + "x".repeat(200))
            .collect(Collectors.joining("\r\n"));
    return Stream.of(
        request("a word", "GARBAGE\r\n\r\n"),
        request("a method alone", "GET\r\n\r\n"),
        request("no version", "GET /openapi\r\n\r\n"),
        request("an old version", "GET /openapi HTTP/1.0\r\nHost: relay\r\n\r\n"),
        request("a version to come", "GET /openapi HTTP/9.9\r\nHost: relay\r\n\r\n"),
        request("another protocol", "GET /openapi RTSP/1.0\r\nHost: relay\r\n\r\n"),
        request("HTTP/2 unasked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        request("a blank more", "GET  /openapi HTTP/1.1\r\nHost: relay\r\n\r\n"),
        request("a control in the method", "G\u0000T /openapi HTTP/1.1\r\nHost: relay\r\n\r\n"),
        request("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000" + "x".repeat(300) + "\r\n\r\n"),
        request("lines without CR", "GET /openapi HTTP/1.1\nHost: relay\n\n"),
        request("a line that is too long", "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n"),
        request("a line without end", "G".repeat(100_000)),
        request("a percent in the path", "GET /v1/hooks/% HTTP/1.1\r\nHost: relay\r\n\r\n"),
        request("percents in the path", "POST /v1/hooks/%zz HTTP/1.1\r\nHost: relay\r\n\r\n"),
        request("no host", get("Accept: */*")),
        request("an empty host", get("Host: ")),
        request("two hosts", get("Host: relay\r\nHost: other")),
        request("a host with a port of letters", get("Host: relay:http")),
        request("a header without colon", get("Host: relay\r\nheader")),
        request("a header's name with a blank", get("Host: relay\r\na name: 1")),
        request("a blank before the colon", get("Host: relay\r\nname : 1")),
        request("a folded header", get("Host: relay\r\nname: 1\r\n  2")),
        request("NUL in a header", get("Host: relay\r\nname: 1\u0000")),
        request("a header that is too long", get("Host: relay\r\nname: " + "x".repeat(20_000))),
        request("too many headers", get("Host: relay\r\n" + many)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void whatIsNoRequestIsAnsweredAndTheConnectionClosed(String what, String request)
      throws Exception {
    try (RawHttp client = stage.connect()) {
      client.sendWhatGoes(request.getBytes(StandardCharsets.ISO_8859_1));
      Answer answer = client.answer();
      answer.assertProblem(400, "INVALID_REQUEST");
      assertEquals(Optional.of("close"), answer.header("Connection"));
      assertTrue(client.isClosed());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"topic=%", "topic=%zz", "topic=%4", "%=1", "topic=%C3%28", "topic=%FF"})
  void aQueryThatCannotBeDecodedIsRefused(String query) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send(
          "GET /v1/stream?%s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(query, stage.token("alice", "acme")));
      client.answer().assertProblem(400, "INVALID_REQUEST");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%C0%AF", "%00", "..%2Fevents", "%2e%2e", "a%20b", "%F0%9F%91%A9", ";x=1"})
  void anyNameOfAPublisherMayBeAskedFor(String name) throws Exception {
    try (RawHttp client = stage.connect()) {
      String head = POST.replace("hooks/backend", "hooks/" + name);
      client.send(head + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT);
      int status = client.answer().status();
      assertTrue(status == 401 || status == 404, name + ": " + status);
    }
  }

  static Stream<Arguments> doubtful() {
    String chunks = "18\r\n" + EVENT + "\r\n0\r\n\r\n";
    return Stream.of(
        request("a negative length", "Content-Length: -1\r\n\r\n" + EVENT),
        request("a more negative one", "Content-Length: -5\r\n\r\n" + EVENT),
        request("a length with a sign", "Content-Length: +24\r\n\r\n" + EVENT),
        request("a length with a letter", "Content-Length: 24x\r\n\r\n" + EVENT),
        request("a length in hexadecimal", "Content-Length: 0x18\r\n\r\n" + EVENT),
        request("an empty length", "Content-Length: \r\n\r\n" + EVENT),
        request("two lengths", "Content-Length: 24\r\nContent-Length: 0\r\n\r\n" + EVENT),
        request("the lesser first", "Content-Length: 0\r\nContent-Length: 24\r\n\r\n" + EVENT),
        request("a list of lengths", "Content-Length: 24, 24\r\n\r\n" + EVENT),
        request("too many digits", "Content-Length: 99999999999999999999\r\n\r\n" + EVENT),
        request("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n" + chunks),
        request("a coding in other letters", "Transfer-Encoding: Chunked\r\n\r\n" + chunks),
        request("two codings", "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks),
        request(
            "two headers of codings",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunks),
        request("no coding", "Transfer-Encoding: identity\r\nContent-Length: 24\r\n\r\n" + EVENT),
        request(
            "a coding and a length",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunks),
        request("a chunk of no size", "Transfer-Encoding: chunked\r\n\r\n\r\n" + EVENT),
        request("a chunk of size zz", "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + EVENT),
        request("a negative chunk", "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + EVENT),
        request(
            "a chunk beyond all numbers",
            "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" + EVENT),
        request("a trailer", "Transfer-Encoding: chunked\r\n\r\n0\r\na: b\r\n\r\n"));
  }

  /** A proxy before the relay may read it otherwise; then two callers would be mixed up. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("doubtful")
  void aRequestWhoseEndIsInDoubtIsTheLast(String what, String request) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.sendWhatGoes((POST + request + HIDDEN).getBytes(StandardCharsets.US_ASCII));
      Answer answer = client.answer();
      answer.assertProblem(400, "INVALID_REQUEST");
      assertEquals(Optional.of("close"), answer.header("Connection"));
      assertTrue(client.isClosed(), "what was hidden was answered");
    }
  }

  @Test
  void aRefusedBodyIsNotTakenForTheNextRequest() throws Exception {
    String[] refused = {
      POST.replace(Stage.KEY, "wrong"),
      POST.replace("/v1/hooks/backend", "/v1/events"),
      POST.replace("/v1/hooks/backend", "/v1/nowhere"),
      POST.replace("/v1/hooks/backend", "/v1/stream"),
      POST.replace("application/json", "text/csv"),
      "GET /v1/stream HTTP/1.1\r\nHost: relay\r\n",
      "DELETE /v1/events HTTP/1.1\r\nHost: relay\r\n",
    };
    for (String head : refused) {
      try (RawHttp client = stage.connect()) {
        client.send(head + "Content-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN);
        int status = client.answer().status();
        assertTrue(status >= 400, head);
        // The same connection goes on, with the request that follows the body.
        client.send(POST + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT);
        assertEquals(202, client.answer().status(), head);
      }
    }
    try (RawHttp client = stage.connect()) {
      client.send(POST + "Content-Length: 10000000\r\n\r\n" + HIDDEN);
      client.answer().assertProblem(413, "TOO_LARGE");
      assertTrue(client.isClosed(), "what was hidden was answered");
    }
  }

  @Test
  void requestsInOneWriteAreAnsweredInOrder() throws Exception {
    try (RawHttp client = stage.connect()) {
      String event = POST + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT;
      String chunked =
          POST
              + "Transfer-Encoding: chunked\r\n\r\n0A\r\n%s\r\ne\r\n%s\r\n000\r\n\r\n"
                  .formatted(EVENT.substring(0, 10), EVENT.substring(10));
      client.send(event + chunked + HIDDEN + event.replace(Stage.KEY, "wrong") + event);
      for (int status : new int[] {202, 202, 200, 401, 202}) {
        assertEquals(status, client.answer().status());
      }
    }
  }

  @Test
  void aConnectionWhoseEndIsAskedForIsEnded() throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send(HIDDEN.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      assertEquals(200, client.answer().status());
      assertTrue(client.isClosed());
    }
  }
}
