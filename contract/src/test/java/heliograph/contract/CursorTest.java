package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cursor comes back from a client as it went out, and nothing else is taken for one. */
class CursorTest {
  private static final long LARGEST = 999_999_999_999_999_999L;

  @Property
  void whatIsWrittenIsReadBack(
      @ForAll("epochs") String epoch, @ForAll @LongRange(max = LARGEST) long sequence) {
    Cursor cursor = new Cursor(epoch, sequence);

    assertEquals(cursor, Cursor.parse(cursor.toString()));
    assertTrue(cursor.toString().matches("[A-Za-z0-9._~-]{1,128}"), "safe in an id and a URL");
  }

  @Property
  void anyTextIsACursorInItsOneSpellingOrRefused(@ForAll("nearlyCursors") String text) {
    try {
      assertEquals(text, Cursor.parse(text).toString());
    } catch (RelayException refusal) {
      assertEquals(ErrorCode.BAD_CURSOR, refusal.code());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "k3f9",
        "k3f9-",
        "-1",
        "k3f9--1",
        "k3f9-+1",
        "k3f9-01",
        "k3f9-00",
        "K3F9-1",
        "k3f9-1 ",
        " k3f9-1",
        "k3f9-1~",
        "k3f9-1\n",
        "k3f9-1\u0000",
        "k3f9-1-1",
        "k3f9_1",
        "k3f9-x",
        "k3.9-1",
        "k3f9-1e3",
        "k3f9-0x1",
        "k3f9-\u0661",
        "k3f9-1234567890123456789",
        "k3f9-99999999999999999999999999",
        "0123456789abcdefghijklmnopqrstuvw-1"
      })
  void whatNoRelayGivesOutIsRefused(String text) {
    Refusal.assertRefused(ErrorCode.BAD_CURSOR, () -> Cursor.parse(text));
  }

  @Example
  void aCursorThatCouldNotBeReadBackIsABug() {
    assertThrows(IllegalArgumentException.class, () -> new Cursor("k3f9", -1));
    assertThrows(IllegalArgumentException.class, () -> new Cursor("", 1));
    assertThrows(IllegalArgumentException.class, () -> new Cursor("k3-f9", 1));
    assertThrows(IllegalArgumentException.class, () -> new Cursor("k".repeat(33), 1));
  }

  @Provide
  Arbitrary<String> epochs() {
    return Arbitraries.strings().withCharRange('a', 'z').numeric().ofMinLength(1).ofMaxLength(32);
  }

  @Provide
  Arbitrary<String> nearlyCursors() {
    return Arbitraries.strings().withChars("a0123-9A \n").ofMaxLength(24);
  }
}
