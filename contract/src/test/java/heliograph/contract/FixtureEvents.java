package heliograph.contract;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The events of {@code fixtures/events}, as a reader of {@code application/json} makes them. */
final class FixtureEvents {
  private static final String TIME = "2026-01-02T03:04:05Z";

  private FixtureEvents() {}

  /** By the name of the fixture. */
  static Map<String, Event> all() {
    return Stream.of(
            numbers(),
            unicode(),
            keyOrder(),
            pretty(),
            textLines(),
            sent("binary", "image.taken", "cameras.3")
                .with("datacontenttype", "application/octet-stream")
                .binary((byte) 0, (byte) 10, (byte) 13, (byte) 127, (byte) 128, (byte) 255),
            sent("no-data", "order.deleted", "orders.42"),
            sent("audience", "salary.paid", "people.7")
                .forMembers(Set.of("hr", "board"), Set.of("u-7"))
                .json("{\"amount\":1200}"),
            sent("browsers-name", "error", "lamps.1").json("{\"lamp\":1}"),
            extensions())
        .map(AnEvent::event)
        .collect(Collectors.toMap(FixtureEvents::name, Function.identity()));
  }

  // The id of an event is its fixture's name; only unicode adds a character to it.
  private static String name(Event event) {
    return event.id().replace("-\u00e9", "");
  }

  private static AnEvent sent(String id, String type, String topic) {
    return AnEvent.of(id, type, topic).with("time", TIME);
  }

  private static AnEvent numbers() {
    return sent("numbers", "meter.read", "meters.7")
        .json(
            "{\"huge\":1e400,\"whole\":1.0,\"long\":12345678901234567890,"
                + "\"negative\":-0,\"small\":1E-07}");
  }

  private static AnEvent unicode() {
    return sent("unicode-\u00e9", "caf\u00e9.ge\u00f6ffnet", "cafes.1")
        .with("subject", "Zo\u00eb \uD83D\uDE00")
        .json(
            "{\"escaped\":\"\\u00e9 \\ud83d\\ude00 \\u2028 \\/\","
                + "\"raw\":\"\u00e9 \uD83D\uDE00 \u2028 /\"}");
  }

  private static AnEvent keyOrder() {
    return AnEvent.of("key-order", "order.changed", "orders.42")
        .with("zebra", "first")
        .with("time", TIME)
        .with("apple", "second")
        .json("{\"z\":1,\"a\":2,\"10\":3,\"2\":4}");
  }

  private static AnEvent pretty() {
    return sent("pretty", "order.paid", "orders.42")
        .json(
            "{\r\n    \"order\": 42,\r\n    \"lines\": [\r\n      \"a\\nb\",\r\n"
                + "      null\r\n    ]\r\n  }");
  }

  private static AnEvent textLines() {
    return sent("text-lines", "note.added", "notes.1")
        .with("datacontenttype", "text/plain")
        .text("one\ntwo\r\nthree\rfour\n\n id: fixture-9\ndata: five\r");
  }

  private static AnEvent extensions() {
    return sent("extensions", "order.paid", "orders.42")
        .with("partitionkey", "orders/42")
        .with("expirytime", "2999-12-31T23:59:59+01:00")
        .with("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .with("ephemeral", false)
        .with("priority", -3)
        .with("urgent", true)
        .with("note", "a \"quoted\" \\ word")
        .json("{\"order\":42}");
  }
}
