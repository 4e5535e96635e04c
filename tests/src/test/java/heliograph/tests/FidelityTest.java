package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a publisher sends is what a subscriber gets, byte for byte. */
@Tag("log")
class FidelityTest {
  private static final String STRUCTURED = "application/cloudevents+json";

  private SseClient plain;
  private SseClient whole;

  @RegisterExtension static final Stage stage = Stage.ofAcme("");

  @BeforeEach
  void join() throws Exception {
    plain = stage.join(stage.token("alice", "acme"), "");
    whole = stage.join(stage.token("alice", "acme"), "?format=cloudevents");
  }

  @AfterEach
  void leave() throws Exception {
    plain.assertExhausted();
    whole.assertExhausted();
    plain.close();
    whole.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1.10",
        "1e400",
        "-1E+400",
        "1e-400",
        "12345678901234567890",
        "-98765432109876543210987654321098765432109876543210",
        "0.1000000000000000055511151231257827021181583404541015625",
        "3.141592653589793238462643383279502884197169399375105820974944592307816406286",
        "null",
        "true",
        "false",
        "\"\"",
        "{}",
        "[]",
        "\"Zoë 👩‍🚀 \u2028 \u2029 \u0085 \uFEFF é\"",
        "\"Zo\\u00EB \\ud83d\\udc69 \\u2028 \\/ \\\" \\\\ \\b\\f\\n\\r\\t \\u0000\"",
        "{\"z\":1,\"a\":2,\"\":3,\"ключ\":4,\"__proto__\":5}",
        "{ \"a\" :\t[ 1 , 2.50,3 ] ,  \"b\":{ }  }",
        "[[[[[[1,[2,[3]]]]]]]]",
        "\"data: x\"",
        "\"\u007f\u009f controls that JSON allows\"",
      })
  void dataOfJsonIsCarriedAsItWasSent(String data) throws Exception {
    String cursor = stage.publish("acme", "things.json", data);

    assertEquals(new SseParser.Event("test.happened", data, cursor), plain.next());
    String json = whole.next("test.happened").data();
    assertTrue(json.endsWith(",\"data\":" + data + "}"), json);
    assertTrue(plain.raw().contains("\ndata: " + data + "\n\n"), "one line, with its space");
  }

  /** Nobody here makes a number of it. */
  @Test
  void aNumberMayBeAsLongAsTheEventLetsItBe() throws Exception {
    String data = "{\"n\":" + "7".repeat(200_000) + ",\"e\":1e" + "9".repeat(10_000) + "}";
    stage.publish("acme", "things.long", data);

    assertEquals(data, plain.next("test.happened").data());
    assertTrue(whole.next("test.happened").data().endsWith(":" + data + "}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"a\": 1,\r\n\t\"b\": [\r  2,\n\n  3\n  ]\n}",
        "\n\r\n[ \r]",
        "\r\n  {\"text\":\"a\\nb\\r\\nc\"}  \n",
      })
  void onlyLineBreaksAreTakenOutOfJson(String data) throws Exception {
    String oneLine = data.replaceAll("[\r\n]", "");
    stage.publish("acme", "things.pretty", data);

    // What stands before and after the value belongs to the event around it, not to the data.
    assertEquals(oneLine.strip(), plain.next("test.happened").data());
    assertTrue(whole.next("test.happened").data().endsWith(":" + oneLine.strip() + "}"));
  }

  @Test
  void dataIsCarriedWhereverItStandsInTheEvent() throws Exception {
    String[] bodies = {
      "{\"data\":{\"x\": 1.0 } ,\"topic\":\"t\",\"type\":\"a.b\"}",
      "{\"topic\":\"t\",\"data\": [ 1.0 ],\"type\":\"a.b\"}",
      "  {\"type\":\"a.b\" , \"topic\":\"t\",\"data\":\t-0.0\t}  ",
      "\uFEFF{\"type\":\"a.b\",\"topic\":\"t\",\"data\":\"with a byte order mark before it\"}",
      "{\"subject\":\"ü€👩\",\"type\":\"a.b\",\"topic\":\"t\",\"data\":\"é\"}",
    };
    String[] data = {
      "{\"x\": 1.0 }", "[ 1.0 ]", "-0.0", "\"with a byte order mark before it\"", "\"é\""
    };
    for (int i = 0; i < bodies.length; i++) {
      stage.publish(bodies[i]);
      assertEquals(data[i], plain.next("a.b").data());
      assertTrue(whole.next("a.b").data().endsWith(",\"data\":" + data[i] + "}"));
    }
  }

  @Test
  void aLargeEventOfManyCharactersIsCarriedWhole() throws Exception {
    String data = "\"" + "aé€👩 \\u00e9".repeat(10_000) + "\"";
    stage.publish("acme", "things.large", data);

    assertEquals(data, plain.next("test.happened").data());
    assertTrue(whole.next("test.happened").data().endsWith(":" + data + "}"));
  }

  @Test
  void textOfSeveralLinesArrivesAsLines() throws Exception {
    String text = "first\nsecond\r\nthird\rfourth\n\nid: 7\nevent: forged\n: comment\n";
    assertEquals(202, post("text/plain", text.getBytes(StandardCharsets.UTF_8)).status());

    SseParser.Event event = plain.next("test.happened");
    assertEquals(text.replaceAll("\r\n?", "\n"), event.data());
    Map<String, Object> json = whole.nextData("test.happened");
    assertEquals(text, json.get("data"), "in JSON a text keeps its line breaks");
    assertEquals("text/plain", json.get("datacontenttype"));
  }

  @Test
  void aTextAsDataOfAStructuredEventIsTheTextItself() throws Exception {
    Answer answer =
        stage.post(
            STRUCTURED,
            """
            {"specversion":"1.0","id":"text-1","source":"/a","type":"test.happened","topic":"t",
             "datacontenttype":"text/plain; charset=utf-8","data":"\\"quoted\\"\\n\\u00e9\\ttwo"}
            """);
    assertEquals(202, answer.status(), answer::toString);

    assertEquals("\"quoted\"\né\ttwo", plain.next("test.happened").data());
    assertEquals("\"quoted\"\né\ttwo", whole.nextData("test.happened").get("data"));
  }

  @Test
  void binaryDataArrivesInBase64() throws Exception {
    byte[] bytes = new byte[300];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    String base64 = Base64.getEncoder().encodeToString(bytes);
    assertEquals(202, post("image/png", bytes).status());
    assertEquals(base64, plain.next("test.happened").data());
    Map<String, Object> json = whole.nextData("test.happened");
    assertEquals(base64, json.get("data_base64"));
    assertFalse(json.containsKey("data"));

    Answer structured =
        stage.post(
            STRUCTURED,
            """
            {"specversion":"1.0","id":"base64-1","source":"/a","type":"test.happened","topic":"t",
             "data_base64":"%s"}\
            """
                .formatted(base64));
    assertEquals(202, structured.status(), structured::toString);
    assertEquals(base64, plain.next("test.happened").data());
    assertEquals(base64, whole.nextData("test.happened").get("data_base64"));
  }

  @Test
  void jsonInBase64IsJsonToASubscriber() throws Exception {
    String json = "{ \"n\": 1e400 }";
    String base64 = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    Answer answer =
        stage.post(
            STRUCTURED,
            """
            {"specversion":"1.0","id":"base64-2","source":"/a","type":"test.happened","topic":"t",
             "datacontenttype":"application/json","data_base64":"%s"}\
            """
                .formatted(base64));
    assertEquals(202, answer.status(), answer::toString);

    assertEquals(json, plain.next("test.happened").data());
    assertTrue(whole.next("test.happened").data().endsWith(",\"data\":" + json + "}"));
  }

  @Test
  void whatIsReplayedIsWhatWasSentLive() throws Exception {
    String before = stage.publish("acme", "replayed", "{ \"n\" :\n 1e400, \"é\":\"\\u00e9\" }");
    plain.next("test.happened");
    whole.next("test.happened");
    int livePlain = plain.raw().length();
    int liveWhole = whole.raw().length();
    stage.publish("acme", "replayed", "[-0, 12345678901234567890, \"👩\u2028\"]");
    stage.publish(
        """
        {"topic":"replayed","type":"test.happened","roles":["a"],"users":"alice","sequence":7,
         "urgent":true,"subject":"ü \\"","time":"2026-01-01T00:00:00.5+02:00","data":null}\
        """);
    stage.publish("{\"topic\":\"replayed\",\"type\":\"test.happened\"}");
    assertEquals(202, post("text/x-replayed", utf8("a\r\nb\n\nc")).status());
    assertEquals(202, post("image/x-replayed", new byte[] {0, -1, 13, 10}).status());
    for (int i = 0; i < 5; i++) {
      plain.next("test.happened");
      whole.next("test.happened");
    }

    String from = "?topic=%3E&lastEventId=" + before;
    try (SseClient again = stage.join(stage.token("alice", "acme"), from);
        SseClient wholeAgain =
            stage.join(stage.token("alice", "acme"), from + "&format=cloudevents")) {
      for (int i = 0; i < 5; i++) {
        again.next("test.happened");
        wholeAgain.next("test.happened");
      }
      assertTrue(again.raw().contains(plain.raw().substring(livePlain)), again::raw);
      assertTrue(wholeAgain.raw().contains(whole.raw().substring(liveWhole)), wholeAgain::raw);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anEventWithoutDataIsStillAnEvent() throws Exception {
    stage.publish("{\"topic\":\"t\",\"type\":\"test.happened\"}");

    assertEquals("null", plain.next("test.happened").data());
    assertFalse(whole.nextData("test.happened").containsKey("data"));
  }

  static Stream<Arguments> attributes() {
    return Stream.of(
        Arguments.of("subject", "\"a \\\"b\\\" é👩\"", "a \"b\" é👩"),
        Arguments.of("sequence", "42", 42L),
        Arguments.of("urgent", "true", true),
        Arguments.of(
            "time",
            "\"2026-01-01T00:00:00.123456789+02:00\"",
            "2026-01-01T00:00:00.123456789+02:00"),
        Arguments.of("partitionkey", "\"order/42\"", "order/42"),
        Arguments.of(
            "traceparent",
            "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        Arguments.of(
            "dataschema",
            "\"https://example.com/schema.json\"",
            "https://example.com/schema.json"));
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void attributesReachWhoAsksForTheWholeEvent(String name, String sent, Object read)
      throws Exception {
    stage.publish(
        "{\"id\":\"with-%1$s\",\"source\":\"/a?b=c#d\",\"topic\":\"t\",\"type\":\"test.happened\",\"%1$s\":%2$s}"
            .formatted(name, sent));

    plain.next("test.happened");
    Map<String, Object> json = whole.nextData("test.happened");
    assertEquals(read, json.get(name));
    assertEquals("1.0", json.get("specversion"));
    assertEquals("with-" + name, json.get("id"));
    assertEquals("/a?b=c#d", json.get("source"));
    assertEquals("acme", json.get("tenant"));
    assertEquals("t", json.get("topic"));
  }

  @Test
  void whoElseAnEventIsForIsNotTold() throws Exception {
    stage.publish(
        """
        {"topic":"t","type":"test.happened","users":["alice","bob"],"roles":"boss","data":1}\
        """);

    assertEquals("1", plain.next("test.happened").data());
    Map<String, Object> json = whole.nextData("test.happened");
    assertFalse(json.containsKey("users") || json.containsKey("roles"), json::toString);
  }

  private static Answer post(String contentType, byte[] data) throws Exception {
    return stage.post(
        contentType,
        data,
        "ce-specversion",
        "1.0",
        "ce-id",
        contentType,
        "ce-source",
        "/binary",
        "ce-type",
        "test.happened",
        "ce-topic",
        "things.binary");
  }
}
