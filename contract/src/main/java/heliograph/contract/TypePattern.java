package heliograph.contract;

/**
 * The event types that a subscriber or publisher names by one pattern: a single type, or all that
 * begin with what stands before a trailing {@code *}.
 */
public record TypePattern(String value) {
  private static final String ANY_END = "*";

  public TypePattern {
    if (value.isEmpty() || value.length() > Event.MAX_NAME) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "type: 1 to " + Event.MAX_NAME + " characters");
    }
    if (Texts.hasControls(value)) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "type: has a control character");
    }
    int star = value.indexOf('*');
    if (star >= 0 && star != value.length() - 1) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "type: * is allowed only at the end");
    }
  }

  /** Whether the type matches. */
  public boolean matches(String type) {
    return value.endsWith(ANY_END)
        ? type.regionMatches(0, value, 0, value.length() - 1)
        : type.equals(value);
  }

  /** Whether every type that the other matches matches this one, too. */
  public boolean covers(TypePattern other) {
    return (other.isOne() || !isOne()) && matches(other.value);
  }

  /** Whether there is a type that matches both. */
  public boolean overlaps(TypePattern other) {
    // Of two patterns of which one has an open end, that one's text begins the other's.
    return matches(other.value) || other.matches(value);
  }

  /** Whether it names one type alone. */
  public boolean isOne() {
    return !value.endsWith(ANY_END);
  }

  @Override
  public String toString() {
    return value;
  }
}
