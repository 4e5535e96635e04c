package heliograph.gateway.monitor;

import heliograph.relay.CommitTimes;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Registers how long commits of the log take, as counters with the bounds of a histogram. The log
 * thread counts them anyway, for the console; a timer of the metrics would cost it a second count,
 * and here all is added up at a scrape. Any thread.
 */
public final class CommitMetrics {
  private static final List<Duration> BOUNDS =
      List.of(
          Duration.ofNanos(250_000),
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMillis(25),
          Duration.ofMillis(100),
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));
  private static final double NANOS = 1e9;

  private CommitMetrics() {}

  /** Registers them; they are read at each scrape. */
  public static void observe(MeterRegistry registry, CommitTimes times) {
    for (Duration bound : BOUNDS) {
      within(registry, times, Double.toString(bound.toNanos() / NANOS), it -> it.count(bound));
    }
    within(registry, times, "+Inf", CommitTimes::count);
  }

  private static void within(
      MeterRegistry registry, CommitTimes times, String bound, ToLongFunction<CommitTimes> count) {
    registry.getOrCreate(
        FunctionalCounter.builder("heliograph_log_commits_within", times, count::applyAsLong)
            .description("Commits of the log that took no longer than so many seconds")
            .tags(List.of(Tag.create("le", bound))));
  }
}
