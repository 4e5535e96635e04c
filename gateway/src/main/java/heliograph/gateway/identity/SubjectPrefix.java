package heliograph.gateway.identity;

import java.util.regex.Pattern;

/**
 * What stands before the {@code sub} of somebody's people, so that the subject it makes of them is
 * nobody else's.
 *
 * @param text may be empty, for a {@code sub} that is the whole subject
 */
public record SubjectPrefix(String text) {
  /** The most characters: they are part of each name in an event's {@code users}. */
  public static final int MAX_LENGTH = 64;

  // Visible ASCII, but for what a header with names would have to escape or would be split at.
  private static final Pattern SYNTAX = Pattern.compile("[!-~&&[^\",%\\\\]]{0," + MAX_LENGTH + "}");

  /** Of an issuer that is alone in its tenants. */
  public static final SubjectPrefix NONE = new SubjectPrefix("");

  /**
   * Checks the prefix.
   *
   * @throws IllegalArgumentException if it cannot be one
   */
  public SubjectPrefix {
    if (!SYNTAX.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be at most " + MAX_LENGTH + " visible ASCII characters, none of them \" , % \\");
    }
  }

  /** The relay's name for whom an issuer calls so. */
  String subject(String sub) {
    return text + sub;
  }

  /** Whether the subject may be one that it makes. */
  boolean begins(String subject) {
    return subject.startsWith(text);
  }

  /** Whether no subject can be both's: of two texts that begin it, one would begin the other. */
  boolean isApartFrom(SubjectPrefix other) {
    return !begins(other.text) && !other.begins(text);
  }
}
