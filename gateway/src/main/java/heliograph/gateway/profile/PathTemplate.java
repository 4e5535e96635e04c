package heliograph.gateway.profile;

import heliograph.contract.RelayException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The path of a profile: its segments are literal, or variables such as {@code {id}}, each of which
 * stands for one whole segment. Any thread.
 *
 * @param segments the segments in their order, at least one
 */
public record PathTemplate(List<Segment> segments) {
  /** The longest template, in characters. */
  static final int MAX_LENGTH = 200;

  /** The most segments. */
  static final int MAX_SEGMENTS = 10;

  /** Below these the relay has paths of its own. */
  private static final Set<String> RESERVED = Set.of("v1", "openapi", "asyncapi", "demo", "client");

  // These are the unreserved characters of RFC 3986, section 2.3. They mean the same with and
  // without percent-encoding, and nothing to whoever routes by a pattern.
  private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~-]++");
  private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z0-9_-]{1,64}+}");

  /**
   * The order in which templates are tried: of two that one path fits, of which one is more
   * literal, that one comes first.
   */
  public static final Comparator<PathTemplate> MOST_LITERAL_FIRST =
      Comparator.comparingInt(template -> template.variables().size());

  /**
   * One segment.
   *
   * @param text the decoded text, or the name of the variable
   */
  public record Segment(String text, boolean variable) {
    private boolean fits(Segment other) {
      return variable || other.variable || text.equals(other.text);
    }
  }

  /** Copies the segments. */
  public PathTemplate {
    segments = List.copyOf(segments);
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static PathTemplate of(String text) {
    if (text.length() > MAX_LENGTH || !text.startsWith("/") || text.equals("/")) {
      throw new IllegalArgumentException(
          "must be a path such as /events/{id}/live, of at most " + MAX_LENGTH + " characters");
    }
    List<Segment> segments = new ArrayList<>();
    for (String part : text.substring(1).split("/", -1)) {
      segments.add(segment(part));
    }
    if (segments.size() > MAX_SEGMENTS) {
      throw new IllegalArgumentException("must have at most " + MAX_SEGMENTS + " segments");
    }
    PathTemplate template = new PathTemplate(segments);
    Segment first = segments.getFirst();
    if (!first.variable() && RESERVED.contains(first.text())) {
      throw new IllegalArgumentException("must not be below a path of the relay's own");
    }
    if (template.variables().size() < segments.stream().filter(Segment::variable).count()) {
      throw new IllegalArgumentException("must not have two variables of one name");
    }
    return template;
  }

  private static Segment segment(String part) {
    if (VARIABLE.matcher(part).matches()) {
      return new Segment(part.substring(1, part.length() - 1), true);
    }
    if (!LITERAL.matcher(part).matches() || part.equals(".") || part.equals("..")) {
      throw new IllegalArgumentException(
          "segments are of A-Z a-z 0-9 . _ ~ -, or one {variable} of A-Z a-z 0-9 _ -");
    }
    return new Segment(part, false);
  }

  /** The names of the variables, in their order. */
  public Set<String> variables() {
    Set<String> names = new LinkedHashSet<>();
    for (Segment segment : segments) {
      if (segment.variable()) {
        names.add(segment.text());
      }
    }
    return Collections.unmodifiableSet(names);
  }

  /**
   * Compares with the path of a request.
   *
   * @param path the path as it was sent, percent-encoded; each segment is decoded once
   * @return the value of each variable; empty if the path does not fit
   * @throws RelayException INVALID_REQUEST naming the variable whose value is not one segment of a
   *     topic
   */
  public Optional<Map<String, String>> match(String path) {
    String[] parts = path.split("/", segments.size() + 2);
    if (parts.length != segments.size() + 1 || !parts[0].isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      String part = decoded(parts[i + 1]);
      Segment segment = segments.get(i);
      if (segment.variable()) {
        values.put(segment.text(), part);
      } else if (!segment.text().equals(part)) {
        return Optional.empty();
      }
    }
    if (RESERVED.contains(decoded(parts[1]))) {
      return Optional.empty();
    }
    values.forEach((name, value) -> RequestValues.checkSegment(RequestValues.PATH + name, value));
    return Optional.of(Collections.unmodifiableMap(values));
  }

  /** A segment without its encoding; as it is, if that is broken, which makes it no value. */
  private static String decoded(String part) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      // In a path a plus sign is one, while the decoder, which is for forms, makes a space of it.
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return part;
    }
  }

  /** Whether there is a path that fits both templates. */
  public boolean overlaps(PathTemplate other) {
    if (segments.size() != other.segments.size()) {
      return false;
    }
    for (int i = 0; i < segments.size(); i++) {
      if (!segments.get(i).fits(other.segments.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a path can fit both templates, and neither of them is the more literal one, to which
   * such a path belongs.
   */
  public boolean conflicts(PathTemplate other) {
    return overlaps(other) && isMoreLiteral(other) == other.isMoreLiteral(this);
  }

  /** Whether this has a literal somewhere where the other, which it overlaps, has a variable. */
  private boolean isMoreLiteral(PathTemplate other) {
    for (int i = 0; i < segments.size(); i++) {
      if (!segments.get(i).variable() && other.segments.get(i).variable()) {
        return true;
      }
    }
    return false;
  }

  /** The template as it was written, which is also how OpenAPI and Helidon write it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments) {
      text.append('/').append(segment.variable() ? "{" + segment.text() + "}" : segment.text());
    }
    return text.toString();
  }
}
