package heliograph.gateway;

import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with places to fill in from a third party's request: {@code {/json/pointer}}, {@code
 * {header:Name}}, {@code {path:tenant}}, {@code {delivery}}. Of alternatives, {@code {/a|/b|'c'}},
 * the first that is there and not empty counts; one in quotes always does. A place that begins with
 * a dot, {@code {./action}}, is a dot and the value, or nothing at all. Any thread.
 */
final class Template {
  /** The longest value that is filled in, in characters. */
  static final int MAX_VALUE = 1024;

  /** The longest template, in characters. */
  static final int MAX_LENGTH = 1024;

  private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern TOPIC_UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");
  private static final String HEADER = "header:";

  // What proves who calls has no business in an event.
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie", "x-gitlab-token");

  /** What values are filled in for. */
  enum Use {
    /** Any text. */
    TEXT,
    /** A topic: what it cannot hold becomes a dash, so that no value adds a segment of its own. */
    TOPIC,
    /** A list with commas: a value is one name. */
    NAMES
  }

  /**
   * What a request says besides its body.
   *
   * @param tenant the one in the path
   * @param delivery the id of the delivery; empty if it has none
   */
  record Request(Headers headers, Optional<String> tenant, String delivery) {}

  private sealed interface Source {
    record Body(String pointer) implements Source {}

    record Header(HeaderName name) implements Source {}

    record Path() implements Source {}

    record Delivery() implements Source {}

    record Fixed(String text) implements Source {}
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
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("is over " + MAX_LENGTH + " characters");
    }
    Matcher places = PLACE.matcher(text);
    int at = 0;
    while (places.find()) {
      String place = places.group(1);
      boolean dotted = place.startsWith(".");
      List<Source> sources = new ArrayList<>();
      for (String alternative : place.substring(dotted ? 1 : 0).split("\\|", -1)) {
        sources.add(source(alternative, delivery));
      }
      parts.add(new Part(fixed(text.substring(at, places.start())), dotted, sources, place));
      at = places.end();
    }
    parts.add(new Part(fixed(text.substring(at)), false, List.of(), ""));
  }

  private static String fixed(String text) {
    if (text.contains("{") || text.contains("}")) {
      throw new IllegalArgumentException("has a brace without its other");
    }
    return text;
  }

  private static Source source(String text, Optional<HeaderName> delivery) {
    if (text.startsWith("/")) {
      Pointers.of(List.of(text));
      return new Source.Body(text);
    }
    if (text.length() > 1 && text.startsWith("'") && text.endsWith("'")) {
      return new Source.Fixed(text.substring(1, text.length() - 1));
    }
    if (text.startsWith(HEADER)) {
      String name = text.substring(HEADER.length());
      if (!name.matches("[A-Za-z0-9-]{1,64}") || SECRET.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("{" + text + "} is no header that an event may have");
      }
      HeaderName header = HeaderNames.create(name);
      return delivery.filter(header::equals).isPresent()
          ? new Source.Delivery()
          : new Source.Header(header);
    }
    return switch (text) {
      case "path:tenant" -> new Source.Path();
      case "delivery" -> new Source.Delivery();
      default ->
          throw new IllegalArgumentException(
              "{"
                  + text
                  + "} is none of {/json/pointer}, {header:Name}, {path:tenant}, {delivery}");
    };
  }

  /** The pointers into the body. */
  List<String> pointers() {
    List<String> pointers = new ArrayList<>();
    for (Part part : parts) {
      for (Source source : part.sources()) {
        if (source instanceof Source.Body(String pointer)) {
          pointers.add(pointer);
        }
      }
    }
    return pointers;
  }

  /** Whether the tenant of the path is filled in somewhere. */
  boolean takesPath() {
    return parts.stream()
        .anyMatch(part -> part.sources().stream().anyMatch(Source.Path.class::isInstance));
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
   * @throws RelayException INVALID_EVENT naming the pointer or the header without a value
   */
  String fill(Pointers.Found body, Request request) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.text());
      if (part.sources().isEmpty()) {
        continue;
      }
      Optional<String> value =
          part.sources().stream()
              .flatMap(source -> value(source, body, request).stream())
              .findFirst();
      if (value.isPresent()) {
        text.append(part.dotted() ? "." : "").append(fit(value.get(), part));
      } else if (!part.dotted()) {
        throw refused(part, "nothing at {" + part.place() + "}");
      }
    }
    return text.toString();
  }

  private static Optional<String> value(Source source, Pointers.Found body, Request request) {
    return switch (source) {
      case Source.Body(String pointer) -> body.text(pointer).filter(text -> !text.isEmpty());
      case Source.Header(HeaderName name) ->
          Optional.of(Scheme.one(request.headers(), name)).filter(text -> !text.isEmpty());
      case Source.Path() -> request.tenant();
      case Source.Delivery() -> Optional.of(request.delivery()).filter(text -> !text.isEmpty());
      case Source.Fixed(String text) -> Optional.of(text);
    };
  }

  private String fit(String value, Part part) {
    if (value.length() > MAX_VALUE) {
      throw refused(part, "over " + MAX_VALUE + " characters at {" + part.place() + "}");
    }
    return switch (use) {
      case TEXT -> value;
      case TOPIC -> TOPIC_UNSAFE.matcher(value).replaceAll("-");
      case NAMES -> {
        if (value.contains(",")) {
          throw refused(part, "more than one name at {" + part.place() + "}");
        }
        yield value;
      }
    };
  }

  private RelayException refused(Part part, String what) {
    String detail = member + ": " + what;
    return part.sources().stream()
        .filter(Source.Body.class::isInstance)
        .map(source -> RelayException.invalidAt(((Source.Body) source).pointer(), detail))
        .findFirst()
        .orElseGet(() -> RelayException.invalid(member, detail));
  }
}
