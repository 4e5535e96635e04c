package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastMinuteTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @CsvSource({
    // How many took at most 1 s, at most 2 s, and any time; which part; within how many seconds.
    "100, 100, 100, 0.5, 0.5",
    "100, 100, 100, 1, 1",
    "0, 100, 100, 0.5, 1.5",
    "90, 100, 100, 0.95, 1.5",
    "50, 60, 100, 0.99, 2",
    "0, 0, 7, 0.5, 2",
  })
  void whatTookLongerThanTheLastBoundIsShownAsTheBound(
      long first, long second, long all, double part, double seconds) {
    TreeMap<Double, Long> counts = new TreeMap<>();
    counts.put(1.0, first);
    counts.put(2.0, second);
    counts.put(INFINITY, all);
    assertEquals(seconds, LastMinute.quantile(counts, part).orElseThrow(), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({"0.5", "0.99"})
  void ofNothingThereIsNoLatency(double part) {
    TreeMap<Double, Long> counts = new TreeMap<>();
    assertEquals(OptionalDouble.empty(), LastMinute.quantile(counts, part));
    counts.put(1.0, 0L);
    counts.put(INFINITY, 0L);
    assertEquals(OptionalDouble.empty(), LastMinute.quantile(counts, part));
  }
}
