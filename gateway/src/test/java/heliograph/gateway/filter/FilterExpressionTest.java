package heliograph.gateway.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.gateway.json.Json;
import heliograph.relay.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A filter wants what its expression says is true, and nothing that it cannot be worked out for.
 */
class FilterExpressionTest {
  private static final String DATA =
      """
      {"total":99.5,"count":7,"big":12345678901234567890,"vip":true,"none":null,
       "customer":{"name":"Ada","tags":["new","eu"]},"two words":1}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "event.type == 'order.paid'",
        "event.topic.startsWith('orders.')",
        "event.source == '/shop' && event.id != '2'",
        "has(event.subject) && event.subject.endsWith('42')",
        "event.grade > 3",
        "event.tenant == 'acme'",
        "event['tenant'] == 'acme' && 'tenant' in event && has(event.tenant)",
        "event.specversion == '1.0'",
        "!has(event.other)",
        "timestamp(event.time) > timestamp('2026-01-01T00:00:00Z')",
        "data.total > 99",
        "data.total == 99.5",
        "data.count >= 7 && data.count < 7.5",
        "data.count == 7.0",
        "data.big > 1e19",
        "data.vip",
        "data.none == null",
        "data.customer.name in ['Ada', 'Bob']",
        "'eu' in data.customer.tags",
        "data.customer.tags[0] == 'new'",
        "data['two words'] == 1",
        "'total' in data",
        "data.customer.name.contains('d')",
        "size(data.customer.tags) == 2",
        "has(data.customer) && !has(data.customer.email)",
        "data.missing == 1 || data.vip",
        "data.vip ? data.total > -1 : false",
      })
  void thisIsWanted(String expression) {
    assertTrue(wants(expression, json(DATA)));
  }

  @Test
  void dataWithANumberTooLongToComputeWithIsNotLookedInto() {
    String digits = "1".repeat(Json.MAX_NUMBER);
    assertTrue(wants("data.count > 1e300", json("{\"count\":" + digits + "}")));
    assertFalse(wants("data.count > 1e300", json("{\"count\":" + digits + "1}")));
    assertTrue(wants("event.type == 'order.paid'", json("{\"count\":" + digits + "1}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "false",
        "data.missing == 1",
        "data.missing != 1",
        "!data.missing",
        "data.customer > 1",
        "data.total",
        "data.customer",
        "event.type",
        "'a text'",
        "1",
        "null",
        "data.customer.tags[7] == 'x'",
        "data.total == '99.5'",
        "int(data.customer.name) == 1",
      })
  void thisIsNot(String expression) {
    assertFalse(wantsOrBad(expression, json(DATA)));
  }

  private static boolean wantsOrBad(String expression, Payload data) {
    try {
      return wants(expression, data);
    } catch (RelayException refused) {
      // What can be seen to be no truth value is refused before any event.
      assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
      return false;
    }
  }

  @Test
  void dataThatIsNotJsonIsItsTextOrNothing() {
    assertTrue(wants("data == 'a text'", Payload.text("a text")));
    assertFalse(wants("data.a == 1", Payload.text("a text")));
    assertFalse(wants("data == null", Payload.ABSENT));
    assertFalse(wants("data != 1", Payload.binary(new byte[3])));
    assertTrue(wants("event.id == '1'", Payload.ABSENT));
  }

  @Test
  void largeDataIsNotLookedInto() {
    String most = "\"" + "x".repeat(ParsedEvent.MAX_DATA - 2) + "\"";

    assertTrue(wants("data != 'y'", json(most)));
    assertFalse(wants("data != 'y'", json(most + " ")));
    assertTrue(wants("event.id == '1'", json(most + " ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "event.type ==                          | line 1, column ",
        "unknown == 1                           | line 1, column 1: ",
        "true && other.type == 'a'              | line 1, column 9: ",
        "`true &&\n  nobody`                    | line 2, column 3: ",
        "data.a == data.b                       | line 1, column 8: ",
        "data.a + 1 > 2                         | line 1, column 8: ",
        "data.a.matches('(a+)+b')               | line 1, column 15: ",
        "data.a.contains(data.b)                | line 1, column 16: ",
        "data.a in data.b                       | line 1, column 8: ",
        "data.all(x, x > 1)                     | line 1, column ",
        "{'a': 1}.a == 1                        | line 1, column ",
        "string(data.a) == '1'                  | line 1, column ",
        "event.roles == 'billing'               | line 1, column ",
        "event['users'] == 'ada'                | line 1, column ",
        "true && has(event.roles)               | line 1, column ",
        "!('users' in event)                    | line 1, column ",
        "event.partitionKey == '1'              | line 1, column ",
        "event.data.total == 1                  | line 1, column ",
        "event['order-id'] == '1'               | line 1, column ",
        "1                                      | line 1, column 1: ",
        "``                                     | ",
      })
  void aBadExpressionIsRefusedWithItsPlace(String expression, String place) {
    RelayException refusal = assertThrows(RelayException.class, () -> Filters.compile(expression));

    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    assertTrue(
        refusal.detail().startsWith("filter: " + (place == null ? "" : place)), refusal.detail());
  }

  @Test
  void whatCouldCostMuchIsRefused() {
    String[] expressions = {
      "event.id == '" + "x".repeat(FilterExpression.MAX_LENGTH) + "'",
      "true" + " || true".repeat(FilterCost.MAX_PARTS),
      "(".repeat(200) + "true" + ")".repeat(200),
      "data" + ".a".repeat(400) + " == 1",
      "data.a.contains('a')" + " || data.a.contains('a')".repeat(FilterCost.MAX_SEARCHES),
      "data.a.contains('" + "a".repeat(FilterCost.MAX_NEEDLE + 1) + "')",
    };
    for (String expression : expressions) {
      assertEquals(
          ErrorCode.INVALID_REQUEST,
          assertThrows(RelayException.class, () -> Filters.compile(expression), expression).code());
    }
  }

  @Test
  void filtersOfEqualTextAreEqual() {
    assertEquals(Filters.compile("data.a == 1"), Filters.compile("data.a == 1"));
    assertEquals(
        Filters.compile("data.a == 1").hashCode(), Filters.compile("data.a == 1").hashCode());
    assertNotEquals(Filters.compile("data.a == 1"), Filters.compile("data.a == 2"));
  }

  @Test
  void anAttributeIsTheSameInWhicheverFormItCame() {
    for (Attribute sent : List.of(new Attribute.Text("true"), new Attribute.Truth(true))) {
      Map<String, Attribute> attributes = Map.of("ephemeral", sent);
      assertTrue(
          Filters.compile("event.ephemeral == true").wants(stored(Payload.ABSENT, attributes)));
    }
    assertTrue(Filters.compile("!has(event.ephemeral)").wants(stored(Payload.ABSENT, Map.of())));
  }

  private static boolean wants(String expression, Payload data) {
    return Filters.compile(expression).wants(stored(data));
  }

  private static StoredEvent stored(Payload data) {
    return stored(
        data,
        Map.of(
            "subject", new Attribute.Text("customer/42"),
            "grade", new Attribute.Whole(4),
            "time", new Attribute.Text("2026-05-01T00:00:00Z")));
  }

  private static StoredEvent stored(Payload data, Map<String, Attribute> attributes) {
    Event event =
        new Event(
            "1",
            "/shop",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders.42"),
            new Audience.Members(Set.of("billing"), Set.of("ada")),
            new Attributes(attributes),
            data);
    return new StoredEvent(event, new Cursor("test", 1));
  }

  private static Payload json(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Payload.json(bytes, 0, bytes.length);
  }
}
