package heliograph.gateway.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.Filter;
import heliograph.relay.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * A filter answers the same whatever others asked before, and whether or not what was parsed is
 * still there.
 */
class SharedAnswersTest {
  private static final List<String> EXPRESSIONS =
      List.of(
          "data.a == 1",
          "data.a > 1.5 || data.b == 'x'",
          "data.b == 'x'",
          "has(data.a) && data.a != null",
          "data.a == null",
          "'x' in data.a",
          "1 in data.a || 2.0 in data.a",
          "[1] in data.a",
          "data.a == [1, 'x']",
          "data.a[0] == 1",
          "data.a[0].b == 'x'",
          "data.a.b == 'x'",
          "data['a']['b'] == 'x'",
          "'b' in data.a",
          "size(data.a) == 2",
          "size(data) == 2",
          "has(data.a.b)",
          "data.b.contains('x')",
          "data == 'x'",
          "data[0] == 1",
          "event.id == 'e' && data.b == 'x'",
          "data.a in [1, 'x', 2.5]",
          "data.a ? true : data.b == 'x'");

  private record Case(String json, List<Integer> expressions, boolean room) {}

  @Property(tries = 500)
  void anAnswerIsThatOfAnEventThatWasParsedForItAlone(@ForAll("cases") Case asked) {
    ParsedEvents events = new ParsedEvents(asked.room ? ParsedEvents.FOR_ONE : 0);
    StoredEvent shared = event(asked.json);
    for (int which : asked.expressions) {
      String text = EXPRESSIONS.get(which);
      Filter filter = FilterExpression.of(text, events);

      boolean alone = Filters.compile(text).wants(event(asked.json));
      assertEquals(alone, filter.wants(shared), () -> text + " of " + asked.json);
      assertEquals(alone, filter.wants(shared), () -> text + " again of " + asked.json);
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<String> json =
        Arbitraries.lazyOf(
            () -> Arbitraries.of("1", "2", "2.5", "null", "true", "\"x\"", "\"y x\""),
            () -> values().list().ofMaxSize(3).map(items -> "[" + String.join(",", items) + "]"),
            () -> objects());
    return json.flatMap(
        text ->
            Arbitraries.integers()
                .between(0, EXPRESSIONS.size() - 1)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8)
                .flatMap(
                    which -> Arbitraries.of(true, false).map(room -> new Case(text, which, room))));
  }

  private static Arbitrary<String> objects() {
    return Combinators.combine(values(), values())
        .as((a, b) -> "{\"a\":" + a + ",\"b\":" + b + "}");
  }

  private static Arbitrary<String> values() {
    return Arbitraries.of(
        "1",
        "2.0",
        "2.5",
        "null",
        "false",
        "\"x\"",
        "[1]",
        "[1,\"x\"]",
        "[[1],2]",
        "{}",
        "{\"b\":\"x\"}",
        "[{\"b\":\"x\"}]");
  }

  private static StoredEvent event(String data) {
    byte[] json = data.getBytes(StandardCharsets.US_ASCII);
    return new StoredEvent(
        new Event(
            "e",
            "/publishers/test",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.json(json, 0, json.length)),
        new Cursor("e", 1));
  }
}
