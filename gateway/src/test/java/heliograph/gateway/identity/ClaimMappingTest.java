package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.identity.IdentitySettings.ClaimPlaces;
import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonPointer;

/** What a verified token says of a subscriber. */
class ClaimMappingTest {
  private static final Tenant ACME = new Tenant("acme");
  private static final Tenant GLOBEX = new Tenant("globex");
  private static final Tenant MAIN = new Tenant("main");

  private static final ClaimMapping FREE = mapping(Set.of(), Optional.empty());

  private static ClaimMapping mapping(Set<Tenant> pinned, Optional<Tenant> defaultTenant) {
    return mapping("/topics", pinned, defaultTenant);
  }

  private static ClaimMapping mapping(
      String topics, Set<Tenant> pinned, Optional<Tenant> defaultTenant) {
    return new ClaimMapping(
        new ClaimPlaces(
            JsonPointer.compile("/tenant"),
            List.of(JsonPointer.compile("/roles")),
            JsonPointer.compile(topics)),
        pinned,
        defaultTenant,
        SubjectPrefix.NONE);
  }

  private static Claims claims(ClaimMapping mapping, String members) {
    String payload = "{\"sub\":\"alice\"" + members + "}";
    return mapping.claims(
        JsonTree.object(payload.getBytes(StandardCharsets.UTF_8)), Instant.MAX, Claims.Proof.NONE);
  }

  private static ErrorCode refusal(ClaimMapping mapping, String members) {
    return assertThrows(RelayException.class, () -> claims(mapping, members), members).code();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                            | >",
        "`,\"topics\":[]`                              | ``",
        "`,\"topics\":\"\"`                            | ``",
        "`,\"topics\":\"  \"`                          | ``",
        "`,\"topics\":\"orders.>\"`                    | orders.>",
        "`,\"topics\":\"orders.> alerts.*\"`           | orders.>,alerts.*",
        "`,\"topics\":\" orders.>   alerts.* \"`       | orders.>,alerts.*",
        "`,\"topics\":[\"orders.>\",\"alerts.*\"]`     | orders.>,alerts.*",
        "`,\"topics\":[\"a\",\"b\",\"a\"]`             | a,b",
      })
  void topicsAreAListOrATextOfPatterns(String members, String topics) {
    List<TopicPattern> seen = claims(FREE, ",\"tenant\":\"acme\"" + members).topics();

    assertEquals(
        Set.of(topics.split(",")).stream().filter(it -> !it.isEmpty()).collect(Collectors.toSet()),
        seen.stream().map(TopicPattern::value).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "7",
        "true",
        "{}",
        "[7]",
        "[null]",
        "[\"\"]",
        "[\"a b\"]",
        "[[\"a\"]]",
        "[\"a\",\"b..c\"]",
        "\"a,b\"",
        "\"a\\tb\"",
        "\"orders.>.x\"",
        "\"orders.é\""
      })
  void topicsThatCannotBeReadAdmitToNothing(String claim) {
    assertEquals(ErrorCode.BAD_TOKEN, refusal(FREE, ",\"tenant\":\"acme\",\"topics\":" + claim));
  }

  @Test
  void topicsThatCannotBeLookedForAdmitToNothing() {
    ClaimMapping deep = mapping("/rights/0/topics", Set.of(), Optional.empty());
    String tenant = ",\"tenant\":\"acme\"";

    assertEquals(List.of(TopicPattern.ALL), claims(deep, tenant).topics());
    assertEquals(List.of(TopicPattern.ALL), claims(deep, tenant + ",\"rights\":[]").topics());
    assertEquals(List.of(TopicPattern.ALL), claims(deep, tenant + ",\"rights\":{}").topics());
    assertEquals(
        List.of(new TopicPattern("a")),
        claims(deep, tenant + ",\"rights\":[{\"topics\":\"a\"}]").topics());
    for (String rights : List.of("null", "\"all\"", "7", "[7]", "[null]", "[\"all\"]")) {
      assertEquals(ErrorCode.BAD_TOKEN, refusal(deep, tenant + ",\"rights\":" + rights));
    }
  }

  @Test
  void topicsHaveABound() {
    String most = "{\"n\":" + patterns(ClaimMapping.MAX_TOPICS) + "}";
    ClaimMapping deep = mapping("/t/n", Set.of(), Optional.of(MAIN));

    assertEquals(ClaimMapping.MAX_TOPICS, claims(deep, ",\"t\":" + most).topics().size());
    String more = "{\"n\":" + patterns(ClaimMapping.MAX_TOPICS + 1) + "}";
    assertEquals(ErrorCode.BAD_TOKEN, refusal(deep, ",\"t\":" + more));
  }

  private static String patterns(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"t" + i + "\"")
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void anIssuerSpeaksForItsTenantsOnly() {
    ClaimMapping one = mapping(Set.of(ACME), Optional.of(MAIN));
    assertEquals(ACME, claims(one, ",\"tenant\":\"acme\"").tenant());
    assertEquals(ACME, claims(one, "").tenant());
    assertEquals(ACME, claims(one, ",\"tenant\":null").tenant());
    for (String other : List.of("globex", "main", "ACME", "acme2", "acm")) {
      assertEquals(ErrorCode.NOT_ALLOWED, refusal(one, ",\"tenant\":\"" + other + "\""));
    }
    assertEquals(ErrorCode.BAD_TOKEN, refusal(one, ",\"tenant\":[\"acme\"]"));
    assertEquals(ErrorCode.BAD_TOKEN, refusal(one, ",\"tenant\":\"\""));
  }

  @Test
  void anIssuerOfSeveralTenantsHasToSayWhich() {
    Set<Tenant> both = Set.of(ACME, GLOBEX);
    assertEquals(
        GLOBEX, claims(mapping(both, Optional.empty()), ",\"tenant\":\"globex\"").tenant());
    assertEquals(ErrorCode.NOT_ALLOWED, refusal(mapping(both, Optional.empty()), ""));
    // The default is no way around the pin.
    assertEquals(ErrorCode.NOT_ALLOWED, refusal(mapping(both, Optional.of(MAIN)), ""));
    assertEquals(GLOBEX, claims(mapping(both, Optional.of(GLOBEX)), "").tenant());
  }

  @Test
  void withoutPinsTheDefaultIsTakenWhereThereIsOne() {
    assertEquals(MAIN, claims(mapping(Set.of(), Optional.of(MAIN)), "").tenant());
    assertEquals(ErrorCode.NOT_ALLOWED, refusal(FREE, ""));
  }

  @Test
  void rolesMayBeRepeated() {
    assertEquals(
        Set.of("a", "b"),
        claims(FREE, ",\"tenant\":\"acme\",\"roles\":[\"a\",\"b\",\"a\"]").roles());
    assertEquals(Collections.emptySet(), claims(FREE, ",\"tenant\":\"acme\",\"roles\":[]").roles());
  }
}
