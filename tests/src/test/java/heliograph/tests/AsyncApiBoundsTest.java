package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However much is configured, the document at /asyncapi stays small enough to be read. */
class AsyncApiBoundsTest {
  private static final int TYPES = 200;
  private static final int PROFILES = 50;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          "types:\n"
              + lines(TYPES, "  - { type: \"kind.%d\", ephemeral: true }\n")
              + "streams:\n"
              + lines(
                  PROFILES,
                  "  - { name: p%1$d, path: /p/%1$d, topics: [a],"
                      + " envelope: '{\"type\":{event.type},\"payload\":{data}}' }\n"));

  private static String lines(int count, String line) {
    return IntStream.range(0, count).mapToObj(line::formatted).collect(Collectors.joining());
  }

  @Test
  void profilesBeyondTheBoundTellOfAllTheirTypesAsOne() throws Exception {
    Answer answer = stage.http().get("/asyncapi");
    Map<?, ?> channels = (Map<?, ?>) answer.json().get("channels");

    assertEquals(PROFILES + 1, channels.size());
    // 2000 are told: the types of the first ten profiles.
    assertEquals(TYPES + 1, events(channels, "profiles.p9"));
    assertEquals(1, events(channels, "profiles.p10"));
    assertEquals(1, events(channels, "profiles.p49"));
    assertEquals(TYPES + 1, events(channels, "stream"));
    assertTrue(answer.text().length() < 4 << 20, () -> "" + answer.text().length());
  }

  private static long events(Map<?, ?> channels, String key) {
    Map<?, ?> messages = (Map<?, ?>) ((Map<?, ?>) channels.get(key)).get("messages");
    return messages.keySet().stream().filter(it -> !it.toString().startsWith("system.")).count();
  }
}
