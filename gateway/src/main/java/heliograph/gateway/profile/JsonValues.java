package heliograph.gateway.profile;

import heliograph.contract.Attribute;
import heliograph.contract.Payload;
import heliograph.gateway.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/** Writes the values that templates take as JSON, each on one line. */
final class JsonValues {
  /** The value that stands for nothing. Its bytes are only read. */
  static final byte[] NULL = ascii("null");

  // It has three digits of milliseconds always, which Instant's own text leaves out at times.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private JsonValues() {}

  static byte[] text(String text) {
    return Json.quoted(text);
  }

  static byte[] number(long number) {
    return ascii(Long.toString(number));
  }

  static byte[] truth(boolean truth) {
    return ascii(Boolean.toString(truth));
  }

  /** A time in seconds, with a fraction only if it has one. */
  static byte[] seconds(Duration time) {
    return ascii(BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString());
  }

  /** The time of writing, in the form that the placeholder asks for. */
  static byte[] now(Instant now, Placeholder placeholder) {
    return placeholder.form() == Placeholder.Form.SECONDS
        ? number(now.getEpochSecond())
        : Json.quoted(TIME.format(now));
  }

  static byte[] attribute(Attribute value) {
    return switch (value) {
      case Attribute.Text(String text) -> Json.quoted(text);
      case Attribute.Whole(int whole) -> number(whole);
      case Attribute.Truth(boolean truth) -> truth(truth);
    };
  }

  /** An event's data as a JSON value: JSON byte for byte, anything else as a text. */
  static byte[] data(Payload payload) {
    return switch (payload.form()) {
      case ABSENT -> NULL;
      case JSON -> payload.bytes();
      case TEXT -> Json.quoted(new String(payload.bytes(), StandardCharsets.UTF_8));
      case BINARY -> Json.quoted(Base64.getEncoder().encodeToString(payload.bytes()));
    };
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
