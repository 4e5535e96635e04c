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

/** The place where a template looks for a value. Any thread. */
sealed interface Source {
  /** The longest period whose multiple a time is cut to. */
  Duration MAX_PERIOD = Duration.ofDays(1);

  /** The character by which decoding replaces bytes that are not UTF-8. */
  char REPLACED = '\uFFFD';

  /** A pointer into the piece that becomes the event. */
  record Piece(String pointer) implements Source {}

  /** A pointer into the whole body, of which the piece may be one element. */
  record Whole(String pointer) implements Source {}

  /** A header of the request. */
  record Header(HeaderName name) implements Source {}

  /** The tenant of the path. */
  record Path() implements Source {}

  /** The id of the delivery. */
  record Delivery() implements Source {}

  /** The SHA-256 of the piece that becomes the event. */
  record Digest() implements Source {}

  /**
   * The time at which the request is read.
   *
   * @param period the period to whose multiple it is cut down
   */
  record Now(Duration period) implements Source {}

  /** A text that is always the same. */
  record Fixed(String text) implements Source {}

  /**
   * Reads one alternative of a place in a template.
   *
   * @param delivery the header from which the scheme takes the id of the delivery; if it is named,
   *     that id is meant
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

  /** Whether the value belongs to one event of a request, and is not shared by all of them. */
  default boolean isOfPiece() {
    return this instanceof Piece || this instanceof Delivery || this instanceof Digest;
  }

  /** The value at this place; empty if there is none or an empty text, unless the text is fixed. */
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

  /** Whether a value came in a header that was not UTF-8. */
  default boolean isSpoilt(String value) {
    return this instanceof Header && value.indexOf(REPLACED) >= 0;
  }
}
