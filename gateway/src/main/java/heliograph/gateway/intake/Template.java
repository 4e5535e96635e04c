package heliograph.gateway.intake;

import heliograph.contract.RelayException;
import heliograph.gateway.settings.Places;
import io.helidon.http.HeaderName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A text with places to fill in from a third party's request, such as {@code {/json/pointer}} or
 * {@code {header:Name}}. Of alternatives, {@code {/a|/b|'c'}}, the first that is there and not
 * empty counts; one in quotes always does. A place that begins with a dot, {@code {./action}}, is a
 * dot and the value, or nothing at all. Any thread.
 */
final class Template {
  /** The longest value that is filled in, in characters; of an id any counts. */
  static final int MAX_VALUE = 1024;

  private static final Pattern TOPIC_UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

  /** What values are filled in for. */
  enum Use {
    /** Any text; it is no line, so what would break or end one becomes a space. */
    TEXT,
    /** A text of which each character counts, however long it is. */
    ID,
    /** A topic: what it cannot hold becomes a dash, so that no value adds a segment of its own. */
    TOPIC,
    /** A list with commas: a value is one name, or it is refused. */
    NAMES
  }

  /**
   * A stretch of fixed text and the place after it.
   *
   * @param place as it is written; empty after the last text
   */
  private record Part(String text, boolean dotted, List<Source> sources, String place) {}

  private final String member;
  private final Use use;
  private final List<Part> parts = new ArrayList<>();

  /**
   * @param member what it is a template of
   * @param delivery the header that has the id of the delivery, where the scheme knows better
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  Template(String member, Use use, String text, Optional<HeaderName> delivery) {
    this.member = member;
    this.use = use;
    for (Places.Stretch stretch : Places.of(text)) {
      String place = stretch.place().orElse("");
      boolean dotted = place.startsWith(".");
      List<Source> sources = new ArrayList<>();
      if (stretch.place().isPresent()) {
        for (String alternative : place.substring(dotted ? 1 : 0).split("\\|", -1)) {
          sources.add(Source.of(alternative, delivery));
        }
      }
      parts.add(new Part(stretch.fixed(), dotted, sources, place));
    }
  }

  /** All that it looks at. */
  Stream<Source> sources() {
    return parts.stream().flatMap(part -> part.sources().stream());
  }

  /** Whether a place of it is filled from what the event alone is made of, whatever else is not. */
  boolean isOfPiece() {
    return parts.stream()
        .anyMatch(
            part ->
                !part.sources().isEmpty()
                    && !part.dotted()
                    && part.sources().stream().allMatch(Source::isOfPiece));
  }

  /** Whether the value of a header is filled in somewhere. */
  boolean reads(HeaderName name) {
    return parts.stream().anyMatch(part -> part.sources().contains(new Source.Header(name)));
  }

  /** What it could become: each place, if it is one that has to be filled, with the same text. */
  String example(String value) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.text());
      if (!part.sources().isEmpty() && !part.dotted()) {
        text.append(value);
      }
    }
    return text.toString();
  }

  /**
   * Fills the places in.
   *
   * @throws RelayException INVALID_EVENT naming the pointer or the header without a fit value
   */
  String fill(Material material) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.text());
      if (!part.sources().isEmpty()) {
        text.append(value(part, material));
      }
    }
    return text.toString();
  }

  private String value(Part part, Material material) {
    for (Source source : part.sources()) {
      Optional<String> value = source.value(material);
      if (value.isPresent()) {
        if (source.isSpoilt(value.get())) {
          throw refused(part, "not UTF-8 at {" + part.place() + "}");
        }
        return (part.dotted() ? "." : "") + fit(value.get(), part);
      }
    }
    if (part.dotted()) {
      return "";
    }
    throw refused(part, "nothing at {" + part.place() + "}");
  }

  private String fit(String value, Part part) {
    if (use != Use.ID && value.length() > MAX_VALUE) {
      throw refused(part, "over " + MAX_VALUE + " characters at {" + part.place() + "}");
    }
    return switch (use) {
      case TEXT -> CONTROL.matcher(value).replaceAll(" ");
      case ID -> value;
      case TOPIC -> TOPIC_UNSAFE.matcher(value).replaceAll("-");
      case NAMES -> {
        // Whom an event is for is not mended: a name that is almost one may be somebody else's.
        if (value.contains(",") || CONTROL.matcher(value).find()) {
          throw refused(part, "more than one name, or none, at {" + part.place() + "}");
        }
        yield value;
      }
    };
  }

  private RelayException refused(Part part, String what) {
    String detail = member + ": " + what;
    for (Source source : part.sources()) {
      if (source instanceof Source.Piece(String pointer)) {
        return RelayException.invalidAt(pointer, detail);
      }
    }
    return RelayException.invalid(member, detail);
  }
}
