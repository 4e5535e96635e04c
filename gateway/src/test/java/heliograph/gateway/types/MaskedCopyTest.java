package heliograph.gateway.types;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is hidden is gone in whatever shape it was sent; what is shown stays as it was. */
class MaskedCopyTest {
  private static final ValueHash HASH = ValueHash.random();
  private static final Tenant ACME = new Tenant("acme");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/a       | {\"a\":1,\"b\":2}                   | {\"b\":2}",
        "/a       | {\"b\":2,\"a\":{\"c\":[1]}}          | {\"b\":2}",
        "/a       | {\"a\":1}                          | {}",
        "/a       | { \"b\" : 1.50 , \"a\" : 1 }         | {\"b\" : 1.50}",
        "/a       | {\"\\u0061\":1,\"b\":\"\\u0041\"}     | {\"b\":\"\\u0041\"}",
        "/a       | {\"A\":1}                          | {\"A\":1}",
        "/a/b     | {\"a\":{\"b\":1,\"c\":1e400}}        | {\"a\":{\"c\":1e400}}",
        "/a/b     | {\"a\":[{\"b\":1},[{\"b\":2}],3]}    | {\"a\":[{},[{}],3]}",
        "/a/b     | [{\"a\":{\"b\":1}}]                 | [{\"a\":{}}]",
        "/a/b     | {\"a\":5}                          | {\"a\":5}",
        "/a/b     | {\"x\":{\"a\":{\"b\":1}}}            | {\"x\":{\"a\":{\"b\":1}}}",
        "/a/*     | {\"a\":[1,2]}                      | {\"a\":[]}",
        "/a/*     | {\"a\":{\"x\":1}}                   | {}",
        "/a/*     | {\"a\":\"only\"}                    | {}",
        "/a/*/p   | {\"a\":[{\"p\":1,\"n\":2},{\"n\":3}]} | {\"a\":[{\"n\":2},{\"n\":3}]}",
        "/a/*/p   | {\"a\":{\"p\":1,\"n\":2}}            | {\"a\":{\"n\":2}}",
        "/a/*/p   | {\"a\":{\"k\":{\"p\":1}}}            | {\"a\":{\"k\":{}}}",
        "/a/1     | {\"a\":[1,2,3]}                    | {\"a\":[1,3]}",
        "/x~1y    | {\"x/y\":1}                        | {}",
        "/x~01    | {\"x~1\":1}                        | {}",
        "/        | {\"\":1,\"b\":2}                    | {\"b\":2}",
        "/*       | 7                                | null",
        "/a       | 7                                | 7",
        "/a       | \"a\"                              | \"a\"",
      })
  void whatIsHiddenIsGoneInWhateverShapeItCame(String field, String sent, String shown) {
    assertEquals(
        shown, masked(sent, new Mask(List.of(field), Set.of("billing"), Mask.With.REMOVE)));
  }

  @Test
  void aComposedNameIsNotADecomposedOne() {
    Mask mask = new Mask(List.of("/\u00e9"), Set.of("billing"), Mask.With.REMOVE);

    assertEquals("{\"e\u0301\":2}", masked("{\"\u00e9\":1,\"e\u0301\":2}", mask));
  }

  @Test
  void whatStandsInItsPlaceIsAsTheMaskSays() {
    String sent = "{\"a\":[1,2],\"b\":\"x\"}";

    assertEquals("{\"a\":null,\"b\":\"x\"}", masked(sent, mask("/a", Mask.With.NULL)));
    assertEquals("{\"a\":\"***\",\"b\":\"x\"}", masked(sent, mask("/a", Mask.With.REDACT)));
    assertTrue(
        masked(sent, mask("/b", Mask.With.HASH))
            .matches("\\{\"a\":\\[1,2],\"b\":\"[0-9a-f]{64}\"}"));
  }

  @Test
  void whereTwoMasksMeetTheStricterOneHolds() {
    assertEquals(
        "{}", masked("{\"a\":1}", mask("/a", Mask.With.HASH), mask("/a", Mask.With.REMOVE)));
  }

  @Test
  void equalValuesOfATenantHaveEqualHashesHoweverTheyWereWritten() {
    Mask mask = mask("/a", Mask.With.HASH);

    assertEquals(masked("{\"a\":\"x\"}", mask), masked("{\"a\":\"\\u0078\"}", mask));
    assertNotEquals(masked("{\"a\":\"1\"}", mask), masked("{\"a\":1}", mask));
    assertNotEquals(
        HASH.of(ACME, new byte[] {'1'}), HASH.of(new Tenant("other"), new byte[] {'1'}));
    assertNotEquals(HASH.of(ACME, new byte[] {'1'}), ValueHash.random().of(ACME, new byte[] {'1'}));
  }

  @Test
  void tooManyValuesToHashAreRefused() {
    String most = "[" + "1,".repeat(MaskedCopy.MAX_HASHES - 1) + "1]";
    Mask mask = mask("/*", Mask.With.HASH);

    assertEquals(MaskedCopy.MAX_HASHES * 67 + 1, masked(most, mask).length());
    assertThrows(MaskedCopy.TooManyHashes.class, () -> masked("[1," + most.substring(1), mask));
  }

  @Test
  void masksReachAsDeepAsDataCanBe() {
    String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);

    assertEquals(deep, masked(deep, mask("/a/b", Mask.With.REMOVE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":1", "{\"a\":1,\"a\":2}", "", "{\"a\":1} 2"})
  void whatIsNotJsonIsNotCopied(String sent) {
    assertThrows(RelayException.class, () -> masked(sent, mask("/a", Mask.With.REMOVE)));
  }

  private static Mask mask(String field, Mask.With with) {
    return new Mask(List.of(field), Set.of("billing"), with);
  }

  private static String masked(String sent, Mask... masks) {
    return new String(
        MaskedCopy.of(
            sent.getBytes(StandardCharsets.UTF_8),
            MaskTree.of(List.of(masks)),
            -1,
            value -> HASH.of(ACME, value)),
        StandardCharsets.UTF_8);
  }
}
