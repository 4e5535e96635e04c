package heliograph.gateway.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Audience;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.json.Json;
import heliograph.gateway.types.TypeRules;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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

/**
 * Bodies become the events they say, their data byte for byte; everything else is refused by name.
 */
class EventReaderTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int MAX_EVENT = 64 * 1024;

  private final EventReader reader =
      new EventReader(new EventRules(MAX_EVENT, TypeRules.none(), InstantSource.fixed(NOW)), 3);

  @Property
  void dataReachesTheEventAsItWasSentButForLineBreaks(@ForAll("jsonTexts") String data) {
    String body = "{ \"topic\" : \"a.b\",\r\n\"data\" : " + data + " , \"type\":\"t\" }";

    Event event = one(BodyForm.PLAIN, body);

    assertEquals(Payload.Form.JSON, event.payload().form());
    assertEquals(
        data.replace("\n", "").replace("\r", "").strip(),
        new String(event.payload().bytes(), StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<String> jsonTexts() {
    return json(3);
  }

  private static Arbitrary<String> json(int depth) {
    Arbitrary<String> scalar =
        Arbitraries.of(
            "0",
            "-0",
            "1.0",
            "1e400",
            "-1.5E+3",
            "12345678901234567890123",
            "true",
            "false",
            "null",
            "\"\"",
            "\"plain\"",
            "\"\\u00e9\\ud83d\\ude00\\n\\\"\"",
            "\"grüße 😀 \u2028\"",
            "\"}]\"");
    if (depth == 0) {
      return scalar;
    }
    Arbitrary<String> space = Arbitraries.of("", " ", "\n", "\r\n", "\t \r");
    Arbitrary<String> array =
        json(depth - 1)
            .list()
            .ofMaxSize(3)
            .flatMap(
                items ->
                    space.map(gap -> "[" + gap + String.join(gap + "," + gap, items) + gap + "]"));
    Arbitrary<String> object =
        json(depth - 1)
            .list()
            .ofMaxSize(3)
            .flatMap(
                values ->
                    space.map(
                        gap -> {
                          StringBuilder text = new StringBuilder("{").append(gap);
                          for (int i = 0; i < values.size(); i++) {
                            text.append(i == 0 ? "" : ",").append("\"k").append(9 - i).append('"');
                            text.append(gap)
                                .append(':')
                                .append(gap)
                                .append(values.get(i))
                                .append(gap);
                          }
                          return text.append("}").toString();
                        }));
    return Arbitraries.oneOf(scalar, array, object);
  }

  @Test
  void plainJsonNeedsOnlyTopicAndType() {
    Event event = one(BodyForm.PLAIN, "{\"topic\":\"a\",\"type\":\"t\"}");

    assertEquals("msg_1", event.id());
    assertEquals("/publishers/backend", event.source());
    assertEquals(new Tenant("acme"), event.tenant());
    assertEquals(Optional.of("2026-01-02T03:04:05Z"), event.attributes().text("time"));
    assertEquals(new Audience.Everyone(), event.audience());
    assertEquals(Payload.ABSENT, event.payload());
  }

  @Test
  void rolesAndUsersAreListsOrTextsWithCommas() {
    Audience listed =
        one(
                BodyForm.PLAIN,
                "{\"topic\":\"a\",\"type\":\"t\",\"roles\":[\"x\",\"y\"],\"users\":\"u, v\"}")
            .audience();

    assertEquals(new Audience.Members(Set.of("x", "y"), Set.of("u", "v")), listed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"t\"}                                           | /topic",
        "{\"topic\":\"a\"}                                          | /type",
        "{\"topic\":\"a..b\",\"type\":\"t\"}                        | /topic",
        "{\"topic\":5,\"type\":\"t\"}                               | /topic",
        "{\"topic\":{},\"type\":\"t\"}                              | /topic",
        "{\"topic\":\"a\",\"type\":\"system.gap\"}                  | /type",
        "{\"topic\":\"a\",\"type\":\"t\\u0000\"}                    | /type",
        "{\"topic\":\"a\",\"type\":\"t\",\"id\":\"a\\nb\"}          | /id",
        "{\"topic\":\"a\",\"type\":\"t\",\"source\":\"%\"}          | /source",
        "{\"topic\":\"a\",\"type\":\"t\",\"tenant\":\"a/b\"}        | /tenant",
        "{\"topic\":\"a\",\"type\":\"t\",\"roles\":[]}              | /roles",
        "{\"topic\":\"a\",\"type\":\"t\",\"roles\":\"\"}            | /roles",
        "{\"topic\":\"a\",\"type\":\"t\",\"roles\":[1]}             | /roles",
        "{\"topic\":\"a\",\"type\":\"t\",\"users\":{\"a\":1}}       | /users",
        "{\"topic\":\"a\",\"type\":\"t\",\"specversion\":\"0.3\"}   | /specversion",
        "{\"topic\":\"a\",\"type\":\"t\",\"time\":\"yesterday\"}    | /time",
        "{\"topic\":\"a\",\"type\":\"t\",\"expirytime\":12}         | /expirytime",
        "{\"topic\":\"a\",\"type\":\"t\",\"ephemeral\":\"yes\"}     | /ephemeral",
        "{\"topic\":\"a\",\"type\":\"t\",\"Extra\":1}               | /Extra",
        "{\"topic\":\"a\",\"type\":\"t\",\"ext\":1.5}               | /ext",
        "{\"topic\":\"a\",\"type\":\"t\",\"ext\":4294967296}        | /ext",
        "{\"topic\":\"a\",\"type\":\"t\",\"ext\":[\"a\"]}           | /ext",
        "{\"topic\":\"a\",\"type\":\"t\",\"data\":1,\"data_base64\":\"AA==\"} | /data_base64",
        "{\"topic\":\"a\",\"type\":\"t\",\"data_base64\":\"*\"}     | /data_base64",
      })
  void aWrongMemberIsNamed(String body, String pointer) {
    RelayException refusal = refused(BodyForm.PLAIN, body);

    assertEquals(ErrorCode.INVALID_EVENT, refusal.code());
    assertEquals(pointer, refusal.pointer());
  }

  @ParameterizedTest
  @CsvSource({"tenant,other", "topic,b.c", "type,u"})
  void whatThePublisherMayNotUseIsNamed(String member, String value) {
    String body =
        "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"t\"}"
            .replaceFirst("(\"" + member + "\":)\"[^\"]*\"", "$1\"" + value + "\"");

    RelayException refusal = refused(BodyForm.PLAIN, body);

    assertEquals(ErrorCode.NOT_ALLOWED, refusal.code());
    assertEquals("/" + member, refusal.pointer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "{\"topic\"}",
        "nul",
        "{}{}",
        "{} x",
        "{\"a\":1,\"a\":2}",
        "{\"topic\":\"a\",\"type\":\"t\",\"data\":{\"x\":1,\"x\":2}}",
        "{\"data\":[1,]}",
        "{'a':1}",
        "{\"data\":01}",
        "{\"data\":\"\n\"}",
        "\u0000\u0000"
      })
  void whatIsNotJsonIsRefusedAsSuch(String body) {
    assertEquals(ErrorCode.INVALID_JSON, refused(BodyForm.PLAIN, body).code());
  }

  @Test
  void aBatchHasAReadingForEachOfItsEvents() {
    String batch =
        "[{\"topic\":\"a\",\"type\":\"t\"}, 7,"
            + " {\"topic\":\"a\",\"type\":\"t\",\"ext\":{\"deep\":[1]}}]";

    EventReader.Contents contents = read(BodyForm.PLAIN, batch);

    assertEquals(3, contents.readings().size());
    assertEquals(
        "msg_1.0", assertInstanceOf(Reading.Fit.class, contents.readings().get(0)).event().id());
    assertEquals("/1", unfit(contents, 1).pointer());
    assertEquals("/2/ext", unfit(contents, 2).pointer());
  }

  @Test
  void aBatchOverItsLimitIsTooLarge() {
    String batch = "[" + "{},".repeat(3) + "{}]";

    assertEquals(ErrorCode.TOO_LARGE, refused(BodyForm.PLAIN, batch).code());
  }

  @Test
  void anEventOverItsLimitIsTooLarge() {
    String body =
        "{\"topic\":\"a\",\"type\":\"t\",\"data\":\"%s\"}".formatted("x".repeat(MAX_EVENT));

    assertEquals(ErrorCode.TOO_LARGE, refused(BodyForm.PLAIN, body).code());
  }

  @Test
  void nestingIsBounded() {
    String deep = "[".repeat(Json.MAX_DEPTH + 1) + "]".repeat(Json.MAX_DEPTH + 1);

    RelayException refusal =
        refused(BodyForm.PLAIN, "{\"topic\":\"a\",\"type\":\"t\",\"data\":" + deep + "}");

    assertEquals(ErrorCode.INVALID_JSON, refusal.code());
  }

  @Test
  void theStructuredModeHoldsToTheStandard() {
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"topic\":\"a\","
            + "\"datacontenttype\":\"text/plain\",\"data\":\"two\\nlines\"}";

    assertEquals(Payload.text("two\nlines"), one(BodyForm.STRUCTURED, event).payload());
    assertEquals("/id", refused(BodyForm.STRUCTURED, event.replace("\"id\":\"1\",", "")).pointer());
    assertEquals(
        "/specversion",
        refused(BodyForm.STRUCTURED, event.replace("\"specversion\":\"1.0\",", "")).pointer());
    assertEquals(
        "/roles",
        refused(BodyForm.STRUCTURED, event.replace("\"id\"", "\"roles\":[\"x\"],\"id\""))
            .pointer());
  }

  @Test
  void theBinaryModeTakesAttributesFromHeaders() {
    WritableHeaders<?> headers = WritableHeaders.create();
    headers.set(HeaderNames.CONTENT_TYPE, "application/json");
    headers.set(HeaderNames.create("ce-specversion"), "1.0");
    headers.set(HeaderNames.create("ce-id"), "\"quoted \\\"id\\\"\"");
    headers.set(HeaderNames.create("ce-source"), "/s");
    headers.set(HeaderNames.create("ce-type"), "t");
    headers.set(HeaderNames.create("ce-topic"), "a");
    headers.set(HeaderNames.create("ce-subject"), "Euro%20%E2%82%AC");

    EventReader.Contents contents =
        reader.read(
            BodyForm.BINARY, "{\"x\":1.0}".getBytes(StandardCharsets.UTF_8), sender(headers));

    Event event = assertInstanceOf(Reading.Fit.class, contents.readings().getFirst()).event();
    assertEquals("quoted \"id\"", event.id());
    assertEquals(Optional.of("Euro €"), event.attributes().text("subject"));
    assertEquals("{\"x\":1.0}", new String(event.payload().bytes(), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "%zz", "%C0%A0", "%ED%A0%80", "a%"})
  void headerValuesThatCannotBeDecodedAreRefused(String value) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> BinaryMode.decode("subject", value));

    assertEquals("/subject", refusal.pointer());
  }

  private static RelayException unfit(EventReader.Contents contents, int index) {
    return assertInstanceOf(Reading.Unfit.class, contents.readings().get(index)).why();
  }

  private Event one(BodyForm form, String body) {
    return assertInstanceOf(Reading.Fit.class, read(form, body).readings().getFirst()).event();
  }

  private EventReader.Contents read(BodyForm form, String body) {
    return reader.read(
        form, body.getBytes(StandardCharsets.UTF_8), sender(WritableHeaders.create()));
  }

  private RelayException refused(BodyForm form, String body) {
    return assertThrows(RelayException.class, () -> read(form, body));
  }

  private static Sender sender(Headers headers) {
    Publisher publisher =
        new Publisher(
            "backend",
            false,
            Set.of(new Tenant("acme")),
            List.of(new TopicPattern("a.>"), new TopicPattern("a")),
            List.of(new TypePattern("t*")));
    return new Sender(publisher, headers, Optional.empty(), "msg_1");
  }
}
