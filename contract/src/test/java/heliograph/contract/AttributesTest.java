package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes keep what was sent, and those that decide about delivery are read or refused. */
class AttributesTest {
  @Test
  void valuesKeepTheirKindAndOrder() {
    Map<String, Attribute> sent = new LinkedHashMap<>();
    sent.put("zebra", new Attribute.Whole(-3));
    sent.put("apple", new Attribute.Truth(true));
    sent.put("mango", new Attribute.Text("\"é\" \uD83D\uDE00"));
    Attributes attributes = new Attributes(sent);

    sent.clear();

    assertEquals(List.of("zebra", "apple", "mango"), List.copyOf(attributes.values().keySet()));
    assertEquals(Optional.of("-3"), attributes.text("zebra"));
    assertEquals(Optional.of("true"), attributes.text("apple"));
    assertEquals(Optional.of("\"é\" \uD83D\uDE00"), attributes.text("mango"));
    assertEquals(Optional.empty(), attributes.text("none"));
    assertThrows(
        UnsupportedOperationException.class,
        () -> attributes.values().put("more", new Attribute.Whole(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-02T03:04:05Z,              2026-01-02T03:04:05Z",
    "2026-01-02t03:04:05z,              2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05+01:30,         2026-01-02T01:34:05Z",
    "2026-01-02T03:04:05.123456789-01:00, 2026-01-02T04:04:05.123456789Z",
  })
  void expirytimeIsAnRfc3339Time(String sent, Instant expires) {
    assertEquals(expires, attribute("expirytime", sent).expires());
    assertEquals(Instant.MAX, attribute("time", sent).expires(), "time says nothing of expiry");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "2026-01-02",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05",
        "1767323045",
        "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "PT10M",
        "2026-01-02T03:04:05+25:00",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+01",
        "2026-01-02T03:04:05+01:00:30",
        "+12026-01-02T03:04:05Z",
        "-2026-01-02T03:04:05Z"
      })
  void aTimeThatCannotBeReadIsRefused(String sent) {
    Refusal.assertInvalid("time", () -> attribute("time", sent));
    Refusal.assertInvalid("expirytime", () -> attribute("expirytime", sent));
  }

  @Test
  void anEventWithoutExpirytimeNeverExpiresAndIsNotEphemeral() {
    assertEquals(Instant.MAX, Attributes.NONE.expires());
    assertFalse(Attributes.NONE.ephemeral());
  }

  @Test
  void ephemeralIsTrueOrFalseAsTextOrBoolean() {
    assertTrue(attribute("ephemeral", "true").ephemeral());
    assertTrue(attribute("ephemeral", new Attribute.Truth(true)).ephemeral());
    assertFalse(attribute("ephemeral", "false").ephemeral());
    assertFalse(attribute("ephemeral", new Attribute.Truth(false)).ephemeral());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yes", "True", "1", " true"})
  void anyOtherWordForEphemeralIsRefused(String sent) {
    Refusal.assertInvalid("ephemeral", () -> attribute("ephemeral", sent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Subject", "my-key", "my_key", "a b", "é", "a\n", "a.b"})
  void namesAreLowerCaseLettersAndDigits(String name) {
    Refusal.assertInvalid(name, () -> attribute(name, "x"));
  }

  @ParameterizedTest
  @CsvSource({"a~b, a~0b", "a/b, a~1b", "~/~, ~0~1~0"})
  void theRefusedNameIsEscapedInThePointer(String name, String pointer) {
    Refusal.assertInvalid(pointer, () -> attribute(name, "x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "specversion",
        "id",
        "source",
        "type",
        "tenant",
        "topic",
        "roles",
        "users",
        "data"
      })
  void noAttributeCanStandForAMemberOfTheEvent(String name) {
    Refusal.assertInvalid(name, () -> attribute(name, "x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\nb", "a\r", "\u0000", "\u001F", "\u007F", "\u0085", "\uD83D", "\uDE00\uD83D"})
  void controlsAndHalfSurrogatePairsAreRefused(String text) {
    Refusal.assertInvalid("note", () -> attribute("note", text));
  }

  @Test
  void theLengthOfANameAndATextHasALimit() {
    String name = "n".repeat(64);
    String text = "x".repeat(Attributes.MAX_LENGTH);

    assertEquals(Optional.of(text), attribute(name, text).text(name));
    Refusal.assertInvalid("note", () -> attribute("note", text + "x"));
    Refusal.assertInvalid(name + "n", () -> attribute(name + "n", "x"));
  }

  @Test
  void theirNumberHasALimit() {
    assertEquals(Attributes.MAX_COUNT, numbered(Attributes.MAX_COUNT).values().size());
    Refusal.assertRefused(ErrorCode.INVALID_EVENT, () -> numbered(Attributes.MAX_COUNT + 1));
  }

  private static Attributes numbered(int count) {
    Map<String, Attribute> sent = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      sent.put("n" + i, new Attribute.Whole(i));
    }
    return new Attributes(sent);
  }

  private static Attributes attribute(String name, String text) {
    return attribute(name, new Attribute.Text(text));
  }

  private static Attributes attribute(String name, Attribute value) {
    return new Attributes(Map.of(name, value));
  }
}
