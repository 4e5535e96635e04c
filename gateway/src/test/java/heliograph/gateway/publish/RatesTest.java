package heliograph.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.publish.Rates.Taken;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
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
    Rates rates = rates(10, 1_000_000);
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
    Rates rates = rates(10, 1_000_000);
    take(rates, jobs, 50);

    nanos.addAndGet(Duration.ofMillis(3900).toNanos());
    assertThrows(RelayException.class, () -> take(rates, jobs, 1));
    nanos.addAndGet(Duration.ofMillis(200).toNanos());
    take(rates, jobs, 1);
  }

  @Test
  void onePublishersFloodIsNotAnothers() {
    Rates rates = rates(1, 1_000_000);
    take(rates, jobs, 1);
    assertThrows(RelayException.class, () -> take(rates, jobs, 1));

    take(rates, publisher("others"), 1);
  }

  @Property
  void overAnyTimeNoMorePassesThanTheRateAndOneBurst(
      @ForAll @Size(max = 200) List<@IntRange(max = 400) Integer> pausesMillis) {
    Rates rates = rates(10, 1_000_000);
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
    Rates rates = rates(10, 2);
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
    Rates rates = rates(10, 2);
    take(rates, jobs, 1);
    take(rates, publisher("others"), 1);

    assertTrue(rates.take(publisher("third"), List.of(MAIN)).refusal().isPresent());
  }

  @Test
  void aFloodingPublisherCostsItsTenantsNothing() {
    Rates rates = rates(2, 4);
    take(rates, jobs, 2);
    for (int i = 0; i < 100; i++) {
      assertTrue(rates.take(jobs, List.of(MAIN)).refusal().isPresent());
    }

    take(rates, publisher("others"), 1);
    take(rates, publisher("others"), 1);
  }

  @Test
  void ofABatchForSeveralTenantsEachPaysItsPartOrNobodyDoes() {
    Rates rates = rates(100, 2);
    Tenant full = new Tenant("full");
    assertEquals(Optional.empty(), rates.take(jobs, List.of(full, full)).refusal());
    assertTrue(rates.take(jobs, List.of(MAIN, full)).refusal().isPresent());

    assertEquals(Optional.empty(), rates.take(jobs, List.of(MAIN)).refusal());
    assertEquals(Optional.empty(), rates.take(jobs, List.of(MAIN)).refusal());
    assertTrue(rates.take(jobs, List.of(MAIN)).refusal().isPresent());
  }

  @Test
  void aPublishersOwnRateIsTheLower() {
    Rates rates = rates(10, 100);
    Publisher slow = publisher("slow", new PublisherConfig.Bounds(1, 1, 1, 1));
    take(rates, slow, 1);

    Taken refused = rates.take(slow, List.of(MAIN));
    assertEquals("\"publish\";q=1;w=1", refused.policy());
    assertTrue(refused.refusal().isPresent());
  }

  @Test
  void aQuestionIsOneOfItsPublisherAndOfNoTenant() {
    Rates rates = rates(4, 1);
    assertEquals("\"publish\";r=3;t=1", rates.takeOne(jobs).limit());
    take(rates, jobs, 1);
    assertEquals("\"publish\";r=1;t=1", rates.takeOne(jobs).limit());
    assertEquals("\"publish\";r=0;t=1", rates.takeOne(jobs).limit());

    Taken refused = rates.takeOne(jobs);
    assertEquals("\"publish\";q=4;w=1", refused.policy());
    assertTrue(refused.refusal().isPresent());
    assertTrue(rates.take(jobs, List.of(MAIN)).refusal().isPresent());
  }

  @Test
  void whoPassesIsToldWhatIsLeft() {
    Rates rates = rates(10, 100);

    Taken taken = rates.take(jobs, List.of(MAIN, MAIN, MAIN));
    assertEquals("\"publish\";q=10;w=1", taken.policy());
    assertEquals("\"publish\";r=7;t=1", taken.limit());
    assertEquals("\"publish\";r=0;t=3", rates.take(jobs, Collections.nCopies(27, MAIN)).limit());
  }

  @Test
  void bucketsOfTenantsAreBoundedAndGoWhenTheyAreFull() {
    Rates rates = new Rates(new Rates.Most(1_000_000, 1, 10), 3, _ -> false, nanos::get);
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

  @Test
  void newTenantsHaveARateOfTheirOwnAndKnownOnesGoOn() {
    Set<Tenant> known = new HashSet<>(Set.of(MAIN));
    Rates rates = newTenants(3, known);
    Publisher any = anyTenant("any", PublisherConfig.Bounds.NONE);
    for (int i = 0; i < 3; i++) {
      assertEquals(Optional.empty(), rates.take(any, fresh(i, 1)).refusal());
    }

    Taken refused = rates.take(any, fresh(3, 1));

    assertEquals("\"new-tenants\";q=3;w=60", refused.policy());
    assertEquals("\"new-tenants\";r=0;t=1", refused.limit());
    RelayException refusal = refused.refusal().orElseThrow();
    assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
    assertEquals("over 3 new tenants a minute, by new-tenants-per-minute", refusal.detail());
    assertEquals(Optional.empty(), rates.take(any, List.of(MAIN)).refusal());
    known.add(fresh(3, 1).getFirst());
    assertEquals(Optional.empty(), rates.take(any, fresh(3, 1)).refusal());
    Publisher other = anyTenant("other", PublisherConfig.Bounds.NONE);
    assertEquals(Optional.empty(), rates.take(other, fresh(9, 1)).refusal());
    nanos.addAndGet(refusal.retryAfter().orElseThrow().toNanos());
    assertEquals(Optional.empty(), rates.take(any, fresh(4, 1)).refusal());
  }

  @Test
  void aTenantIsNewOnceHoweverManyEventsOfABatchItHas() {
    Rates rates = newTenants(2, Set.of());
    Publisher any = anyTenant("any", PublisherConfig.Bounds.NONE);

    assertEquals(Optional.empty(), rates.take(any, Collections.nCopies(100, MAIN)).refusal());
    assertEquals(Optional.empty(), rates.take(any, fresh(0, 1)).refusal());
    assertTrue(rates.take(any, fresh(1, 1)).refusal().isPresent());
  }

  @Test
  void aBatchOfManyNewTenantsPassesOnceAndIsPaidForAfterwards() {
    Rates rates = newTenants(60, Set.of());
    Publisher any = anyTenant("any", PublisherConfig.Bounds.NONE);
    assertEquals(Optional.empty(), rates.take(any, fresh(0, 180)).refusal());

    nanos.addAndGet(Duration.ofSeconds(119).toNanos());
    assertTrue(rates.take(any, fresh(180, 1)).refusal().isPresent());
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertEquals(Optional.empty(), rates.take(any, fresh(180, 1)).refusal());
  }

  @Test
  void whoseTenantsAreNamedBringsThemAsItLikes() {
    Rates rates = newTenants(1, Set.of());

    for (int i = 0; i < 20; i++) {
      assertEquals(Optional.empty(), rates.take(jobs, fresh(i, 1)).refusal());
    }
  }

  @Test
  void aPublishersOwnRateOfNewTenantsIsTheLower() {
    Rates rates = newTenants(100, Set.of());
    Publisher slow = anyTenant("slow", new PublisherConfig.Bounds(1, 1, 1000, 1));
    assertEquals(Optional.empty(), rates.take(slow, fresh(0, 1)).refusal());

    assertEquals("\"new-tenants\";q=1;w=60", rates.take(slow, fresh(1, 1)).policy());
  }

  @Test
  void whoIsRefusedForItsNewTenantsPaysNothingElse() {
    Rates rates = new Rates(new Rates.Most(3, 3, 1), tenant -> !tenant.equals(MAIN), nanos::get);
    Publisher any = anyTenant("any", PublisherConfig.Bounds.NONE);
    assertEquals(Optional.empty(), rates.take(any, fresh(0, 1)).refusal());
    for (int i = 0; i < 50; i++) {
      assertTrue(rates.take(any, fresh(i, 1)).refusal().isPresent());
    }

    take(rates, any, 1);
    take(rates, any, 1);
  }

  @Test
  void whoIsRefusedForItsTenantsRateHasBroughtNoNewOnes() {
    Rates rates = new Rates(new Rates.Most(1000, 1, 1), tenant -> !tenant.equals(MAIN), nanos::get);
    Publisher any = anyTenant("any", PublisherConfig.Bounds.NONE);
    take(rates, any, 1);
    List<Tenant> both = List.of(MAIN, fresh(0, 1).getFirst());
    for (int i = 0; i < 5; i++) {
      assertEquals("\"tenant\";q=1;w=1", rates.take(any, both).policy());
    }

    assertEquals(Optional.empty(), rates.take(any, fresh(0, 1)).refusal());
  }

  private Rates rates(int perPublisher, int perTenant) {
    return new Rates(new Rates.Most(perPublisher, perTenant, 1), _ -> false, nanos::get);
  }

  private Rates newTenants(int perMinute, Set<Tenant> known) {
    Rates.Most most = new Rates.Most(1_000_000, 1_000_000, perMinute);
    return new Rates(most, tenant -> !known.contains(tenant), nanos::get);
  }

  private static List<Tenant> fresh(int from, int count) {
    return IntStream.range(from, from + count).mapToObj(i -> new Tenant("new-" + i)).toList();
  }

  private static void take(Rates rates, Publisher publisher, int events) {
    Optional<RelayException> refusal =
        rates.take(publisher, Collections.nCopies(events, MAIN)).refusal();
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  private static Publisher publisher(String name) {
    return publisher(name, PublisherConfig.Bounds.NONE);
  }

  private static Publisher publisher(String name, PublisherConfig.Bounds bounds) {
    return publisher(name, bounds, false);
  }

  private static Publisher anyTenant(String name, PublisherConfig.Bounds bounds) {
    return publisher(name, bounds, true);
  }

  private static Publisher publisher(String name, PublisherConfig.Bounds bounds, boolean any) {
    return new Publisher(
        new PublisherConfig(
            name,
            Optional.empty(),
            Optional.empty(),
            any,
            any ? Set.of() : Set.of(MAIN),
            List.of(),
            List.of(),
            List.of(),
            bounds,
            Optional.empty(),
            false),
        Optional.empty(),
        Optional.empty());
  }
}
