package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.Rates.Taken;
import java.time.Duration;
import java.util.Collections;
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
  private static final Tenant MAIN = new Tenant("main");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final Publisher jobs = publisher("jobs");

  @Test
  void aBurstOfOneSecondPassesAndTheNextEventWaits() {
    Rates rates = new Rates(10, 1_000_000, nanos::get);
    for (int i = 0; i < 10; i++) {
      take(rates, jobs, 1);
    }

    RelayException refusal = assertThrows(RelayException.class, () -> take(rates, jobs, 1));

    assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
    nanos.addAndGet(refusal.retryAfter().orElseThrow().toNanos());
    take(rates, jobs, 1);
  }

  @Test
  void aBatchLargerThanTheBucketPassesOnceAndIsPaidForAfterwards() {
    Rates rates = new Rates(10, 1_000_000, nanos::get);
    take(rates, jobs, 50);

    nanos.addAndGet(Duration.ofMillis(3900).toNanos());
    assertThrows(RelayException.class, () -> take(rates, jobs, 1));
    nanos.addAndGet(Duration.ofMillis(200).toNanos());
    take(rates, jobs, 1);
  }

  @Test
  void onePublishersFloodIsNotAnothers() {
    Rates rates = new Rates(1, 1_000_000, nanos::get);
    take(rates, jobs, 1);
    assertThrows(RelayException.class, () -> take(rates, jobs, 1));

    take(rates, publisher("others"), 1);
  }

  @Property
  void overAnyTimeNoMorePassesThanTheRateAndOneBurst(
      @ForAll @Size(max = 200) List<@IntRange(max = 400) Integer> pausesMillis) {
    Rates rates = new Rates(10, 1_000_000, nanos::get);
    long start = nanos.get();
    int passed = 0;
    for (int pause : pausesMillis) {
      nanos.addAndGet(Duration.ofMillis(pause).toNanos());
      try {
        take(rates, jobs, 1);
        passed++;
      } catch (RelayException limit) {
        assertEquals(ErrorCode.RATE_LIMITED, limit.code());
      }
    }

    double seconds = (nanos.get() - start) / 1e9;
    assertTrue(passed <= 10 * seconds + 10 + 1, passed + " in " + seconds + " s");
  }

  @Test
  void oneTenantsFloodIsNotAnothersAndCostsItsPublisherNothing() {
    Rates rates = new Rates(10, 2, nanos::get);
    take(rates, jobs, 1);
    take(rates, jobs, 1);
    for (int i = 0; i < 100; i++) {
      Taken flood = rates.take(jobs, List.of(MAIN));
      assertEquals("\"tenant\";q=2;w=1", flood.policy());
      assertEquals("\"tenant\";r=0;t=1", flood.limit());
      assertTrue(flood.refusal().isPresent());
    }

    for (int i = 0; i < 8; i++) {
      Tenant other = new Tenant("other" + i / 2);
      assertEquals(Optional.empty(), rates.take(jobs, List.of(other)).refusal(), "event " + i);
    }
    assertEquals("\"publish\";q=10;w=1", rates.take(jobs, List.of(new Tenant("last"))).policy());
  }

  @Test
  void aTenantsRateCountsWhoeverSends() {
    Rates rates = new Rates(10, 2, nanos::get);
    take(rates, jobs, 1);
    take(rates, publisher("others"), 1);

    assertTrue(rates.take(publisher("third"), List.of(MAIN)).refusal().isPresent());
  }

  @Test
  void aFloodingPublisherCostsItsTenantsNothing() {
    Rates rates = new Rates(2, 4, nanos::get);
    take(rates, jobs, 2);
    for (int i = 0; i < 100; i++) {
      assertTrue(rates.take(jobs, List.of(MAIN)).refusal().isPresent());
    }

    take(rates, publisher("others"), 1);
    take(rates, publisher("others"), 1);
  }

  @Test
  void ofABatchForSeveralTenantsEachPaysItsPartOrNobodyDoes() {
    Rates rates = new Rates(100, 2, nanos::get);
    Tenant full = new Tenant("full");
    assertEquals(Optional.empty(), rates.take(jobs, List.of(full, full)).refusal());
    assertTrue(rates.take(jobs, List.of(MAIN, full)).refusal().isPresent());

    assertEquals(Optional.empty(), rates.take(jobs, List.of(MAIN)).refusal());
    assertEquals(Optional.empty(), rates.take(jobs, List.of(MAIN)).refusal());
    assertTrue(rates.take(jobs, List.of(MAIN)).refusal().isPresent());
  }

  @Test
  void aPublishersOwnRateIsTheLower() {
    Rates rates = new Rates(10, 100, nanos::get);
    Publisher slow = publisher("slow", new Publisher.Bounds(1, 1, 1));
    take(rates, slow, 1);

    Taken refused = rates.take(slow, List.of(MAIN));
    assertEquals("\"publish\";q=1;w=1", refused.policy());
    assertTrue(refused.refusal().isPresent());
  }

  @Test
  void whoPassesIsToldWhatIsLeft() {
    Rates rates = new Rates(10, 100, nanos::get);

    Taken taken = rates.take(jobs, List.of(MAIN, MAIN, MAIN));
    assertEquals("\"publish\";q=10;w=1", taken.policy());
    assertEquals("\"publish\";r=7;t=1", taken.limit());
    assertEquals("\"publish\";r=0;t=3", rates.take(jobs, Collections.nCopies(27, MAIN)).limit());
  }

  @Test
  void bucketsOfTenantsAreBoundedAndGoWhenTheyAreFull() {
    Rates rates = new Rates(1_000_000, 1, 3, nanos::get);
    Publisher any = publisher("any");
    for (int i = 0; i < 3; i++) {
      assertEquals(Optional.empty(), rates.take(any, List.of(new Tenant("t" + i))).refusal());
    }
    assertEquals(Optional.empty(), rates.take(any, List.of(new Tenant("t3"))).refusal());
    assertTrue(rates.take(any, List.of(new Tenant("t4"))).refusal().isPresent(), "shares one");
    assertEquals(4, rates.buckets());

    nanos.addAndGet(Duration.ofMillis(1001).toNanos());
    for (int i = 5; i < 8; i++) {
      assertEquals(Optional.empty(), rates.take(any, List.of(new Tenant("t" + i))).refusal());
    }
    assertEquals(3, rates.buckets());
  }

  private static void take(Rates rates, Publisher publisher, int events) {
    Optional<RelayException> refusal =
        rates.take(publisher, Collections.nCopies(events, MAIN)).refusal();
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  private static Publisher publisher(String name) {
    return publisher(name, Publisher.Bounds.NONE);
  }

  private static Publisher publisher(String name, Publisher.Bounds bounds) {
    return new Publisher(
        name,
        Optional.empty(),
        Optional.empty(),
        false,
        Set.of(MAIN),
        List.of(),
        List.of(),
        List.of(),
        bounds,
        Optional.empty());
  }
}
