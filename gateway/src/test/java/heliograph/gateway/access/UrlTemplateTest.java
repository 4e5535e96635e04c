package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.TopicPattern;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic fills the places of an address, and changes nothing else of it. */
class UrlTemplateTest {
  @ParameterizedTest
  @CsvSource({
    "http://api/orders/{2}, orders.42, http://api/orders/42",
    "http://api/{1}/{2}/{1}, orders.42, http://api/orders/42/orders",
    "http://api/x, orders.42, http://api/x",
    "http://api/{topic}, orders.42.a-b_c, http://api/orders.42.a-b_c",
    "http://api/{topic}, orders.*.>, http://api/orders.%2A.%3E",
    "http://api/orders/{2}, orders.*, http://api/orders/%2A",
    "http://api/orders/{2}, orders.>, http://api/orders/%3E",
    "https://api:8443?t={topic}&n={1}, a.b, https://api:8443?t=a.b&n=a",
    "http://api/{10}, 1.2.3.4.5.6.7.8.9.ten, http://api/ten",
  })
  void itIsFilledIn(String template, String topic, String address) {
    assertEquals(
        Optional.of(URI.create(address)), new UrlTemplate(template).of(new TopicPattern(topic)));
  }

  @Test
  void aTopicThatLacksASegmentHasNoAddress() {
    UrlTemplate template = new UrlTemplate("http://api/orders/{2}");

    assertEquals(Optional.empty(), template.of(new TopicPattern("orders")));
    assertEquals(Optional.empty(), template.of(new TopicPattern(">")));
  }

  @Test
  void theVariablesOfAPathFillTheirOwnPlaces() {
    UrlTemplate template =
        UrlTemplate.ofPath("http://api/{path.id}/member?of={path.room}", Set.of("id", "room"));

    assertEquals(
        Optional.of(URI.create("http://api/42/member?of=a-b_c")),
        template.of(Map.of("id", "42", "room", "a-b_c")));
    assertEquals(Optional.empty(), template.of(Map.of("id", "42")));
    assertEquals(Optional.empty(), template.of(new TopicPattern("orders.42")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://api/{path.other}", "http://api/{topic}", "http://api/{1}", "http://{path.id}/x",
        "http://api{path.id}/", "http://api/x#{path.id}", "http://api/{path.id", "http://api/{id}"
      })
  void anotherPlaceIsNoneForAPath(String template) {
    assertThrows(
        IllegalArgumentException.class,
        () -> UrlTemplate.ofPath(template, Set.of("id", "topic", "1")));
  }

  @Test
  void aPathIsNoneForATopic() {
    assertThrows(
        IllegalArgumentException.class, () -> UrlTemplate.ofTopics("http://api/{path.id}"));
  }
}
