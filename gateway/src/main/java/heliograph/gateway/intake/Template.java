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
 * A text with places that are filled in from a third party's request, such as {@code
 * {/json/pointer}} or {@code {header:Name}}. Of the alternatives in {@code {/a|/b|'c'}}, the first
 * counts that is there and not empty; one in quotes always counts. A place that begins with a dot,
 * {@code {./action}}, becomes a dot and the value, or nothing at all. Any thread.
 */
final class Template {
  /** The longest value that is filled in, in characters; the value of an id may have any length. */
  static final int MAX_VALUE = 1024;

  private static final Pattern TOPIC_UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

  /** What a template makes, which decides how values are filled in. */
  enum Use {
    /** Any text, in which control characters become spaces. */
    TEXT,
    /** An id, in which each character is kept, however long it is. */
    ID,
    /** A topic, in which other characters become dashes, so that no value adds a segment. */
    TOPIC,
    /** A list of names with commas, in which a value that is not one name is refused. */
    NAMES
  }

  /**
   * A stretch of fixed text and the place after it.
   *
   * @param dotted whether a dot comes before the value
   * @param sources the alternatives of the place; none after the last text
   * @param place the place as it is written; empty after the last text
   */
  private record Part(String text, boolean dotted, List<Source> sources, String place) {}

  private final String member;
  private final Use use;
  private final List<Part> parts = new ArrayList<>();

  /**
   * Reads a template.
   *
   * @param member the member of an event that it makes
   * @param delivery the header from which the scheme takes the id of the delivery; if it is named,
   *     that id is meant
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

  /** All places that this template looks at. */
  Stream<Source> sources() {
    return parts.stream().flatMap(part -> part.sources().stream());
  }

  /**
   * Whether some place is always filled from what belongs to one event, and not from what all
   * events of a request share.
   */
  boolean isOfPiece() {
    return parts.stream()
        .anyMatch(
            part ->
                !part.sources().isEmpty()
                    && !part.dotted()
                    && part.sources().stream().allMatch(Source::isOfPiece));
  }

  /** Whether some place may have the value of a header. */
  boolean reads(HeaderName name) {
    return parts.stream().anyMatch(part -> part.sources().contains(new Source.Header(name)));
  }

  /** What this could become: the text with one value in each place that has to be filled. */
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
        // A name is not repaired: it could become the name of somebody else.
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
