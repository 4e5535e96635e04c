package heliograph.gateway.telemetry;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Formats a log record as one line, and its stack trace as lines that begin with a tab. No text in
 * it can end the line or change how it is shown: exceptions, paths and the answers of other servers
 * hold texts of others (log injection). That is done here, so that nobody who logs has to think of
 * it, libraries included. The class is public because {@code logging.properties} names it. Any
 * thread.
 */
public final class LogLine extends Formatter {
  /** The longest text of a line, or of a line of a stack trace, in characters. */
  public static final int MAX_TEXT = 4000;

  /** The trace that whoever writes a line is in, by its id. */
  static final ScopedValue<String> TRACE_ID = ScopedValue.newInstance();

  /** The longest value that is put into a text, in characters. */
  static final int MAX_VALUE = 1000;

  /** The most lines of a stack trace. */
  static final int MAX_TRACE = 200;

  private static final String CUT = "[cut]";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT);

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(200);
    TIME.formatTo(record.getInstant().atZone(ZoneId.systemDefault()), line);
    line.append(" level=").append(record.getLevel().getName());
    line.append(" logger=").append(printable(String.valueOf(record.getLoggerName()), MAX_VALUE));
    line.append(' ').append(printable(message(record), MAX_TEXT));
    if (TRACE_ID.isBound()) {
      line.append(" trace_id=").append(TRACE_ID.get());
    }
    line.append('\n');
    Throwable thrown = record.getThrown();
    return thrown == null ? line.toString() : line.append(stack(thrown)).toString();
  }

  /** The lines of a stack trace, each of which begins with a tab. */
  static String stack(Throwable thrown) {
    StringBuilder lines = new StringBuilder();
    thrown.printStackTrace(new Trace(lines));
    return lines.toString();
  }

  /** The text of a record with its values, each of them cut and printable. */
  String message(LogRecord record) {
    LogRecord copy = new LogRecord(record.getLevel(), record.getMessage());
    copy.setLoggerName(record.getLoggerName());
    copy.setResourceBundle(record.getResourceBundle());
    Object[] values = record.getParameters();
    if (values != null) {
      copy.setParameters(Arrays.stream(values).map(LogLine::value).toArray());
    }
    return String.valueOf(formatMessage(copy));
  }

  private static Object value(@Nullable Object value) {
    return value instanceof Number ? value : printable(String.valueOf(value), MAX_VALUE);
  }

  /**
   * Collects the lines of a stack trace, which the JDK prints whole; a line break inside one is
   * escaped.
   */
  private static final class Trace extends PrintWriter {
    private final StringBuilder lines;
    private int count;

    Trace(StringBuilder lines) {
      super(Writer.nullWriter());
      this.lines = lines;
    }

    @Override
    public void println(@Nullable Object line) {
      println(String.valueOf(line));
    }

    @Override
    public void println(@Nullable String line) {
      count++;
      if (count <= MAX_TRACE) {
        // Tabs replace the JDK's own indent.
        String text = String.valueOf(line).stripLeading();
        lines.append(text.startsWith("at ") || text.startsWith("... ") ? "\t\t" : "\t");
        lines.append(printable(text, MAX_TEXT)).append('\n');
      } else if (count == MAX_TRACE + 1) {
        lines.append('\t').append(CUT).append('\n');
      }
    }
  }

  /**
   * Escapes every character of a text that cannot be seen, or that moves others, by its number as
   * in JSON.
   *
   * @param most how many characters are kept; a longer text is cut and says so
   */
  public static String printable(String text, int most) {
    if (text.length() <= most && text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return text;
    }
    StringBuilder safe = new StringBuilder(Math.min(text.length(), most) + 16);
    int at = 0;
    while (at < text.length() && safe.length() < most) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      if (isPrintable(character)) {
        safe.appendCodePoint(character);
      } else {
        for (char unit : Character.toChars(character)) {
          safe.append("\\u").append(HexFormat.of().toHexDigits(unit));
        }
      }
    }
    return at < text.length() ? safe.append(CUT).toString() : safe.toString();
  }

  static boolean isPrintable(int character) {
    return character == ' '
        || switch (Character.getType(character)) {
          case Character.CONTROL,
              // These are overrides of direction, joiners, and marks of byte order and language.
              Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR,
              // This is half of a surrogate pair.
              Character.SURROGATE,
              Character.PRIVATE_USE,
              // A later version of Unicode may make it any of these.
              Character.UNASSIGNED ->
              false;
          default -> true;
        };
  }
}
