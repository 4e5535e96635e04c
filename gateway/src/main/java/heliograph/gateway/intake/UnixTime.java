package heliograph.gateway.intake;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;

/** Unix time in the forms in which third parties write it. Any thread. */
final class UnixTime {
  private static final Pattern NUMBER =
      Pattern.compile("[0-9]{1,20}(?:\\.[0-9]{1,20})?(?:[eE]\\+?[0-9]{1,2})?");

  // Whole seconds stay below this for three thousand years, and milliseconds have been above it
  // since 1973; and so on by thousands.
  private static final BigDecimal SECONDS = new BigDecimal("1e11");
  private static final BigDecimal LONGEST = new BigDecimal("1e20");

  private UnixTime() {}

  /**
   * RFC 3339 of seconds, milliseconds, microseconds or nanoseconds, with a fraction or without,
   * told apart by their size; what is no number is left as it is.
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
