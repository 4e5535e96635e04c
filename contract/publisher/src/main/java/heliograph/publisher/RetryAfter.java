package heliograph.publisher;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code Retry-After} (RFC 9110, section 10.2.3). */
final class RetryAfter {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
  private static final int CENTURY = 100;
  private static final int FUTURE_YEARS = 50;

  private RetryAfter() {}

  /**
   * How long to wait, counted from {@code now}; empty if the value is neither seconds nor a date. A
   * date that has passed means at once.
   */
  static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (SECONDS.matcher(text).matches()) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    for (DateTimeFormatter form : forms(now)) {
      try {
        Duration wait = Duration.between(now, Instant.from(form.parse(text)));
        return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
      } catch (DateTimeException e) {
        // It may be one of the other forms.
      }
    }
    return Optional.empty();
  }

  // The three forms of a date that a recipient must accept (section 5.6.7). A year of two digits
  // lies at most 50 years ahead.
  private static List<DateTimeFormatter> forms(Instant now) {
    LocalDate base =
        now.atOffset(ZoneOffset.UTC).toLocalDate().plusYears(FUTURE_YEARS - CENTURY + 1);
    DateTimeFormatter rfc850 =
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, base)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US)
            .withZone(ZoneOffset.UTC);
    DateTimeFormatter asctime =
        DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US)
            .withZone(ZoneOffset.UTC);
    return List.of(DateTimeFormatter.RFC_1123_DATE_TIME, rfc850, asctime);
  }
}
