package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages may read what the relay answers, and which cannot even ask with a cookie. */
class CorsTest {
  private static final String ALLOWED = "https://app.example.com";
  private static final String[] FOREIGN = {
    "https://evil.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.com",
    "https://app.example.co",
    "https://APP.example.com",
    "https://app.example.com/",
    "https://evil.com?https://app.example.com",
    "null",
    "*",
    ""
  };

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static RelayProcess closed;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    String identity = "identity: { issuers: [%s] }\n".formatted(issuer.yaml());
    relay =
        RelayProcess.start(
            identity
                + """
                cors: { origins: ["%s", "http://localhost:3000"] }
                limits: { streams-per-tenant: 3 }
                streams:
                  - name: own
                    path: "/api/{id}/live"
                    topics: ["event.{path.id}"]
                    status: { path: /api/status }
                """
                    .formatted(ALLOWED));
    closed = RelayProcess.start(identity);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    closed.stopWell();
    issuer.close();
  }

  /**
   * As a browser or another client on a raw socket says it, with headers no library lets one set.
   */
  private static Answer ask(RelayProcess one, String line, String... headers) throws Exception {
    List<String> lines = new ArrayList<>(List.of(line + " HTTP/1.1", "Host: relay.example.com"));
    lines.addAll(List.of(headers));
    try (RawHttp http = RawHttp.connect(one.port())) {
      http.send(String.join("\r\n", lines) + "\r\n\r\n");
      return line.matches("GET (/v1/stream|/api/7/live).*") ? http.head() : http.answer();
    }
  }

  private static String bearer() {
    return "Authorization: Bearer " + issuer.token("alice", "acme");
  }

  private static String cookie(String tenant) {
    return "Cookie: access_token=" + issuer.token("alice", tenant);
  }

  private static void assertReadable(Answer answer) {
    assertEquals(List.of(ALLOWED), answer.headers().get("Access-Control-Allow-Origin"));
    assertEquals(List.of("true"), answer.headers().get("Access-Control-Allow-Credentials"));
    assertTrue(answer.header("Access-Control-Expose-Headers").orElse("").contains("Retry-After"));
    assertVaries(answer);
  }

  private static void assertNotReadable(Answer answer) {
    answer
        .headers()
        .keySet()
        .forEach(
            name ->
                assertTrue(
                    !name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"), name));
    assertVaries(answer);
  }

  private static void assertVaries(Answer answer) {
    assertTrue(answer.headers().getOrDefault("Vary", List.of()).contains("Origin"), "Vary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/stream",
        "GET /v1/events",
        "GET /v1/status",
        "GET /api/7/live",
        "GET /api/status"
      })
  void aPageOfAConfiguredOriginCanRead(String line) throws Exception {
    Answer answer = ask(relay, line, "Origin: " + ALLOWED, bearer());
    assertEquals(200, answer.status());
    assertReadable(answer);
    Answer byCookie = ask(relay, line, "Origin: " + ALLOWED, cookie("acme"));
    assertEquals(200, byCookie.status());
    assertReadable(byCookie);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/stream",
        "GET /v1/events",
        "GET /v1/status",
        "GET /api/7/live",
        "GET /api/status"
      })
  void anotherPageCanNeitherReadNorUseTheCookie(String line) throws Exception {
    for (String origin : FOREIGN) {
      Answer answer = ask(relay, line, "Origin: " + origin, cookie("acme"));
      assertEquals(403, answer.status(), origin);
      assertNotReadable(answer);
      // A token that the page itself has is its own to use, but the answer is not for it to read.
      Answer byHeader = ask(relay, line, "Origin: " + origin, bearer());
      assertEquals(200, byHeader.status(), origin);
      assertNotReadable(byHeader);
    }
  }

  @Test
  void twoOriginsAreNone() throws Exception {
    String[] two = {"Origin: " + ALLOWED, "Origin: https://evil.example.com"};
    Answer answer = ask(relay, "GET /v1/events", two[0], two[1], cookie("acme"));
    assertEquals(403, answer.status());
    assertNotReadable(answer);
  }

  @Test
  void aRefusalCanBeReadAsWell() throws Exception {
    Answer missing = ask(relay, "GET /v1/events", "Origin: " + ALLOWED);
    missing.assertProblem(401, "NO_CREDENTIALS");
    assertReadable(missing);
    Answer nothing = ask(relay, "GET /v1/nothing", "Origin: " + ALLOWED);
    nothing.assertProblem(404, "NOT_FOUND");
    assertReadable(nothing);
    Answer query = ask(relay, "GET /v1/events?a=%zz", "Origin: " + ALLOWED);
    query.assertProblem(400, "INVALID_REQUEST");
    assertReadable(query);
    Answer method = ask(relay, "DELETE /v1/stream", "Origin: " + ALLOWED);
    assertEquals(405, method.status());
    assertReadable(method);
  }

  @ParameterizedTest
  @CsvSource({
    "https://relay.example.com, , 200",
    "http://relay.example.com, , 200",
    "http://relay.example.com, same-origin, 200",
    "http://relay.example.com, cross-site, 403",
    "http://relay.example.com, same-site, 403",
    "http://relay.example.com:8080, , 403",
    "http://relay.example.com.evil.com, , 403",
    ", , 200",
    ", none, 200",
    ", same-origin, 200",
    ", same-site, 403",
    ", cross-site, 403",
    ", garbage, 403",
    "https://app.example.com, cross-site, 200",
  })
  void theRelaysOwnPagesAndClientsThatAreNoBrowsersUseTheCookie(
      String origin, String site, int status) throws Exception {
    for (RelayProcess one : List.of(relay, closed)) {
      List<String> headers = new ArrayList<>(List.of(cookie("acme")));
      Optional.ofNullable(origin).ifPresent(it -> headers.add("Origin: " + it));
      Optional.ofNullable(site).ifPresent(it -> headers.add("Sec-Fetch-Site: " + it));
      int expected = one == closed && ALLOWED.equals(origin) ? 403 : status;
      for (String line : List.of("GET /v1/stream", "GET /v1/events", "GET /v1/status")) {
        assertEquals(expected, ask(one, line, headers.toArray(String[]::new)).status(), line);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/stream",
        "/v1/events",
        "/v1/tickets",
        "/v1/status",
        "/v1/hooks/orders",
        "/api/7/live",
        "/api/status"
      })
  void aPreflightOfAConfiguredOriginIsGranted(String path) throws Exception {
    Answer answer =
        ask(
            relay,
            "OPTIONS " + path,
            "Origin: " + ALLOWED,
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type,last-event-id");
    assertEquals(204, answer.status());
    assertReadable(answer);
    assertEquals("GET, POST", answer.header("Access-Control-Allow-Methods").orElse(""));
    assertEquals(
        "Authorization, Content-Type, Last-Event-ID, Cache-Control",
        answer.header("Access-Control-Allow-Headers").orElse(""));
    assertEquals("600", answer.header("Access-Control-Max-Age").orElse(""));
    assertEquals(Optional.empty(), answer.header("WebHook-Allowed-Origin"));
  }

  /** Libraries send headers of their own, and a browser asks first whether they may. */
  @Test
  void whatAnOperatorNamesMayBeSentAsWell() throws Exception {
    String yaml =
        """
        identity: { issuers: [%s] }
        cors: { origins: ["%s"], headers: [X-Requested-With, x-csrf-token] }
        """
            .formatted(issuer.yaml(), ALLOWED);
    try (RelayProcess named = RelayProcess.start(yaml)) {
      Answer answer =
          ask(
              named,
              "OPTIONS /v1/stream",
              "Origin: " + ALLOWED,
              "Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: authorization,x-requested-with");
      assertEquals(204, answer.status());
      assertEquals(
          "Authorization, Content-Type, Last-Event-ID, Cache-Control, X-Requested-With,"
              + " x-csrf-token",
          answer.header("Access-Control-Allow-Headers").orElse(""));
    }
  }

  @Test
  void aPreflightOfAnotherIsNot() throws Exception {
    for (String origin : FOREIGN) {
      Answer answer =
          ask(
              relay,
              "OPTIONS /v1/events",
              "Origin: " + origin,
              "Access-Control-Request-Method: GET");
      answer.assertProblem(403, "NOT_ALLOWED");
      assertNotReadable(answer);
    }
    ask(closed, "OPTIONS /v1/stream", "Origin: " + ALLOWED, "Access-Control-Request-Method: GET")
        .assertProblem(403, "NOT_ALLOWED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/events", "/v1/hooks/orders"})
  void theHandshakeOfWebhooksIsStillAnswered(String path) throws Exception {
    Answer bare = ask(relay, "OPTIONS " + path, "WebHook-Request-Origin: shop.example.com");
    assertEquals(204, bare.status());
    assertEquals("shop.example.com", bare.header("WebHook-Allowed-Origin").orElse(""));
    Answer both =
        ask(
            relay,
            "OPTIONS " + path,
            "WebHook-Request-Origin: shop.example.com",
            "Origin: https://evil.example.com",
            "Access-Control-Request-Method: POST");
    assertEquals("shop.example.com", both.header("WebHook-Allowed-Origin").orElse(""));
    assertEquals(Optional.empty(), both.header("Access-Control-Allow-Methods"));
    assertEquals(Optional.empty(), both.header("Access-Control-Allow-Origin"));
  }

  @Test
  void withoutOriginsNothingIsSaidOfThem() throws Exception {
    Answer answer = ask(closed, "GET /v1/stream", "Origin: " + ALLOWED, bearer());
    assertEquals(200, answer.status());
    assertEquals(List.of("Accept-Encoding"), answer.headers().get("Vary"));
    assertEquals(Optional.empty(), answer.header("Access-Control-Allow-Origin"));
  }

  @Test
  void aStreamThatIsEndedAtOnceCanBeReadAsWell() throws Exception {
    String token = issuer.token("alice", "full");
    try (SseClient _ = SseClient.join(relay, token, "");
        SseClient _ = SseClient.join(relay, token, "");
        SseClient _ = SseClient.join(relay, token, "");
        SseClient fourth =
            SseClient.open(relay, "/v1/stream?access_token=" + token, "Origin: " + ALLOWED)) {
      assertTrue(fourth.head().contains("Access-Control-Allow-Origin: " + ALLOWED + "\r\n"));
      fourth.assertEnded("limit");
    }
  }
}
