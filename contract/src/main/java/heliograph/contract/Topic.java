package heliograph.contract;

import java.util.regex.Pattern;

/** The name that an event is filed under, in dot-separated segments, such as {@code orders.42}. */
public record Topic(String value) {
  /** The longest topic and the longest topic pattern, in characters. */
  public static final int MAX_LENGTH = 200;

  private static final Pattern SYNTAX = Pattern.compile("[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++)*+");

  public Topic {
    if (value.length() > MAX_LENGTH) {
      throw RelayException.invalid("topic", "topic: over " + MAX_LENGTH + " characters");
    }
    if (!SYNTAX.matcher(value).matches()) {
      throw RelayException.invalid(
          "topic", "topic: segments of A-Z a-z 0-9 _ - joined by single dots");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
