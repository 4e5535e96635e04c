package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of which one member breaks its rule: the problem points to it. */
class BadEventTest {
  private static final String STRUCTURED = "application/cloudevents+json";

  @RegisterExtension static final Stage stage = Stage.with("");

  /** An event in which the member has this value, in JSON; all the others are right. */
  private static String event(String member, String value) {
    return Stream.of(
                "specversion=\"1.0\"",
                "id=\"1\"",
                "source=\"/a\"",
                "type=\"b\"",
                "tenant=\"acme\"",
                "topic=\"c\"")
            .filter(each -> !each.startsWith(member + "="))
            .map(each -> "\"" + each.replaceFirst("=", "\":"))
            .collect(Collectors.joining(",", "{", ","))
        + "\""
        + member
        + "\":"
        + value
        + "}";
  }

  private static void assertRefused(String form, String member, String value) throws Exception {
    String pointer =
        "/"
            + Json.object("{\"" + member + "\":0}")
                .keySet()
                .iterator()
                .next()
                .replace("~", "~0")
                .replace("/", "~1");
    String event = event(member, value);
    stage.post(form, event).assertProblem(422, "INVALID_EVENT", pointer);
    Answer batch = stage.post("application/cloudevents-batch+json", "[" + event + "]");
    assertEquals(202, batch.status(), batch::toString);
    stage.publish("acme", "still.here", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"role", "user"})
  void whoIsMeantByASlipIsNotEverybody(String name) throws Exception {
    stage
        .post("application/json", event(name, "\"ops\""))
        .assertProblem(422, "INVALID_EVENT", "/" + name);
    // There it is an extension like any other.
    assertEquals(202, stage.post(STRUCTURED, event(name, "\"ops\"")).status());
  }

  static Stream<Arguments> wrongTypes() {
    return Stream.of(
            "id",
            "source",
            "type",
            "tenant",
            "topic",
            "specversion",
            "time",
            "expirytime",
            "ephemeral",
            "data_base64")
        .flatMap(
            member ->
                Stream.of("7", "true", "[]", "{}", "[\"x\"]", "1.5")
                    // What a text would be is judged by its words; these are not wrong in type.
                    .filter(value -> !(member.equals("ephemeral") && value.equals("true")))
                    .map(value -> Arguments.of(member, value)));
  }

  @ParameterizedTest
  @MethodSource("wrongTypes")
  void aMemberOfTheWrongTypeIsNamed(String member, String value) throws Exception {
    assertRefused(STRUCTURED, member, value);
    assertRefused(Publisher.JSON, member, value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "source", "type", "topic", "specversion"})
  void aMemberThatIsRequiredIsMissed(String member) throws Exception {
    assertRefused(STRUCTURED, member, "null");
    assertRefused(STRUCTURED, member, "\"\"");
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
            "id", "type", "source", "subject", "roles", "users", "partitionkey", "topic", "tenant")
        .flatMap(
            member ->
                Stream.of(
                        "a\\u0000b",
                        "a\\nb",
                        "a\\rb",
                        "a\\r\\nid: 7",
                        "\\n",
                        "a\\tb",
                        "a\\u001fb",
                        "a\\u007fb",
                        "a\\u0085b",
                        "a\\u009fb")
                    .map(text -> Arguments.of(member, text)));
  }

  /** They would break the fields of a frame, or the ears of who reads it. */
  @ParameterizedTest
  @MethodSource("breaks")
  void controlsAreRefused(String member, String text) throws Exception {
    assertRefused(Publisher.JSON, member, "\"" + text + "\"");
  }

  static Stream<Arguments> tooLong() {
    return Stream.of(
        Arguments.of("id", 256),
        Arguments.of("type", 256),
        Arguments.of("source", 1024),
        Arguments.of("topic", 200),
        Arguments.of("tenant", 64),
        Arguments.of("subject", 4096),
        Arguments.of("extension", 4096),
        Arguments.of("roles", 128),
        Arguments.of("users", 128));
  }

  @ParameterizedTest
  @MethodSource("tooLong")
  void aTextHasItsLength(String member, int longest) throws Exception {
    Answer answer = stage.post(STRUCTURED, event(member, "\"" + "x".repeat(longest) + "\""));
    assertEquals(202, answer.status(), answer::toString);
    assertRefused(STRUCTURED, member, "\"" + "x".repeat(longest + 1) + "\"");
    assertRefused(Publisher.JSON, member, "\"" + "x".repeat(60_000) + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".", "..", "a.", ".a", "a..b", "a b", "a/b", "a,b", "*", "a.*", ">", "a.>", "a*", "é",
        "a%2Eb", "a\\\\b", "$a", "a:b", "{x}", " a", "a "
      })
  void aTopicIsOfSegments(String topic) throws Exception {
    assertRefused(Publisher.JSON, "topic", "\"" + topic + "\"");
  }

  static Stream<Arguments> wrongValues() {
    return Stream.of(
        Arguments.of("specversion", "\"0.3\""),
        Arguments.of("specversion", "\"1\""),
        Arguments.of("specversion", "\"1.0 \""),
        Arguments.of("specversion", "1.0"),
        Arguments.of("type", "\"system.connected\""),
        Arguments.of("type", "\"system.\""),
        Arguments.of("source", "\"a b\""),
        Arguments.of("source", "\"http://[\""),
        Arguments.of("source", "\"%zz\""),
        Arguments.of("tenant", "\"*\""),
        Arguments.of("tenant", "\"a/b\""),
        Arguments.of("tenant", "\"é\""),
        Arguments.of("time", "\"now\""),
        Arguments.of("time", "\"2026-01-01\""),
        Arguments.of("time", "\"2026-01-01T00:00:00\""),
        Arguments.of("time", "\"2026-13-01T00:00:00Z\""),
        Arguments.of("expirytime", "\"PT1H\""),
        Arguments.of("expirytime", "1767225600"),
        Arguments.of("ephemeral", "\"yes\""),
        Arguments.of("ephemeral", "1"),
        Arguments.of("roles", "\"\""),
        Arguments.of("roles", "\" \""),
        Arguments.of("roles", "\",\""),
        Arguments.of("roles", "\"a,,b\""),
        Arguments.of("users", "\"a,\""),
        Arguments.of("roles", "7"),
        Arguments.of("roles", "{}"),
        Arguments.of("roles", "[7]"),
        Arguments.of("roles", "[[\"a\"]]"),
        Arguments.of("users", "[\"a\",null]"),
        Arguments.of("Upper", "1"),
        Arguments.of("under_score", "1"),
        Arguments.of("da-sh", "1"),
        Arguments.of("a/b~c", "1"),
        Arguments.of("", "1"),
        Arguments.of("é", "1"),
        Arguments.of("ce-id", "1"),
        Arguments.of("n".repeat(65), "1"),
        Arguments.of("fraction", "1.5"),
        Arguments.of("exponent", "1e3"),
        Arguments.of("large", "2147483648"),
        Arguments.of("larger", "1e400"),
        Arguments.of("array", "[1]"),
        Arguments.of("object", "{\"a\":1}"),
        Arguments.of("data_base64", "\"*\""),
        Arguments.of("data_base64", "\"YQ\\n==\""),
        Arguments.of("data_base64", "\"YWJj=\""));
  }

  @ParameterizedTest
  @MethodSource("wrongValues")
  void aValueThatIsNotAllowedIsNamed(String member, String value) throws Exception {
    assertRefused(Publisher.JSON, member, value);
    assertRefused(STRUCTURED, member, value);
  }

  @Test
  void anArrayOfNamesIsForPlainJsonAlone() throws Exception {
    assertRefused(STRUCTURED, "roles", "[\"a\"]");
    assertEquals(202, stage.post(Publisher.JSON, event("roles", "[\"a\"]")).status());
    assertRefused(Publisher.JSON, "roles", "[]");
    assertRefused(Publisher.JSON, "users", "[]");
    assertRefused(Publisher.JSON, "users", "[\"\"]");
  }

  @Test
  void namesAndAttributesHaveTheirNumber() throws Exception {
    String names = String.join(",", Collections.nCopies(100, "x"));
    List<String> many = IntStream.rangeClosed(1, 101).mapToObj(i -> "\"r" + i + "\"").toList();
    assertRefused(Publisher.JSON, "roles", many.toString());
    assertRefused(Publisher.JSON, "users", many.toString());
    assertRefused(STRUCTURED, "roles", "\"" + String.join(",", many).replace("\"", "") + "\"");
    assertEquals(202, stage.post(STRUCTURED, event("roles", "\"" + names + "\"")).status());

    String attributes =
        IntStream.rangeClosed(1, 64)
            .mapToObj(i -> "\"a" + i + "\":" + i)
            .collect(Collectors.joining(","));
    String most = event("id", "\"most\"").replace("}", "," + attributes + "}");
    Answer answer = stage.post(STRUCTURED, most);
    assertEquals(202, answer.status(), answer::toString);
    stage
        .post(STRUCTURED, most.replace("}", ",\"onemore\":1}"))
        .assertProblem(422, "INVALID_EVENT");
  }

  @Test
  void dataComesInOneOfTwoMembers() throws Exception {
    String both = event("data", "1").replace("}", ",\"data_base64\":\"YQ==\"}");
    stage.post(STRUCTURED, both).assertProblem(422, "INVALID_EVENT", "/data_base64");
    String json = event("data_base64", "\"e30x\"").replace("}", ",\"datacontenttype\":\"a/json\"}");
    stage.post(STRUCTURED, json).assertProblem(422, "INVALID_EVENT", "/data_base64");
    String text = event("data_base64", "\"/w==\"").replace("}", ",\"datacontenttype\":\"text/a\"}");
    stage.post(STRUCTURED, text).assertProblem(422, "INVALID_EVENT", "/data_base64");
  }
}
