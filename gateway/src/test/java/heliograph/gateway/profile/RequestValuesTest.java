package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import io.helidon.common.parameters.Parameters;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request fills into a profile, and what it may not. */
class RequestValuesTest {
  private static final ProfileConfig CHANNELS =
      Profiles.one(
          "query: { channels: { split: \",\", only: [validation, notifications, dashboard] } }",
          "envelope: '[{query.channels},{data}]'");
  private static final ProfileConfig ANY =
      Profiles.one("query: { part: { split: \",\" } }", "envelope: '[{query.part},{data}]'");

  private static RelayException refused(ProfileConfig profile, Parameters query) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> profile.values(Map.of("id", "42"), query));
    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    return refusal;
  }

  private static RequestValues values(ProfileConfig profile, Parameters query) {
    return profile.values(Map.of("id", "42"), query);
  }

  @Test
  void aParameterIsSplitAndWhatIsUnknownIsLeftOut() {
    RequestValues values =
        values(CHANNELS, Profiles.query("channels", "dashboard,orders.*,validation,dashboard,"));

    assertEquals(
        new RequestValues.Value(List.of("dashboard", "validation"), true),
        values.of("query.channels"));
  }

  @Test
  void whereNothingKnownIsLeftTheRequestIsRefused() {
    for (String text : List.of("", ",", "other", "*", ">", "Validation")) {
      assertEquals(
          "query.channels: no value that is known",
          refused(CHANNELS, Profiles.query("channels", text)).detail());
    }
  }

  @Test
  void aMissingParameterIsRefusedAndOneThatStandsTwice() {
    assertEquals("query.channels: required", refused(CHANNELS, Profiles.NO_QUERY).detail());
    assertEquals(
        "query.channels: once",
        refused(CHANNELS, Profiles.query("channels", "validation", "dashboard")).detail());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../", "a.b", "*", ">", "\0", "a b", "\"", "\n", "\u2028", "a,b.c", "a,", "", "\ud800", "ü",
        "a,*", ",a"
      })
  void whatIsNoSegmentOfATopicIsRefusedByItsName(String text) {
    String detail = refused(ANY, Profiles.query("part", text)).detail();

    assertEquals("query.part: 1 to 200 characters of A-Z a-z 0-9 _ -", detail);
  }

  @Test
  void aLongValueIsRefused() {
    String detail = refused(ANY, Profiles.query("part", "a".repeat(10 * 1024))).detail();

    assertEquals("query.part: 1 to 200 characters of A-Z a-z 0-9 _ -", detail);
  }

  @Test
  void aParameterHasAtMostFiftyValues() {
    List<String> fifty = IntStream.range(0, 50).mapToObj(i -> "v" + i).toList();
    assertEquals(
        fifty,
        values(ANY, Profiles.query("part", String.join(",", fifty))).of("query.part").texts());

    assertEquals(
        "query.part: at most 50 values",
        refused(ANY, Profiles.query("part", String.join(",", fifty) + ",v50")).detail());
  }

  @Test
  void nothingElseOfTheQueryCounts() {
    ProfileConfig profile = Profiles.one();
    RequestValues plain = Profiles.values(profile, "42");

    for (String name :
        List.of("topic", "type", "filter", "format", "since", "replay", "snapshot")) {
      assertEquals(plain, values(profile, Profiles.query(name, ">")));
    }
    assertEquals(List.of(new TopicPattern("event.42")), profile.topics(plain));
  }

  @Test
  void aNumberIsOneOrTheRequestIsRefused() {
    ProfileConfig profile = Profiles.one("envelope: '[{path.id|number},{data}]'");
    for (String number : List.of("0", "42", "-7", "9".repeat(200))) {
      assertEquals(number, Profiles.values(profile, number).of("path.id").texts().getFirst());
    }
    for (String text : List.of("abc", "007", "4x", "-", "--1", "1e5", "-01")) {
      RelayException refusal =
          assertThrows(RelayException.class, () -> Profiles.values(profile, text));
      assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
      assertEquals("path.id: a whole number", refusal.detail());
    }
  }

  @Test
  void aNumberThatOnlyTheHeartbeatTakesIsCheckedAsWell() {
    ProfileConfig profile =
        Profiles.one("heartbeat: { every: PT60S, data: '{\"id\":{path.id|number}}' }");

    assertThrows(RelayException.class, () -> Profiles.values(profile, "abc"));
  }

  @Test
  void aTopicIsMadeOfEachValue() {
    ProfileConfig profile =
        Profiles.read(
                """
                relay:
                  streams:
                    - name: a
                      path: /sse
                      topics: ["{query.part}", "all", "x-{query.part}.>"]
                      query: { part: { split: "," } }
                """)
            .getFirst();

    assertEquals(
        List.of(
            new TopicPattern("b"),
            new TopicPattern("a"),
            new TopicPattern("all"),
            new TopicPattern("x-b.>"),
            new TopicPattern("x-a.>")),
        profile.topics(profile.values(Map.of(), Profiles.query("part", "b,a"))));
  }

  @Test
  void aProfileAsksForAtMostFiftyTopics() {
    ProfileConfig profile =
        Profiles.read(
                """
                relay:
                  streams:
                    - name: a
                      path: /sse
                      topics: ["{query.part}.{query.of}"]
                      query: { part: { split: "," }, of: { split: "," } }
                """)
            .getFirst();
    String eight = String.join(",", IntStream.range(0, 8).mapToObj(i -> "v" + i).toList());
    RequestValues values =
        profile.values(
            Map.of(),
            Parameters.create("query", Map.of("part", List.of(eight), "of", List.of(eight))));

    RelayException refusal = assertThrows(RelayException.class, () -> profile.topics(values));

    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    assertEquals("query.part, query.of: at most 50 topics", refusal.detail());
  }

  @Test
  void aTopicThatGrowsTooLongIsRefusedByTheVariable() {
    ProfileConfig profile = Profiles.one();
    RequestValues values = Profiles.values(profile, "a".repeat(195));

    RelayException refusal = assertThrows(RelayException.class, () -> profile.topics(values));

    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    assertTrue(refusal.detail().startsWith("path.id: "), refusal.detail());
  }

  @Test
  void aDefaultStandsInForAMissingParameter() {
    ProfileConfig profile =
        Profiles.one(
            "query: { part: { split: \" \", default: \"a b\" } }", "envelope: '[{query.part}]'");

    assertEquals(List.of("a", "b"), values(profile, Profiles.NO_QUERY).of("query.part").texts());
    assertEquals(
        List.of("c"), values(profile, Profiles.query("part", "c")).of("query.part").texts());
  }
}
