package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads one JSON object of strings, numbers and words after RFC 8259, and fails on anything else,
 * on white space and on a name that comes twice. Strict, so that it can judge what we quote.
 */
final class FlatJson {
  private final String text;
  private int at;

  private FlatJson(String text) {
    this.text = text;
  }

  /** The members in order; a string is its content, anything else its spelling. */
  static Map<String, String> members(String object) {
    FlatJson json = new FlatJson(object);
    Map<String, String> members = new LinkedHashMap<>();
    json.expect('{');
    do {
      String name = json.string();
      json.expect(':');
      assertNull(members.put(name, json.value()), "twice: " + name);
    } while (json.accept(','));
    json.expect('}');
    assertEquals(object.length(), json.at, "text after the object");
    return members;
  }

  private String value() {
    if (text.charAt(at) == '"') {
      return string();
    }
    int start = at;
    while (",}".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    assertTrue(word.matches("true|false|null|-?(0|[1-9][0-9]*)"), word);
    return word;
  }

  private String string() {
    expect('"');
    StringBuilder read = new StringBuilder();
    while (!accept('"')) {
      char c = text.charAt(at++);
      assertTrue(c >= 0x20, "a raw control character in a string");
      read.append(c == '\\' ? escaped() : c);
    }
    return read.toString();
  }

  private char escaped() {
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) Integer.parseInt(text.substring(at, at += 4), 16);
      default -> throw new AssertionError("unknown escape " + c);
    };
  }

  private boolean accept(char c) {
    boolean found = at < text.length() && text.charAt(at) == c;
    at += found ? 1 : 0;
    return found;
  }

  private void expect(char c) {
    assertTrue(accept(c), () -> "expected " + c + " at " + at + " of " + text);
  }
}
