package heliograph.gateway.intake;

import heliograph.contract.Event;

/**
 * A pattern of sources in whose name a publisher may send: one source, or with a trailing {@code *}
 * all that begin so. Any thread.
 */
public record SourcePattern(String value) {
  /** Every source. */
  public static final SourcePattern ALL = new SourcePattern("*");

  /**
   * Checks the pattern.
   *
   * @throws IllegalArgumentException if it is empty, too long, or has a {@code *} before its end
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
