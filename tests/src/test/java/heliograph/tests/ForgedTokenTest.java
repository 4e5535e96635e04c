package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The known ways to forge a token or to turn one to another use, next to every algorithm that is
 * taken. {@link WrongTokenTest} has the plain mistakes.
 */
class ForgedTokenTest {
  private static final KeyPair STRANGER = TestIssuer.keys("RSA");
  private static final KeyPair ED_STRANGER = TestIssuer.keys("Ed25519");
  private static final String P1363 = "inP1363Format";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%s] }
          publishers: [ { name: billing, client-id: billing, tenants: ["*"] } ]
          """);

  private static Arguments token(String what, Function<Token, String> make) {
    return Arguments.of(what, make);
  }

  static Stream<Arguments> forgeries() {
    return Stream.of(keyTricks(), headerTricks(), signatureTricks(), textTricks(), claimTricks())
        .flatMap(Function.identity());
  }

  private static Stream<Arguments> keyTricks() {
    byte[] modulus = ((RSAPublicKey) TestIssuer.RSA.getPublic()).getModulus().toByteArray();
    Stream<Arguments> ids =
        Stream.of(
                "", "../../dev/null", "x' UNION SELECT 'x", "rsa\u0000", "RSA", "rsa ", "any\nrsa")
            .map(id -> token("the key id " + Json.quoted(id), it -> it.header("kid", id).signed()));
    return Stream.concat(
        ids,
        Stream.of(
            token("a key id that is a number", it -> it.header("kid", 7).signed()),
            token("a key id that is null", it -> it.header("kid", null).signed()),
            token("a key id that is a list", it -> it.header("kid", List.of("rsa")).signed()),
            token("another key's id", it -> it.header("kid", "any").signed()),
            token("HMAC with the modulus", it -> it.header("alg", "HS256").signedByMac(modulus)),
            token(
                "HMAC with the modulus as it is published",
                it ->
                    it.header("alg", "HS256")
                        .signedByMac(TestIssuer.base64(modulus).getBytes(StandardCharsets.UTF_8))),
            token("HMAC with nothing", it -> it.header("alg", "HS256").signedByMac(new byte[1])),
            token(
                "HMAC with a secret that was published",
                it ->
                    it.header("alg", "HS256")
                        .header("kid", "secret")
                        .signedByMac(
                            "secret-secret-secret-secret".getBytes(StandardCharsets.UTF_8))),
            token(
                "a weak key",
                it -> it.header("kid", "weak").signedBy(TestIssuer.WEAK_RSA, "SHA256withRSA")),
            token(
                "a key for encrypting",
                it ->
                    it.header("kid", "for-encrypting")
                        .signedBy(TestIssuer.ANY_RSA, "SHA256withRSA")),
            token("a key of a kind to come", it -> it.header("kid", "of-tomorrow").signed()),
            token(
                "a stranger's Ed25519 key",
                it ->
                    it.header("alg", "EdDSA")
                        .header("kid", "ed")
                        .signedBy(ED_STRANGER, "Ed25519"))));
  }

  private static Stream<Arguments> headerTricks() {
    Map<String, Object> own = TestIssuer.rsa("rsa", STRANGER);
    String place = stage.issuer().uri() + "/jwks";
    Stream<Arguments> types =
        Stream.of("logout+jwt", "dpop+jwt", "secevent+jwt", "id_token+jwt", "JWE", "", "at+jwt ")
            .map(type -> token("of the type " + type, it -> it.header("typ", type).signed()));
    Stream<Arguments> algorithms =
        Stream.of("", "rs256", "RS257", "HS256", "nOnE", "ES256K", "dir", "ML-DSA-44")
            .map(name -> token("the algorithm " + name, it -> it.header("alg", name).signed()));
    return Stream.of(
            types,
            algorithms,
            Stream.of(
                token("a type that is null", it -> it.header("typ", null).signed()),
                token(
                    "an algorithm that is a list",
                    it -> it.header("alg", List.of("RS256")).signed()),
                token(
                    "its own key", it -> it.header("jwk", own).signedBy(STRANGER, "SHA256withRSA")),
                token("its issuer's key, brought along", it -> it.header("jwk", own).signed()),
                token(
                    "its own set",
                    it -> it.header("jku", place).signedBy(STRANGER, "SHA256withRSA")),
                token("its issuer's set, named", it -> it.header("jku", place).signed()),
                token("its own certificate", it -> it.header("x5c", List.of("MIIB")).signed()),
                token("where its certificate is", it -> it.header("x5u", place).signed()),
                token("no critical headers", it -> it.header("crit", List.of()).signed()),
                token("an encoded payload, said so", it -> it.header("b64", true).signed())))
        .flatMap(Function.identity());
  }

  private static Stream<Arguments> signatureTricks() {
    byte[] one = new byte[64];
    one[63] = 1;
    return Stream.of(
        token("a signature of zero and one", it -> ec(it).unsigned() + TestIssuer.base64(one)),
        token("no bytes of a signature", it -> ec(it).unsigned()),
        token(
            "a signature of zeros on another curve",
            it ->
                it.header("alg", "ES384").header("kid", "ec384").unsigned()
                    + TestIssuer.base64(new byte[96])),
        token(
            "another curve's algorithm",
            it ->
                it.header("alg", "ES256")
                    .header("kid", "ec384")
                    .signedBy(TestIssuer.EC384, "SHA256withECDSA" + P1363)),
        token(
            "an algorithm of a longer curve",
            it ->
                it.header("alg", "ES384")
                    .header("kid", "ec")
                    .signedBy(TestIssuer.EC, "SHA384withECDSA" + P1363)),
        token(
            "PSS under the name of the older padding",
            it -> it.header("kid", "any").signedByPss(TestIssuer.ANY_RSA, 256)),
        token(
            "PSS where the key is for the older padding",
            it -> it.header("alg", "PS256").signedByPss(TestIssuer.RSA, 256)),
        token("an Ed25519 signature that is cut", it -> ed(it).replaceFirst("....$", "")),
        token("an Ed25519 signature that goes on", it -> ed(it) + "AAAA"),
        token("EdDSA by another kind of key", it -> it.header("alg", "EdDSA").signed()));
  }

  private static Token ec(Token token) {
    return token.header("alg", "ES256").header("kid", "ec");
  }

  private static String ed(Token token) {
    return token.header("alg", "EdDSA").header("kid", "ed").signedBy(TestIssuer.ED25519, "Ed25519");
  }

  /** Signed as right as can be, and to be read in two ways. */
  private static Stream<Arguments> textTricks() {
    String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\"";
    return Stream.of(
        token("padded", it -> it.signed() + "=="),
        token("spelt otherwise", it -> respelt(it.signed())),
        token("in the other base64", it -> it.signed().replaceFirst("[-_]", "+")),
        token("with a space", it -> it.signed().replaceFirst("\\.", ". ")),
        token("an algorithm twice", it -> text(header + ",\"alg\":\"RS256\"}", it, "")),
        token("a key id twice", it -> text(header + ",\"kid\":\"rsa\"}", it, "")),
        token("an audience twice", it -> text(header + "}", it, ",\"aud\":\"heliograph\"")),
        token("a tenant twice", it -> text(header + "}", it, ",\"tenant\":\"globex\"")),
        token(
            "a tenant twice, once in escapes",
            it -> text(header + "}", it, ",\"\\u0074enant\":\"globex\"")),
        token(
            "a role twice, deep down",
            it -> text(header + "}", it, ",\"realm_access\":{\"roles\":[],\"roles\":[\"a\"]}")),
        token("a number out of all bounds", it -> text(header + "}", it, ",\"n\":1e99999999999")),
        token("more after the payload", it -> text(header + "}", it, "}{\"a\":1")),
        token("a payload that is a list", _ -> Token.signedText(header + "}", "[]")),
        token("no payload", _ -> Token.signedText(header + "}", "")));
  }

  private static String text(String header, Token token, String more) {
    String claims = Json.write(token.claims());
    return Token.signedText(header, claims.substring(0, claims.length() - 1) + more + "}");
  }

  /** The last base64url character of 256 bytes has four bits that say nothing. */
  private static String respelt(String token) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = digits.indexOf(token.charAt(token.length() - 1));
    String other = token.substring(0, token.length() - 1) + digits.charAt(last ^ 1);
    byte[] right = Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
    byte[] same = Base64.getUrlDecoder().decode(other.substring(other.lastIndexOf('.') + 1));
    assertEquals(TestIssuer.base64(right), TestIssuer.base64(same));
    return other;
  }

  private static Stream<Arguments> claimTricks() {
    return Stream.of(
        token("no audience at all", it -> it.with("aud", List.of()).signed()),
        token("an audience that is a number", it -> it.with("aud", 7).signed()),
        token("an audience with a number", it -> it.with("aud", List.of("heliograph", 7)).signed()),
        token(
            "an audience that is an object",
            it -> it.with("aud", Map.of("heliograph", 1)).signed()),
        token(
            "an issuer that is a list",
            it -> it.with("iss", List.of(stage.issuer().uri())).signed()),
        token("an end in milliseconds", it -> it.with("exp", 9_999_999_999_999L).signed()),
        token("an end before time", it -> it.with("exp", -1).signed()),
        token("a beginning that is a text", it -> it.with("nbf", "now").signed()),
        token("issued never", it -> it.with("iat", null).signed()),
        token("issued just ahead", it -> it.at("iat", Duration.ofSeconds(45)).signed()),
        token("not valid just yet", it -> it.at("nbf", Duration.ofSeconds(45)).signed()),
        token("an id that is a number", it -> it.with("jti", 7).signed()),
        token("a session that is a list", it -> it.with("sid", List.of("s")).signed()),
        token(
            "made for logging out",
            it ->
                it.with(
                        "events",
                        Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
                    .signed()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forgeries")
  void aForgeryIsRefusedAtBothDoors(String what, Function<Token, String> make) throws Exception {
    String token = make.apply(stage.token("alice").with("tenant", "acme").with("azp", "billing"));

    Answer stream = stage.http().get("/v1/stream", "Authorization", "Bearer " + token);
    stream.assertProblem(401, "BAD_TOKEN");
    assertFalse(stream.text().contains(stage.issuer().uri()), stream::text);
    Publisher.withToken(stage.relay(), token)
        .post("application/json", "{\"topic\":\"a\"}")
        .assertProblem(401, "BAD_TOKEN");
  }

  /** A second is a second: the tolerance is for publishing, which is over at once. */
  @ParameterizedTest(name = "{0} s")
  @MethodSource("ends")
  void atItsEndATokenIsOver(int seconds, int publishing) throws Exception {
    String token =
        stage
            .token("alice")
            .with("tenant", "acme")
            .with("azp", "billing")
            .at("exp", Duration.ofSeconds(-seconds))
            .signed();

    stage
        .http()
        .get("/v1/stream", "Authorization", "Bearer " + token)
        .assertProblem(401, "EXPIRED_TOKEN");
    Answer published =
        Publisher.withToken(stage.relay(), token)
            .post("application/json", "{\"tenant\":\"a\",\"topic\":\"a\",\"type\":\"t\"}");
    assertEquals(publishing, published.status(), published::toString);
  }

  static Stream<Arguments> ends() {
    return Stream.of(Arguments.of(1, 202), Arguments.of(31, 401));
  }

  static Stream<Arguments> rightTokens() {
    Stream<Arguments> rsa =
        Stream.of(256, 384, 512)
            .flatMap(
                bits ->
                    Stream.of(
                        token(
                            "RS" + bits,
                            it ->
                                it.header("alg", "RS" + bits)
                                    .header("kid", "any")
                                    .signedBy(TestIssuer.ANY_RSA, "SHA" + bits + "withRSA")),
                        token(
                            "PS" + bits,
                            it ->
                                it.header("alg", "PS" + bits)
                                    .header("kid", "any")
                                    .signedByPss(TestIssuer.ANY_RSA, bits))));
    Stream<Arguments> types =
        Stream.of("jwt", "at+jwt", "AT+JWT", "application/at+jwt")
            .map(type -> token("of the type " + type, it -> it.header("typ", type).signed()));
    Stream<Arguments> others =
        Stream.of(
            token("ES256", Token::signedByEc),
            token(
                "ES384",
                it ->
                    it.header("alg", "ES384")
                        .header("kid", "ec384")
                        .signedBy(TestIssuer.EC384, "SHA384withECDSA" + P1363)),
            token(
                "ES512",
                it ->
                    it.header("alg", "ES512")
                        .header("kid", "ec521")
                        .signedBy(TestIssuer.EC521, "SHA512withECDSA" + P1363)),
            token("EdDSA", ForgedTokenTest::ed),
            token(
                "Ed25519",
                it ->
                    it.header("alg", "Ed25519")
                        .header("kid", "ed")
                        .signedBy(TestIssuer.ED25519, "Ed25519")),
            token("the print of a certificate", it -> it.header("x5t", "AAAA").signed()),
            token("times in fractions", it -> it.with("exp", 4_102_444_800.5).signed()),
            token("an early clock", it -> it.at("iat", Duration.ofSeconds(15)).signed()));
    return Stream.of(rsa, types, others).flatMap(Function.identity());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rightTokens")
  void aRightTokenIsTaken(String what, Function<Token, String> make) throws Exception {
    String token = make.apply(stage.token("alice").with("tenant", "acme"));

    Answer answer = stage.http().get("/v1/events", "Authorization", "Bearer " + token);

    assertEquals(200, answer.status(), answer::toString);
  }
}
