package heliograph.gateway.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapTrimTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({"0, 0, false", "32, 0, false", "33, 0, true", "77, 30, false", "78, 30, true"})
  void collectsWhatIsMuchMoreThanInUse(long held, long used, boolean due) {
    assertEquals(due, HeapTrim.isDue(held * MIB, used * MIB));
  }

  @Test
  void leavesAloneWhatIsInUse() {
    for (long used : List.of(0L, MIB, 1000 * MIB)) {
      assertFalse(HeapTrim.isDue(used, used));
    }
  }
}
