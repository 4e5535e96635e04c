package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path of an operator's choosing, and which requests are for it. */
class PathTemplateTest {
  private static final PathTemplate LIVE = PathTemplate.of("/api/v1/events/{id}/live");

  @ParameterizedTest
  @CsvSource({
    "/api/v1/events/42/live, 42",
    "/api/v1/events/a_B-9/live, a_B-9",
    "/api/v1/events/%34%32/live, 42",
    "/%61pi/v1/events/42/liv%65, 42",
  })
  void aVariableIsOneSegment(String path, String id) {
    assertEquals(Optional.of(Map.of("id", id)), LIVE.match(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/events/42",
        "/api/v1/events/42/live/",
        "/api/v1/events/4/2/live",
        "/api/v1/events/42/Live",
        "/api/v1/events/42/live/more",
        "api/v1/events/42/live",
        "/",
        "",
        "/api/v1/eve%zznts/42/live",
      })
  void otherPathsAreNotForIt(String path) {
    assertEquals(Optional.empty(), LIVE.match(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..%2f",
        "..",
        "%2e%2e",
        ".",
        "a.b",
        "*",
        ">",
        "%3E",
        "%2A",
        "%00",
        "a%00b",
        "",
        "%20",
        "+",
        "a+b",
        "%2B",
        "a%2Fb",
        "a%2fb",
        "%252e",
        "%zz",
        "%",
        "%c3%28",
        "%E2%80%A8",
        "%0A",
        "%0d%0a",
        "%22",
        "{id}",
        "ü",
        "a;b",
        "a:b",
        "~",
        "%ED%A0%80"
      })
  void aValueThatIsNoSegmentOfATopicIsRefusedByItsName(String value) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> LIVE.match("/api/v1/events/" + value + "/live"));

    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    assertTrue(refusal.detail().startsWith("path.id: "), refusal.detail());
  }

  @Test
  void aValueIsAsLongAsATopicAtMost() {
    assertTrue(LIVE.match("/api/v1/events/" + "a".repeat(200) + "/live").isPresent());
    for (int length : List.of(201, 10 * 1024)) {
      RelayException refusal =
          assertThrows(
              RelayException.class,
              () -> LIVE.match("/api/v1/events/" + "a".repeat(length) + "/live"));
      assertTrue(refusal.detail().startsWith("path.id: "), refusal.detail());
      assertTrue(refusal.detail().length() < 100, "it does not repeat what came");
    }
  }

  @Test
  void noVariableReachesAPathOfTheRelaysOwn() {
    PathTemplate any = PathTemplate.of("/{a}/{b}");

    assertEquals(Optional.empty(), any.match("/v1/stream"));
    assertEquals(Optional.empty(), any.match("/%761/stream"));
    assertEquals(Optional.of(Map.of("a", "v2", "b", "stream")), any.match("/v2/stream"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "events",
        "//",
        "/a/",
        "/a//b",
        "/v1",
        "/v1/x",
        "/openapi",
        "/demo/x",
        "/asyncapi",
        "/client",
        "/client/x",
        "/a b",
        "/a%20b",
        "/..",
        "/a/./b",
        "/{a",
        "/a}",
        "/x{a}",
        "/{a}{b}",
        "/{}",
        "/{a.b}",
        "/{a}/{a}",
        "/a/*",
        "/a[b]",
        "/a?b",
        "/1/2/3/4/5/6/7/8/9/10/11",
        "/{a|number}"
      })
  void whatIsNoTemplateIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> PathTemplate.of(text));
  }

  @Test
  void aTemplateHasAtMostTwoHundredCharacters() {
    var _ = PathTemplate.of("/" + "a".repeat(199));
    assertThrows(IllegalArgumentException.class, () -> PathTemplate.of("/" + "a".repeat(200)));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/{x},   /a/{y},   true",
    "/a/{x},   /a/b,     false",
    "/a/b,     /a/b,     true",
    "/a/{x}/c, /a/b/{y}, true",
    "/{x}/b,   /a/{y},   true",
    "/{x}/{y}, /a/b,     false",
    "/a/{x},   /b/{x},   false",
    "/a/{x},   /a/{x}/b, false",
  })
  void aLiteralGoesBeforeAVariableAndNothingElseDoes(String one, String other, boolean conflict) {
    assertEquals(conflict, PathTemplate.of(one).conflicts(PathTemplate.of(other)));
    assertEquals(conflict, PathTemplate.of(other).conflicts(PathTemplate.of(one)));
  }

  @Property
  void twoOverlapExactlyIfSomePathIsForBoth(
      @ForAll("templates") PathTemplate one, @ForAll("templates") PathTemplate other) {
    // Literals of the templates are a and b, so a path of these and of one more tells all.
    boolean found =
        paths(one.segments().size()).stream()
            .anyMatch(path -> fits(one, path) && fits(other, path));

    assertEquals(found, one.overlaps(other));
    assertEquals(one.overlaps(other), other.overlaps(one));
  }

  @Property
  void whatIsTriedFirstTakesNothingFromTheOther(
      @ForAll("templates") PathTemplate one, @ForAll("templates") PathTemplate other) {
    if (!one.overlaps(other) || one.conflicts(other)) {
      return;
    }
    boolean before = PathTemplate.MOST_LITERAL_FIRST.compare(one, other) < 0;
    PathTemplate first = before ? one : other;
    PathTemplate second = before ? other : one;

    assertFalse(PathTemplate.MOST_LITERAL_FIRST.compare(one, other) == 0);
    for (String path : paths(one.segments().size())) {
      assertTrue(!fits(first, path) || fits(second, path), path);
    }
  }

  private static boolean fits(PathTemplate template, String path) {
    return template.match(path).isPresent();
  }

  private static List<String> paths(int segments) {
    List<String> paths = List.of("");
    for (int i = 0; i < segments; i++) {
      List<String> longer = new ArrayList<>();
      for (String path : paths) {
        List.of("a", "b", "c").forEach(next -> longer.add(path + "/" + next));
      }
      paths = longer;
    }
    return paths;
  }

  @Provide
  Arbitrary<PathTemplate> templates() {
    return Arbitraries.of("a", "b", "{}")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(
            parts -> {
              StringBuilder text = new StringBuilder();
              for (int i = 0; i < parts.size(); i++) {
                text.append('/').append(parts.get(i).equals("{}") ? "{x" + i + "}" : parts.get(i));
              }
              return PathTemplate.of(text.toString());
            });
  }

  @Test
  void itIsWrittenAsItWas() {
    assertEquals("/api/v1/events/{id}/live", LIVE.toString());
    assertEquals(Set.of("id"), LIVE.variables());
  }
}
