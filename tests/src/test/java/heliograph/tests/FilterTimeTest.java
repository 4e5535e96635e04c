package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever asks for filters that take long is late, is told so by name, and misses nothing. */
class FilterTimeTest {
  private static final int MOST = 500;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          limits:
            filter-time-per-tenant: PT1S
            filter-time-per-user: PT0.001S
          """);

  @Test
  void aTenantWithCostlyFiltersIsToldByNameAndGetsEverything() throws Exception {
    // Every search looks at each of the characters, and compares most of what it looks for.
    String filter =
        "!data.note.contains('%1$sb') && !data.note.contains('%1$sc') && data.number >= 0"
            .formatted("a".repeat(63));
    String note = "a".repeat(16_000);
    try (SseClient late =
            stage.join(
                stage.token("alice", "costly"),
                "?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
        SseClient plain = stage.join(stage.token("bob", "costly"), "")) {
      int published = 0;
      while (published < MOST && stage.relay().logged("tenant-late tenant=costly") == 0) {
        stage.publish("costly", "t", "{\"number\":" + published++ + ",\"note\":\"" + note + "\"}");
      }

      assertTrue(published < MOST, "nobody was late");
      for (int i = 0; i < published; i++) {
        String begin = "{\"number\":" + i + ",";
        assertTrue(late.next("test.happened").data().startsWith(begin), begin);
        assertTrue(plain.next("test.happened").data().startsWith(begin), begin);
      }
      late.assertExhausted();
    }
    assertTrue(
        stage.metric("heliograph_late_streams_total", "tenant=\"costly\"", "reason=\"filters\"")
            > 0);
    stage.relay().assertLogged(1, "tenant-late tenant=costly reason=filters");
  }
}
