package heliograph.contract;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times as publishers and clients write them: {@code date-time} of RFC 3339 section 5.6. */
public final class Timestamp {
  // The JDK reads ISO 8601, which allows more, such as times without seconds.
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d):(\\d\\d)((?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d))",
          Pattern.CASE_INSENSITIVE);

  private static final String LEAP = "60";
  private static final LocalTime LAST_SECOND = LocalTime.of(23, 59, 59);

  private Timestamp() {}

  /**
   * Reads the moment that a text names, to the nanosecond. A leap second, which the clocks of
   * computers do not have, counts as the second after it, as in POSIX (section 4.16 of its base
   * definitions).
   *
   * @throws DateTimeException if the text is not of that form, has more than nine digits after the
   *     second's point, or names no moment; a leap second can only be the last of a month in UTC
   *     (section 5.7)
   */
  public static Instant parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new DateTimeException("not of that form");
    }
    if (!parts.group(2).equals(LEAP)) {
      return OffsetDateTime.parse(text).toInstant();
    }
    Instant before = OffsetDateTime.parse(parts.group(1) + ":59" + parts.group(3)).toInstant();
    Instant leap = before.plusSeconds(1);
    OffsetDateTime utc = before.atOffset(ZoneOffset.UTC);
    if (!utc.toLocalTime().truncatedTo(ChronoUnit.SECONDS).equals(LAST_SECOND)
        || leap.atOffset(ZoneOffset.UTC).getDayOfMonth() != 1) {
      throw new DateTimeException("no leap second can be there");
    }
    return leap;
  }
}
