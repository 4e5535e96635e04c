package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are no HTTP, or whose end is in doubt. */
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

  private static Arguments wrong(String what, String why, String request) {
    return Arguments.of(what, why, request);
  }

  private static String get(String rest) {
    return "GET /openapi HTTP/1.1\r\n" + rest + "\r\n\r\n";
  }

  static Stream<Arguments> malformed() {
    String many =
        IntStream.range(0, 200)
            .mapToObj(i -> "h" + i + ": " + "x".repeat(200))
            .collect(Collectors.joining("\r\n"));
    String fields = "a:\r\n".repeat(199) + "b:";
    return Stream.of(
        wrong("a word", "the request line has to be", "GARBAGE\r\n\r\n"),
        wrong("a method alone", "the request line has to be", "GET\r\n\r\n"),
        wrong("no version", "the request line has to be", "GET /openapi\r\n\r\n"),
        wrong(
            "a version to come",
            "the version has to be HTTP/1.1",
            "GET /openapi HTTP/9.9\r\nHost: relay\r\n\r\n"),
        wrong(
            "another protocol",
            "the request line has to end with a version",
            "GET /openapi RTSP/1.0\r\nHost: relay\r\n\r\n"),
        wrong(
            "HTTP/2 unasked", "the version has to be HTTP/1.1", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        wrong(
            "a blank more",
            "the request line has to be",
            "GET  /openapi HTTP/1.1\r\nHost: relay\r\n\r\n"),
        wrong(
            "a control in the method",
            "the method has a character",
            "G\u0000T /openapi HTTP/1.1\r\nHost: relay\r\n\r\n"),
        wrong(
            "TLS",
            "the request line has to be",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000" + "x".repeat(300) + "\r\n\r\n"),
        wrong(
            "lines without CR",
            "a line has to end with CR and LF",
            "GET /openapi HTTP/1.1\nHost: relay\n\n"),
        wrong(
            "a line that is too long",
            "the request line is too long",
            "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n"),
        wrong("a line without end", "the request line is too long", "G".repeat(100_000)),
        wrong(
            "a percent in the path",
            "the target is malformed",
            "GET /v1/hooks/% HTTP/1.1\r\nHost: relay\r\n\r\n"),
        wrong(
            "percents in the path",
            "the target is malformed",
            "POST /v1/hooks/%zz HTTP/1.1\r\nHost: relay\r\n\r\n"),
        wrong("no host", "Host: exactly one", get("Accept: */*")),
        wrong("an empty host", "Host: exactly one", get("Host: ")),
        wrong("two hosts", "Host: exactly one", get("Host: relay\r\nHost: other")),
        wrong("a host with a port of letters", "Host: exactly one", get("Host: relay:http")),
        wrong("a header without colon", "a field has no colon", get("Host: relay\r\nheader")),
        wrong(
            "a header's name with a blank", "the name of a field", get("Host: relay\r\na name: 1")),
        wrong("a blank before the colon", "the name of a field", get("Host: relay\r\nname : 1")),
        wrong(
            "a folded header",
            "a field is folded over several lines",
            get("Host: relay\r\nname: 1\r\n  2")),
        wrong(
            "NUL in a header",
            "the value of a field has a control character",
            get("Host: relay\r\nname: 1\u0000")),
        wrong(
            "a header that is too long",
            "the head has too many bytes",
            get("Host: relay\r\nname: " + "x".repeat(20_000))),
        wrong("too many headers", "the head has too many bytes", get("Host: relay\r\n" + many)),
        wrong("a space alone", "a field is folded", get(" \r\nHost: relay")),
        wrong("no head", "Host: exactly one", "GET /openapi HTTP/1.1\r\n\r\n"),
        wrong("no name", "the name of a field", get("Host: relay\r\n: 1")),
        wrong("CR in a header", "a line has to end", get("Host: relay\r\nname: 1\r2")),
        wrong("LF in a header", "the value of a field has", get("Host: relay\r\nname: 1\n2")),
        wrong("LF in a name", "a line has to end", get("Host: relay\r\nna\nme: 1")),
        wrong("a letter in UTF-8", "the target has a", "GET /\u00c3\u00a9 HTTP/1.1\r\n\r\n"),
        wrong("many fields", "the head has over 200", get("Host: relay\r\n" + fields)),
        wrong("too many empty lines", "too many empty lines", "\r\n".repeat(9) + HIDDEN),
        wrong(
            "a host of no form",
            "the host of the target",
            "GET http://re@lay/openapi HTTP/1.1\r\nHost: relay\r\n\r\n"),
        wrong(
            "codings in HTTP/1.0",
            "Transfer-Encoding: there is none in HTTP/1.0",
            "POST /v1/events HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void whatIsNoRequestIsToldWhyAndTheConnectionClosed(String what, String why, String request)
      throws Exception {
    try (RawHttp client = stage.connect()) {
      client.sendWhatGoes(request.getBytes(StandardCharsets.ISO_8859_1));
      Answer answer = client.answer();
      answer.assertProblem(400, "INVALID_REQUEST");
      assertTrue(answer.text().contains("\"detail\":\"" + why), answer::text);
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

  private static Arguments chunked(String what, String body) {
    return request(what, "Transfer-Encoding: chunked\r\n\r\n" + body);
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
        chunked("a chunk with a blank after its size", "18 \r\n" + EVENT + "\r\n0\r\n\r\n"),
        chunked("a chunk without a size", ";a=b\r\n" + EVENT + "\r\n0\r\n\r\n"),
        chunked("a chunk with LF in its extension", "18;a\n5\r\n" + EVENT + "\r\n0\r\n\r\n"),
        chunked("a chunk of more than its size", "17\r\n" + EVENT + "\r\n0\r\n\r\n"),
        chunked("a chunk of less than its size", "19\r\n" + EVENT + "\r\n0\r\n\r\n"),
        chunked("a chunk that LF ends", "18\n" + EVENT + "\n0\n\n"),
        chunked("a trailer that is none", "18\r\n" + EVENT + "\r\n0\r\nGET / HTTP/1.1\r\n\r\n"),
        chunked("a trailer that is folded", "18\r\n" + EVENT + "\r\n0\r\n a: b\r\n\r\n"),
        chunked("a trailer with LF", "18\r\n" + EVENT + "\r\n0\r\na: b\n\r\n\r\n"),
        chunked("a trailer without end", "18\r\n" + EVENT + "\r\n0\r\na: " + "x".repeat(99_999)));
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
