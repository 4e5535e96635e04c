package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long commits took is told to within a quarter. */
class CommitTimesTest {
  private final CommitTimes times = new CommitTimes();

  @Test
  void beforeTheFirstThereIsNothingToTell() {
    assertEquals(Optional.empty(), times.within(0.5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 7, 100, 999, 12_345, 1_000_000, 123_456_789, 60_000_000_000L})
  void aTimeIsToldToWithinAQuarter(long nanos) {
    times.took(nanos);
    long told = times.within(0.99).orElseThrow().toNanos();
    assertTrue(told >= nanos && told <= nanos * 5 / 4 + 1, nanos + " is told as " + told);
  }

  @Test
  void whatIsRareShowsInTheLastHundredth() {
    for (int i = 0; i < 98; i++) {
      times.took(1_000_000);
    }
    times.took(80_000_000);
    times.took(80_000_000);
    assertTrue(times.within(0.5).orElseThrow().compareTo(Duration.ofMillis(2)) < 0);
    assertTrue(times.within(0.99).orElseThrow().compareTo(Duration.ofMillis(80)) >= 0);
  }

  @Test
  void whatTookNoLongerIsCounted() {
    times.took(200_000);
    times.took(2_000_000);
    times.took(2_000_000);
    times.took(Long.MAX_VALUE);
    assertEquals(0, times.count(Duration.ofNanos(199_999)));
    assertEquals(1, times.count(Duration.ofNanos(250_000)));
    assertEquals(1, times.count(Duration.ofNanos(1_999_999)));
    assertEquals(3, times.count(Duration.ofNanos(2_500_000)));
    assertEquals(3, times.count(Duration.ofSeconds(5)));
    assertEquals(4, times.count());
  }

  @Test
  void noTimeIsTooLongOrTooShort() {
    times.took(Long.MAX_VALUE);
    times.took(0);
    times.took(-1);
    assertTrue(times.within(1).isPresent());
  }
}
