package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay takes fits its heap, or it says what does not; without any heap it is gone. */
class SmallHeapTest {
  private static final Pattern CONNECTIONS = Pattern.compile("started .* connections=(\\d+)");

  private static final String LEAST =
      RelayProcess.yaml(
          "identity: { issuers: [ { issuer: \"http://127.0.0.1:1\", audience: heliograph } ] }");

  private static RelayProcess launch(String yaml, String... jvmArguments) throws Exception {
    return RelayProcess.launch(yaml, Map.of(), jvmArguments);
  }

  private static int connections(RelayProcess relay) throws Exception {
    return Integer.parseInt(relay.await(CONNECTIONS).group(1));
  }

  @Test
  void withTheDefaultsItStartsWithFewerConnectionsWhereThereIsLessHeap() throws Exception {
    try (RelayProcess small = launch(LEAST, "-Xmx64m");
        RelayProcess larger = launch(LEAST, "-Xmx96m")) {
      int few = connections(small);
      assertTrue(few >= 64, few + " connections");
      assertTrue(few < connections(larger));
      // Nobody has asked for more.
      assertEquals(0, small.logged("connections-lowered"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000", "-1"})
  void moreConnectionsThanFitAreNotTaken(String asked) throws Exception {
    String yaml =
        LEAST.replaceFirst("port: 0\n", "port: 0\n  max-tcp-connections: " + asked + "\n");
    try (RelayProcess relay = launch(yaml, "-Xmx96m")) {
      int taken = connections(relay);
      Matcher told =
          relay.await(
              Pattern.compile(
                  "level=WARNING logger=heliograph connections-lowered listener=public asked="
                      + asked
                      + " taken=(\\d+)\n"));
      assertEquals(taken, Integer.parseInt(told.group(1)));
    }
  }

  @Test
  void bodiesThatCannotFitStopTheStart() throws Exception {
    try (RelayProcess relay = launch(LEAST + "  limits: { body-bytes: 64MiB }\n", "-Xmx96m")) {
      assertEquals(78, relay.exitCode(), relay::log);
      Pattern line =
          Pattern.compile(
              "heliograph: configuration: relay\\.limits\\.body-bytes: at most \\d+ fit the heap;"
                  + " ");
      assertTrue(line.matcher(relay.log()).find(), relay::log);
    }
  }

  /**
   * By deploy/jvm.options; an error that flies out of the start would end it with another code.
   * What takes the heap here is a configuration with more remarks in it than the heap can hold.
   */
  @Test
  void withoutHeapTheProcessEndsAtOnce() throws Exception {
    String remarks = ("#" + "x".repeat(1022) + "\n").repeat(40 * 1024);
    try (RelayProcess relay = launch(LEAST + remarks, "-Xmx40m")) {
      assertEquals(3, relay.exitCode(), relay::log);
      assertTrue(relay.log().contains("Terminating due to java.lang.OutOfMemoryError"), relay::log);
    }
  }
}
