package heliograph.gateway.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The compact table counts as a map would, whatever comes and goes. */
class TallyTest {
  /** What is known of one hash. */
  private record Known(int count, long latest) {}

  record Step(boolean add, long hash, long second) {}

  /**
   * Few hashes that lie close together or in the same place, so that they are in each other's way.
   */
  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> hashes =
        Combinators.combine(Arbitraries.longs().between(0, 20), Arbitraries.longs().between(0, 3))
            .as((low, high) -> high << 40 | low);
    return Combinators.combine(
            Arbitraries.of(true, true, true, false, false),
            hashes,
            Arbitraries.longs().between(-1, 1L << 33))
        .as(Step::new)
        .list()
        .ofMaxSize(400);
  }

  @Property(tries = 300)
  void itIsAMapOfCounts(@ForAll("steps") List<Step> steps) {
    Tally tally = new Tally();
    Map<Long, Known> model = new HashMap<>();
    for (Step step : steps) {
      Known known = model.get(step.hash());
      if (step.add()) {
        tally.add(step.hash(), step.second());
        long second = Math.clamp(step.second(), 0, 0xFFFF_FFFFL);
        model.put(
            step.hash(),
            known == null
                ? new Known(1, second)
                : new Known(known.count() + 1, Math.max(known.latest(), second)));
      } else if (known == null) {
        assertThrows(IllegalStateException.class, () -> tally.remove(step.hash()));
      } else {
        tally.remove(step.hash());
        model.computeIfPresent(
            step.hash(),
            (_, it) -> it.count() == 1 ? null : new Known(it.count() - 1, it.latest()));
      }
      assertSame(model, tally, step.hash());
    }
    for (long high = 0; high <= 3; high++) {
      for (long low = 0; low <= 21; low++) {
        assertSame(model, tally, high << 40 | low);
      }
    }
  }

  private static void assertSame(Map<Long, Known> model, Tally tally, long hash) {
    Known known = model.get(hash);
    assertEquals(model.size(), tally.size());
    assertEquals(known == null ? 0 : known.count(), tally.count(hash));
    if (known == null) {
      assertFalse(tally.hasSince(hash, 0));
    } else {
      assertTrue(tally.hasSince(hash, known.latest()));
      assertFalse(known.latest() < 0xFFFF_FFFFL && tally.hasSince(hash, known.latest() + 1));
    }
  }

  /** What stays is found at every moment, while others come and go around it. */
  @Test
  void whoReadsMeanwhileMissesNothing() throws Exception {
    Tally tally = new Tally();
    long[] staying = new Random(7).longs(500).toArray();
    for (long hash : staying) {
      tally.add(hash, 10);
    }
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger missed = new AtomicInteger();
    List<Thread> readers =
        java.util.stream.IntStream.range(0, 2)
            .mapToObj(
                _ ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              while (!over.get()) {
                                for (long hash : staying) {
                                  if (!tally.hasSince(hash, 10)) {
                                    missed.incrementAndGet();
                                  }
                                }
                              }
                            }))
            .toList();
    long[] passing = new Random(8).longs(20_000).toArray();
    for (int round = 0; round < 10; round++) {
      for (long hash : passing) {
        tally.add(hash, 1);
      }
      for (long hash : passing) {
        tally.remove(hash);
      }
    }
    over.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
    assertEquals(0, missed.get());
    assertEquals(500, tally.size());
  }
}
