package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a tenant's worker does for an event that one of many subscriptions may see, and how that
 * grows with the others. Nothing is queued: the subscriptions have not gone live.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatchingBenchmark {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @Param({"EXACT", "WILDCARD", "USERS", "ROLES"})
  public Crowd crowd = Crowd.EXACT;

  @Param({"10", "100", "1000", "10000", "100000"})
  public int subscriptions;

  private final Hub hub = hub();
  private final Tenancy tenancy =
      new Tenancy(Crowd.TENANT, hub, new WaitingBytes(Limits.Memory.ORDINARY));
  private final List<Interest> interests = new ArrayList<>();
  private Event event = Crowd.EXACT.event(0);
  private StoredEvent stored = new StoredEvent(event, new Cursor("bench", 1));

  private static Hub hub() {
    Duration day = Duration.ofDays(1);
    InstantSource clock = InstantSource.fixed(NOW);
    return new Hub(
        new MemoryLog(new Retention(day, 1000, 1 << 20, day), 1 << 20, clock),
        new Limits(256, 1, 1, 1, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
        clock,
        System::nanoTime);
  }

  @Setup
  public void join() {
    for (int i = 0; i < subscriptions; i++) {
      Interest interest = crowd.interest(i);
      interests.add(interest);
      tenancy.add(
          new Subscription(
              "s" + i, interest, StreamOptions.of(StandardDialect.PLAIN), tenancy, hub));
    }
    event = crowd.event(subscriptions / 2);
    stored = new StoredEvent(event, new Cursor("bench", 1));
  }

  @TearDown
  public void close() {
    hub.close();
  }

  /** As the relay does it. */
  @Benchmark
  public long deliver() {
    var _ = tenancy.inbox().offer(stored);
    var _ = tenancy.deliver(System::nanoTime, Long.MAX_VALUE);
    return tenancy.delivered("bench");
  }

  /** As it would be without an index: each interest is asked. By the number of them, one match. */
  @Benchmark
  public int askEach() {
    int matches = 0;
    for (Interest interest : interests) {
      if (interest.matches(event, NOW)) {
        matches++;
      }
    }
    return matches;
  }
}
