package heliograph.gateway.scheme;

import heliograph.contract.Timestamp;
import io.helidon.http.HeaderName;
import io.helidon.http.Headers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a sender says when it signed, and how far from now that may be. Any thread.
 *
 * @param header where it stands
 * @param member of that header, which is the one of the signatures; empty if it stands alone
 */
record SignedTime(HeaderName header, Optional<String> member, Unit unit, Duration tolerance) {
  // Without leading zeros: next to another place of the signed text a zero could be of either.
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,14}");
  private static final Pattern RFC3339 = Pattern.compile("[0-9]{4}-[0-9T:Zz+.-]{15,40}");
  private static final int MAX_SECONDS = 12;

  /** What a timestamp counts. */
  enum Unit {
    SECONDS,
    MILLIS,
    RFC3339;

    private Optional<Instant> read(String text) {
      try {
        return switch (this) {
          case SECONDS -> number(text, MAX_SECONDS).map(Instant::ofEpochSecond);
          case MILLIS -> number(text, Integer.MAX_VALUE).map(Instant::ofEpochMilli);
          case RFC3339 ->
              SignedTime.RFC3339.matcher(text).matches()
                  ? Optional.of(Timestamp.parse(text))
                  : Optional.empty();
        };
      } catch (DateTimeException _) {
        return Optional.empty();
      }
    }

    private static Optional<Long> number(String text, int digits) {
      return text.length() <= digits && NUMBER.matcher(text).matches()
          ? Optional.of(Long.parseLong(text))
          : Optional.empty();
    }
  }

  /**
   * The timestamp as it is signed.
   *
   * @throws heliograph.contract.RelayException BAD_SIGNATURE if it is none
   */
  String text(Headers headers) {
    String value = Scheme.one(headers, header);
    String text = member.map(name -> SignatureHeader.member(value, name)).orElse(value);
    if (unit.read(text).isEmpty()) {
      throw Scheme.refused(value.isEmpty() ? Scheme.lack(headers, header) : fault(text));
    }
    return text;
  }

  private String fault(String text) {
    String what =
        text.isEmpty()
            ? "has no member " + member.orElse("") + ", or several"
            : "has no time in " + unit.name().toLowerCase(Locale.ROOT);
    return header.lowerCase() + ": " + what;
  }

  /**
   * Checks a timestamp that was signed.
   *
   * @throws heliograph.contract.RelayException STALE_REQUEST
   */
  void check(String text, InstantSource clock) {
    Scheme.checkTime(header, unit.read(text).orElseThrow(), tolerance, clock);
  }
}
