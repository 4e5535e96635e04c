package heliograph.gateway.intake;

import heliograph.gateway.json.Pointers;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.scheme.SchemeSettings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Where a template looks for a value. Any thread. */
sealed interface Source {
  /** The longest period that a time is cut to. */
  Duration MAX_PERIOD = Duration.ofDays(1);

  /** What decoding leaves in the place of bytes that are not UTF-8. */
  char REPLACED = '\uFFFD';

  /** A pointer into what the event is made of. */
  record Piece(String pointer) implements Source {}

  /** A pointer into the whole body, beside the element that the event is made of. */
  record Whole(String pointer) implements Source {}

  record Header(HeaderName name) implements Source {}

  /** The tenant of the path. */
  record Path() implements Source {}

  /** The id of the delivery. */
  record Delivery() implements Source {}

  /** The SHA-256 of what the event is made of. */
  record Digest() implements Source {}

  /**
   * The time of reading.
   *
   * @param period cut down to a multiple of it
   */
  record Now(Duration period) implements Source {}

  record Fixed(String text) implements Source {}

  /**
   * What one alternative of a place says.
   *
   * @param delivery the header that has the id of the delivery, where the scheme knows better
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  static Source of(String text, Optional<HeaderName> delivery) {
    if (text.startsWith("/")) {
      return new Piece(pointer(text));
    }
    if (text.length() > 1 && text.startsWith("'") && text.endsWith("'")) {
      return new Fixed(text.substring(1, text.length() - 1));
    }
    if (text.equals("path:tenant")) {
      return new Path();
    }
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    return switch (colon < 0 ? text : text.substring(0, colon + 1)) {
      case "body:" -> new Whole(pointer(rest));
      case "header:" -> header(rest, delivery);
      case "now:" -> new Now(period(rest));
      case "delivery" -> new Delivery();
      case "digest" -> new Digest();
      case "now" -> new Now(Duration.ofMillis(1));
      default ->
          throw new IllegalArgumentException(
              "{"
                  + text
                  + "} is none of {/json/pointer}, {body:/json/pointer}, {header:Name},"
                  + " {path:tenant}, {delivery}, {digest}, {now}, {now:PT1H}");
    };
  }

  private static String pointer(String text) {
    Pointers.of(List.of(text));
    return text;
  }

  private static Source header(String name, Optional<HeaderName> delivery) {
    if (!SchemeSettings.HEADER.matcher(name).matches()) {
      throw new IllegalArgumentException("{header:" + name + "} names no header");
    }
    HeaderName header = HeaderNames.create(name);
    return delivery.filter(header::equals).isPresent() ? new Delivery() : new Header(header);
  }

  private static Duration period(String text) {
    Duration period;
    try {
      period = Duration.parse(text);
    } catch (DateTimeException _) {
      throw new IllegalArgumentException("{now:" + text + "} names no duration, such as PT1H");
    }
    if (period.compareTo(Duration.ofSeconds(1)) < 0 || period.compareTo(MAX_PERIOD) > 0) {
      throw new IllegalArgumentException("{now:" + text + "} is not from PT1S to " + MAX_PERIOD);
    }
    return period;
  }

  /** Whether two events of one request never have it in common, other than by their own words. */
  default boolean isOfPiece() {
    return this instanceof Piece || this instanceof Delivery || this instanceof Digest;
  }

  /** What is there; empty if nothing is, or an empty text, unless it is fixed. */
  default Optional<String> value(Material material) {
    Predicate<String> some = text -> !text.isEmpty();
    return switch (this) {
      case Piece(String pointer) -> material.piece().found().text(pointer).filter(some);
      case Whole(String pointer) -> material.whole().text(pointer).filter(some);
      case Header(HeaderName name) ->
          Optional.of(Scheme.one(material.sender().headers(), name)).filter(some);
      case Path() -> material.sender().tenant();
      case Delivery() -> Optional.of(material.sender().delivery()).filter(some);
      case Digest() -> Optional.of(material.piece().digest().get());
      case Now(Duration period) -> Optional.of(cut(material.now(), period).toString());
      case Fixed(String text) -> Optional.of(text);
    };
  }

  private static Instant cut(Instant now, Duration period) {
    Instant millis = now.truncatedTo(ChronoUnit.MILLIS);
    return millis.minusMillis(Math.floorMod(millis.toEpochMilli(), period.toMillis()));
  }

  /** Whether a value came in bytes that are no text. */
  default boolean isSpoilt(String value) {
    return this instanceof Header && value.indexOf(REPLACED) >= 0;
  }
}
