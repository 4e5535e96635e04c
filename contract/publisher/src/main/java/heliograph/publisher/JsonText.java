package heliograph.publisher;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON (RFC 8259) into maps, lists, strings and booleans; numbers and null are {@link Other}.
 * It reads answers, and proves that the data of an event is one value: what is not would become
 * part of the request around it, and could be another event. One thread.
 */
final class JsonText {
  /** How deep arrays and objects may nest; the relay takes no deeper either. */
  static final int MAX_DEPTH = 100;

  private static final Pattern OTHER =
      Pattern.compile("null|-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");
  private static final int HEX = 16;
  private static final int ESCAPE_DIGITS = 4;

  /** A number or null, as it is written. */
  record Other(String text) {}

  /** Says that a text is not JSON, without showing it. */
  static final class MalformedJson extends Exception {
    private static final long serialVersionUID = 1L;

    private MalformedJson(String message) {
      super(message, null, false, false);
    }
  }

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  static Object parse(byte[] utf8) throws MalformedJson {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedJson("not UTF-8");
    }
    JsonText json = new JsonText(text);
    Object value = json.value(0);
    json.skipSpace();
    if (json.at < text.length()) {
      throw json.malformed("something follows the value");
    }
    return value;
  }

  private Object value(int depth) throws MalformedJson {
    if (depth > MAX_DEPTH) {
      throw malformed("nests over " + MAX_DEPTH + " deep");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      default -> other();
    };
  }

  private Map<String, Object> object(int depth) throws MalformedJson {
    Map<String, Object> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (skip('}')) {
      return members;
    }
    while (true) {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      if (members.put(name, value(depth + 1)) != null) {
        throw malformed("a member is named twice");
      }
      skipSpace();
      if (skip('}')) {
        return members;
      }
      expect(',');
    }
  }

  private List<Object> array(int depth) throws MalformedJson {
    List<Object> values = new ArrayList<>();
    at++;
    skipSpace();
    if (skip(']')) {
      return values;
    }
    while (true) {
      values.add(value(depth + 1));
      skipSpace();
      if (skip(']')) {
        return values;
      }
      expect(',');
    }
  }

  private String string() throws MalformedJson {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        break;
      } else if (c == '\\') {
        value.append(escaped());
      } else if (c < ' ') {
        throw malformed("a control character in a string");
      } else {
        value.append(c);
      }
    }
    String read = value.toString();
    // RFC 7493, section 2.1: readers treat half a pair in different ways.
    if (read.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw malformed("half a surrogate pair");
    }
    return read;
  }

  private char escaped() throws MalformedJson {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unit();
      default -> throw malformed("an escape that JSON does not have");
    };
  }

  private char unit() throws MalformedJson {
    int value = 0;
    for (int i = 0; i < ESCAPE_DIGITS; i++) {
      char c = peek();
      // Character.digit knows digits of other scripts as well.
      int digit = c < 0x80 ? Character.digit(c, HEX) : -1;
      if (digit < 0) {
        throw malformed("an escape without four hex digits");
      }
      value = value * HEX + digit;
      at++;
    }
    return (char) value;
  }

  private Object other() throws MalformedJson {
    Matcher found = OTHER.matcher(text).region(at, text.length());
    if (!found.lookingAt()) {
      throw malformed("no value");
    }
    at = found.end();
    return new Other(found.group());
  }

  private Object word(String word, Object value) throws MalformedJson {
    if (!text.startsWith(word, at)) {
      throw malformed("no value");
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean skip(char c) throws MalformedJson {
    boolean there = peek() == c;
    if (there) {
      at++;
    }
    return there;
  }

  private void expect(char c) throws MalformedJson {
    if (!skip(c)) {
      throw malformed("no " + c);
    }
  }

  private char peek() throws MalformedJson {
    if (at >= text.length()) {
      throw malformed("it ends too early");
    }
    return text.charAt(at);
  }

  private MalformedJson malformed(String what) {
    return new MalformedJson(what + ", at character " + at);
  }
}
