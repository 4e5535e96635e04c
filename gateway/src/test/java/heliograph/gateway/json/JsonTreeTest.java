package heliograph.gateway.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Numbers have a length before they are numbers. */
class JsonTreeTest {
  private static final String LONGEST = "1".repeat(Json.MAX_NUMBER);

  private static JsonNode read(String number) {
    return JsonTree.object(
        ("{\"keys\":[{\"n\":" + number + "}]}").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aNumberMayHaveSoManyDigits() {
    String there = read(LONGEST).at("/keys/0/n").toString();
    assertEquals(LONGEST, there);
    assertTrue(read("1e1000").toString().contains("1E+1000"));
    assertTrue(read("1e-1000").toString().contains("1E-1000"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e1001",
        "-1E1001",
        "1e-1001",
        "1e999999999",
        "1e-999999999",
        "1e2147483647",
        "1e-2147483647",
        "1e99999999999",
        "0e999999999",
        "0.1e-1000"
      })
  void anExponentIsAWayToWriteALongOne(String number) {
    assertRefused(number);
  }

  @Test
  void aLongerOneIsNotReadHoweverItIsWritten() {
    assertRefused(LONGEST + "1");
    assertRefused("-" + LONGEST);
    assertRefused("0." + LONGEST);
    assertRefused("1e" + LONGEST);
    assertRefused("9".repeat(1_000_000));
  }

  @Test
  void noPlaceIsOverlooked() {
    String number = "1e1001";
    assertRefused("[" + number + "]");
    assertRefused("[[1," + number + "]]");
    assertRefused("{\"a\":" + number + "}");
    assertRefused("{\"a\":[],\"b\":{\"c\":[{},\"\",true,null," + number + "]}}");
  }

  private static void assertRefused(String number) {
    RelayException refusal = assertThrows(RelayException.class, () -> read(number));
    assertEquals(ErrorCode.INVALID_JSON, refusal.code());
    assertEquals(
        "a number of over 1000 characters, or with an exponent beyond it", refusal.detail());
  }
}
