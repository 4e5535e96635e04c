package heliograph.contract;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a tenant's log: everything up to and including {@code sequence} is behind it. Cursors
 * are opaque to clients, which hand back what they were given. The text is safe in an SSE {@code
 * id} field, a header and a URL.
 *
 * @param epoch the life of the log that gave out the sequence; another epoch counts anew
 * @param sequence the number of an event of the tenant, from 1; 0 is the place before the first one
 */
public record Cursor(String epoch, long sequence) {
  /** The text that follows a cursor in a final position; no cursor ends with it. */
  public static final String FINAL = "~";

  private static final int MAX_EPOCH = 32;
  private static final Pattern SYNTAX = Pattern.compile("([a-z0-9]{1,32})-(0|[1-9][0-9]{0,17})");
  private static final Pattern PLACE = Pattern.compile(SYNTAX.pattern() + FINAL + "?");

  public Cursor {
    if (!isEpoch(epoch) || sequence < 0) {
      throw new IllegalArgumentException("epoch: a-z 0-9, up to 32; sequence: not negative");
    }
  }

  // Written without a pattern, because cursors are made with every event and every heartbeat.
  private static boolean isEpoch(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= MAX_EPOCH;
  }

  /**
   * Reads a cursor that a client handed back.
   *
   * @throws RelayException BAD_CURSOR if the text cannot have come from a relay
   */
  public static Cursor parse(String text) {
    Matcher parts = SYNTAX.matcher(text);
    if (!parts.matches()) {
      throw new RelayException(
          ErrorCode.BAD_CURSOR, "the last event id is not one that this relay gives out");
    }
    return new Cursor(parts.group(1), Long.parseLong(parts.group(2)));
  }

  /** Whether a text is a cursor or a final position. */
  public static boolean isPlace(String text) {
    return PLACE.matcher(text).matches();
  }

  @Override
  public String toString() {
    return epoch + "-" + sequence;
  }
}
