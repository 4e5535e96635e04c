package heliograph.benchmark;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where things are, and how long they are measured.
 *
 * @param java the java that runs the relay, the same that runs this
 * @param jar the packaged relay
 * @param work a folder for logs and stores, on the disk that is measured
 * @param tools the folder of {@code ssebench} and {@code floor}
 * @param span how often and how long
 */
record Settings(Path java, Path jar, Path work, Path tools, Span span) {

  /** The settings of a part whose rounds are spread over several starts. */
  Settings spreadOver(int starts) {
    return new Settings(java, jar, work, tools, span.spreadOver(starts));
  }

  /**
   * How often and how long. The defaults are for results; shorter ones, by system properties, for
   * trying the benchmark itself.
   *
   * @param rounds how often everything is measured, in turn
   * @param warmUp the load on a server that was just started
   * @param settle the load before what is measured, of the same kind
   * @param measured one measurement
   * @param soak how long the soak runs
   */
  record Span(int rounds, Duration warmUp, Duration settle, Duration measured, Duration soak) {
    static Span fromProperties() {
      return new Span(
          Integer.getInteger("rounds", 5),
          duration("warm-up", "PT20S"),
          duration("settle", "PT10S"),
          duration("measured", "PT4S"),
          duration("soak", "PT10M"));
    }

    private Span spreadOver(int starts) {
      return new Span(Math.ceilDiv(rounds, starts), warmUp, settle, measured, soak);
    }

    private static Duration duration(String name, String otherwise) {
      return Duration.parse(System.getProperty(name, otherwise));
    }
  }
}
