package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attribute;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** JSON with placeholders: whatever is filled in, it is JSON on one line. */
class TemplateTest {
  private static final Set<String> PATH = Set.of("id");

  private static Template template(String text) {
    return Template.of(text, Vocabulary.EVENT, PATH);
  }

  private static String filled(String envelope, Event event) {
    return new String(
        new Envelope.Filled(template(envelope))
            .json(Profiles.cursor(7), event, new RequestValues(Map.of())),
        StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{data}                              | {\"a\": 1.50}",
        "[{data},{data}]                     | [{\"a\": 1.50},{\"a\": 1.50}]",
        "{\"p\":{data},\"t\":{event.type}}   | {\"p\":{\"a\": 1.50},\"t\":\"order.paid\"}",
        "{}                                  | {}",
        "{ \"a\" : {} }                      | { \"a\" : {} }",
        "[{event.id},{event.source}]         | [\"id-1\",\"/shop\"]",
        "[{event.topic},{event.tenant}]      | [\"event.42\",\"acme\"]",
        "[{cursor}]                          | [\"e1-7\"]",
        "[{event.time},{event.partitionkey}] | [\"2026-05-04T12:00:00Z\",null]",
        "[{event.sequence},{event.flag}]     | [12,true]",
        "[{event.ephemeral}]                 | [null]",
        "{\"a\":\"\\u007bdata}\",\"b\":\"{ }\"} | {\"a\":\"\\u007bdata}\",\"b\":\"{ }\"}",
        "[\"\\\\\",{data}]                   | [\"\\\\\",{\"a\": 1.50}]",
        "[\"\\\"\",{data}]                   | [\"\\\"\",{\"a\": 1.50}]",
      })
  void aPlaceholderBecomesAJsonValue(String envelope, String expected) {
    Event event =
        Profiles.event(
            "order.paid",
            Profiles.json("{\"a\":\n 1.50}"),
            Map.of(
                "time", new Attribute.Text("2026-05-04T12:00:00Z"),
                "sequence", new Attribute.Whole(12),
                "flag", new Attribute.Truth(true)));

    assertEquals(expected, filled(envelope, event));
  }

  @Test
  void dataOfAnyFormIsAJsonValue() {
    byte[] bytes = {0, (byte) 0xff, '\n'};
    assertEquals("[null]", filled("[{data}]", Profiles.event("a", Payload.ABSENT)));
    assertEquals(
        "[\"a\\\"b\\r\\n\\u2028\\u2029\\u0000c\\\\\"]",
        filled("[{data}]", Profiles.event("a", Payload.text("a\"b\r\n\u2028\u2029\0c\\"))));
    assertEquals("[\"AP8K\"]", filled("[{data}]", Profiles.event("a", Payload.binary(bytes))));
    // Half of a surrogate pair is no text that UTF-8 can have.
    assertEquals("[\"a?\"]", filled("[{data}]", Profiles.event("a", Payload.text("a\ud800"))));
  }

  @Test
  void jsonDataIsNotTouched() {
    String data = "{\"a\":\"\u2028\\u2028\\ud83d\\ude00\",\t\"n\":1.10e+2}";

    assertEquals("[" + data + "]", filled("[{data}]", Profiles.event("a", Profiles.json(data))));
  }

  @Test
  void attributesCannotLeaveTheirQuotes() {
    String nasty = "\",\"x\":\"\\\u2028}{data}";
    Event event =
        Profiles.event(nasty, Profiles.json("1"), Map.of("subject", new Attribute.Text(nasty)));

    assertEquals(
        "{\"t\":\"\\\",\\\"x\\\":\\\"\\\\\\u2028}{data}\","
            + "\"s\":\"\\\",\\\"x\\\":\\\"\\\\\\u2028}{data}\",\"d\":1}",
        filled("{\"t\":{event.type},\"s\":{event.subject},\"d\":{data}}", event));
  }

  @Test
  void lineEndsOfATemplateAreNone() {
    assertEquals(
        "{   \"d\":1 }", filled("{\n\r\n\"d\":{data}\n}", Profiles.event("a", Profiles.json("1"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{data",
        "data}",
        "{data}{data}",
        "{data},",
        "[{data}",
        "1{data}",
        "{data}1",
        "{\"a\":{data}\"b\":1}",
        "{{data}:1}",
        "{data}:1",
        "\"{data}\"",
        "{\"{data}\":1}",
        "{\"a\":\"x {path.id} y\"}",
        "{\"a\":1,\"a\":2}",
        "{'a':1}",
        "[1,]",
        "nul{data}",
        "{\"a\":\"\\ud800\"}",
        "{nothing}",
        "{path.x}",
        "{path.id|seconds}",
        "{path.id|text}",
        "{now}",
        "{event}",
        "{event.}",
        "{event.roles}",
        "{event.users}",
        "{event.data}",
        "{event.Type}",
        "{event.a_b}",
        "{id}",
        "{data|number}",
        "{cursor|number}",
        "{query.}",
        "{query.a.b}",
        "{ data }",
        "{data }",
        "{items}",
        "{count}"
      })
  void whatIsNoTemplateIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> template(text));
  }

  @Test
  void aTemplateIsBounded() {
    int rest = Template.MAX_LENGTH - "[\"\"]".length();
    var _ = template("[\"" + "a".repeat(rest) + "\"]");
    assertThrows(
        IllegalArgumentException.class, () -> template("[\"" + "a".repeat(rest + 1) + "\"]"));
    assertThrows(IllegalArgumentException.class, () -> template("[".repeat(101) + "]".repeat(101)));
  }

  @Test
  void aPlaceholderInQuotesIsNamed() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> template("{\"id\":\"{path.id}\"}"));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("{path.id} stands in quotes"));
  }

  @Property
  void whateverValuesComeItIsJsonOnOneLine(
      @ForAll("events") Event event, @ForAll("envelopes") String envelope) {
    byte[] filled =
        new Envelope.Filled(template(envelope))
            .json(
                Profiles.cursor(7),
                event,
                new RequestValues(
                    Map.of(
                        "path.id",
                        RequestValues.Value.one("42"),
                        "query.part",
                        new RequestValues.Value(List.of("a", "-"), true))));
    String text = new String(filled, StandardCharsets.UTF_8);

    assertEquals(-1, text.indexOf('\n'));
    assertEquals(-1, text.indexOf('\r'));
    JsonNode tree = read(filled);
    assertEquals(event.type(), tree.get("type").asString());
    assertEquals(event.source(), tree.get("source").asString());
    if (event.payload().form() == Payload.Form.JSON) {
      String data = new String(event.payload().bytes(), StandardCharsets.UTF_8);
      assertTrue(text.contains("\"data\":" + data), text);
    }
    event
        .attributes()
        .text("subject")
        .ifPresent(subject -> assertEquals(subject, tree.get("subject").asString()));
  }

  private static JsonNode read(byte[] text) {
    var _ =
        Json.read(
            text,
            parser -> {
              parser.skipChildren();
              return text;
            });
    return JsonTree.read(text);
  }

  @Provide
  Arbitrary<String> envelopes() {
    return Arbitraries.of(
        "{\"type\":{event.type},\"source\":{event.source},\"subject\":{event.subject},"
            + "\"data\":{data}}",
        "{\"id\":{path.id|number}, \"part\":{query.part}, \"data\":{data},\"type\":{event.type},"
            + "\"subject\":{event.subject},\"cursor\":{cursor},\"source\":{event.source}}",
        "{\n \"data\":{data},\r\n \"source\":{event.source},\n\"n\":[{event.other},{event.id}],"
            + "\"subject\":{event.subject},\"type\":{event.type}\n}");
  }

  @Provide
  Arbitrary<Event> events() {
    Arbitrary<String> texts =
        Arbitraries.strings()
            .withChars('"', '\\', '{', '}', ',', ':', ' ', 'a', '\u2028', '\u2029', '\u00e9', '<')
            .ofMinLength(1)
            .ofMaxLength(20);
    return Combinators.combine(texts, texts, payloads()).as(TemplateTest::event);
  }

  private static Event event(String type, String subject, Payload data) {
    return Profiles.event(type, data, Map.of("subject", new Attribute.Text(subject)));
  }

  @Provide
  Arbitrary<Payload> payloads() {
    return Arbitraries.oneOf(
        Arbitraries.just(Payload.ABSENT),
        Arbitraries.strings().ofMaxLength(30).map(Payload::text),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(30).map(Payload::binary),
        Arbitraries.of(
                "1",
                "-0.10",
                "\"\u2028\"",
                "{\"a\":[1, 2,\n{\"b\":\"\\u0022\"}]}",
                "\t[ ]\r\n",
                "\"{data}\"",
                "{\"\\ud83d\\ude00\":\"\ud83d\ude00\"}",
                "null")
            .map(Profiles::json));
  }
}
