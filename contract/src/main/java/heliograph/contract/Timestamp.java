package heliograph.contract;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** A time as it is written to the relay and by it: {@code date-time} of RFC 3339, section 5.6. */
public final class Timestamp {
  // The JDK reads ISO 8601, which allows more, such as to leave out seconds.
  private static final Pattern FORM =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)",
          Pattern.CASE_INSENSITIVE);

  private Timestamp() {}

  /**
   * The moment that the text names, to the nanosecond.
   *
   * @throws DateTimeException if it is not of that form, has more than nine digits after the
   *     second's point, or names no moment; a leap second is none
   */
  public static Instant parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new DateTimeException("not of that form");
    }
    return OffsetDateTime.parse(text).toInstant();
  }
}
