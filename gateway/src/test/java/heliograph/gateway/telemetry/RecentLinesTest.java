package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** The last lines of the log are there for an operator, taken apart, and no more of them. */
class RecentLinesTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456Z");

  private final RecentLines lines = new RecentLines();

  private static LogRecord record(Level level, String logger, String message, Object... values) {
    LogRecord record = new LogRecord(level, message);
    record.setLoggerName(logger);
    record.setInstant(NOON);
    record.setParameters(values);
    return record;
  }

  private void log(String message, Object... values) {
    lines.publish(record(Level.WARNING, "heliograph", message, values));
  }

  @Test
  void aLineOfTheRelayIsAWordAndPairs() {
    log("publish-refused publisher={0} code={1}", "orders", "TOO_LARGE");

    assertEquals(
        List.of(
            new RecentLines.Line(
                Instant.parse("2026-11-21T12:00:00.123Z"),
                "WARNING",
                "heliograph",
                "publish-refused",
                "",
                Map.of("publisher", "orders", "code", "TOO_LARGE"))),
        lines.newestFirst());
  }

  @Test
  void aLineOfALibraryIsItsMessage() {
    lines.publish(record(Level.SEVERE, "io.helidon.webserver", "it a=b broke {0}", "here"));
    log("half a=b of it {0}", "there");

    RecentLines.Line own = lines.newestFirst().get(0);
    RecentLines.Line library = lines.newestFirst().get(1);
    assertEquals("", library.word());
    assertEquals("it a=b broke here", library.message());
    assertEquals("io.helidon.webserver", library.logger());
    assertEquals("half a=b of it there", own.message());
    assertEquals(Map.of(), own.pairs());
  }

  @Test
  void atItsLimitTheOldestIsForgottenAndAllAreCounted() {
    for (int i = 0; i <= RecentLines.KEPT; i++) {
      log("started public={0}", Integer.toString(i));
    }

    List<RecentLines.Line> kept = lines.newestFirst();
    assertEquals(RecentLines.KEPT, kept.size());
    assertEquals(Map.of("public", "" + RecentLines.KEPT), kept.getFirst().pairs());
    assertEquals(Map.of("public", "1"), kept.getLast().pairs());
    assertEquals(RecentLines.KEPT + 1, lines.count());
  }

  /** A relay whose clients come and go has thousands of them in a second. */
  @Test
  void thatStreamsOpenAndEndIsLeftOut() {
    log("stream-open stream={0} tenant={1}{2}", "s_1", "acme", "");
    lines.publish(record(Level.INFO, "heliograph", "stream-end stream={0}{1}", "s_1", ""));
    log("stream-refused reason={0}", "limit");

    assertEquals(1, lines.count());
    assertEquals("stream-refused", lines.newestFirst().getFirst().word());
  }

  @Test
  void whatOthersChoseIsCutAndCannotBeMoreThanText() {
    log("issuer-keys-failed cause={0}", "\u001b[2J\n" + "x".repeat(10_000));

    String cause = lines.newestFirst().getFirst().pairs().get("cause");
    assertTrue(cause.startsWith("\\u001b[2J\\u000axxx") && cause.endsWith("x[cut]"), cause);
    assertTrue(cause.length() <= RecentLines.MAX_TEXT + "[cut]".length(), cause);
  }

  /** An exception may have been made of an event's data, which viewers do not see. */
  @Test
  void ofABugOnlyTheNameOfItsExceptionIsKept() {
    LogRecord record = record(Level.SEVERE, "heliograph", "bug thread=heliograph-log");
    record.setThrown(new IllegalStateException("the data of an event"));
    lines.publish(record);

    assertEquals(
        Map.of("thread", "heliograph-log", "exception", "java.lang.IllegalStateException"),
        lines.newestFirst().getFirst().pairs());
  }
}
