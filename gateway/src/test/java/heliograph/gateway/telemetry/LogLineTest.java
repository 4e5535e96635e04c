package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is logged is one line of characters that can be seen. */
class LogLineTest {
  private static final Pattern LINE =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}[+-][0-9]{4}"
              + " level=[A-Z]+ logger=[^ ]+ .*");
  private static final String FORGED =
      "\r\n2026-11-21T04:03:30.690+0000 level=INFO logger=heliograph started public=1 admin=2\n";

  private final LogLine format = new LogLine();

  private static LogRecord record(String message, Object... values) {
    LogRecord record = new LogRecord(Level.WARNING, message);
    record.setLoggerName("heliograph");
    record.setInstant(Instant.parse("2026-11-21T04:03:30.690123Z"));
    record.setParameters(values.length == 0 ? null : values);
    return record;
  }

  private List<String> lines(LogRecord record) {
    String text = format.format(record);
    assertTrue(text.endsWith("\n"), text);
    return text.substring(0, text.length() - 1).lines().toList();
  }

  @Test
  void aLineHasItsTimeLevelLoggerAndText() {
    String line = format.format(record("upstream-failed upstream={0} keys={1}", "session", 7));
    assertTrue(LINE.matcher(line.strip()).matches(), line);
    assertTrue(line.startsWith("2026-11-21T"), line);
    assertTrue(
        line.endsWith(" level=WARNING logger=heliograph upstream-failed upstream=session keys=7\n"),
        line);
  }

  @ParameterizedTest
  @CsvSource({
    // C0, DEL and C1: ends of lines, escapes of terminals, NEL, and CSI in one character.
    "0000",
    "0007",
    "0008",
    "0009",
    "000a",
    "000b",
    "000c",
    "000d",
    "001b",
    "007f",
    "0085",
    "009b",
    // Ends of lines and paragraphs of Unicode, and spaces that are none.
    "2028",
    "2029",
    "00a0",
    "2003",
    "3000",
    // Embeddings, overrides and isolates of direction, and marks of it.
    "202a",
    "202b",
    "202c",
    "202d",
    "202e",
    "2066",
    "2067",
    "2068",
    "2069",
    "200e",
    "200f",
    "061c",
    // What has no width: joiners, a soft hyphen, a byte order mark, notes between the lines.
    "200b",
    "200d",
    "00ad",
    "2060",
    "feff",
    "fff9",
    // Halves of pairs, private and unassigned characters.
    "d800",
    "dbff",
    "dc00",
    "dfff",
    "e000",
    "ffff",
    "0378"
  })
  void whatCannotBeSeenIsWrittenByItsNumber(String hex) {
    String character = String.valueOf((char) Integer.parseInt(hex, 16));
    String safe = "a\\u" + hex + "b";
    assertEquals(safe, LogLine.printable("a" + character + "b", 100));
    assertEquals(List.of(safe), texts(record("a" + character + "b")));
    assertEquals(List.of(safe), texts(record("{0}", "a" + character + "b")));
  }

  private List<String> texts(LogRecord record) {
    return lines(record).stream()
        .map(line -> line.substring(line.indexOf("logger=heliograph ") + 18))
        .toList();
  }

  @Test
  void whatCannotBeSeenBeyondTheFirstPlaneIsWrittenByItsPair() {
    String tag = Character.toString(0xE0041);
    assertEquals("\\udb40\\udc41", LogLine.printable(tag, 100));
  }

  @ParameterizedTest
  @CsvSource({"caf\u00e9 \u65e5\u672c", "\ud83d\ude00", "C:\\data\\u000a", "a=b c='d' {e} \"f\""})
  void whatCanBeSeenStays(String text) {
    assertEquals(text, LogLine.printable(text, 100));
    assertEquals(List.of(text), texts(record("{0}", text)));
  }

  @Test
  void valuesAndTextsHaveTheirLengths() {
    assertEquals("aaa[cut]", LogLine.printable("a".repeat(4), 3));
    assertEquals("aaa", LogLine.printable("aaa", 3));
    String line = format.format(record("{0} tenant={1}", "x".repeat(100_000), "acme"));
    assertTrue(line.contains("x[cut] tenant=acme"), line);
    assertTrue(line.length() < 2 * LogLine.MAX_VALUE, () -> "" + line.length());
    assertTrue(format.format(record("y".repeat(100_000))).length() < 2 * LogLine.MAX_TEXT);
  }

  @Test
  void noTextAndNoNameOfALoggerEndsALine() {
    LogRecord record = record("cause={0}" + FORGED, "bad" + FORGED);
    record.setLoggerName("some.library" + FORGED);
    assertEquals(1, lines(record).size());
  }

  @Test
  void aStackTraceIsOfLinesThatBeginWithATab() {
    Exception cause = new IllegalStateException("\tat x" + FORGED, new Forger());
    cause.addSuppressed(new IllegalArgumentException(FORGED));
    LogRecord record = record("bug path=/");
    record.setThrown(new RuntimeException("outer" + FORGED, cause));

    List<String> lines = lines(record);

    assertTrue(LINE.matcher(lines.getFirst()).matches(), lines.getFirst());
    assertTrue(lines.size() > 6, lines::toString);
    for (String line : lines.subList(1, lines.size())) {
      assertTrue(line.startsWith("\t"), line);
      assertEquals(line.strip(), LogLine.printable(line.strip(), LogLine.MAX_TEXT));
    }
    assertTrue(lines.get(1).startsWith("\tjava.lang.RuntimeException: outer\\u000d\\u000a2026"));
    assertTrue(
        lines.get(2).startsWith("\t\tat heliograph.gateway.telemetry.LogLineTest."), lines.get(2));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("\tCaused by: ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("\tSuppressed: ")));
  }

  /** It prints itself as another: some libraries' do not even begin with their name. */
  @SuppressWarnings("OverrideThrowableToString")
  private static final class Forger extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      return "2026-11-21T04:03:30.690+0000 level=INFO logger=heliograph started";
    }
  }

  @Test
  void aStackTraceHasItsLengthToo() {
    Throwable bug = new StackOverflowError("deep");
    StackTraceElement[] deep = new StackTraceElement[1024];
    java.util.Arrays.fill(deep, new StackTraceElement("Some", "method", "Some.java", 1));
    bug.setStackTrace(deep);
    LogRecord record = record("bug path=/");
    record.setThrown(bug);
    assertEquals(1 + LogLine.MAX_TRACE + 1, lines(record).size());
  }
}
