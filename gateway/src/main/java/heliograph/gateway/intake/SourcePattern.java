package heliograph.gateway.intake;

import heliograph.contract.Event;

/**
 * Sources that a publisher may send in the name of: one exactly, or with a trailing {@code *} any
 * end.
 */
public record SourcePattern(String value) {
  /** Every source. */
  public static final SourcePattern ALL = new SourcePattern("*");

  /**
   * Checks the pattern.
   *
   * @throws IllegalArgumentException if it is no such pattern
   */
  public SourcePattern {
    int star = value.indexOf('*');
    if (value.isEmpty()
        || value.length() > Event.MAX_SOURCE
        || value.chars().anyMatch(Character::isISOControl)
        || (star >= 0 && star != value.length() - 1)) {
      throw new IllegalArgumentException(
          "must be sources of 1 to "
              + Event.MAX_SOURCE
              + " characters, with * at the end alone, where it stands for any end");
    }
  }

  boolean matches(String source) {
    return value.endsWith("*")
        ? source.regionMatches(0, value, 0, value.length() - 1)
        : source.equals(value);
  }
}
