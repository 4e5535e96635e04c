package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is logged is one JSON object on one line. */
class LogJsonTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final LogJson format = new LogJson();

  private static LogRecord record(String message, Object... values) {
    LogRecord record = new LogRecord(Level.WARNING, message);
    record.setLoggerName("heliograph");
    record.setInstant(Instant.parse("2026-11-21T04:03:30.690123Z"));
    record.setParameters(values.length == 0 ? null : values);
    return record;
  }

  /** What a reader makes of the line. */
  private Map<String, String> members(LogRecord record) {
    String line = format.format(record);
    assertTrue(line.endsWith("}\n"), line);
    String one = line.substring(0, line.length() - 1);
    assertTrue(one.chars().allMatch(c -> c >= ' ' && c != 0x7f && c != 0x85), one);
    Map<String, String> members = new LinkedHashMap<>();
    JsonTree.object(one.getBytes(StandardCharsets.UTF_8))
        .properties()
        .forEach(member -> members.put(member.getKey(), member.getValue().stringValue()));
    return members;
  }

  private static Map<String, String> expected(String... more) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("time", "2026-11-21T04:03:30.690Z");
    members.put("level", "WARNING");
    members.put("logger", "heliograph");
    for (int i = 0; i < more.length; i += 2) {
      members.put(more[i], more[i + 1]);
    }
    return members;
  }

  @Test
  void aLineOfOurOwnIsAWordAndPairs() {
    assertEquals(
        expected("message", "upstream-failed", "upstream", "session", "keys", "7", "hash", "sha1"),
        members(record("upstream-failed upstream={0} keys={1} hash=sha1", "session", 7)));
    assertEquals(expected("message", "log-trim-failed"), members(record("log-trim-failed")));
    assertEquals(
        expected("message", "bug", "path", "/v1/events"), members(record("bug path=/v1/events")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Started all channels in 12 milliseconds.",
        "a text of {0}",
        "word {0}",
        "word key={0}more",
        "word key='{0}'",
        "word key={0} and more",
        "",
        " word"
      })
  void anythingElseIsAMessage(String text) {
    String message = members(record(text, "a value")).get("message");
    assertEquals(java.text.MessageFormat.format(text, "a value"), message);
  }

  @Test
  void aTextWithBracesAndNoValuesIsAMessage() {
    assertEquals(
        expected("message", "bug path=/{publisher}"), members(record("bug path=/{publisher}")));
  }

  @Test
  void whatLibrariesSayIsAMessage() {
    LogRecord record = record("closed connection={0}", "x");
    record.setLoggerName("io.helidon.x");

    assertEquals("closed connection=x", members(record).get("message"));
  }

  @Test
  void aValueEndsNeitherItsTextNorTheLineNorAddsAMember() {
    String hostile =
        "\",\"level\":\"INFO\"}\r\n{\"a\\b\":\u001b[2J\u0000\u0085\u2028\u202e\ud800 code=OK";

    Map<String, String> members = members(record("word cause={0} code={1}", hostile, "BAD"));

    // Half of a pair is no text in JSON.
    String told = hostile.replace("\ud800", "\\ud800");
    assertEquals(expected("message", "word", "cause", told, "code", "BAD"), members);
    assertFalse(format.format(record("word cause={0}", hostile)).contains("\u202e"));
  }

  @Test
  void whatCanBeSeenStays() {
    String text = "caf\u00e9 \u65e5\u672c \ud83d\ude00";
    assertTrue(format.format(record("word a={0}", text)).contains(text));
  }

  @Test
  void aPairThatWouldBeAMemberOfEveryLineHasAnotherName() {
    assertEquals(
        expected("message", "word", "level_", "5", "stack_", "x"),
        members(record("word level={0} stack={1}", 5, "x")));
  }

  @Test
  void aValueThatIsNotGivenIsEmpty() {
    assertEquals(expected("message", "word", "a", ""), members(record("word a={3}", "x")));
  }

  @Test
  void valuesAndTextsHaveTheirLengths() {
    Map<String, String> members =
        members(record("word a={0} tenant={1}", "x".repeat(100_000), "acme"));

    assertEquals("x".repeat(LogLine.MAX_VALUE) + "[cut]", members.get("a"));
    assertEquals("acme", members.get("tenant"));
    assertTrue(format.format(record("y ".repeat(100_000))).length() < 2 * LogLine.MAX_TEXT);
    String halved = "x".repeat(LogLine.MAX_VALUE - 1) + "\ud83d\ude00";
    assertEquals(
        "x".repeat(LogLine.MAX_VALUE - 1) + "[cut]",
        members(record("word a={0}", halved)).get("a"));
  }

  @Test
  void aStackTraceIsOneText() {
    LogRecord record = record("bug path=/");
    record.setThrown(new IllegalStateException("a\nb\"c", new RuntimeException("cause")));

    String stack = members(record).get("stack");

    assertTrue(stack.startsWith("\tjava.lang.IllegalStateException: a\\u000ab\"c\n\t\tat "), stack);
    assertTrue(stack.contains("\n\tCaused by: java.lang.RuntimeException: cause\n"), stack);
  }

  @Test
  void aLineOfATraceNamesIt() {
    LogLine text = new LogLine();
    ScopedValue.where(LogLine.TRACE_ID, TRACE)
        .run(
            () -> {
              assertEquals(
                  expected("message", "word", "a", "x", "trace_id", TRACE),
                  members(record("word a={0}", "x")));
              assertTrue(
                  text.format(record("word a={0}", "x"))
                      .endsWith(" word a=x trace_id=" + TRACE + "\n"));
            });
    assertEquals(expected("message", "word", "a", "x"), members(record("word a={0}", "x")));
  }
}
