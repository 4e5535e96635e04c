package heliograph.gateway.identity;

import java.util.regex.Pattern;

/**
 * The text that a provider's {@code sub} is prefixed with, so that the subjects of two providers
 * never meet in one tenant. Any thread.
 *
 * @param text the prefix; empty for a {@code sub} that is the whole subject
 */
public record SubjectPrefix(String text) {
  /**
   * The most characters of a prefix, which becomes part of each name in an event's {@code users}.
   */
  public static final int MAX_LENGTH = 64;

  // It is visible ASCII except the characters that a header of names would have to escape, or would
  // be split at.
  private static final Pattern SYNTAX = Pattern.compile("[!-~&&[^\",%\\\\]]{0," + MAX_LENGTH + "}");

  /** The prefix of an issuer that is alone in its tenants; it is empty. */
  public static final SubjectPrefix NONE = new SubjectPrefix("");

  /**
   * Checks the prefix.
   *
   * @throws IllegalArgumentException if the text is too long, or has a character that is not
   *     allowed
   */
  public SubjectPrefix {
    if (!SYNTAX.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "must be at most " + MAX_LENGTH + " visible ASCII characters, none of them \" , % \\");
    }
  }

  /** The subject that the relay knows for an issuer's {@code sub}. */
  String subject(String sub) {
    return text + sub;
  }

  /** Whether the subject may be one that this prefix makes. */
  boolean begins(String subject) {
    return subject.startsWith(text);
  }

  /**
   * Whether no subject can begin with both prefixes: if it did, one of them would begin with the
   * other.
   */
  boolean isApartFrom(SubjectPrefix other) {
    return !begins(other.text) && !other.begins(text);
  }
}
