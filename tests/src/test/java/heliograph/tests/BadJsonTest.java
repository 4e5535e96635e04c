package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bodies that are no events: each is refused with the documented problem, nothing of it reaches a
 * subscriber, and the relay goes on. A subscriber listens all the time, with a strict ear.
 */
class BadJsonTest {
  static final String STRUCTURED = "application/cloudevents+json";
  static final String BATCH = "application/cloudevents-batch+json";
  static final String SAMPLE =
      """
      {"specversion":"1.0","id":"a-1","source":"/é","type":"order.paid","topic":"orders.42",
       "roles":"operator","subject":"€ \\u20ac 👩","partitionkey":"42","sequence":7,"urgent":true,
       "data":{"text":"a\\nb \\"c\\" 👩","numbers":[1,-2.5e+3,0],"nothing":null,"deep":[[[{}]]]}}\
      """;

  @RegisterExtension
  static final Stage stage = Stage.ofAcme("limits: { publish-per-second: 1000000 }");

  @RegisterExtension final Listener subscriber = new Listener(stage, "operator");

  private static void assertRefused(String body, int status, String code, String pointer)
      throws Exception {
    stage.post(Publisher.JSON, body).assertProblem(status, code, pointer);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** An event with the given members beside those that are required. */
  private static String event(String members) {
    return "{\"topic\":\"a\",\"type\":\"b\"," + members + "}";
  }

  @ParameterizedTest
  @ValueSource(strings = {Publisher.JSON, STRUCTURED, BATCH})
  void jsonThatBreaksOffAnywhereIsNoJson(String form) throws Exception {
    byte[] whole = utf8(form.equals(BATCH) ? "[" + SAMPLE + "]" : SAMPLE);
    for (int length = 0; length < whole.length; length++) {
      Answer answer = stage.post(form, Arrays.copyOf(whole, length));
      answer.assertProblem(400, "INVALID_JSON");
    }
    byte[] data = utf8("{\"text\":\"a\\nb € 👩\",\"numbers\":[1,-2.5e+3]}");
    for (int length = 1; length < data.length; length++) {
      stage
          .post(
              "application/json",
              Arrays.copyOf(data, length),
              "ce-specversion",
              "1.0",
              "ce-id",
              "1",
              "ce-source",
              "/a",
              "ce-type",
              "b",
              "ce-topic",
              "a")
          .assertProblem(400, "INVALID_JSON");
    }
  }

  static Stream<String> noJson() {
    return Stream.of(
        "",
        " ",
        "\n\n",
        "{",
        "}",
        "{}}",
        "{}{}",
        event("\"data\":1") + event("\"data\":1"),
        event("\"data\":1") + " x",
        event("\"data\":1") + ",",
        event("\"data\":1,"),
        event("\"data\":[1,]"),
        event("\"data\":[,1]"),
        event("\"data\":{,}"),
        event("\"data\":{\"a\"}"),
        event("\"data\":{\"a\":}"),
        event("\"data\":{a:1}"),
        event("\"data\":{'a':1}"),
        event("\"data\":'a'"),
        event("\"data\":01"),
        event("\"data\":-"),
        event("\"data\":+1"),
        event("\"data\":.5"),
        event("\"data\":1."),
        event("\"data\":1e"),
        event("\"data\":0x10"),
        event("\"data\":NaN"),
        event("\"data\":-Infinity"),
        event("\"data\":undefined"),
        event("\"data\":True"),
        event("\"data\":nul"),
        event("\"data\":\"\\x\""),
        event("\"data\":\"\\u12\""),
        event("\"data\":\"\\u12g4\""),
        event("\"data\":\"a\nb\""),
        event("\"data\":\"a\tb\""),
        event("\"data\":\"a\u0000b\""),
        event("\"data\":1 /* why */"),
        event("\"data\":1 // why\n"),
        event("\"data\":1 # why\n"),
        event("\"data\":[1}"),
        event("\"data\":{\"a\":1]"),
        event("\"id\":\"a\nb\",\"data\":1"),
        event("\"id\":\"a\u0000b\",\"data\":1"),
        event("\"" + "n".repeat(1025) + "\":1"),
        "\u0000" + event("\"data\":1"),
        "\uFEFF\uFEFF" + event("\"data\":1"),
        "<event/>",
        "topic=a&type=b");
  }

  @ParameterizedTest
  @MethodSource("noJson")
  void whatIsAlmostJsonIsNoJson(String body) throws Exception {
    assertRefused(body, 400, "INVALID_JSON", "");
    if (!body.isBlank()) {
      stage
          .post(Publisher.JSON, "[" + event("\"data\":1") + "," + body + "]")
          .assertProblem(400, "INVALID_JSON");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "-1.5", "\"text\"", "true", "null", "[[]]", "[null]", "{}", "[{}]"})
  void jsonThatIsNoEventIsRefused(String body) throws Exception {
    for (String form : List.of(STRUCTURED, Publisher.JSON, BATCH)) {
      Answer answer = stage.post(form, body);
      boolean batch = body.startsWith("[") && !form.equals(STRUCTURED);
      assertEquals(batch ? 202 : 422, answer.status(), answer::toString);
      assertTrue(answer.text().contains("\"code\":\"INVALID_EVENT\""), answer::text);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {99, 100, 101, 1000, 100_000, 900_000})
  void nestingHasABound(int depth) throws Exception {
    for (String[] brackets : new String[][] {{"[", "]"}, {"{\"a\":", "}"}}) {
      String data = brackets[0].repeat(depth) + "1" + brackets[1].repeat(depth);
      Answer answer = stage.post(Publisher.JSON, event("\"data\":" + data));
      if (depth < 100) {
        assertEquals(202, answer.status(), answer::toString);
        assertTrue(subscriber.next("b").data().endsWith(":" + data + "}"));
      } else if (answer.status() != 413) {
        answer.assertProblem(400, "INVALID_JSON");
      }
      stage.post(Publisher.JSON, brackets[0].repeat(depth)).assertProblem(400, "INVALID_JSON");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"topic\":\"a\"",
        "\"topic\":\"c\"",
        "\"type\":null",
        "\"t\\u006fpic\":\"a\"",
        "\"tenant\":\"acme\",\"tenant\":\"globex\"",
        "\"data\":1,\"data\":1",
        "\"data\":1,\"d\\u0061ta\":2",
        "\"data\":{\"a\":1,\"a\":2}",
        "\"data\":{\"a\":1,\"\\u0061\":2}",
        "\"data\":[{},{\"x\":[{\"\":1,\"\":2}]}]",
        "\"extension\":1,\"extension\":2",
        "\"roles\":[\"a\"],\"roles\":[\"b\"]"
      })
  void aMemberGivenTwiceIsNeverGuessedAt(String members) throws Exception {
    assertRefused(event(members), 400, "INVALID_JSON", "");
    stage.post(BATCH, "[" + SAMPLE + "," + event(members) + "]").assertProblem(400, "INVALID_JSON");
  }

  static Stream<Arguments> notUtf8() {
    return Stream.of(
        Arguments.of("an overlong slash", new int[] {0xC0, 0xAF}),
        Arguments.of("an overlong NUL", new int[] {0xC0, 0x80}),
        Arguments.of("an overlong quote", new int[] {0xC0, 0xA2}),
        Arguments.of("overlong in three", new int[] {0xE0, 0x80, 0xAF}),
        Arguments.of("overlong in four", new int[] {0xF0, 0x80, 0x80, 0xAF}),
        Arguments.of("a lone continuation", new int[] {0x80}),
        Arguments.of("two of them", new int[] {0xBF, 0xBF}),
        Arguments.of("a lead without the rest", new int[] {0xC3}),
        Arguments.of("two thirds of a character", new int[] {0xE2, 0x82}),
        Arguments.of("three quarters of one", new int[] {0xF0, 0x9F, 0x91}),
        Arguments.of("a high surrogate", new int[] {0xED, 0xA0, 0x80}),
        Arguments.of("a pair of surrogates", new int[] {0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80}),
        Arguments.of("beyond U+10FFFF", new int[] {0xF4, 0x90, 0x80, 0x80}),
        Arguments.of("five bytes", new int[] {0xF8, 0x88, 0x80, 0x80, 0x80}),
        Arguments.of("FE", new int[] {0xFE}),
        Arguments.of("FF", new int[] {0xFF}),
        Arguments.of("Latin-1", new int[] {0xE9}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notUtf8")
  void whatIsNotUtf8IsNotRead(String what, int[] bytes) throws Exception {
    String[] places = {
      event("\"data\":\"?\""),
      event("\"data\":{\"?\":1}"),
      event("\"data\":[1,\"a?b\"]"),
      event("\"id\":\"?\""),
      event("\"?\":1"),
      event("\"data\":1") + "?",
      "?" + event("\"data\":1"),
    };
    for (String place : places) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      int at = place.indexOf('?');
      body.writeBytes(utf8(place.substring(0, at)));
      for (int b : bytes) {
        body.write(b);
      }
      body.writeBytes(utf8(place.substring(at + 1)));
      stage.post(Publisher.JSON, body.toByteArray()).assertProblem(400, "INVALID_JSON");
    }
  }

  /** In a name as in a value, in an event's own members as in its data: RFC 7493, section 2.1. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\ud800",
        "\\uDADA",
        "\\uDFAA",
        "a\\udc00b",
        "\\udc00\\ud800",
        "\\ud800\\ud800\\udc00",
        "\\ud800\\n",
        "\\ud800\\\\udc00",
        "\\ud800 \\udc00",
      })
  void halfOfASurrogatePairIsNoText(String half) throws Exception {
    String[] places = {
      event("\"data\":\"?\""),
      event("\"data\":{\"?\":1}"),
      event("\"data\":[{\"a\":[\"b?c\"]}]"),
      event("\"subject\":\"?\""),
      event("\"roles\":[\"?\"]"),
      event("\"?\":1"),
    };
    for (String place : places) {
      String body = place.replace("?", half);
      stage.post(Publisher.JSON, body).assertProblem(400, "INVALID_JSON");
      stage.post(Publisher.JSON, "[" + body + "]").assertProblem(400, "INVALID_JSON");
    }
    stage
        .post(
            Publisher.JSON,
            "{\"" + half + "\":1}",
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/a",
            "ce-type",
            "b",
            "ce-topic",
            "a")
        .assertProblem(400, "INVALID_JSON");
  }

  @Test
  void wholePairsAndBackslashesAreText() throws Exception {
    String data = "{\"\\ud83d\\ude00\":\"\\uD83D\\uDE00\\\\ud800 \\\\\\\\udc00\"}";
    assertEquals(202, stage.post(Publisher.JSON, event("\"data\":" + data)).status());
    assertTrue(subscriber.next("b").data().endsWith(",\"data\":" + data + "}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void anotherUnicodeIsNotRead(String charset) throws Exception {
    byte[] body = SAMPLE.getBytes(Charset.forName(charset));
    stage.post(Publisher.JSON, body).assertProblem(400, "INVALID_JSON");
    stage.post(STRUCTURED, body).assertProblem(400, "INVALID_JSON");
  }

  @Test
  void textThatIsNotUtf8IsNoText() throws Exception {
    byte[] latin = "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);
    stage
        .post(
            "text/plain",
            latin,
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/a",
            "ce-type",
            "b",
            "ce-topic",
            "a")
        .assertProblem(422, "INVALID_EVENT", "/data");
  }
}
