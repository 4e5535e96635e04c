package heliograph.contract;

/** Has the rules on text that several values share, and quotes text for JSON. */
final class Texts {
  private Texts() {}

  /**
   * Whether the text holds a control character (U+0000-U+001F, U+007F-U+009F) or half a surrogate
   * pair. CloudEvents 1.0 forbids both in strings, and a line break or NUL would break an SSE
   * field.
   */
  static boolean hasControls(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        return true;
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** Counts the bytes of a text in UTF-8. The text must not hold half a surrogate pair. */
  static long utf8(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0x7F) {
        // A character takes two bytes, or three beyond U+07FF; a pair of surrogates takes four.
        bytes += c > 0x7FF && !Character.isSurrogate(c) ? 2 : 1;
      }
    }
    return bytes;
  }

  /** Appends the text as a JSON string (RFC 8259 section 7), without a raw line break. */
  static StringBuilder quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"');
  }
}
