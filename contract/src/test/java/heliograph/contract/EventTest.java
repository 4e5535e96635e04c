package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An event that breaks a rule does not come to be, and the refusal names the member. */
class EventTest {
  @Test
  void anOrdinaryEventIsWhatWasSent() {
    Event event = AnEvent.of("7", "order.paid", "orders.42").json("{\"order\":42}").event();

    assertEquals("7", event.id());
    assertEquals("order.paid", event.type());
    assertEquals(new Topic("orders.42"), event.topic());
    assertEquals(Payload.Form.JSON, event.payload().form());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a\nb",
        "a\rb",
        "a\r\n",
        "\n",
        "a\u0000",
        "\u0000",
        "\u0085",
        "\u007F",
        "\t",
        "\uD83D",
        "a\uDE00",
        "\uDE00\uD83D"
      })
  void whatCouldBreakAFrameIsRefused(String text) {
    Refusal.assertInvalid("id", () -> AnEvent.ordinary().id(text).event());
    Refusal.assertInvalid("type", () -> AnEvent.ordinary().type(text).event());
    Refusal.assertInvalid("source", () -> AnEvent.ordinary().source(text).event());
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "é", "\uD83D\uDE00", "\u2028", "a: b", "{\"a\":1}", "data"})
  void otherCharactersAreFineInAnIdAndAType(String text) {
    Event event = AnEvent.ordinary().id(text).type(text).event();

    assertEquals(text, event.id());
    assertEquals(text, event.type());
  }

  @Test
  void namesHaveALimit() {
    String longest = "a".repeat(Event.MAX_NAME);
    String longestSource = "/" + "a".repeat(Event.MAX_SOURCE - 1);

    Event event = AnEvent.of(longest, longest, "t").source(longestSource).event();

    assertEquals(Event.MAX_NAME, event.id().length());
    Refusal.assertInvalid("id", () -> AnEvent.ordinary().id(longest + "a").event());
    Refusal.assertInvalid("type", () -> AnEvent.ordinary().type(longest + "a").event());
    Refusal.assertInvalid("source", () -> AnEvent.ordinary().source(longestSource + "a").event());
  }

  @ParameterizedTest
  @ValueSource(strings = {"system.gap", "system.connected", "system.", "system.of.mine"})
  void theRelaysOwnTypesCannotBeSaidByAPublisher(String type) {
    Refusal.assertInvalid("type", () -> AnEvent.ordinary().type(type).event());
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "systematic", "my.system.gap"})
  void typesThatOnlyLookLikeThemCan(String type) {
    assertEquals(type, AnEvent.ordinary().type(type).event().type());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/shop", "https://shop.example/a?b=c#d", "urn:uuid:1", "shop", "#a", "../x"})
  void aSourceIsAnyUriReference(String source) {
    assertEquals(source, AnEvent.ordinary().source(source).event().source());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "%", "http://[", "a|b", "1:2", "<shop>"})
  void aSourceThatIsNoUriReferenceIsRefused(String source) {
    Refusal.assertInvalid("source", () -> AnEvent.ordinary().source(source).event());
  }

  @Test
  void theSizeCountsEveryTextInUtf8AndTheData() {
    Event event =
        AnEvent.of("1", "é", "t")
            .source("/s")
            .tenant("acme")
            .forMembers(Set.of("hr"), Set.of("ada"))
            .with("note", "\uD83D\uDE00")
            .with("level", 10)
            .text("é!")
            .event();

    // id 1, type 2, topic 1, source 2, tenant 4, audience 2 + 3, note 4 + 4, level 5 + 2, data 3
    assertEquals(33, event.size());
  }
}
