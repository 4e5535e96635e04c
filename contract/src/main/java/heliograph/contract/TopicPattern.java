package heliograph.contract;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The topics that a subscriber or publisher names by one pattern. A segment {@code *} matches one
 * segment, a last segment {@code >} matches one or more.
 */
public record TopicPattern(String value) {
  private static final Pattern SYNTAX =
      Pattern.compile("(?:(?:[A-Za-z0-9_-]++|\\*)\\.)*+(?:[A-Za-z0-9_-]++|\\*|>)");

  /** The pattern that every topic matches. */
  // It stands below the syntax, which its constructor reads.
  public static final TopicPattern ALL = new TopicPattern(">");

  public TopicPattern {
    if (value.length() > Topic.MAX_LENGTH) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "topic: over " + Topic.MAX_LENGTH + " characters");
    }
    if (!SYNTAX.matcher(value).matches()) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST,
          "topic: segments of A-Z a-z 0-9 _ - joined by single dots; a segment * matches one,"
              + " a last segment > the rest");
    }
  }

  /** Whether the topic matches. This walks both texts once and allocates nothing. */
  public boolean matches(Topic topic) {
    String name = topic.value();
    int at = 0;
    int next = 0;
    while (at < value.length() && next < name.length()) {
      int end = segmentEnd(value, at);
      int nameEnd = segmentEnd(name, next);
      boolean single = end - at == 1;
      if (single && value.charAt(at) == '>') {
        return true;
      }
      boolean any = single && value.charAt(at) == '*';
      if (!any && !(end - at == nameEnd - next && value.regionMatches(at, name, next, end - at))) {
        return false;
      }
      at = end + 1;
      next = nameEnd + 1;
    }
    // Both must end together: "a" does not match "a.b", and ">" matches at least one segment.
    return at > value.length() && next > name.length();
  }

  /** Whether some topic matches both patterns. */
  public boolean overlaps(TopicPattern other) {
    int at = 0;
    int next = 0;
    while (at < value.length() && next < other.value.length()) {
      int end = segmentEnd(value, at);
      int otherEnd = segmentEnd(other.value, next);
      String segment = value.substring(at, end);
      String otherSegment = other.value.substring(next, otherEnd);
      if (segment.equals(">") || otherSegment.equals(">")) {
        return true;
      }
      if (!segment.equals("*") && !otherSegment.equals("*") && !segment.equals(otherSegment)) {
        return false;
      }
      at = end + 1;
      next = otherEnd + 1;
    }
    return at > value.length() && next > other.value.length();
  }

  /**
   * The pattern of the topics that match both patterns; empty if there are no such topics. For any
   * two patterns this is a single one.
   */
  public Optional<TopicPattern> narrowed(TopicPattern other) {
    if (!overlaps(other)) {
      return Optional.empty();
    }
    StringBuilder both = new StringBuilder();
    int at = 0;
    int next = 0;
    while (at < value.length()) {
      int end = segmentEnd(value, at);
      int otherEnd = segmentEnd(other.value, next);
      String segment = value.substring(at, end);
      String otherSegment = other.value.substring(next, otherEnd);
      if (segment.equals(">")) {
        both.append(other.value, next, other.value.length());
        break;
      }
      if (otherSegment.equals(">")) {
        both.append(value, at, value.length());
        break;
      }
      both.append(segment.equals("*") ? otherSegment : segment);
      if (end < value.length()) {
        both.append('.');
      }
      at = end + 1;
      next = otherEnd + 1;
    }
    // What two patterns of the greatest length demand together can be longer than any topic is.
    return both.length() > Topic.MAX_LENGTH
        ? Optional.empty()
        : Optional.of(new TopicPattern(both.toString()));
  }

  private static int segmentEnd(String text, int from) {
    int dot = text.indexOf('.', from);
    return dot < 0 ? text.length() : dot;
  }

  @Override
  public String toString() {
    return value;
  }
}
