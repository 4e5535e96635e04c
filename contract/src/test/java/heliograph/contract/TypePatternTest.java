package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A type pattern names one type, or with a trailing * all that begin so. */
class TypePatternTest {
  @ParameterizedTest
  @CsvSource({
    "order.paid,  order.paid,  true",
    "order.paid,  order.paid2, false",
    "order.paid,  order.pai,   false",
    "order.paid,  Order.Paid,  false",
    "order.*,     order.paid,  true",
    "order.*,     order.,      true",
    "order.*,     order,       false",
    "order*,      orders.x.y,  true",
    "*,           anything,    true",
  })
  void theTableOfTheContract(String pattern, String type, boolean matches) {
    assertEquals(matches, new TypePattern(pattern).matches(type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*a", "a*b", "a**", "**", "a\nb", "a\u0000", "\uD83D"})
  void anythingElseIsRefused(String pattern) {
    Refusal.assertRefused(ErrorCode.INVALID_REQUEST, () -> new TypePattern(pattern));
  }

  @ParameterizedTest
  @ValueSource(ints = {Event.MAX_NAME + 1, 100_000})
  void aPatternIsAsLongAsATypeAtMost(int length) {
    Refusal.assertRefused(ErrorCode.INVALID_REQUEST, () -> new TypePattern("a".repeat(length)));
  }

  @ParameterizedTest
  @CsvSource({
    "order.paid, order.paid, true,  true",
    "order.paid, order.sent, false, false",
    "order.*,    order.paid, true,  true",
    "order.paid, order.*,    false, true",
    "order.*,    order.a.*,  true,  true",
    "order.a.*,  order.*,    false, true",
    "order.*,    stock.*,    false, false",
    "*,          order.*,    true,  true",
    "order.*,    *,          false, true",
    "*,          *,          true,  true",
  })
  void oneCanTakeInAnotherOrShareTypesWithIt(
      String one, String other, boolean covers, boolean overlaps) {
    TypePattern pattern = new TypePattern(one);

    assertEquals(covers, pattern.covers(new TypePattern(other)));
    assertEquals(overlaps, pattern.overlaps(new TypePattern(other)));
    assertEquals(overlaps, new TypePattern(other).overlaps(pattern));
  }

  @Property
  void aStarMatchesWhatStartsSoAndNoStarWhatIsEqual(
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 4) String pattern,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 6) String type) {
    assertEquals(type.equals(pattern), new TypePattern(pattern).matches(type));
    assertEquals(type.startsWith(pattern), new TypePattern(pattern + "*").matches(type));
  }
}
