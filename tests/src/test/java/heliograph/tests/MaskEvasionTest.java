package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A publisher's user who may choose how data is written, and wants a hidden field to be seen: in
 * every form of body, for everything a mask can do, on every way to read.
 */
class MaskEvasionTest {
  private static final String KEY = "evasion-key-0123456789";
  private static final String SPOIL = "SPOIL";

  // A type for each thing that a mask can do.
  private static final List<String> TYPES = List.of("remove", "null", "redact", "hash");

  private static final String FIELDS =
      """
      [/iban, /customer/email, "/items/*/price", /a~1b, /m~0n, /~01, /list/0, "/é", "/👩", "/*/deep", "/ "]\
      """;

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    StringBuilder types = new StringBuilder();
    for (String with : TYPES) {
      types.append("  - type: \"").append(with).append("\"\n");
      types.append("    masks: [ { fields: ").append(FIELDS);
      types.append(", roles: [billing], with: \"").append(with).append("\" } ]\n");
    }
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            publishers:
              - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
              - { name: mapped, scheme: token, secrets: [%s], tenants: [acme],
                  mapping: { type: "{/type}", topic: t, data: /data } }
            types:
            """
                    .formatted(issuer.yaml(), KEY, KEY)
                + types);
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static String token(String role) {
    return issuer.token(role, "acme", role);
  }

  /** An attempt: publishes, and returns the status of each answer. */
  private interface Attempt {
    List<Integer> publish(String type) throws Exception;
  }

  /** Whatever becomes of it, who may not see the field does not; who may does if it was taken. */
  private static void assertHidden(Attempt attempt) throws Exception {
    String before = publisher.publish("acme", "t", "0");
    int stored = 0;
    try (SseClient live = SseClient.join(relay, token("support"), "");
        SseClient whole = SseClient.join(relay, token("support"), "?format=cloudevents");
        SseClient billing = SseClient.join(relay, token("billing"), "")) {
      for (String type : TYPES) {
        for (int status : attempt.publish(type)) {
          assertTrue(status == 202 || status == 400 || status == 415 || status == 422, "" + status);
          stored += status == 202 ? 1 : 0;
        }
      }
      end("acme");
      for (SseClient stream : List.of(live, whole)) {
        assertNoneIn(stream);
      }
      for (int i = 0; i < stored; i++) {
        assertFalse(billing.next().type().equals("end"), "not everything came");
      }
      billing.next("end");
    }
    for (String query : List.of("?snapshot=true", "?lastEventId=" + before, "?replay=50")) {
      for (String format : List.of("", "&format=cloudevents", "&filter=true")) {
        try (SseClient late = SseClient.join(relay, token("support"), query + format)) {
          assertNoneIn(late);
        }
      }
    }
    Answer poll =
        relay
            .http()
            .get("/v1/events?after=" + before, "Authorization", "Bearer " + token("support"));
    assertTrue(poll.text().contains("\"end\""), poll::text);
    assertFalse(poll.text().contains(SPOIL), poll::text);
    // Whatever was sent, an answer is JSON.
    poll.json();
  }

  private static void end(String tenant) throws Exception {
    publisher.publish(
        "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"end\",\"partitionkey\":\"end\"}"
            .formatted(tenant));
  }

  private static void assertNoneIn(SseClient stream) throws Exception {
    while (!stream.next().type().equals("end")) {
      // All that came before is in what was heard.
    }
    assertFalse(stream.raw().contains(SPOIL), stream::raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"iban\":\"SPOIL\"}",
        "{\"\\u0069b\\u0061n\":\"SPOIL\"}",
        "{\"\\u0069\\u0062\\u0061\\u006E\":\"SPOIL\"}",
        "[[[[[[[[{\"iban\":\"SPOIL\"}]]]]]]]]",
        "[1,[2,{\"x\":1},{\"iban\":[{\"y\":\"SPOIL\"}]}],3]",
        "{\"iban\":{\"iban\":{\"iban\":\"SPOIL\"}}}",
        "{\"customer\":[[],[{\"x\":1,\"email\":\"SPOIL\"}]]}",
        "{\"customer\":{\"e\\u006dail\":\"SPOIL\",\"Email\":1}}",
        "{\"items\":{\"price\":\"SPOIL\"}}",
        "{\"items\":[[[{\"price\":\"SPOIL\"}]],{\"price\":\"SPOIL\"}]}",
        "{\"items\":{\"0\":{\"price\":\"SPOIL\"},\"*\":{\"price\":\"SPOIL\"}}}",
        "{\"a/b\":\"SPOIL\"}",
        "{\"a\\/b\":\"SPOIL\"}",
        "{\"a\\u002fb\":\"SPOIL\"}",
        "{\"m~n\":\"SPOIL\"}",
        "{\"m\\u007En\":\"SPOIL\"}",
        "{\"~1\":\"SPOIL\"}",
        "{\"list\":[\"SPOIL\",1]}",
        "{\"list\":{\"0\":\"SPOIL\"}}",
        "{\"list\":{\"\\u0030\":\"SPOIL\"}}",
        "{\"list\":[[\"SPOIL\"],[\"SPOIL\"]]}",
        "{\"é\":\"SPOIL\"}",
        "{\"\\u00e9\":\"SPOIL\"}",
        "{\"👩\":\"SPOIL\"}",
        "{\"\\ud83d\\udc69\":\"SPOIL\"}",
        "{\"\\uD83D\\uDC69\":[\"SPOIL\"]}",
        "{\"x\":{\"deep\":\"SPOIL\"}}",
        "{\"deep\":\"SPOIL\"}",
        "{\"x\":[{\"y\":1},{\"deep\":\"SPOIL\"}]}",
        "{\" \":\"SPOIL\"}",
        "{ \"x\" : [ ] , \"iban\"\t:\r\n \"SPOIL\" , \"y\" : { } }",
        "{\"SPO\":\"IL\",\"iban\":\"S\\u0050OIL SPOIL\",\"end\":1e400}",
      })
  void howeverItIsWritten(String data) throws Exception {
    byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
    assertHidden(
        type ->
            List.of(
                publisher.post(Publisher.JSON, event(type, "\"data\":" + data)).status(),
                publisher
                    .post(Publisher.JSON, "[" + event(type, "\"data\":" + data) + "]")
                    .status(),
                inBase64(type, "application/json", bytes),
                binary(type, "application/json", bytes),
                Publisher.withKey(relay, "mapped", KEY)
                    .post(Publisher.JSON, "{\"type\":\"%s\",\"data\":%s}".formatted(type, data))
                    .status()));
  }

  private static String event(String type, String rest) {
    return "{\"tenant\":\"acme\",\"topic\":\"t\",\"type\":\"%s\",\"partitionkey\":\"k\",%s}"
        .formatted(type, rest);
  }

  private static int inBase64(String type, String mediaType, byte[] data) throws Exception {
    String rest =
        "\"datacontenttype\":\"%s\",\"data_base64\":\"%s\""
            .formatted(mediaType, Base64.getEncoder().encodeToString(data));
    return publisher.post(Publisher.JSON, event(type, rest)).status();
  }

  private static int binary(String type, String mediaType, byte[] data) throws Exception {
    List<String> headers = new ArrayList<>();
    for (String attribute :
        List.of(
            "specversion=1.0",
            "id=" + System.nanoTime(),
            "source=/a",
            "tenant=acme",
            "topic=t",
            "partitionkey=k",
            "type=" + type)) {
      headers.add("ce-" + attribute.substring(0, attribute.indexOf('=')));
      headers.add(attribute.substring(attribute.indexOf('=') + 1));
    }
    return publisher.post(mediaType, data, headers.toArray(String[]::new)).status();
  }

  static Stream<Arguments> spellings() {
    String plain = "{\"iban\":\"SPOIL\"}";
    byte[] overlong = plain.replace("iban", "__ban").getBytes(StandardCharsets.US_ASCII);
    overlong[2] = (byte) 0xc1;
    overlong[3] = (byte) 0xa9;
    Stream<Arguments> sets =
        Stream.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-7", "IBM037")
            .filter(Charset::isSupported)
            .map(name -> Arguments.of(name, plain.getBytes(Charset.forName(name))));
    Stream<Arguments> texts =
        Stream.of(
                "\uFEFF" + plain,
                "\uFEFF\uFEFF" + plain,
                "{\"iban\":1,\"iban\":\"SPOIL\"}",
                "{\"iban\":\"SPOIL\",\"iban\":1}",
                "{\"x\":1,\"\\u0069ban\":1,\"iban\":\"SPOIL\"}",
                "{\"x\":{\"iban\":1,\"i\\u0062an\":\"SPOIL\"}}",
                "{\"iban\":{\"x\":1},\"iban\":{\"y\":\"SPOIL\"}}",
                "{/**/\"iban\":\"SPOIL\"}",
                "{'iban':\"SPOIL\"}",
                "{iban:\"SPOIL\"}",
                "{\"iban\":\"SPOIL\",}",
                "{\"iban\u0000\":\"SPOIL\"}",
                "{\"ib\nan\":\"SPOIL\"}",
                "{\"iban\":\"SPOIL\"}{\"x\":1}",
                "{\"x\":1}{\"iban\":\"SPOIL\"}",
                "{\"x\":1}\n{\"iban\":\"SPOIL\"}",
                "\u001e{\"iban\":\"SPOIL\"}",
                ")]}'\n{\"iban\":\"SPOIL\"}",
                "[".repeat(120) + plain + "]".repeat(120),
                "{\"" + "x".repeat(1025) + "\":1,\"iban\":\"SPOIL\"}")
            .map(text -> Arguments.of(text, text.getBytes(StandardCharsets.UTF_8)));
    return Stream.of(sets, texts, Stream.of(Arguments.of("an overlong letter", overlong)))
        .flatMap(it -> it);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spellings")
  void whateverIsTakenForJson(String what, byte[] data) throws Exception {
    assertHidden(
        type ->
            List.of(
                inBase64(type, "application/json", data), binary(type, "application/json", data)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=utf-16",
        "application/json, text/plain",
        "text/json",
        "application/ld+JSON",
        "application/json;a=b+json",
        "application/jsonl",
        "application/x-ndjson",
        "application/json-seq",
        "text/plain",
        "text/plain; x=application/json",
        "application/octet-stream",
        "application/xml",
        "json",
        "/json",
        "+json",
      })
  void whateverItsMediaTypeIsCalled(String mediaType) throws Exception {
    byte[] data = "{\"iban\":\"SPOIL\"}".getBytes(StandardCharsets.UTF_8);
    assertHidden(
        type ->
            List.of(
                inBase64(type, mediaType, data),
                binary(type, mediaType, data),
                publisher
                    .post(
                        Publisher.JSON,
                        event(
                            type,
                            "\"datacontenttype\":\"%s\",\"data\":{\"iban\":\"SPOIL\"}"
                                .formatted(mediaType)))
                    .status()));
  }

  /** What only looks alike is another name, as the contract says; a schema is what refuses it. */
  @Test
  void aNameThatLooksAlikeIsAnother() throws Exception {
    String data =
        "{\"IBAN\":1,\"iban \":2,\"\uFF49ban\":3,\"e\\u0301\":4,\"list\":[0,5],\"a~1b\":6}";
    try (SseClient support = SseClient.join(relay, token("support"), "")) {
      assertEquals(
          202, publisher.post(Publisher.JSON, event("remove", "\"data\":" + data)).status());
      assertEquals(data.replace("[0,5]", "[5]"), support.next("remove").data());
    }
  }
}
