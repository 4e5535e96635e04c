package heliograph.relay;

import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A flood: as many as the relay lets in by default join at once, and then leave, oldest first. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
public class JoiningBenchmark {
  private static final int STREAMS = 20_000;

  @Param({"EXACT", "WILDCARD", "USERS", "ROLES"})
  public Crowd crowd = Crowd.EXACT;

  private final Hub hub = hub();
  private final Tenancy tenancy =
      new Tenancy(Crowd.TENANT, hub, new WaitingBytes(Limits.Memory.ORDINARY));
  private final List<Subscription> subscriptions = new ArrayList<>();

  private static Hub hub() {
    Duration day = Duration.ofDays(1);
    return new Hub(
        new MemoryLog(new Retention(day, 1000, 1 << 20, day), 1 << 20, InstantSource.system()),
        new Limits(256, 1, 1, 1, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
        InstantSource.system(),
        System::nanoTime);
  }

  @Setup(Level.Iteration)
  public void prepare() {
    subscriptions.clear();
    for (int i = 0; i < STREAMS; i++) {
      subscriptions.add(
          new Subscription(
              "s" + i, crowd.interest(i), StreamOptions.of(StandardDialect.PLAIN), tenancy, hub));
    }
  }

  @TearDown
  public void close() {
    hub.close();
  }

  @Benchmark
  public void joinAndLeave() {
    subscriptions.forEach(tenancy::add);
    subscriptions.forEach(tenancy::remove);
  }
}
