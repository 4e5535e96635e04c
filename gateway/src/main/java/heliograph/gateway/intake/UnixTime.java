package heliograph.gateway.intake;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;

/** Reads Unix time in the forms in which third parties write it. Any thread. */
final class UnixTime {
  private static final Pattern NUMBER =
      Pattern.compile("[0-9]{1,20}(?:\\.[0-9]{1,20})?(?:[eE]\\+?[0-9]{1,2})?");

  // Seconds stay below this for three thousand years, and milliseconds have been above it since
  // 1973; microseconds and nanoseconds differ by further thousands.
  private static final BigDecimal SECONDS = new BigDecimal("1e11");
  private static final BigDecimal LONGEST = new BigDecimal("1e20");

  private UnixTime() {}

  /**
   * Writes a time in seconds, milliseconds, microseconds or nanoseconds as RFC 3339. The units are
   * told apart by their size, and a fraction is allowed; a text that is no number is left as it is.
   */
  static String toRfc3339(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return text;
    }
    BigDecimal number = new BigDecimal(text);
    if (number.compareTo(LONGEST) >= 0) {
      return text;
    }
    while (number.compareTo(SECONDS) >= 0) {
      number = number.movePointLeft(3);
    }
    long seconds = number.longValue();
    long nanos = number.subtract(new BigDecimal(seconds)).movePointRight(9).longValue();
    return Instant.ofEpochSecond(seconds, nanos).toString();
  }
}
