package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who logs out at the identity provider is logged out here: streams end, tokens are refused. */
class BackChannelLogoutTest {
  private static final String PATH = "/v1/logout";
  private static final String FORM = "application/x-www-form-urlencoded";
  static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

  private static TestIssuer issuer;
  private static TestIssuer silent;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    silent = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity:
              issuers:
                - %s
                - %s
            """
                .formatted(
                    issuer.yaml(", logout-audience: web, subject-prefix: \"one:\""),
                    silent.yamlWithPrefix("silent:")));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
    silent.close();
  }

  private static Token login(String subject, String session) {
    return issuer.token(subject).with("tenant", "acme").with("sid", session);
  }

  private static Token logout(TestIssuer from) {
    return Token.of(from.uri(), "web", "unused")
        .without("sub")
        .with("iat", Instant.now().getEpochSecond())
        .with("jti", UUID.randomUUID().toString())
        .with("events", Map.of(EVENT, Map.of()))
        .header("typ", "logout+jwt");
  }

  private static Answer send(String token) throws Exception {
    return post("logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
  }

  private static Answer post(String form) throws Exception {
    return relay.http().post(PATH, form, "Content-Type", FORM);
  }

  private static SseClient join(Token token) throws Exception {
    return SseClient.join(relay, token.signed(), "");
  }

  private static void assertRefused(Token token) throws Exception {
    relay
        .http()
        .get("/v1/stream", "Authorization", "Bearer " + token.signed())
        .assertProblem(401, "REVOKED_TOKEN");
  }

  @Test
  void aSessionEndsWithItsStreamsAndNoOther() throws Exception {
    Token here = login("alice", "a1");
    Token there = login("alice", "a2");
    try (SseClient first = join(here);
        SseClient second = join(there)) {
      Answer answer = send(logout(issuer).with("sid", "a1").with("sub", "alice").signed());
      assertEquals(200, answer.status(), answer::toString);
      assertEquals("no-store", answer.header("Cache-Control").orElse(""));
      first.assertEnded("revoked");
      assertRefused(here);
      second.assertExhausted();
    }
  }

  @Test
  void aSubjectIsLoggedOutEverywhereUntilTheNextLogin() throws Exception {
    Token before = login("bob", "b1");
    try (SseClient stream = join(before);
        SseClient other = join(login("bobby", "b2"))) {
      assertEquals(200, send(logout(issuer).with("sub", "bob").signed()).status());
      stream.assertEnded("revoked");
      assertRefused(before);
      other.assertExhausted();
    }
    Token next = login("bob", "b3").with("iat", Instant.now().getEpochSecond() + 2);
    try (SseClient again = join(next)) {
      again.assertExhausted();
    }
  }

  /** Providers send again what was not answered in time. */
  @Test
  void theSameTokenTwiceTakesBackOnce() throws Exception {
    String token = logout(issuer).with("sid", "twice").signed();
    assertEquals(200, send(token).status());
    assertEquals(200, send(token).status());
    String listed = relay.admin().get("/admin/revocations").text();
    assertEquals(2, listed.split("\"twice\"", -1).length, listed);
  }

  @Test
  void whatIsNoLogoutTokenLogsNobodyOut() throws Exception {
    Token carol = login("carol", "c1");
    Token good = logout(issuer).with("sub", "carol");
    try (SseClient stream = join(carol)) {
      for (Token bad :
          new Token[] {
            carol,
            good.header("typ", "at+jwt"),
            good.with("aud", "heliograph"),
            good.without("aud"),
            good.without("sub"),
            good.without("events"),
            good.with("events", Map.of()),
            good.with("events", EVENT),
            good.with("events", Map.of(EVENT, "now")),
            good.with("nonce", "n"),
            good.without("jti"),
            good.without("iat"),
            good.without("exp"),
            good.at("exp", Duration.ofMinutes(-1)),
            good.at("iat", Duration.ofMinutes(5)),
            good.with("iss", silent.uri()),
            good.with("iss", "https://nobody.example"),
            good.with("sub", 7),
            good.with("sid", 7),
          }) {
        send(bad.signed()).assertProblem(400, "INVALID_REQUEST");
      }
      send(good.signed().replaceAll(".{6}$", "AAAAAA")).assertProblem(400, "INVALID_REQUEST");
      send(good.header("alg", "none").unsigned()).assertProblem(400, "INVALID_REQUEST");
      stream.assertExhausted();
    }
    try (SseClient again = join(carol)) {
      again.assertExhausted();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "token=a", "logout_token=", "logout_token=a&logout_token=b", "logout_token=%"})
  void aFormWithoutOneIsRefused(String form) throws Exception {
    post(form).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void itTakesFormsOfASaneSizeAndNothingElse() throws Exception {
    relay
        .http()
        .post(PATH, "{}", "Content-Type", "application/json")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    relay.http().get(PATH).assertProblem(405, "METHOD_NOT_ALLOWED");
    post("logout_token=" + "a".repeat(20_000)).assertProblem(413, "TOO_LARGE");
    post("logout_token=" + "a".repeat(9000)).assertProblem(400, "INVALID_REQUEST");
  }

  /** A logout token would be a poor way in. */
  @Test
  void aLogoutTokenLetsNobodyIn() throws Exception {
    Token token =
        logout(issuer).with("sub", "dave").with("aud", "heliograph").with("tenant", "acme");
    relay
        .http()
        .get("/v1/stream", "Authorization", "Bearer " + token.signed())
        .assertProblem(401, "BAD_TOKEN");
    relay
        .http()
        .get("/v1/stream", "Authorization", "Bearer " + token.header("typ", "JWT").signed())
        .assertProblem(401, "BAD_TOKEN");
  }
}
