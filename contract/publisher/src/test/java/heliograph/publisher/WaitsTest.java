package heliograph.publisher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a publisher waits after a failure. */
class WaitsTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration MOST = Duration.ofMillis(500);

  /** The examples of RFC 9110, section 5.6.7, and seconds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|PT0S",
        "120|PT2M",
        " 7 |PT7S",
        "Sun, 06 Nov 1994 08:49:37 GMT|PT37S",
        "Sunday, 06-Nov-94 08:49:37 GMT|PT37S",
        "Sun Nov  6 08:49:37 1994|PT37S",
        "Sun, 06 Nov 1994 08:00:00 GMT|PT0S"
      })
  void secondsAndEachFormOfADateAreRead(String value, Duration expected) {
    assertEquals(Optional.of(expected), RetryAfter.parse(value, NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5", "soon", "99999999999999999999", "Sun, 06 Nov 1994"})
  void whatIsNeitherIsIgnored(String value) {
    assertEquals(Optional.empty(), RetryAfter.parse(value, NOW));
  }

  @Test
  void thePauseDoublesUpToItsLimit() {
    Backoff least = new Backoff(FIRST, MOST, () -> 0);
    Backoff most = new Backoff(FIRST, MOST, () -> 1);
    for (long millis : new long[] {100, 200, 400, 500, 500}) {
      assertEquals(Duration.ofMillis(millis / 2), least.next(Optional.empty()));
      assertEquals(Duration.ofMillis(millis), most.next(Optional.empty()));
    }
    least.reset();
    assertEquals(Duration.ofMillis(50), least.next(Optional.empty()));
  }

  @Test
  void manyFailuresDoNotOverflow() {
    Backoff backoff = new Backoff(Duration.ofMinutes(10), Duration.ofMinutes(10), () -> 1);
    for (int i = 0; i < 100; i++) {
      assertEquals(Duration.ofMinutes(10), backoff.next(Optional.empty()));
    }
  }

  @Test
  void theRelaysWishIsTheLeast() {
    Backoff backoff = new Backoff(FIRST, MOST, () -> 0.5);
    assertEquals(
        Duration.ofSeconds(3).plusMillis(25), backoff.next(Optional.of(Duration.ofSeconds(3))));
    // The pause that has grown by itself is longer than this one.
    assertEquals(Duration.ofMillis(150), backoff.next(Optional.of(Duration.ofMillis(1))));
  }

  @Test
  void theRelaysWishHasALimit() {
    Backoff backoff = new Backoff(FIRST, MOST, () -> 0);
    assertEquals(
        Backoff.MAX_RETRY_AFTER, backoff.next(Optional.of(Duration.ofSeconds(999_999_999))));
  }
}
