package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever publishes would like to write a line of their own: into another's stream, into the JSON
 * around an event, or into the log. {@link EchoTest} has those who ask.
 */
class InjectionTest {
  private static Publisher mapped;

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - name: mapped
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping:
                id: "{/id|header:X-Id}"
                type: "{/type|header:X-Type}"
                topic: "t.{/topic|'x'}"
                source: "{/source|'/a'}"
                subject: "{/subject|''}"
                partitionkey: "{/partitionkey|''}"
                roles: "{/roles|'all'}"
          """);

  @BeforeAll
  static void start() {
    mapped = Publisher.withKey(stage.relay(), "mapped", Stage.KEY);
  }

  @AfterAll
  static void nothingInTheLog() throws Exception {
    String log = stage.relay().log();
    assertFalse(log.contains("keepalive") || log.contains("id: 7"), log);
  }

  private static String token() {
    return stage.token("alice", "acme", "all");
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
            "id",
            "source",
            "type",
            "tenant",
            "topic",
            "subject",
            "partitionkey",
            "dataschema",
            "datacontenttype",
            "time",
            "expirytime",
            "traceparent",
            "tracestate",
            "roles",
            "users",
            "extension")
        .flatMap(
            name ->
                Stream.of(
                        "\n",
                        "\r",
                        "\r\n",
                        "a\nid: 7",
                        "a\r\rdata: 1",
                        "a\u0000",
                        "a\u0085b",
                        "\u007f")
                    .map(text -> Arguments.of(name, text)));
  }

  private static Map<String, String> attributes(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("specversion", "1.0");
    all.put("id", "1");
    all.put("source", "/a");
    all.put("type", "b");
    all.put("tenant", "acme");
    all.put("topic", "c");
    all.put(name, value);
    return all;
  }

  /** A text is refused both in JSON with its escapes and in headers with percent-encoding. */
  @ParameterizedTest
  @MethodSource("breaks")
  void noAttributeBreaksALine(String name, String text) throws Exception {
    for (String form : List.of("application/cloudevents+json", Publisher.JSON)) {
      stage
          .post(form, Json.write(attributes(name, text)))
          .assertProblem(422, "INVALID_EVENT", "/" + name);
    }
    if (name.equals("datacontenttype")) {
      return; // It is the header itself.
    }
    binary(attributes(name, escaped(text)), "1".getBytes(StandardCharsets.UTF_8))
        .assertProblem(422, "INVALID_EVENT", "/" + name);
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      escaped.append(String.format("%%%02X", b & 0xff));
    }
    return escaped.toString();
  }

  private static Answer binary(Map<String, String> attributes, byte[] data) throws Exception {
    List<String> headers = new ArrayList<>();
    attributes.forEach((name, value) -> headers.addAll(List.of("ce-" + name, value)));
    return stage.post(Publisher.JSON, data, headers.toArray(String[]::new));
  }

  /** Whom an event is for and whose it is are not mended. */
  @ParameterizedTest
  @ValueSource(strings = {"source", "roles"})
  void breaksInWhatATemplateTakesForANameAreRefused(String member) throws Exception {
    for (String text : List.of("a\nid: 7", "a\rb", "a\u0000", "\u0085")) {
      Map<String, String> body = new LinkedHashMap<>(Map.of("id", "m", "type", "t"));
      body.put(member, text);
      mapped
          .post(Publisher.JSON, Json.write(body))
          .assertProblem(422, "INVALID_EVENT", "/" + member);
    }
  }

  /** A text of a third party is shown without them, and its event is not lost for them. */
  @ParameterizedTest
  @ValueSource(strings = {"type", "subject", "partitionkey"})
  void breaksInWhatATemplateTakesForATextBecomeSpaces(String member) throws Exception {
    try (SseClient stream = stage.join(token(), "?format=cloudevents")) {
      for (String text : List.of("a\nid: 7", "a\rb", "a\u0000", "\u0085b")) {
        Map<String, String> body = new LinkedHashMap<>(Map.of("type", "t"));
        body.put("id", member + text.length() + System.nanoTime());
        body.put(member, text);
        Answer answer = mapped.post(Publisher.JSON, Json.write(body));
        assertEquals(202, answer.status(), answer::toString);
        String shown = text.replaceAll("[\n\r\u0000\u0085]", " ");
        assertEquals(shown, stream.nextData(member.equals("type") ? shown : "t").get(member));
      }
    }
  }

  /** And in an id everything counts, so that no two become one: it is hashed. */
  @Test
  void breaksInAnIdOfATemplateAreHashed() throws Exception {
    Set<Object> ids = new HashSet<>();
    for (String text : List.of("a\nid: 7", "a id: 7", "a\rid: 7", "a\u0000", "a\u0085")) {
      Answer answer = mapped.post(Publisher.JSON, Json.write(Map.of("id", text, "type", "t")));
      assertEquals(202, answer.status(), answer::toString);
      assertTrue(((String) answer.json().get("id")).matches("[a-z0-9: ]+"));
      ids.add(answer.json().get("id"));
    }
    assertEquals(5, ids.size());
  }

  /** In a topic they become dashes, as everything does that a topic cannot hold. */
  @Test
  void aTopicOfATemplateHasNoBreaks() throws Exception {
    try (SseClient stream = stage.join(token(), "?format=cloudevents")) {
      Answer answer =
          mapped.post(
              Publisher.JSON, "{\"id\":\"m1\",\"type\":\"t\",\"topic\":\"a\\nid: 7\\r.>*\"}");
      assertEquals(202, answer.status(), answer::toString);
      String topic = (String) stream.nextData("t").get("topic");
      assertTrue(topic.matches("t\\.[A-Za-z0-9_-]+"), topic);
    }
  }

  /** Not a break to SSE, and to some who read it too loosely: carried in one line, as it is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u2028id: 7",
        "a\u2029",
        "\uFEFF",
        ": keepalive",
        "data: 1",
        " system.end",
        "\\n\\nid: 7",
        "%0Aid: 7",
        "&#10;",
        "</script>",
        "\"},{",
      })
  void whatIsNoBreakIsCarried(String text) throws Exception {
    try (SseClient plain = stage.join(token(), "");
        SseClient whole = stage.join(token(), "?format=cloudevents")) {
      for (String name : List.of("type", "subject", "partitionkey", "extension")) {
        Map<String, String> event = attributes(name, text);
        event.put("id", name + System.nanoTime());
        event.put("data", text);
        Answer answer = stage.post(Publisher.JSON, Json.write(event));
        assertEquals(202, answer.status(), answer::toString);
        SseParser.Event heard = plain.next(event.get("type"));
        assertEquals(answer.json().get("cursor"), heard.id());
        assertEquals(text, Json.object("{\"it\":" + heard.data() + "}").get("it"));
        Map<String, Object> json = whole.nextData(event.get("type"));
        assertEquals(text, json.get(name));
        assertEquals(text, json.get("data"));
      }
    }
  }

  /** The relay's own frames are the relay's. */
  @ParameterizedTest
  @ValueSource(strings = {"system.end", "system.", "system.connected", "system.gap\u200b"})
  void nobodySpeaksForTheRelay(String type) throws Exception {
    stage
        .post(Publisher.JSON, Json.write(attributes("type", type)))
        .assertProblem(422, "INVALID_EVENT", "/type");
  }

  static Stream<Arguments> jsonInBytes() {
    return Stream.of("\uFEFF{\"a\":1}", "{\"a\":1}\r\n", " \t\n{\"a\":1} ", "{\"a\":\r\n1}")
        .map(text -> Arguments.of(Json.quoted(text), text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Data that came as bytes stands inside JSON: of the event, and of a poll's answer. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("jsonInBytes")
  void noDataBreaksTheJsonAroundIt(String what, byte[] data) throws Exception {
    String before = stage.publish("acme", "t", "0");
    Map<String, String> event = attributes("id", "bytes-" + System.nanoTime());
    event.put("datacontenttype", "application/json");
    event.put("data_base64", Base64.getEncoder().encodeToString(data));
    Answer structured = stage.post("application/cloudevents+json", Json.write(event));
    Answer binary = binary(attributes("id", "bytes-" + System.nanoTime()), data);
    assertEquals(structured.status() == 202, binary.status() == 202, binary::toString);

    Answer poll =
        stage.http().get("/v1/events?after=" + before, "Authorization", "Bearer " + token());
    for (Object one : (List<?>) poll.json().get("events")) {
      assertEquals(Map.of("a", 1L), ((Map<?, ?>) one).get("data"));
    }
    assertFalse(poll.text().contains("\uFEFF"), poll::text);
  }
}
