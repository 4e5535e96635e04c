package heliograph.gateway.telemetry;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Formats a log record as one JSON object on a line of its own, its stack trace included. The
 * relay's own lines are a word, which is the {@code message}, and pairs, each a member; what
 * libraries say is all {@code message}. No text can end the line or the string it is in. The class
 * is public because {@code logging.properties} may name it. Any thread.
 */
public final class LogJson extends Formatter {
  private static final String OWN = "heliograph";
  private static final String CUT = "[cut]";

  // A trace has so many lines at most, of so many characters.
  private static final int MAX_STACK = LogLine.MAX_TRACE * LogLine.MAX_TEXT;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  // Such as: publish-refused publisher={0} code={1}
  private static final Pattern WORD = Pattern.compile("[a-z][a-z-]*");
  private static final Pattern PAIR = Pattern.compile("([a-z][a-z_-]*)=(?:\\{(\\d)}|([^{}']*))");

  private static final Set<String> MEMBERS =
      Set.of("time", "level", "logger", "message", "trace_id", "stack");

  private final LogLine text = new LogLine();

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(250);
    line.append('{');
    member(line, "time", TIME.format(record.getInstant()), LogLine.MAX_VALUE);
    member(line, "level", record.getLevel().getName(), LogLine.MAX_VALUE);
    member(line, "logger", String.valueOf(record.getLoggerName()), LogLine.MAX_VALUE);
    Map<String, String> pairs = new LinkedHashMap<>();
    String word = word(record, pairs);
    if (word.isEmpty()) {
      member(line, "message", text.message(record), LogLine.MAX_TEXT);
    } else {
      member(line, "message", word, LogLine.MAX_TEXT);
      pairs.forEach((name, value) -> member(line, name, value, LogLine.MAX_VALUE));
    }
    if (LogLine.TRACE_ID.isBound()) {
      member(line, "trace_id", LogLine.TRACE_ID.get(), LogLine.MAX_VALUE);
    }
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      member(line, "stack", LogLine.stack(thrown), MAX_STACK);
    }
    return line.append("}\n").toString();
  }

  /**
   * Takes one of the relay's own lines apart that is a word and pairs. The pattern is the relay's
   * own, and what comes from outside is in the values, so nobody else can add a pair.
   *
   * @param pairs is given the pairs, which nobody has made printable
   * @return the word; empty if the line is something else, and then there may be some pairs
   */
  static String word(LogRecord record, Map<String, String> pairs) {
    if (!OWN.equals(record.getLoggerName())) {
      return "";
    }
    String[] parts = String.valueOf(record.getMessage()).split(" ", -1);
    Object[] values = record.getParameters() == null ? new Object[0] : record.getParameters();
    // One of two words may be a value.
    String word =
        parts[0].equals("{0}") && values.length > 0 ? String.valueOf(values[0]) : parts[0];
    if (!WORD.matcher(word).matches()) {
      return "";
    }
    for (int i = 1; i < parts.length; i++) {
      Matcher pair = PAIR.matcher(parts[i]);
      if (!pair.matches()) {
        return "";
      }
      String name = MEMBERS.contains(pair.group(1)) ? pair.group(1) + "_" : pair.group(1);
      if (pair.group(2) == null) {
        pairs.put(name, pair.group(3));
      } else {
        int index = Integer.parseInt(pair.group(2));
        pairs.put(name, index < values.length ? String.valueOf(values[index]) : "");
      }
    }
    return word;
  }

  private static void member(StringBuilder line, String name, String value, int most) {
    if (line.length() > 1) {
      line.append(',');
    }
    line.append('"').append(name).append("\":\"");
    int until = Math.min(value.length(), most);
    if (until < value.length() && Character.isHighSurrogate(value.charAt(until - 1))) {
      until--;
    }
    value.substring(0, until).codePoints().forEach(character -> append(line, character));
    line.append(until < value.length() ? CUT : "").append('"');
  }

  private static void append(StringBuilder line, int character) {
    if (character == '"' || character == '\\') {
      line.append('\\').append((char) character);
    } else if (LogLine.isPrintable(character)) {
      line.appendCodePoint(character);
    } else if (Character.getType(character) == Character.SURROGATE) {
      // Half of a pair: readers refuse a text with one (RFC 7493), so it is told of as text.
      line.append("\\\\u").append(HexFormat.of().toHexDigits((char) character));
    } else {
      for (char unit : Character.toChars(character)) {
        line.append("\\u").append(HexFormat.of().toHexDigits(unit));
      }
    }
  }
}
