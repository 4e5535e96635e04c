package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.SubjectPrefix;
import heliograph.gateway.json.JsonTree;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.revocation.Revocation;
import heliograph.gateway.settings.BadConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issuers that the relay could take for one another stop the start, and so do sessions. */
class PersonsConfigTest {
  private static final String FIRST = "relay.identity.issuers.0.";
  private static final String SECOND = "relay.identity.issuers.1.";
  private static final String SESSION = "relay.identity.session.";

  /** An issuer by its prefix and its tenants, such as {@code a: acme globex}; - for none. */
  private static void issuer(Map<String, String> settings, String key, String written) {
    String[] parts = written.split(" +", -1);
    settings.put(key + "issuer", "https://id.example.com/" + key);
    settings.put(key + "audience", "heliograph");
    if (!parts[0].equals("-")) {
      settings.put(key + "subject-prefix", parts[0]);
    }
    for (int i = 1; i < parts.length; i++) {
      settings.put(key + "tenants." + (i - 1), parts[i]);
    }
  }

  private static Map<String, String> issuers(String first, String second) {
    Map<String, String> settings = new TreeMap<>();
    issuer(settings, FIRST, first);
    issuer(settings, SECOND, second);
    return settings;
  }

  private static String refusal(Map<String, String> settings) {
    return assertThrows(BadConfiguration.class, () -> Configurations.read(settings)).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "a:, b:",
    "a: acme, b: acme",
    "ab, ac",
    "- acme, - globex",
    "- acme other, - globex main",
    "a: acme, a: globex",
    "a acme, ab globex",
    "- acme, b: globex",
  })
  void issuersAreApartByTheirPrefixesOrByTheirTenants(String first, String second) {
    assertEquals(2, Configurations.read(issuers(first, second)).identity().issuers().size());
  }

  @ParameterizedTest
  @CsvSource({
    "-, -",
    "a:, -",
    "-, b:",
    "a:, a:",
    "a, ab",
    "ab, a",
    "- acme, -",
    "-, - acme",
    "- acme, - acme",
    "- acme globex, - globex main",
    "a: acme, - acme",
    "a: acme, a:",
    "a acme, ab acme",
  })
  void othersAreRefusedWithBothWaysOut(String first, String second) {
    String message = refusal(issuers(first, second));

    assertTrue(message.startsWith(SECOND + "subject-prefix: "), message);
    assertTrue(message.contains("https://id.example.com/" + FIRST), message);
    assertTrue(message.contains("a subject-prefix") && message.contains("or tenants"), message);
  }

  @Test
  void eachPairIsLookedAt() {
    Map<String, String> settings = issuers("a:", "b:");
    issuer(settings, "relay.identity.issuers.2.", "b:c");

    String message = refusal(settings);

    assertTrue(message.startsWith("relay.identity.issuers.2.subject-prefix: "), message);
    assertTrue(message.contains("https://id.example.com/" + SECOND), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a,", "a%", "\"a", "a\\", "ä", "a\u0007b", "", " "})
  void whatAListOfUsersCannotCarryIsNoPrefix(String prefix) {
    Map<String, String> settings = new TreeMap<>(Configurations.LEAST);
    settings.put(FIRST + "subject-prefix", prefix);

    assertTrue(refusal(settings).startsWith(FIRST + "subject-prefix: "));
  }

  @Test
  void aPrefixHasAtMost64Characters() {
    Map<String, String> settings = new TreeMap<>(Configurations.LEAST);
    settings.put(FIRST + "subject-prefix", "x".repeat(SubjectPrefix.MAX_LENGTH));
    assertEquals(
        64,
        Configurations.read(settings)
            .identity()
            .issuers()
            .getFirst()
            .subjectPrefix()
            .text()
            .length());

    settings.put(FIRST + "subject-prefix", "x".repeat(SubjectPrefix.MAX_LENGTH + 1));
    assertTrue(refusal(settings).startsWith(FIRST + "subject-prefix: "));
  }

  /** The subject of a session that the application says is of alice; * if none is written. */
  @ParameterizedTest
  @CsvSource({
    "-, , *, alice",
    "a:, , *, a:alice",
    "a:, , a:, a:alice",
    "a:, , s:, s:alice",
    "-, , '', alice",
    "a:, b:, a:, a:alice",
    "a:, b:, b:, b:alice",
    "a:, b:, s:, s:alice",
    "- acme, - globex, '', alice",
    "a: acme, a: globex, s:, s:alice",
  })
  void aSessionIsOfAnIssuersPeopleOrOfItsOwn(
      String first, String second, String prefix, String subject) {
    Claims claims =
        session(first, second, prefix)
            .subscribers()
            .session()
            .orElseThrow()
            .claims()
            .claims(
                JsonTree.object(
                    "{\"sub\":\"alice\",\"tenant\":\"acme\"}".getBytes(StandardCharsets.UTF_8)),
                Instant.MAX,
                Claims.Proof.NONE);

    assertEquals(subject, claims.subject());
  }

  @ParameterizedTest
  @CsvSource({
    "a:, b:, *",
    "- acme, - globex, *",
    "-, , s:",
    "a:, , ''",
    "a:, , a",
    "a:, , a:b",
    "a:, b:, ''",
    "a:, b:, b:c",
    "- acme, - globex, s:",
    "- acme, b: globex, ''",
    "- acme, b: globex, b:",
  })
  void aSessionThatCouldBeAnybodysStopsTheStart(String first, String second, String prefix) {
    String message =
        assertThrows(BadConfiguration.class, () -> session(first, second, prefix)).getMessage();

    assertTrue(message.startsWith(SESSION + "subject-prefix: "), message);
  }

  private static GatewayConfig session(String first, String second, String prefix) {
    Map<String, String> settings = new TreeMap<>();
    issuer(settings, FIRST, first);
    if (second != null) {
      issuer(settings, SECOND, second);
    }
    settings.put(SESSION + "url", "http://app/session");
    if (!prefix.equals("*")) {
      settings.put(SESSION + "subject-prefix", prefix);
    }
    return Configurations.read(settings);
  }

  private static Revocation revocation(String subject, String tenant, String issuer) {
    return new Revocation(
        Optional.empty(),
        Optional.empty(),
        Optional.of(subject),
        Optional.ofNullable(tenant),
        Optional.ofNullable(issuer),
        Instant.EPOCH,
        Instant.MAX);
  }

  @ParameterizedTest
  @CsvSource({
    "a:, b:, a:ann, , , true",
    "a:, b:, ann, , , true",
    "- acme, - globex, ann, , , false",
    "- acme, - globex, ann, acme, , true",
    "- acme, - globex, ann, , https://id.example.com/, true",
    "a: acme, a: globex, a:ann, , , false",
    "a: acme, a: globex, ann, , , true",
    "- acme, b: globex, b:ann, , , false",
    "- acme, b: globex, ann, , , true",
  })
  void aSubjectIsTakenBackWhereItIsOnePerson(
      String first, String second, String subject, String tenant, String issuer, boolean taken) {
    GatewayConfig config = Configurations.read(issuers(first, second));
    try (Identity identity =
        new Identity(
            config.identity(), Life.of(Duration.ofDays(30)), InstantSource.system(), () -> 0)) {
      Revocation revocation = revocation(subject, tenant, issuer);
      if (taken) {
        assertDoesNotThrow(() -> identity.checkOnePerson(revocation));
      } else {
        RelayException refusal =
            assertThrows(RelayException.class, () -> identity.checkOnePerson(revocation));
        assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
        assertEquals("/subject", refusal.pointer());
      }
    }
  }
}
