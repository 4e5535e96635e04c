package heliograph.relay;

import heliograph.contract.Event;
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
import org.openjdk.jmh.annotations.Warmup;

/** Finding one cohort among many, and coming and going beside them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TopicIndexBenchmark {
  @Param({"EXACT", "WILDCARD"})
  public Crowd crowd = Crowd.EXACT;

  @Param({"10", "100", "1000", "10000", "100000"})
  public int cohorts;

  private final TopicIndex index = new TopicIndex();
  private Event event = Crowd.EXACT.event(0);
  private Cohort guest = cohort(Crowd.EXACT.interest(0));

  private static Cohort cohort(Interest interest) {
    return new Cohort(
        interest.shared(),
        _ -> {
          throw new AssertionError("there is no filter");
        });
  }

  @Setup
  public void fill() {
    for (int i = 0; i < cohorts; i++) {
      index.add(cohort(crowd.interest(i)));
    }
    event = crowd.event(cohorts / 2);
    guest = cohort(crowd.interest(cohorts));
  }

  @Benchmark
  public List<List<Cohort>> find() {
    return index.find(event.topic());
  }

  /** A join and a leave of somebody who shares with nobody. */
  @Benchmark
  public void comeAndGo() {
    index.add(guest);
    index.remove(guest);
  }
}
