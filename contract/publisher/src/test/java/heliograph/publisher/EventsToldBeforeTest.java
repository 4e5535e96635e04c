package heliograph.publisher;

import static heliograph.publisher.Events.failure;
import static heliograph.publisher.Events.stored;
import static heliograph.publisher.Events.to;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an event becomes on the wire, and what is wrong with it before it is sent. */
class EventsToldBeforeTest {
  private static EventBuilder event() {
    return EventBuilder.event("/shop", "order.paid", "acme", "orders.42").id("1");
  }

  private static String json(Event event) {
    return new String(EventJson.of(event), StandardCharsets.UTF_8);
  }

  @Test
  void anEventIsWrittenWithItsAudience() {
    Event event =
        event()
            .roles(List.of("a \"b\", \\c", "d"))
            .users(List.of("ü"))
            .time(Instant.parse("2026-01-02T03:04:05Z"))
            .partitionKey("42")
            .ephemeral()
            .json("{ \"n\" : 1.50 }")
            .build();
    assertEquals(
        """
        {"roles":["a \\"b\\", \\\\c","d"],"users":["ü"],"specversion":"1.0","id":"1",\
        "source":"/shop","type":"order.paid","tenant":"acme","topic":"orders.42",\
        "time":"2026-01-02T03:04:05Z","partitionkey":"42","ephemeral":true,"data":{ "n" : 1.50 }}\
        """,
        json(event));
  }

  @Test
  void textAndBytesSayWhatTheyAre() {
    assertEquals(
        """
        {"specversion":"1.0","id":"1","source":"/shop","type":"order.paid","tenant":"acme",\
        "topic":"orders.42","datacontenttype":"text/plain","data":"a\\nb"}\
        """,
        json(event().text("a\nb").build()));
    assertEquals(
        """
        {"specversion":"1.0","id":"1","source":"/shop","type":"order.paid","tenant":"acme",\
        "topic":"orders.42","datacontenttype":"image/png","data_base64":"AQI="}\
        """,
        json(event().binary(new byte[] {1, 2}, "image/png").build()));
  }

  @Test
  void eachEventHasAnIdOfItsOwn() {
    String one = EventBuilder.event("/s", "t", "acme", "a").build().id();
    String other = EventBuilder.event("/s", "t", "acme", "a").build().id();
    assertEquals(36, one.length());
    assertEquals(false, one.equals(other));
  }

  @Test
  void aMemberThatBreaksItsRuleIsToldWhenItIsMade() {
    assertEquals(
        "/topic",
        assertThrows(RelayException.class, () -> EventBuilder.event("/s", "t", "acme", "a..b"))
            .pointer());
    assertEquals(
        "/roles",
        assertThrows(RelayException.class, () -> event().roles(List.of()).build()).pointer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1},{\"id\":\"2\",\"topic\":\"others\"",
        "",
        "{",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "\"\\ud83d\"",
        "nul",
        "01",
        "1 2",
        "'a'",
        "\"\u0001\"",
        "{\"a\" 1}",
        "\"\\u00g0\"",
        "\"\\x\"",
        "+1",
        "1.",
        "\u00a01"
      })
  void whatIsNotOneValueOfJsonIsNotSent(String data) throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).open()) {
      PublishException failure = failure(publisher.publish(event().json(data).build()));
      assertEquals(PublishException.Kind.INVALID, failure.kind());
      assertEquals(List.of(), relay.calls());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "-0.5e+10",
        " [ ] ",
        "{\"a\":{\"b\":[1,false,\"\\ud83d\\ude00\\n\\/\"]}}",
        "\"ü😀\u2028\""
      })
  void jsonIsSentAsItIs(String data) throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).open()) {
      stored(publisher.publish(event().json(data).build()));
      byte[] body = relay.calls().get(0).body();
      byte[] end = ("\"data\":" + data + "}]").getBytes(StandardCharsets.UTF_8);
      assertArrayEquals(
          end, java.util.Arrays.copyOfRange(body, body.length - end.length, body.length));
    }
  }

  @Test
  void jsonThatNestsTooDeeplyIsNotSent() {
    String deep = "[".repeat(JsonText.MAX_DEPTH + 2) + "]".repeat(JsonText.MAX_DEPTH + 2);
    PublishException failure =
        assertThrows(PublishException.class, () -> EventJson.of(event().json(deep).build()));
    assertEquals(PublishException.Kind.INVALID, failure.kind());
  }

  @Test
  void textWithoutATypeWouldBecomeJson() {
    Event event =
        new Event(
            "1",
            "/s",
            "t",
            new Tenant("acme"),
            new Topic("a"),
            new Audience.Everyone(),
            Attributes.NONE,
            Payload.text("x"));
    assertThrows(PublishException.class, () -> EventJson.of(event));
  }

  @Test
  void anEventThatIsTooLargeIsNotSent() throws Exception {
    int most = 1000;
    Event fits = event().json("\"" + "x".repeat(900) + "\"").build();
    Event larger = event().json("\"" + "x".repeat(1000) + "\"").build();
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).eventBytes(most).open()) {
      stored(publisher.publish(fits));
      PublishException failure = failure(publisher.publish(larger));
      assertEquals(PublishException.Kind.TOO_LARGE, failure.kind());
      assertEquals("over 1000 bytes", failure.getMessage());
      assertEquals(1, relay.calls().size());
    }
  }

  @Test
  void anEventThatIsTooLargeForABatchIsNotSent() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).batches(1, 1024, Duration.ZERO).open()) {
      Event event = event().text("\u0001".repeat(200)).build();
      assertEquals(PublishException.Kind.TOO_LARGE, failure(publisher.publish(event)).kind());
      assertEquals(List.of(), relay.calls());
    }
  }
}
