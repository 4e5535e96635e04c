package heliograph.gateway.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.relay.Filter;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One text is one filter while anybody has it, and only so much is kept for nobody. */
class FiltersTest {
  private final Filters filters = new Filters(ParsedEvents.FOR_ONE);

  /** Asks for so many other texts that there is no room for one that was asked for before. */
  private void crowd() {
    String padding = " || data.b == '" + "x".repeat(400) + "'";
    for (int i = 0; i < 200; i++) {
      filters.of("data.a == " + i + padding);
    }
  }

  @Test
  void whatIsKeptIsBoundedByBytes() {
    crowd();

    long few = filters.size();
    assertTrue(few < 200 && few * 20_000 < Filters.MAX_BYTES, () -> "kept " + few);
    for (int i = 0; i < 2000; i++) {
      filters.of("data.a == " + i);
    }
    assertTrue(filters.size() > few);
  }

  @Test
  void aFilterThatIsInUseIsTheSameForAll() {
    Filter used = filters.of("data.a == -1");
    crowd();

    assertSame(used, filters.of("data.a == -1"));
  }

  @Test
  void aFilterHasANumberOfItsOwn() {
    Set<Long> numbers = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      numbers.add(filters.of("data.a == " + i).number());
    }

    assertEquals(100, numbers.size());
    assertTrue(numbers.stream().allMatch(number -> number > 0));
    assertNotEquals(Filters.compile("true").number(), Filters.compile("true").number());
  }
}
