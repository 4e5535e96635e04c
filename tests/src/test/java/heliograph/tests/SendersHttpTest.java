package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP lets a sender say in several ways, and what it has a server take of old ones. */
class SendersHttpTest {
  private static final String EVENT = BadHttpTest.EVENT;
  private static final String POST = BadHttpTest.POST;
  private static final String LENGTH = "Content-Length: " + EVENT.length() + "\r\n";
  private static final String OPENAPI = BadHttpTest.HIDDEN;

  @RegisterExtension static final Stage stage = Stage.ofAcme("limits: { request-timeout: PT3S }");

  @AfterEach
  void nothingWasABug() {
    stage.relay().assertNoBugs();
  }

  private static RawHttp admin() throws IOException {
    return RawHttp.connect(stage.relay().admin().port());
  }

  @ParameterizedTest
  @ValueSource(strings = {"100-continue", "100-Continue", "100-CONTINUE", "x=y, 100-Continue "})
  void aClientThatWaitsToBeAskedIsAsked(String expectation) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send(POST + LENGTH + "Expect: " + expectation + "\r\n\r\n");
      assertEquals(100, client.answer().status());
      client.send(EVENT);
      assertEquals(202, client.answer().status());
    }
  }

  @Test
  void whatElseAClientExpectsIsIgnored() throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send(POST + LENGTH + "Expect: 200-ok\r\n\r\n" + EVENT + OPENAPI);
      assertEquals(202, client.answer().status());
      assertEquals(200, client.answer().status());
    }
  }

  static Stream<Arguments> chunked() {
    return Stream.of(
        Arguments.of("an extension", "18;a=b\r\n" + EVENT + "\r\n0\r\n\r\n"),
        Arguments.of("a quoted one", "18 ; a=\"b;c\"\r\n" + EVENT + "\r\n0;last\r\n\r\n"),
        Arguments.of("many zeros", "00000000000000018\r\n" + EVENT + "\r\n0000\r\n\r\n"),
        Arguments.of("a trailer", "18\r\n" + EVENT + "\r\n0\r\nDigest: x\r\n\r\n"),
        Arguments.of(
            "a trailer that looks like a head",
            "18\r\n" + EVENT + "\r\n0\r\nContent-Length: 99\r\nHost: other\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chunked")
  void whatNobodyNeedsOfChunksIsIgnored(String what, String body) throws Exception {
    try (RawHttp client = stage.connect()) {
      String chunked = POST + "Transfer-Encoding: Chunked\r\n\r\n" + body;
      client.send(chunked + OPENAPI + chunked);
      for (int status : new int[] {202, 200, 202}) {
        assertEquals(status, client.answer().status());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\nGET /openapi HTTP/1.1\r\nHost: relay\r\n\r\n",
        "GET http://relay/openapi HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET HTTPS://relay:443/openapi HTTP/1.1\r\nHost: relay\r\n\r\n",
        "GET /openapi HTTP/1.1\r\nhost: relay\r\naccept: */*\r\nconnection: keep-alive\r\n\r\n",
        "GET /openapi HTTP/1.1\r\nHOST:relay\r\nempty:\r\ntab:\t1\t\r\n\r\n",
        "GET /openapi HTTP/1.2\r\nHost: relay\r\n\r\n",
      })
  void otherFormsOfARequestAreServedLikeTheUsualOne(String request) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send(request + OPENAPI);
      Answer answer = client.answer();
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(client.answer().text(), answer.text());
    }
  }

  @Test
  void theHostOfAWholeTargetHasTheLastWord() throws Exception {
    String get = "GET http://%s/observe/health/live HTTP/1.1\r\nHost: %s\r\n\r\n";
    try (RawHttp client = admin()) {
      client.send(get.formatted("localhost", "rebound") + get.formatted("rebound", "localhost"));
      assertEquals(200, client.answer().status());
      client.answer().assertProblem(421, "MISDIRECTED");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "Close", "keep-alive, CLOSE", "x,close"})
  void aConnectionWhoseEndIsAskedForInAnyWayIsEnded(String connection) throws Exception {
    try (RawHttp client = stage.connect()) {
      client.send("GET /openapi HTTP/1.1\r\nHost: a\r\nConnection: " + connection + "\r\n\r\n");
      Answer answer = client.answer();
      assertEquals(200, answer.status());
      assertEquals(Optional.of("close"), answer.header("Connection"));
      assertTrue(client.isClosed());
    }
  }

  @Test
  void httpOfTheFirstVersionIsServedAndItsConnectionClosed() throws Exception {
    String[] requests = {
      "GET /openapi HTTP/1.0\r\nHost: relay\r\nConnection: keep-alive\r\n\r\n",
      POST.replace("HTTP/1.1", "HTTP/1.0") + LENGTH + "Expect: 100-continue\r\n\r\n" + EVENT,
      "HEAD /openapi HTTP/1.0\r\nHost: relay\r\n\r\n",
    };
    for (String request : requests) {
      try (RawHttp client = stage.connect()) {
        client.send(request + OPENAPI);
        Answer answer = request.startsWith("HEAD") ? client.head() : client.answer();
        assertEquals(request.startsWith("POST") ? 202 : 200, answer.status(), answer::toString);
        assertEquals(Optional.of("close"), answer.header("Connection"));
        assertEquals(Optional.empty(), answer.header("Transfer-Encoding"));
        assertTrue(client.isClosed(), "what came after it was answered");
      }
    }
    try (RawHttp probe = admin()) {
      probe.send("GET /observe/health/live HTTP/1.0\r\nHost: localhost\r\n\r\n");
      assertEquals(200, probe.answer().status());
      assertTrue(probe.isClosed());
    }
  }

  @Test
  void aStreamIsServedToHttpOfTheFirstVersion() throws Exception {
    try (RawHttp client = stage.connect()) {
      String token = stage.token("old", "acme");
      client.send(
          "GET /v1/stream HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n");
      Answer head = client.head();
      assertEquals(200, head.status());
      assertEquals(Optional.empty(), head.header("Transfer-Encoding"));
      assertTrue(client.hears(Deadline.USUAL));
    }
  }

  /** Two requests in one write: were a body sent, it would be taken for the second answer. */
  @ParameterizedTest
  @ValueSource(strings = {"/openapi", "/v1/events", "/v1/status", "/v1/nowhere", "/v1/tickets"})
  void headIsAnsweredAsGetIsButForTheBody(String path) throws Exception {
    String head =
        "HEAD %s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, stage.token("prober", "acme"));
    assertSameAsGet(stage.connect(), head);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/observe/metrics", "/observe/health", "/admin/revocations", "/admin/nowhere"})
  void headIsAnsweredOnTheAdminListenerToo(String path) throws Exception {
    assertSameAsGet(admin(), "HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private static void assertSameAsGet(RawHttp connection, String head) throws IOException {
    try (RawHttp client = connection) {
      client.send(head + head + head.replace("HEAD", "GET"));
      Answer first = client.head();
      Answer second = client.head();
      Answer get = client.answer();
      assertFalse(get.text().isEmpty());
      assertEquals(get.status(), first.status());
      assertEquals(first.headers().keySet(), second.headers().keySet());
      assertEquals(get.headers().keySet(), first.headers().keySet());
      assertEquals(get.header("Content-Type"), first.header("Content-Type"));
      assertTrue(first.header("Content-Length").isPresent());
    }
  }

  @Test
  void headOfAStreamTellsWhetherThereWouldBeOne() throws Exception {
    String head = "HEAD /v1/stream?topic=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n";
    double ends = ends();
    try (RawHttp client = stage.connect()) {
      client.send(head.formatted(stage.token("prober", "acme")));
      Answer answer = client.head();
      assertEquals(200, answer.status());
      assertEquals(Optional.of("text/event-stream"), answer.header("Content-Type"));
      assertTrue(client.isClosed());
    }
    assertEquals(0, stage.metric("heliograph_streams_open"));
    assertEquals(ends, ends());
    try (RawHttp client = stage.connect()) {
      client.send(head.formatted("x.y.z"));
      Answer refused = client.head();
      assertEquals(401, refused.status());
      assertTrue(refused.header("WWW-Authenticate").isPresent());
      assertFalse(client.hears(Duration.ofMillis(100)), "a body");
    }
  }

  private static double ends() throws Exception {
    return stage
        .relay()
        .metrics()
        .lines()
        .filter(line -> line.startsWith("heliograph_stream_ends_total"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void headIsAmongTheMethodsThatAreAllowedWhereGetIs() throws Exception {
    try (RawHttp client = stage.connect()) {
      for (String path : new String[] {"/v1/events", "/v1/stream", "/v1/status"}) {
        client.send("PATCH " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        Answer refused = client.answer();
        refused.assertProblem(405, "METHOD_NOT_ALLOWED");
        assertTrue(refused.header("Allow").orElse("").startsWith("GET, HEAD"), path);
      }
    }
  }
}
