package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may do what on the admin listener where operators have static tokens: with the token itself,
 * and with the cookie for which the form of the login exchanges it.
 */
class OperatorsTest {
  private static final String VIEWER = Secrets.key("viewer-0123456789abcdef0123456789abcdef");
  private static final String OPERATOR = Secrets.key("operator-0123456789abcdef0123456789abcde");
  private static final String STRANGER = Secrets.key("stranger-0123456789abcdef0123456789abcde");
  private static final String REVOCATION = "{\"tenant\":\"acme\",\"subject\":\"ada\"}";

  @TempDir Path folder;
  private TestIssuer issuer;
  private RelayProcess relay;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    relay = RelayProcess.start(configuration(""));
  }

  private String configuration(String more) throws Exception {
    Files.writeString(folder.resolve("viewer"), VIEWER + "\n");
    Files.writeString(folder.resolve("operator"), OPERATOR + "\n");
    return """
    identity: { issuers: [%s] }
    admin:
      audit: { file: "%s" }
      login:
        tokens:
          - { name: vera, role: viewer, file: "%s" }
          - { name: otto, role: [viewer, operator], file: "%s" }
    %s\
    """
        .formatted(
            issuer.yaml(),
            audit(),
            folder.resolve("viewer"),
            folder.resolve("operator"),
            more.indent(4));
  }

  private Path audit() {
    return folder.resolve("audit.jsonl");
  }

  @AfterEach
  void stop() throws Exception {
    try {
      relay.assertWell();
      Secrets.assertNoneIn("the log", relay.log());
      Secrets.assertNoneIn("the metrics", relay.metrics());
      if (Files.isRegularFile(audit())) {
        Secrets.assertNoneIn("the audit", Files.readString(audit()));
      }
    } finally {
      relay.close();
      issuer.close();
    }
  }

  /** Whole lines, each with its end. */
  private static Answer ask(RelayProcess relay, String line, String headers, String body)
      throws Exception {
    String host = headers.contains("Host: ") ? "" : "Host: 127.0.0.1:PORT\r\n";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String length = body.isEmpty() ? "" : "Content-Length: " + bytes.length + "\r\n";
    int port = relay.admin().port();
    try (RawHttp client = RawHttp.connect(port)) {
      client.send(
          (line + " HTTP/1.1\r\n" + host + headers + length + "Connection: close\r\n\r\n")
                  .replace("PORT", Integer.toString(port))
              + body);
      return line.startsWith("HEAD") ? client.head() : client.answer();
    }
  }

  private Answer get(String path, String headers) throws Exception {
    return ask(relay, "GET " + path, headers, "");
  }

  private Answer revoke(String headers) throws Exception {
    return ask(
        relay,
        "POST /admin/revocations",
        headers + "Content-Type: application/json\r\n",
        REVOCATION);
  }

  private Answer logIn(String token) throws Exception {
    return ask(
        relay,
        "POST /login",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "token=" + token);
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  /** What a browser shows from now on. */
  private static String cookie(Answer login) {
    return "Cookie: " + login.header("Set-Cookie").orElseThrow().split(";", 2)[0] + "\r\n";
  }

  private static String own() {
    return "Origin: http://127.0.0.1:PORT\r\n";
  }

  /** The lines of the audit as action, operator and result. */
  private List<String> noted() throws Exception {
    List<String> noted = new ArrayList<>();
    for (String line : Files.readAllLines(audit())) {
      Map<String, Object> entry = Json.object(line);
      noted.add(entry.get("action") + " " + entry.get("operator") + " " + entry.get("result"));
    }
    return noted;
  }

  @Test
  void withoutALoginOnlyHealthAndMetricsAnswer() throws Exception {
    assertEquals(200, get("/observe/health/live", "").status());
    assertEquals(200, get("/observe/metrics", "").status());
    for (String path :
        List.of(
            "/admin/revocations",
            "/admin/publishers",
            "/admin/v1/session",
            "/admin/v1/status",
            "/observe",
            "/observe/health/../../admin/revocations",
            "/observe/metrics/..%2f..%2fadmin/revocations",
            "//admin/revocations",
            "/%61dmin/revocations",
            "/admin/revocations;/login",
            "/nothing")) {
      Answer answer = get(path, "");
      assertTrue(answer.status() == 401 || answer.status() == 400, path + ": " + answer);
    }
    get("/admin/revocations", "").assertProblem(401, "NO_CREDENTIALS");
    revoke("").assertProblem(401, "NO_CREDENTIALS");
    assertEquals(401, ask(relay, "HEAD /admin/revocations", "", "").status());
  }

  @Test
  void aBrowserIsSentToTheLoginAndAScriptIsToldAsItReads() throws Exception {
    Answer page = get("/console/", "Accept: text/html,*/*;q=0.8\r\n");
    assertEquals(303, page.status());
    assertEquals("/login", page.header("Location").orElseThrow());

    get("/console/", "Accept: */*\r\n").assertProblem(401, "NO_CREDENTIALS");
    get("/admin/v1/status", "Accept: text/html\r\n").assertProblem(401, "NO_CREDENTIALS");
  }

  @Test
  void aTokenLetsInWhoHasItToWhatItsRoleMay() throws Exception {
    assertEquals(200, get("/admin/revocations", bearer(VIEWER)).status());
    revoke(bearer(VIEWER)).assertProblem(403, "NOT_ALLOWED");
    ask(relay, "DELETE /admin/revocations/none", bearer(VIEWER), "")
        .assertProblem(403, "NOT_ALLOWED");
    assertEquals(200, get("/admin/revocations", bearer(OPERATOR)).status());
    assertEquals(200, revoke(bearer(OPERATOR)).status());
    get("/admin/revocations", bearer(STRANGER)).assertProblem(401, "BAD_TOKEN");
    get("/admin/revocations", bearer(VIEWER.substring(1))).assertProblem(401, "BAD_TOKEN");
    get("/admin/revocations", "Authorization: Basic b3R0bzpvdHRv\r\n")
        .assertProblem(401, "NO_CREDENTIALS");
    get("/admin/revocations", bearer(VIEWER) + bearer(OPERATOR))
        .assertProblem(400, "INVALID_REQUEST");
  }

  /** What a viewer asks by POST is no action. */
  @Test
  void aViewerMayAskWhatIsLong() throws Exception {
    String question =
        """
        {"claims":{"tenant":"acme","subject":"ada","roles":[]},"topics":["orders"],\
        "event":{"tenant":"acme","topic":"orders","type":"a","data":{}}}\
        """;
    Answer answer =
        ask(
            relay,
            "POST /admin/explain",
            bearer(VIEWER) + "Content-Type: application/json\r\n",
            question);
    assertFalse(answer.status() == 401 || answer.status() == 403, answer.toString());
  }

  @Test
  void theFormExchangesATokenForACookieThatNoScriptAndNoOtherSiteHas() throws Exception {
    Answer page = get("/login", "");
    assertEquals(200, page.status());
    assertTrue(page.text().contains("name=\"token\""), page.text());
    String policy = page.header("Content-Security-Policy").orElseThrow();
    assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);

    Answer login = logIn(OPERATOR);

    assertEquals(303, login.status(), login.toString());
    assertEquals("/console/", login.header("Location").orElseThrow());
    String given = login.header("Set-Cookie").orElseThrow();
    for (String attribute : List.of("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28")) {
      assertTrue(given.contains(attribute), given);
    }
    assertEquals(200, get("/admin/revocations", cookie(login)).status());
    assertEquals(200, revoke(cookie(login) + own()).status());
    Map<String, Object> session = get("/admin/v1/session", cookie(login)).json();
    assertEquals("token:otto", session.get("name"));
    assertEquals(List.of("viewer", "operator"), session.get("roles"));
    assertEquals("tokens", session.get("login"));
    assertEquals("/logout", session.get("logout"));
    assertTrue(get("/login", cookie(login)).text().contains("token:otto"));

    Answer logout = ask(relay, "POST /logout", cookie(login) + own(), "");

    assertEquals(200, logout.status());
    String taken = logout.header("Set-Cookie").orElseThrow();
    assertTrue(taken.contains("=; Expires=Thu, 1 Jan 1970 00:00:00 GMT;"), taken);
    get("/admin/revocations", cookie(login)).assertProblem(401, "BAD_TOKEN");
    assertEquals(
        List.of(
            "login token:otto done",
            "revoke token:otto asked",
            "revoke token:otto done",
            "logout token:otto done"),
        noted());
  }

  /** A cookie comes with whatever a page sends, so a page has to be one of ours. */
  @Test
  void withACookieARequestHasToSayThatItIsOfOurPage() throws Exception {
    String cookie = cookie(logIn(OPERATOR));

    revoke(cookie).assertProblem(403, "NOT_ALLOWED");
    for (String foreign :
        List.of(
            "Origin: http://evil.example\r\n",
            "Origin: null\r\n",
            "Origin: http://127.0.0.1:1\r\n",
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            own() + "Sec-Fetch-Site: same-site\r\n")) {
      revoke(cookie + foreign).assertProblem(403, "NOT_ALLOWED");
      ask(relay, "POST /logout", cookie + foreign, "").assertProblem(403, "NOT_ALLOWED");
    }
    assertEquals(200, get("/admin/revocations", cookie).status(), "it is still logged in");
    get("/admin/revocations", cookie + "Host: evil.example:PORT\r\n")
        .assertProblem(421, "MISDIRECTED");
    ask(
            relay,
            "POST /login",
            "Host: evil.example\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            "token=" + OPERATOR)
        .assertProblem(421, "MISDIRECTED");
  }

  @Test
  void aCookieOfAnotherRelayOrMadeUpOrTwiceIsNobodys() throws Exception {
    Answer login = logIn(OPERATOR);
    String cookie = cookie(login);
    String name = cookie.substring("Cookie: ".length(), cookie.indexOf('='));
    try (RelayProcess other = RelayProcess.start(configuration(""))) {
      int port = relay.admin().port();
      String theirs = cookie.replace("-" + port + "=", "-" + other.admin().port() + "=");
      ask(other, "GET /admin/revocations", theirs, "").assertProblem(401, "BAD_TOKEN");
    }

    for (String value : List.of("x", "A".repeat(43), OPERATOR, "%00")) {
      Answer answer = get("/admin/revocations", "Cookie: " + name + "=" + value + "\r\n");
      answer.assertProblem(401, "BAD_TOKEN");
    }
    get("/admin/revocations", "Cookie: " + name + "=\r\n").assertProblem(401, "NO_CREDENTIALS");
    get("/admin/revocations", cookie.strip() + "; " + name + "=x\r\n")
        .assertProblem(401, "BAD_TOKEN");
  }

  /** A token that is gone from its file ends what it let in, and a new one lets in. */
  @Test
  void aTokenThatIsTakenOutOfItsFileEndsItsSessions() throws Exception {
    String cookie = cookie(logIn(OPERATOR));
    assertEquals(200, get("/admin/revocations", cookie).status());

    Files.writeString(folder.resolve("operator"), STRANGER + "\n");

    Deadline.await(
        "the end of the session", () -> get("/admin/revocations", cookie).status() == 401);
    get("/admin/revocations", bearer(OPERATOR)).assertProblem(401, "BAD_TOKEN");
    assertEquals(200, get("/admin/revocations", bearer(STRANGER)).status());
  }

  @Test
  void loginsThatFailAreNotedAndAfterTenTheAddressHasToWait() throws Exception {
    for (int i = 0; i < 10; i++) {
      Answer refused = logIn(STRANGER);
      assertEquals(401, refused.status());
      assertTrue(refused.text().contains("role=\"alert\""), refused.text());
    }
    assertEquals(429, logIn(STRANGER).status());
    assertTrue(logIn(STRANGER).header("Retry-After").isPresent());
    assertEquals(429, logIn(OPERATOR).status(), "nobody is told that this one would be right");
    get("/admin/revocations", bearer(STRANGER)).assertProblem(429, "RATE_LIMITED");

    // A token of 32 characters is not guessed, so others at the address need not wait.
    assertEquals(200, get("/admin/revocations", bearer(OPERATOR)).status());
    assertEquals(java.util.Collections.nCopies(10, "login  refused BAD_TOKEN"), noted());
  }

  /** Who may only look and tries to act is noted, but cannot fill the disk by trying. */
  @Test
  void whatAViewerTriesToDoIsNotedTenTimesAMinute() throws Exception {
    ask(relay, "DELETE /admin/v1/streams/s%0a%3Cb%3E?reason=x", bearer(VIEWER), "")
        .assertProblem(403, "NOT_ALLOWED");
    for (int i = 0; i < 11; i++) {
      revoke(bearer(VIEWER)).assertProblem(403, "NOT_ALLOWED");
    }
    ask(relay, "POST /admin/v1/drain?reason=x", cookie(logIn(VIEWER)) + own(), "")
        .assertProblem(403, "NOT_ALLOWED");

    List<String> noted = noted();
    assertEquals(11, noted.size(), noted::toString);
    assertEquals(
        java.util.Collections.nCopies(10, "request token:vera refused NOT_ALLOWED"),
        noted.subList(0, 10));
    assertEquals("login token:vera done", noted.getLast(), "of others it is noted still");
    List<String> lines = Files.readAllLines(audit());
    assertEquals("DELETE /admin/v1/streams/s\n<b>", Json.object(lines.getFirst()).get("target"));
    assertEquals("POST /admin/revocations", Json.object(lines.get(9)).get("target"));
    assertEquals("127.0.0.1", Json.object(lines.get(9)).get("address"));
    assertEquals(200, revoke(bearer(OPERATOR)).status());
  }

  @Test
  void aFormThatIsNoneIsRefused() throws Exception {
    String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assertEquals(400, ask(relay, "POST /login", form, "token=a&token=b").status());
    assertEquals(400, ask(relay, "POST /login", form, "user=a").status());
    assertEquals(400, ask(relay, "POST /login", form, "token=%zz").status());
    assertEquals(401, ask(relay, "POST /login", form, "token=%00%1b%5b2J%ff").status());
    assertEquals(413, ask(relay, "POST /login", form, "token=" + "a".repeat(20_000)).status());
    assertEquals(
        415, ask(relay, "POST /login", "Content-Type: application/json\r\n", "{}").status());
    ask(relay, "PUT /login", own(), "").assertProblem(405, "METHOD_NOT_ALLOWED");
    ask(relay, "GET /logout", "", "").assertProblem(405, "METHOD_NOT_ALLOWED");
  }

  /** What a stranger sends is one line of the audit, and moves no terminal that shows it. */
  @Test
  void hostileBytesInTheAgentAreEscaped() throws Exception {
    String agent =
        "User-Agent: <script>alert(1)</script>\u009b2J\u202e" + "a".repeat(3000) + "\r\n";
    assertEquals(401, get("/admin/revocations", bearer(STRANGER) + agent).status());

    List<String> lines = Files.readAllLines(audit());
    assertEquals(1, lines.size());
    assertFalse(
        lines.getFirst().chars().anyMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x202e));
    String noted = String.valueOf(Json.object(lines.getFirst()).get("agent"));
    assertTrue(noted.startsWith("<script>") && noted.length() <= 200, noted);
  }

  @Test
  void whereItCannotBeNotedNobodyLogsInAndWhoIsInReads() throws Exception {
    Files.createDirectory(audit());

    assertEquals(503, logIn(OPERATOR).status());

    assertTrue(relay.log().contains("audit-unavailable "), relay.log());
    assertEquals(200, get("/admin/revocations", bearer(VIEWER)).status());
    Files.delete(audit());
    assertEquals(303, logIn(OPERATOR).status());
    assertEquals(List.of("login token:otto done"), noted());
  }
}
