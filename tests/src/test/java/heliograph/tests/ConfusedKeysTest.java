package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A relay that knows a provider by its keys and two applications by their secrets takes neither for
 * the other: not the algorithm, not the key, not the secret, not the name.
 */
class ConfusedKeysTest {
  private static final String APP = Secrets.key("f0e1d2c3b4a5968778695a4b3c2d1e0f");
  private static final String SHOP = Secrets.key("shop-".repeat(12) + "64-bytes");

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity:
              issuers:
                - %s
                - name: app
                  secrets: ["%s"]
                  algorithms: [HS256]
                  issuer: none
                  audience: none
                  tenants: [main]
                - secrets: ["%s"]
                  algorithms: [HS512]
                  issuer: shop
                  audience: live
                  tenants: [shop]
            publishers:
              - { name: billing, client-id: billing, tenants: ["*"] }
            """
                .formatted(issuer.yaml(", tenants: [acme], logout-audience: logout"), APP, SHOP));
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      Secrets.assertNoneIn("the log", relay.log());
      Secrets.assertNoneIn("the metrics", relay.metrics());
    } finally {
      relay.stopWell();
      issuer.close();
    }
  }

  private static Token app() {
    return Token.ofApplication("alice");
  }

  private static Token shop() {
    return app().with("iss", "shop").with("aud", "live").header("alg", "HS512");
  }

  private static Token ofKeys() {
    return issuer.token("alice").with("tenant", "acme");
  }

  private static byte[] publicKey() {
    return TestIssuer.RSA.getPublic().getEncoded();
  }

  private static Arguments attack(String what, Supplier<String> token) {
    return Arguments.of(what, token);
  }

  static Stream<Arguments> attacks() {
    return Stream.of(algorithms(), secrets(), names(), headers(), signatures(), texts(), purposes())
        .flatMap(it -> it);
  }

  private static Stream<Arguments> algorithms() {
    byte[] modulus = ((RSAPublicKey) TestIssuer.RSA.getPublic()).getModulus().toByteArray();
    Token hs256 = ofKeys().header("alg", "HS256");
    Stream<Arguments> publicKeys =
        Stream.of(publicKey(), pem(publicKey()), modulus, new byte[] {0})
            .flatMap(
                key ->
                    Stream.of(
                        attack(
                            "a public key of the provider as a secret",
                            () -> hs256.signedByMac(key)),
                        attack(
                            "the same without a key id",
                            () -> hs256.withoutHeader("kid").signedByMac(key)),
                        attack(
                            "the same without an issuer",
                            () -> app().header("kid", "rsa").signedByMac(key))));
    Stream<Arguments> others =
        Stream.of("none", "None", "NONE", "", "hs256", "HS257", "HS384", "HS512", "RS256", "dir")
            .map(
                name ->
                    attack(
                        "the algorithm " + name + " over HS256",
                        () ->
                            app()
                                .header("alg", name)
                                .signedByMac(APP.getBytes(StandardCharsets.UTF_8))));
    return Stream.of(
            publicKeys,
            others,
            Stream.of(
                attack("none, unsigned", () -> app().header("alg", "none").unsigned()),
                attack("no algorithm", () -> app().withoutHeader("alg").signedByMac(bytes(APP))),
                attack("HS384 where HS256 is", () -> app().header("alg", "HS384").signedWith(APP)),
                attack("HS512 where HS256 is", () -> app().header("alg", "HS512").signedWith(APP)),
                attack(
                    "HS256 where HS512 is", () -> shop().header("alg", "HS256").signedWith(SHOP)),
                attack(
                    "RS256 where a secret is",
                    () -> app().header("alg", "RS256").header("kid", "rsa").signed()),
                attack("RS256 called HS256", () -> app().signedBy(TestIssuer.RSA, "SHA256withRSA")),
                attack(
                    "RS256 in the name of the shop",
                    () -> shop().header("alg", "RS256").header("kid", "rsa").signed())))
        .flatMap(it -> it);
  }

  private static Stream<Arguments> secrets() {
    byte[] app = bytes(APP);
    return Stream.of(
        attack("the secret of another", () -> app().signedWith(SHOP)),
        attack(
            "the secret of another, in its algorithm",
            () -> app().header("alg", "HS512").signedWith(SHOP)),
        attack("the secret of the app for the shop", () -> shop().signedWith(APP)),
        attack(
            "the secret of the app for the shop, in HS256",
            () -> shop().header("alg", "HS256").signedWith(APP)),
        attack("no secret", () -> app().signedByMac(new byte[1])),
        attack("the secret and a line end", () -> app().signedWith(APP + "\n")),
        attack("the secret in capitals", () -> app().signedWith(APP.toUpperCase(Locale.ROOT))),
        attack("the secret cut", () -> app().signedByMac(Arrays.copyOf(app, 31))),
        attack(
            "the secret taken for base64",
            () -> app().signedByMac(Base64.getDecoder().decode(APP))),
        attack("the hash of the secret", () -> app().signedByMac(sha256(app))),
        attack("the name of the issuer", () -> app().signedWith("app")),
        attack("what is written in place of an issuer", () -> app().signedWith("none")));
  }

  private static Stream<Arguments> names() {
    Stream<Arguments> strangers =
        Stream.of("app", "none", "", "https://id.example.com", "Shop", "shop ", "shop/")
            .map(
                name ->
                    attack("the issuer " + name, () -> app().with("iss", name).signedWith(APP)));
    return Stream.concat(
        strangers,
        Stream.of(
            attack("an issuer that is null", () -> app().with("iss", null).signedWith(APP)),
            attack("an issuer that is a list", () -> app().with("iss", List.of()).signedWith(APP)),
            attack("the provider's name", () -> app().with("iss", issuer.uri()).signedWith(APP)),
            attack(
                "the provider's name and audience",
                () ->
                    app()
                        .with("iss", issuer.uri())
                        .with("aud", TestIssuer.AUDIENCE)
                        .signedWith(APP)),
            attack("the shop's name", () -> app().with("iss", "shop").signedWith(APP)),
            attack("the provider's token without its name", () -> ofKeys().without("iss").signed()),
            attack(
                "the provider's token as the shop's", () -> ofKeys().with("iss", "shop").signed()),
            attack(
                "the shop's token without its name", () -> shop().without("iss").signedWith(SHOP)),
            attack(
                "the shop's token without audience", () -> shop().without("aud").signedWith(SHOP)),
            attack(
                "the shop's token for somebody else",
                () -> shop().with("aud", "none").signedWith(SHOP)),
            attack("an audience where none is", () -> app().with("aud", "live").signedWith(APP)),
            attack("the audience none", () -> app().with("aud", "none").signedWith(APP)),
            attack("no audiences", () -> app().with("aud", List.of()).signedWith(APP))));
  }

  private static Stream<Arguments> headers() {
    Map<String, Object> own = Map.of("kty", "oct", "k", TestIssuer.base64(new byte[32]));
    Stream<Arguments> ids =
        Stream.of(
                "",
                "rsa",
                "app",
                "../../dev/null",
                "/proc/self/environ",
                "x' UNION SELECT 'x",
                "\u0000")
            .map(
                id ->
                    attack(
                        "the key id " + Json.quoted(id) + " and an empty secret",
                        () -> app().header("kid", id).signedByMac(new byte[1])));
    return Stream.concat(
        ids,
        Stream.of(
            attack("a key id that is a number", () -> app().header("kid", 7).signedWith(APP)),
            attack("a key id that is null", () -> app().header("kid", null).signedWith(APP)),
            attack("its own secret", () -> app().header("jwk", own).signedByMac(new byte[32])),
            attack(
                "its own secret beside the right one",
                () -> app().header("jwk", own).signedWith(APP)),
            attack(
                "its own set", () -> app().header("jku", issuer.uri() + "/jwks").signedWith(APP)),
            attack("a certificate", () -> app().header("x5c", List.of("MIIB")).signedWith(APP)),
            attack("where one is", () -> app().header("x5u", issuer.uri()).signedWith(APP)),
            attack("critical headers", () -> app().header("crit", List.of("exp")).signedWith(APP)),
            attack("an unencoded payload", () -> app().header("b64", false).signedWith(APP)),
            attack("the type of a logout", () -> app().header("typ", "logout+jwt").signedWith(APP)),
            attack(
                "an algorithm that is a list",
                () -> app().header("alg", List.of("HS256")).signedByMac(bytes(APP)))));
  }

  private static Stream<Arguments> signatures() {
    String token = app().signedWith(APP);
    String head = token.substring(0, token.lastIndexOf('.') + 1);
    return Stream.of(
        attack("no signature", () -> head),
        attack("two parts", () -> head.substring(0, head.length() - 1)),
        attack("a signature that is cut", () -> token.substring(0, token.length() - 4)),
        attack("a signature of one byte", () -> head + "AA"),
        attack("a signature that goes on", () -> token + "AAAA"),
        attack("a padded signature", () -> token + "="),
        attack("a signature that is spelt otherwise", () -> respelt(token)),
        attack("a signature of zeros", () -> head + TestIssuer.base64(new byte[32])),
        attack(
            "the signature of another payload",
            () -> {
              String other = app().with("roles", List.of("admin")).signedWith(APP);
              return other.substring(0, other.lastIndexOf('.'))
                  + token.substring(token.lastIndexOf('.'));
            }));
  }

  /** The last base64url character of 32 bytes has two bits that say nothing. */
  private static String respelt(String token) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(token.charAt(token.length() - 1));
    return token.substring(0, token.length() - 1) + digits.charAt(last ^ 1);
  }

  private static Stream<Arguments> texts() {
    String header = "{\"alg\":\"HS256\"}";
    String claims = Json.write(app().claims());
    String open = claims.substring(0, claims.length() - 1);
    Stream<Arguments> payloads =
        Stream.of(
                ",\"sub\":\"bob\"}",
                ",\"iss\":\"shop\",\"iss\":\"app\"}",
                ",\"tenant\":\"main\",\"tenant\":\"shop\"}",
                ",\"tenant\":\"main\",\"\\u0074enant\":\"shop\"}",
                ",\"n\":1e99999999999}",
                "}{\"a\":1}")
            .map(
                more ->
                    attack("the payload" + more, () -> Token.signedText(header, open + more, APP)));
    return Stream.concat(
        payloads,
        Stream.of(
                "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
                "{\"alg\":\"none\",\"alg\":\"HS256\"}",
                "[]",
                "")
            .map(text -> attack("the header " + text, () -> Token.signedText(text, claims, APP))));
  }

  private static Stream<Arguments> purposes() {
    return Stream.of(
        attack("for refreshing", () -> app().with("type", "refresh").signedWith(APP)),
        attack(
            "for refreshing, as others say it",
            () -> app().with("token_type", "refresh").signedWith(APP)),
        attack(
            "for logging out",
            () ->
                app()
                    .with(
                        "events",
                        Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
                    .signedWith(APP)),
        attack("no end", () -> app().without("exp").signedWith(APP)),
        attack("no beginning", () -> app().without("iat").signedWith(APP)),
        attack("no subject", () -> app().without("sub").signedWith(APP)),
        attack("a subject that is a number", () -> app().with("sub", 42).signedWith(APP)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void aTokenThatConfusesThemIsRefusedAtBothDoors(String what, Supplier<String> make)
      throws Exception {
    String token = make.get();

    Answer stream = relay.http().get("/v1/stream", "Authorization", "Bearer " + token);
    stream.assertProblem(401, "BAD_TOKEN");
    Secrets.assertNoneIn("the answer", stream.text());
    if (token.matches("[A-Za-z0-9._-]+")) {
      relay.http().get("/v1/stream?access_token=" + token).assertProblem(401, "BAD_TOKEN");
    }
    // Some would be right if they were not for streams.
    int published =
        Publisher.withToken(relay, token)
            .post("application/json", "{\"tenant\":\"main\",\"topic\":\"a\",\"type\":\"t\"}")
            .status();
    assertFalse(published < 400, () -> "published: " + published);
  }

  @Test
  void theRightOnesAreTakenAndEachIsOfItsOwnTenantAlone() throws Exception {
    assertEquals("main", tenant(app().signedWith(APP)));
    assertEquals("main", tenant(app().with("tenant", "main").signedWith(APP)));
    assertEquals("main", tenant(app().header("kid", "any").signedWith(APP)));
    assertEquals("shop", tenant(shop().signedWith(SHOP)));
    assertEquals("acme", tenant(ofKeys().signed()));
    for (String token :
        List.of(
            app().with("tenant", "acme").signedWith(APP),
            app().with("tenant", "shop").signedWith(APP),
            shop().with("tenant", "main").signedWith(SHOP),
            ofKeys().with("tenant", "main").signed())) {
      relay
          .http()
          .get("/v1/stream", "Authorization", "Bearer " + token)
          .assertProblem(403, "NOT_ALLOWED");
    }
  }

  private static String tenant(String token) throws Exception {
    try (SseClient client = SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token)) {
      return (String) client.nextData("system.connected").get("tenant");
    }
  }

  @Test
  void twoTokensInOneRequestAreRefused() throws Exception {
    relay
        .http()
        .get(
            "/v1/stream?access_token=" + app().signedWith(APP),
            "Authorization",
            "Bearer " + ofKeys().signed())
        .assertProblem(400, "INVALID_REQUEST");
  }

  /** Whoever can verify such a token could have made it. */
  @Test
  void noPublisherComesWithASharedSecret() throws Exception {
    for (String token :
        List.of(
            app().with("azp", "billing").signedWith(APP),
            shop().with("client_id", "billing").signedWith(SHOP))) {
      Publisher.withToken(relay, token)
          .post("application/json", "{\"tenant\":\"main\",\"topic\":\"a\",\"type\":\"t\"}")
          .assertProblem(403, "NOT_ALLOWED");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"app", "shop", "provider"})
  void nobodyIsLoggedOutByASharedSecret(String of) throws Exception {
    Token logout =
        app()
            .with("jti", "1")
            .with("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    String token =
        switch (of) {
          case "shop" ->
              logout
                  .with("iss", "shop")
                  .with("aud", "live")
                  .header("alg", "HS512")
                  .signedWith(SHOP);
          case "provider" -> logout.with("iss", issuer.uri()).with("aud", "logout").signedWith(APP);
          default -> logout.signedWith(APP);
        };
    Answer answer =
        relay
            .http()
            .post(
                "/v1/logout",
                "logout_token=" + token,
                "Content-Type",
                "application/x-www-form-urlencoded");

    assertEquals(400, answer.status(), answer::toString);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] pem(byte[] key) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return bytes("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
  }
}
