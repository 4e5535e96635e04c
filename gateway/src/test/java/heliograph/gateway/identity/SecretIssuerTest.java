package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.identity.TokenVerifier.Purpose;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that an application signs with a secret which the relay has too. */
class SecretIssuerTest {
  private static final String SECRET = "0123456789abcdef".repeat(4);
  private static final String NEXT = "fedcba9876543210".repeat(4);
  private static final String OTHER = "another-application's-own-secret".repeat(2);
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final String UNNAMED = "unnamed";
  private static final String SUB = "\"sub\":\"alice\"";

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();

  private Instant now() {
    return START.plusNanos(nanos.get());
  }

  /** An application whose tokens have neither {@code iss} nor {@code aud}. */
  private static Map<String, String> application() {
    Map<String, String> settings = new HashMap<>();
    settings.put("issuers.0.name", UNNAMED);
    settings.put("issuers.0.issuer", "none");
    settings.put("issuers.0.audience", "none");
    settings.put("issuers.0.secrets", SECRET);
    settings.put("issuers.0.algorithms", "HS256");
    settings.put("issuers.0.tenants", "main");
    return settings;
  }

  private static Map<String, String> with(Map<String, String> settings, String... changes) {
    Map<String, String> changed = new HashMap<>(settings);
    for (int i = 0; i < changes.length; i += 2) {
      changed.put(changes[i], changes[i + 1]);
    }
    return changed;
  }

  private static IdentityConfig config(Map<String, String> settings) {
    return IdentityConfig.read(
        Settings.of(
            Config.builder(ConfigSources.create(settings))
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .build()));
  }

  private Identity identity(Map<String, String> settings) {
    return new Identity(config(settings), Life.of(Duration.ofDays(30)), this::now, nanos::get);
  }

  /** A payload whose times are so many seconds from the start. */
  private static String payload(String members, long exp, long iat) {
    long start = START.getEpochSecond();
    return "{%s,\"exp\":%d,\"iat\":%d}".formatted(members, start + exp, start + iat);
  }

  private static String payload(String members) {
    return payload(members, 600, 0);
  }

  private static String signed(String algorithm, String secret, String payload) {
    return signed(
        "{\"alg\":\"%s\",\"typ\":\"JWT\"}".formatted(algorithm), algorithm, secret, payload);
  }

  private static String signed(String header, String algorithm, String secret, String payload) {
    String content = base64(header) + "." + base64(payload);
    String name = "HmacSHA" + algorithm.substring(2);
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), name));
      byte[] signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String token(String members) {
    return signed("HS256", SECRET, payload(members));
  }

  private void assertRefused(ErrorCode code, Map<String, String> settings, String token) {
    try (Identity identity = identity(settings)) {
      RelayException refusal = assertThrows(RelayException.class, () -> identity.subscriber(token));
      assertEquals(code, refusal.code(), refusal::detail);
      assertFalse(refusal.detail().contains(SECRET));
    }
  }

  private Claims accepted(Map<String, String> settings, String token) {
    try (Identity identity = identity(settings)) {
      return identity.subscriber(token);
    }
  }

  @Test
  void aTokenWithoutIssuerIsThatOfTheApplication() {
    Claims claims = accepted(application(), token(SUB + ",\"roles\":[\"editor\"],\"jti\":\"t1\""));

    assertEquals(
        new Claims(
            "alice",
            new Tenant("main"),
            Set.of("editor"),
            claims.topics(),
            START.plusSeconds(600),
            new Claims.Proof(UNNAMED, Optional.empty(), Optional.of("t1"), START)),
        claims);
  }

  @Test
  void subjectAndTenantAreThoseOfItsSettings() {
    Map<String, String> settings =
        with(
            application(),
            "issuers.0.subject-prefix",
            "app:",
            "issuers.0.claims.tenant",
            "/org",
            "issuers.0.tenants.0",
            "main",
            "issuers.0.tenants.1",
            "other");
    settings.remove("issuers.0.tenants");

    Claims claims = accepted(settings, token(SUB + ",\"org\":\"other\""));

    assertEquals("app:alice", claims.subject());
    assertEquals(new Tenant("other"), claims.tenant());
    assertRefused(ErrorCode.NOT_ALLOWED, settings, token(SUB + ",\"org\":\"third\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void aTokenIsSignedByTheAlgorithmOfTheConfiguration(String algorithm) {
    Map<String, String> settings = with(application(), "issuers.0.algorithms", algorithm);

    assertEquals("alice", accepted(settings, signed(algorithm, SECRET, payload(SUB))).subject());
    for (String other : List.of("HS256", "HS384", "HS512")) {
      if (!other.equals(algorithm)) {
        assertRefused(ErrorCode.BAD_TOKEN, settings, signed(other, SECRET, payload(SUB)));
      }
    }
  }

  @Test
  void aNameForTheAlgorithmDoesNotChangeTheHash() {
    Map<String, String> settings = application();
    settings.remove("issuers.0.algorithms");
    settings.put("issuers.0.algorithms.0", "HS256");
    settings.put("issuers.0.algorithms.1", "HS512");
    String header = "{\"alg\":\"HS512\"}";

    assertRefused(ErrorCode.BAD_TOKEN, settings, signed(header, "HS256", SECRET, payload(SUB)));
    assertEquals(
        "alice", accepted(settings, signed(header, "HS512", SECRET, payload(SUB))).subject());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS257\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"EdDSA\"}",
        "{\"alg\":\"dir\"}",
        "{\"alg\":[\"HS256\"]}",
        "{\"alg\":null}",
        "{}",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":7}",
        "{\"alg\":\"HS256\",\"kid\":null}",
        "{\"alg\":\"HS256\",\"jku\":\"https://evil.example.com/jwks\"}",
        "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
        "{\"alg\":\"HS256\",\"x5u\":\"https://evil.example.com\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"b64\":false}",
        "{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}",
      })
  void aHeaderThatIsNotAsItShouldBeIsRefused(String header) {
    assertRefused(
        ErrorCode.BAD_TOKEN, application(), signed(header, "HS256", SECRET, payload(SUB)));
  }

  /** Secrets have no names, so nothing is looked up by the one that a token has. */
  @ParameterizedTest
  @ValueSource(strings = {"", "any", "../../dev/null", "x' UNION SELECT 'x", "\\u0000"})
  void aKeyIdChoosesNothing(String id) {
    String header = "{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}";

    assertEquals(
        "alice", accepted(application(), signed(header, "HS256", SECRET, payload(SUB))).subject());
    assertRefused(ErrorCode.BAD_TOKEN, application(), signed(header, "HS256", OTHER, payload(SUB)));
    assertRefused(ErrorCode.BAD_TOKEN, application(), signed(header, "HS256", "\0", payload(SUB)));
  }

  @Test
  void aSignatureThatIsCutOrGoesOnIsWrong() {
    String token = token(SUB);
    int dot = token.lastIndexOf('.');
    for (String bad :
        List.of(
            token.substring(0, dot + 1),
            token.substring(0, dot),
            token.substring(0, token.length() - 4),
            token + "AAAA",
            token + "=",
            token.substring(0, dot + 1) + base64("\0".repeat(32)))) {
      assertRefused(ErrorCode.BAD_TOKEN, application(), bad);
    }
  }

  /** What no entry names is nobody's, also where the one without names has the right secret. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"https://id.example.com\"",
        "\"unnamed\"",
        "\"none\"",
        "\"\"",
        "null",
        "7",
        "[]",
        "[\"none\"]"
      })
  void aTokenThatNamesAnIssuerIsNotTriedWithTheUnnamedOne(String issuer) {
    assertRefused(ErrorCode.BAD_TOKEN, application(), token(SUB + ",\"iss\":" + issuer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\"", "\"none\"", "\"\"", "[]", "[\"none\"]", "null", "7"})
  void aTokenForSomebodyIsNotForARelayWithoutAudience(String audience) {
    assertRefused(ErrorCode.BAD_TOKEN, application(), token(SUB + ",\"aud\":" + audience));
  }

  @Test
  void anIssuerAndAnAudienceMayBeWritten() {
    Map<String, String> settings =
        with(application(), "issuers.0.issuer", "the-shop", "issuers.0.audience", "live:auth");
    settings.remove("issuers.0.name");
    String right = ",\"iss\":\"the-shop\",\"aud\":[\"other\",\"live:auth\"]";

    Claims claims = accepted(settings, token(SUB + right));

    assertEquals("the-shop", claims.proof().issuer());
    for (String wrong :
        List.of(
            "",
            ",\"iss\":\"the-shop\"",
            ",\"aud\":\"live:auth\"",
            ",\"iss\":\"the-shop\",\"aud\":\"other\"",
            ",\"iss\":\"another\",\"aud\":\"live:auth\"")) {
      assertRefused(ErrorCode.BAD_TOKEN, settings, token(SUB + wrong));
    }
  }

  @Test
  void theSecretOfOneApplicationIsNotThatOfAnother() {
    Map<String, String> settings =
        with(
            application(),
            "issuers.1.issuer",
            "the-shop",
            "issuers.1.audience",
            "none",
            "issuers.1.secrets",
            OTHER,
            "issuers.1.algorithms",
            "HS256",
            "issuers.1.tenants",
            "shop");
    String ofShop = payload(SUB + ",\"iss\":\"the-shop\"");

    assertEquals(new Tenant("shop"), accepted(settings, signed("HS256", OTHER, ofShop)).tenant());
    assertEquals(new Tenant("main"), accepted(settings, token(SUB)).tenant());
    assertRefused(ErrorCode.BAD_TOKEN, settings, signed("HS256", SECRET, ofShop));
    assertRefused(ErrorCode.BAD_TOKEN, settings, signed("HS256", OTHER, payload(SUB)));
  }

  @Test
  void severalSecretsHoldAtOnce() {
    Map<String, String> settings = application();
    settings.remove("issuers.0.secrets");
    settings.put("issuers.0.secrets.0", NEXT);
    settings.put("issuers.0.secrets.1", SECRET);

    assertEquals("alice", accepted(settings, token(SUB)).subject());
    assertEquals("alice", accepted(settings, signed("HS256", NEXT, payload(SUB))).subject());
    assertRefused(ErrorCode.BAD_TOKEN, settings, signed("HS256", OTHER, payload(SUB)));
  }

  @Test
  void aSecretThatIsTakenOutOfItsFileIsOverAlsoForTokensThatAreRemembered() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    Map<String, String> settings = application();
    settings.remove("issuers.0.secrets");
    settings.put("issuers.0.secret-files", file.toString());
    IdentityConfig config = config(settings);
    SecretIssuer issuer =
        (SecretIssuer)
            Issuer.of(config.issuers().getFirst(), config.keys(), nanos::get, Optional.empty());
    TokenVerifier verifier = new TokenVerifier(List.of(issuer));
    Keys before = verifier.verify(token(SUB), Purpose.ACCESS).keys();
    assertSame(before, issuer.keys());

    Files.writeString(file, NEXT + "\n" + SECRET);
    issuer.reload();
    assertFalse(issuer.keys().hasSameKeysAs(before));
    verifier.verify(token(SUB), Purpose.ACCESS);
    verifier.verify(signed("HS256", NEXT, payload(SUB)), Purpose.ACCESS);

    Files.writeString(file, NEXT);
    issuer.reload();
    assertThrows(RelayException.class, () -> verifier.verify(token(SUB), Purpose.ACCESS));
    verifier.verify(signed("HS256", NEXT, payload(SUB)), Purpose.ACCESS);

    Files.writeString(file, "too short for HS256");
    issuer.reload();
    verifier.verify(signed("HS256", NEXT, payload(SUB)), Purpose.ACCESS);
  }

  @Test
  void aTokenIsRememberedWhileItsSecretsAreTheSame() {
    try (Identity identity = identity(application())) {
      String token = token(SUB);

      assertSame(identity.subscriber(token), identity.subscriber(token));
      assertEquals(1, identity.remembered());
      assertTrue(identity.isReady());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 600, 86_400})
  void aTokenThatSaysWhenItWasIssuedNeedsNoLifetime(long exp) {
    String token = signed("HS256", SECRET, payload(SUB, exp, -60));

    assertEquals(START.plusSeconds(exp), accepted(application(), token).expires());
  }

  @Test
  void aTokenIsOverAtItsEnd() {
    String token = signed("HS256", SECRET, payload(SUB, 0, -60));

    assertRefused(ErrorCode.EXPIRED_TOKEN, application(), token);
  }

  /** As FastAPI's own example makes them: a subject and an end. */
  @Test
  void aTokenThatDoesNotSayWhenItWasIssuedIsAsOldAsItsLifetimeSays() {
    Map<String, String> settings = with(application(), "issuers.0.lifetime", "PT1H");
    String without = "{%s,\"exp\":%d}".formatted(SUB, START.getEpochSecond() + 600);
    String token = signed("HS256", SECRET, without);

    assertEquals(START.minusSeconds(3000), accepted(settings, token).proof().issued());
    assertRefused(ErrorCode.BAD_TOKEN, application(), token);
    assertEquals(START, accepted(settings, token(SUB)).proof().issued());
  }

  @ParameterizedTest
  @CsvSource({"3600, true", "3630, true", "3631, false", "86400, false"})
  void aTokenThatIsGoodForLongerThanThatIsRefused(long exp, boolean taken) {
    Map<String, String> settings = with(application(), "issuers.0.lifetime", "PT1H");
    String token =
        signed("HS256", SECRET, "{%s,\"exp\":%d}".formatted(SUB, START.getEpochSecond() + exp));
    if (taken) {
      assertEquals("alice", accepted(settings, token).subject());
    } else {
      assertRefused(ErrorCode.BAD_TOKEN, settings, token);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"type\":\"refresh\"",
        "\"token_type\":\"refresh\"",
        "\"typ\":\"Refresh\"",
        "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        "\"exp\":\"never\"",
        "\"sid\":7",
        "\"sub\":\"bob\"",
        "\"tenant\":7",
      })
  void aTokenForSomethingElseOrToBeReadInTwoWaysIsRefused(String more) {
    assertRefused(ErrorCode.BAD_TOKEN, application(), token(SUB + "," + more));
  }

  @Test
  void aTokenHasAnEnd() {
    String endless = "{%s,\"iat\":%d}".formatted(SUB, START.getEpochSecond());

    assertRefused(ErrorCode.BAD_TOKEN, application(), signed("HS256", SECRET, endless));
  }

  @Test
  void accessTokensSayWhatTheyAre() {
    assertEquals(
        "alice",
        accepted(application(), token(SUB + ",\"type\":\"access\",\"fresh\":false")).subject());
  }

  /** The secret by which a token is verified could have made it. */
  @Test
  void noPublisherComesWithASharedSecret() {
    try (Identity identity = identity(application())) {
      RelayException refusal =
          assertThrows(
              RelayException.class, () -> identity.client(token(SUB + ",\"azp\":\"billing\"")));

      assertEquals(ErrorCode.NOT_ALLOWED, refusal.code());
    }
  }

  @Test
  void nobodyIsLoggedOutByASharedSecret() {
    String logout =
        "{\"sub\":\"alice\",\"jti\":\"1\",\"exp\":%d,\"iat\":%d,\"events\":"
                .formatted(START.getEpochSecond() + 60, START.getEpochSecond())
            + "{\"http://schemas.openid.net/event/backchannel-logout\":{}}}";
    try (Identity identity = identity(application())) {
      RelayException refusal =
          assertThrows(
              RelayException.class, () -> identity.loggedOut(signed("HS256", SECRET, logout)));

      assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
    }
  }

  @Test
  void secretsAreNotPrinted() {
    IdentityConfig config = config(application());

    assertFalse(config.toString().contains(SECRET));
    assertFalse(
        SharedSecrets.of(List.of(SECRET), Set.of(MacAlgorithm.HS256)).toString().contains(SECRET));
  }
}
