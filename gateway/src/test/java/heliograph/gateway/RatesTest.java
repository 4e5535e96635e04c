package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A publisher gets its rate, a burst of one second's worth, and no more; others do not notice. */
class RatesTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final Publisher jobs = publisher("jobs");

  @Test
  void aBurstOfOneSecondPassesAndTheNextEventWaits() {
    Rates rates = new Rates(10, nanos::get);
    for (int i = 0; i < 10; i++) {
      rates.take(jobs, 1);
    }

    RelayException refusal = assertThrows(RelayException.class, () -> rates.take(jobs, 1));

    assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
    nanos.addAndGet(refusal.retryAfter().orElseThrow().toNanos());
    rates.take(jobs, 1);
  }

  @Test
  void aBatchLargerThanTheBucketPassesOnceAndIsPaidForAfterwards() {
    Rates rates = new Rates(10, nanos::get);
    rates.take(jobs, 50);

    nanos.addAndGet(Duration.ofMillis(3900).toNanos());
    assertThrows(RelayException.class, () -> rates.take(jobs, 1));
    nanos.addAndGet(Duration.ofMillis(200).toNanos());
    rates.take(jobs, 1);
  }

  @Test
  void onePublishersFloodIsNotAnothers() {
    Rates rates = new Rates(1, nanos::get);
    rates.take(jobs, 1);
    assertThrows(RelayException.class, () -> rates.take(jobs, 1));

    rates.take(publisher("others"), 1);
  }

  @Property
  void overAnyTimeNoMorePassesThanTheRateAndOneBurst(
      @ForAll @Size(max = 200) List<@IntRange(max = 400) Integer> pausesMillis) {
    Rates rates = new Rates(10, nanos::get);
    long start = nanos.get();
    int passed = 0;
    for (int pause : pausesMillis) {
      nanos.addAndGet(Duration.ofMillis(pause).toNanos());
      try {
        rates.take(jobs, 1);
        passed++;
      } catch (RelayException limit) {
        assertEquals(ErrorCode.RATE_LIMITED, limit.code());
      }
    }

    double seconds = (nanos.get() - start) / 1e9;
    assertTrue(passed <= 10 * seconds + 10 + 1, passed + " in " + seconds + " s");
  }

  private static Publisher publisher(String name) {
    return new Publisher(
        name,
        Optional.empty(),
        Optional.empty(),
        false,
        Set.of(new Tenant("main")),
        List.of(),
        List.of());
  }
}
