package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that are not believed: the whole table of them, of subscribers and of publishers. */
class WrongTokenTest {
  private static final KeyPair STRANGER = TestIssuer.keys("RSA");
  private static final KeyPair EC_STRANGER = TestIssuer.keys("EC");

  // Every token that was sent, none of which may be seen again.
  private static final List<String> SENT = Collections.synchronizedList(new ArrayList<>());
  private static final StringBuilder HEARD = new StringBuilder();

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static RelayProcess withDefault;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    String publishers = "publishers: [ { name: billing, client-id: billing, tenants: [\"*\"] } ]\n";
    relay =
        RelayProcess.start("identity: { issuers: [%s] }\n".formatted(issuer.yaml()) + publishers);
    withDefault =
        RelayProcess.start(
            """
            identity:
              issuers: [%s]
              default-tenant: main
              claims: { tenant: /org/a~1b/0/name, roles: [/deep/er/roles, /scope~0s] }
            """
                    .formatted(issuer.yaml())
                + publishers);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      for (RelayProcess one : List.of(relay, withDefault)) {
        String seen = one.log() + one.metrics() + HEARD;
        for (String token : SENT) {
          assertFalse(seen.contains(token), "a whole token was repeated");
          String signature = token.substring(token.lastIndexOf('.') + 1);
          boolean repeated = signature.length() > 20 && seen.contains(signature);
          assertFalse(repeated, "a signature was repeated");
        }
      }
    } finally {
      relay.stopWell();
      withDefault.stopWell();
      issuer.close();
    }
  }

  /** Asks for a stream. */
  private static Answer stream(RelayProcess one, String token) throws Exception {
    SENT.add(token);
    Answer answer = one.http().get("/v1/stream", "Authorization", "Bearer " + token);
    HEARD.append(answer);
    return answer;
  }

  private static Arguments wrong(String why, String code, Function<Token, String> make) {
    return Arguments.of(why, code, make);
  }

  static Stream<Arguments> wrongTokens() {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return Stream.of(
        wrong("another audience", "BAD_TOKEN", it -> it.with("aud", "somebody").signed()),
        wrong("a longer audience", "BAD_TOKEN", it -> it.with("aud", "heliograph2").signed()),
        wrong(
            "many other audiences",
            "BAD_TOKEN",
            it -> it.with("aud", List.of("a", "Heliograph")).signed()),
        wrong("no audience", "BAD_TOKEN", it -> it.without("aud").signed()),
        wrong(
            "another issuer", "BAD_TOKEN", it -> it.with("iss", "https://id.example.com").signed()),
        wrong("almost the issuer", "BAD_TOKEN", it -> it.with("iss", issuer.uri() + "/").signed()),
        wrong("no issuer", "BAD_TOKEN", it -> it.without("iss").signed()),
        wrong(
            "no issuer, as applications with a secret have it",
            "BAD_TOKEN",
            _ -> Token.ofApplication("alice").with("tenant", "acme").signedWith("x".repeat(32))),
        wrong("another key", "BAD_TOKEN", it -> it.signedBy(STRANGER, "SHA256withRSA")),
        wrong(
            "another key of the other kind",
            "BAD_TOKEN",
            it ->
                it.header("alg", "ES256")
                    .header("kid", "ec")
                    .signedBy(EC_STRANGER, "SHA256withECDSAinP1363Format")),
        wrong("an unknown key id", "BAD_TOKEN", it -> it.header("kid", "rsa2").signed()),
        wrong("the id of another key", "BAD_TOKEN", it -> it.header("kid", "ec").signed()),
        wrong("a key id that is a path", "BAD_TOKEN", it -> it.header("kid", "../rsa").signed()),
        wrong("no key id where there are two", "BAD_TOKEN", it -> it.withoutHeader("kid").signed()),
        wrong("algorithm none", "BAD_TOKEN", it -> it.header("alg", "none").unsigned()),
        wrong("algorithm None", "BAD_TOKEN", it -> it.header("alg", "None").unsigned()),
        wrong("algorithm none, signed", "BAD_TOKEN", it -> it.header("alg", "none").signed()),
        wrong(
            "algorithm none without key id",
            "BAD_TOKEN",
            it -> it.header("alg", "none").withoutHeader("kid").unsigned()),
        wrong("no algorithm", "BAD_TOKEN", it -> it.withoutHeader("alg").signed()),
        wrong("no signature", "BAD_TOKEN", Token::unsigned),
        wrong(
            "HMAC with the public key as its secret",
            "BAD_TOKEN",
            it -> it.header("alg", "HS256").signedByMac(TestIssuer.RSA.getPublic().getEncoded())),
        wrong(
            "HMAC with the public key in PEM",
            "BAD_TOKEN",
            it ->
                it.header("alg", "HS256")
                    .signedByMac(pem(TestIssuer.RSA.getPublic().getEncoded()))),
        wrong(
            "another algorithm than the key's",
            "BAD_TOKEN",
            it -> it.header("alg", "RS512").signedBy(TestIssuer.RSA, "SHA512withRSA")),
        wrong(
            "an algorithm that does not fit the key",
            "BAD_TOKEN",
            it -> it.header("alg", "ES256").signed()),
        wrong(
            "an ECDSA signature of zeros",
            "BAD_TOKEN",
            it ->
                it.header("alg", "ES256").header("kid", "ec").unsigned()
                    + base64.encodeToString(new byte[64])),
        wrong(
            "an ECDSA signature in DER",
            "BAD_TOKEN",
            it ->
                it.header("alg", "ES256")
                    .header("kid", "ec")
                    .signedBy(TestIssuer.EC, "SHA256withECDSA")),
        wrong(
            "its own key in the header",
            "BAD_TOKEN",
            it ->
                it.withoutHeader("kid")
                    .header("jwk", Map.of("kty", "RSA", "n", "AQAB", "e", "AQAB"))
                    .signedBy(STRANGER, "SHA256withRSA")),
        wrong(
            "its own key set in the header",
            "BAD_TOKEN",
            it -> it.header("jku", "http://127.0.0.1:1/jwks").signedBy(STRANGER, "SHA256withRSA")),
        wrong("critical headers", "BAD_TOKEN", it -> it.header("crit", List.of("exp")).signed()),
        wrong(
            "an unencoded payload",
            "BAD_TOKEN",
            it -> it.header("crit", List.of("b64")).header("b64", false).signed()),
        wrong(
            "expired",
            "EXPIRED_TOKEN",
            it -> it.at("exp", Duration.ofSeconds(-40)).at("iat", Duration.ofHours(-1)).signed()),
        wrong("expired in 1970", "EXPIRED_TOKEN", it -> it.with("exp", 1).with("iat", 0).signed()),
        wrong("not valid yet", "BAD_TOKEN", it -> it.at("nbf", Duration.ofSeconds(90)).signed()),
        wrong("of the future", "BAD_TOKEN", it -> it.at("iat", Duration.ofSeconds(90)).signed()),
        wrong("no end", "BAD_TOKEN", it -> it.without("exp").signed()),
        wrong("an end that is a text", "BAD_TOKEN", it -> it.with("exp", "tomorrow").signed()),
        wrong("an end that is null", "BAD_TOKEN", it -> it.with("exp", null).signed()),
        wrong("a tampered payload", "BAD_TOKEN", it -> tampered(it.signed())),
        wrong("truncated", "BAD_TOKEN", it -> it.signed().substring(0, 300)),
        wrong("its signature truncated", "BAD_TOKEN", it -> it.signed().replaceFirst("..$", "")),
        wrong("two parts", "BAD_TOKEN", it -> it.signed().replaceFirst("\\.[^.]*$", "")),
        wrong("four parts", "BAD_TOKEN", it -> it.signed() + ".AAAA"),
        wrong("garbage", "BAD_TOKEN", _ -> "garbage"),
        wrong("dots", "BAD_TOKEN", _ -> ".."),
        wrong("no base64", "BAD_TOKEN", _ -> "!!!.???.***"),
        wrong("no JSON", "BAD_TOKEN", _ -> base64.encodeToString("x.y".getBytes(UTF_8)) + ".eA.eA"),
        wrong(
            "a header that is no object",
            "BAD_TOKEN",
            it -> it.signed().replaceFirst("^[^.]*", base64.encodeToString("[]".getBytes(UTF_8)))),
        wrong("oversized", "BAD_TOKEN", it -> it.with("pad", "x".repeat(8 * 1024)).signed()));
  }

  private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongTokens")
  void aWrongTokenIsRefusedAtEveryDoor(String why, String code, Function<Token, String> make)
      throws Exception {
    String token = make.apply(issuer.token("alice").with("tenant", "acme").with("azp", "billing"));
    for (RelayProcess one : List.of(relay, withDefault)) {
      stream(one, token).assertProblem(401, code);
      Answer publish =
          Publisher.withToken(one, token).post("application/json", "{\"topic\":\"a\"}");
      HEARD.append(publish);
      publish.assertProblem(401, code);
    }
    if (token.matches("[A-Za-z0-9._-]+")) {
      Answer byQuery = relay.http().get("/v1/stream?access_token=" + token);
      HEARD.append(byQuery);
      byQuery.assertProblem(401, code);
      Answer byCookie = relay.http().get("/v1/stream", "Cookie", "access_token=" + token);
      HEARD.append(byCookie);
      byCookie.assertProblem(401, code);
    }
  }

  static Stream<Arguments> wrongSubscribers() {
    return Stream.of(
        wrong("no subject", "BAD_TOKEN", it -> it.without("sub").signed()),
        wrong("an empty subject", "BAD_TOKEN", it -> it.with("sub", "").signed()),
        wrong("a blank subject", "BAD_TOKEN", it -> it.with("sub", " ").signed()),
        wrong("a subject that is a number", "BAD_TOKEN", it -> it.with("sub", 7).signed()),
        wrong("a tenant that is a number", "BAD_TOKEN", it -> it.with("tenant", 7).signed()),
        wrong(
            "a tenant that is an array",
            "BAD_TOKEN",
            it -> it.with("tenant", List.of("acme")).signed()),
        wrong("an empty tenant", "BAD_TOKEN", it -> it.with("tenant", "").signed()),
        wrong("any tenant", "BAD_TOKEN", it -> it.with("tenant", "*").signed()),
        wrong("a tenant with a blank", "BAD_TOKEN", it -> it.with("tenant", "ac me").signed()),
        wrong("a tenant with a break", "BAD_TOKEN", it -> it.with("tenant", "acme\n").signed()),
        wrong("a long tenant", "BAD_TOKEN", it -> it.with("tenant", "a".repeat(65)).signed()),
        wrong("roles that are a number", "BAD_TOKEN", it -> it.with("roles", 7).signed()),
        wrong("roles of numbers", "BAD_TOKEN", it -> it.with("roles", List.of("a", 7)).signed()),
        wrong(
            "roles that are an object",
            "BAD_TOKEN",
            it -> it.with("roles", Map.of("operator", true)).signed()),
        wrong(
            "groups of arrays", "BAD_TOKEN", it -> it.with("groups", List.of(List.of())).signed()),
        wrong(
            "nested roles of the wrong kind",
            "BAD_TOKEN",
            it -> it.with("realm_access", Map.of("roles", true)).signed()),
        wrong("no tenant", "NOT_ALLOWED", it -> it.without("tenant").signed()),
        wrong("a tenant that is null", "NOT_ALLOWED", it -> it.with("tenant", null).signed()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongSubscribers")
  void aTokenThatSaysNotWhoIsNoSubscribers(String why, String code, Function<Token, String> make)
      throws Exception {
    String token = make.apply(issuer.token("alice").with("tenant", "acme"));
    stream(relay, token).assertProblem(code.equals("NOT_ALLOWED") ? 403 : 401, code);
  }

  @Test
  void whatIsWrongWithATokenIsNotToldInDetail() throws Exception {
    Answer answer =
        stream(relay, issuer.token("alice").with("tenant", "acme").with("aud", "x").signed());
    assertEquals(Optional.of("Bearer error=\"invalid_token\""), answer.header("WWW-Authenticate"));
    assertFalse(answer.text().contains(issuer.uri()), answer::text);
    assertFalse(answer.text().contains("alice"), answer::text);
  }

  private static String tampered(String token) {
    String[] parts = token.split("\\.", -1);
    String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    String other = payload.replace("\"acme\"", "\"glob\"");
    return parts[0]
        + "."
        + TestIssuer.base64(other.getBytes(StandardCharsets.UTF_8))
        + "."
        + parts[2];
  }

  private static byte[] pem(byte[] key) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return ("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
