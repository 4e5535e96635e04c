package heliograph.gateway.types;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data is what its type's schema says, or refused with the place at fault and without its value.
 */
class DataSchemaTest {
  private static final DataSchema ORDER =
      DataSchema.of(
          """
          {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["order"],
            "additionalProperties": false,
            "properties": {
              "order": { "type": "integer" },
              "mail": { "type": "string", "maxLength": 4, "format": "no more than a note" },
              "code": { "type": "string", "pattern": "^(a+)+$" },
              "price": { "type": "number", "multipleOf": 0.01 },
              "a/b": { "type": "string" },
              "items": { "type": "array", "items": { "$ref": "#/$defs/item" } }
            },
            "$defs": { "item": { "type": "object", "properties": { "sku": { "type": "string" } } } }
          }
          """);

  @Test
  void whatFitsPasses() {
    ORDER.check(json("{\"order\":42,\"mail\":\"a@b\",\"items\":[{\"sku\":\"x\"}]}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "7                                        | /data",
        "{}                                       | /data",
        "{\"order\":\"SPOIL\"}                      | /data/order",
        "{\"order\":1,\"mail\":\"SPOIL\"}             | /data/mail",
        "{\"order\":1,\"items\":[{},{\"sku\":7}]}      | /data/items/1/sku",
        "{\"order\":1,\"a/b\":7}                     | /data/a~1b",
        "{\"order\":1,\"SPOIL\":7}                   | /data",
      })
  void whatDoesNotIsRefusedWithItsPlace(String sent, String pointer) {
    RelayException refusal = assertThrows(RelayException.class, () -> ORDER.check(json(sent)));

    assertEquals(ErrorCode.INVALID_EVENT, refusal.code());
    assertEquals(pointer, refusal.pointer());
    assertTrue(refusal.detail().contains(pointer), refusal.detail());
    assertFalse(refusal.detail().contains("SPOIL"), refusal.detail());
  }

  @Test
  void aRefusalNamesAFewPlaces() {
    RelayException refusal =
        assertThrows(
            RelayException.class,
            () -> ORDER.check(json("{\"items\":[" + "1,".repeat(5000) + "1]}")));

    assertTrue(refusal.detail().length() < 200, refusal.detail());
  }

  @Test
  void dataThatIsNotJsonIsRefused() {
    assertEquals(
        "/data", assertThrows(RelayException.class, () -> ORDER.check(Payload.ABSENT)).pointer());
    assertEquals(
        "/data",
        assertThrows(RelayException.class, () -> ORDER.check(Payload.text("{}"))).pointer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1e999999999", "-1e-999999999", "1e400", "123456789012345678901234567890"})
  void noNumberTakesLong(String number) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThrows(
                RelayException.class,
                () -> ORDER.check(json("{\"order\":[],\"price\":" + number + "}"))));
  }

  @Test
  void aNumberTooLongToComputeWithIsRefused() {
    String digits = "1".repeat(Json.MAX_NUMBER + 1);

    assertThrows(RelayException.class, () -> ORDER.check(json("{\"order\":" + digits + "}")));
    ORDER.check(json("{\"order\":" + digits.substring(1) + "}"));
  }

  /** Their hash is the same, so each would be compared to all before it. */
  @ParameterizedTest
  @ValueSource(strings = {"%1$d", "\"%2$s\"", "{\"a\":%1$d}", "[[%1$d]]"})
  void itemsThatAreMadeToLookAlikeAreNotCompared(String item) {
    DataSchema unique = DataSchema.of("{\"properties\":{\"a\":{\"uniqueItems\":true}}}");
    String many = items(AlikeItems.MAX + 1, item);

    unique.check(json("{\"a\":" + items(AlikeItems.MAX, item) + "}"));
    assertThrows(RelayException.class, () -> unique.check(json("{\"a\":" + many + "}")));
    DataSchema.of("{}").check(json("{\"a\":" + many + "}"));
  }

  /**
   * Numbers whose halves are the same have the hash 0, and "Aa" has that of "BB".
   *
   * @param item with a number and a text in it
   */
  private static String items(int count, String item) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              String bits = "%8s".formatted(Integer.toBinaryString(i)).replace(' ', '0');
              String text = bits.replace("0", "Aa").replace("1", "BB");
              return item.formatted(((long) i << 32) | i, text);
            })
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void itemsThatAreAlikeByChanceAreCompared() {
    DataSchema unique = DataSchema.of("{\"properties\":{\"a\":{\"uniqueItems\":true}}}");
    String grid =
        IntStream.range(0, 120 * 120)
            .mapToObj(i -> "{\"x\":%d,\"y\":%d}".formatted(i / 120, i % 120))
            .collect(Collectors.joining(",", "[", "]"));
    String same = "[" + "7,".repeat(10_000) + "7]";

    unique.check(json("{\"a\":" + grid + ",\"b\":" + same + "}"));
    assertThrows(RelayException.class, () -> unique.check(json("{\"a\":" + same + "}")));
  }

  @Test
  void noTextMakesAPatternTakeLong() {
    String spoil = "a".repeat(100_000) + "!";

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThrows(
                RelayException.class,
                () -> ORDER.check(json("{\"order\":1,\"code\":\"" + spoil + "\"}"))));
  }

  private static Payload json(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Payload.json(bytes, 0, bytes.length);
  }
}
