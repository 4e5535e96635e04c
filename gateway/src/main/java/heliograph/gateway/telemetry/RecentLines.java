package heliograph.gateway.telemetry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import tools.jackson.core.JsonGenerator;

/**
 * Keeps the last lines of the log, for an operator who looks at the console and not at the machine.
 * What the log has for accounts alone, that streams open and end, is left out: on a busy relay
 * nothing else would be there. Any thread.
 */
public final class RecentLines extends Handler {
  /** How many lines are kept; the oldest are forgotten here, but not in the log. */
  public static final int KEPT = 50;

  /** The longest text that is kept, be it a message or the value of a pair, in characters. */
  static final int MAX_TEXT = 500;

  private static final Set<String> ACCOUNTS = Set.of("stream-open ", "stream-end ");

  // Guarded by this.
  private final Deque<Line> lines = new ArrayDeque<>(KEPT);
  private long count;

  /**
   * A line of the log.
   *
   * @param word what happened, in the relay's own word; empty for a line of a library
   * @param message what the line says; empty for a line that is a word and pairs
   * @param pairs what the line says of it, in its order
   */
  public record Line(
      Instant time,
      String level,
      String logger,
      String word,
      String message,
      Map<String, String> pairs) {
    /** Copies the pairs. */
    public Line {
      pairs = Collections.unmodifiableMap(new LinkedHashMap<>(pairs));
    }

    /** Writes it as an object. */
    public void write(JsonGenerator json) {
      json.writeStartObject();
      json.writeStringProperty("time", time.toString());
      json.writeStringProperty("level", level);
      json.writeStringProperty("logger", logger);
      if (word.isEmpty()) {
        json.writeStringProperty("message", message);
      } else {
        json.writeStringProperty("word", word);
      }
      json.writeObjectPropertyStart("pairs");
      pairs.forEach(json::writeStringProperty);
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  /** Makes one that has no lines yet. */
  RecentLines() {}

  /** Makes one that keeps each line that is written from now on. */
  public static RecentLines keep() {
    RecentLines lines = new RecentLines();
    LogManager.getLogManager().getLogger("").addHandler(lines);
    return lines;
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record) || isAccount(record)) {
      return;
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    String word = LogJson.word(record, pairs);
    if (word.isEmpty()) {
      pairs.clear();
    }
    pairs.replaceAll((_, value) -> LogLine.printable(value, MAX_TEXT));
    if (record.getThrown() != null) {
      // What a bug has to say of itself may be an event's data; the log has the whole of it.
      pairs.put("exception", record.getThrown().getClass().getName());
    }
    Line line =
        new Line(
            record.getInstant().truncatedTo(ChronoUnit.MILLIS),
            record.getLevel().getName(),
            LogLine.printable(String.valueOf(record.getLoggerName()), MAX_TEXT),
            word,
            word.isEmpty() ? LogLine.printable(new LogLine().message(record), MAX_TEXT) : "",
            pairs);
    synchronized (this) {
      count++;
      if (lines.size() == KEPT) {
        lines.removeLast();
      }
      lines.addFirst(line);
    }
  }

  private static boolean isAccount(LogRecord record) {
    String pattern = String.valueOf(record.getMessage());
    return ACCOUNTS.stream().anyMatch(pattern::startsWith);
  }

  /** The lines that are kept, the newest first. */
  public synchronized List<Line> newestFirst() {
    return new ArrayList<>(lines);
  }

  /** How many lines there were since the start, by which one sees that there is a new one. */
  public synchronized long count() {
    return count;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
