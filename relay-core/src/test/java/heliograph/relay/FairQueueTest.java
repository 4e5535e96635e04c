package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Turns go by what they cost, among tenants and among the subjects of one. */
class FairQueueTest {
  private static final Tenant A = new Tenant("a");
  private static final Tenant B = new Tenant("b");
  private static final Tenant C = new Tenant("c");

  private final FairQueue<Work> queue = new FairQueue<>();

  private record Work(Tenant tenant, String subject, int number) {}

  private int numbers;

  private Work add(Tenant tenant, String subject) {
    Work work = new Work(tenant, subject, numbers++);
    queue.add(tenant, subject, work);
    return work;
  }

  private Work poll() {
    Work work = queue.poll(_ -> true);
    assertNotNull(work);
    return work;
  }

  private Work serve(long cost) {
    Work work = poll();
    queue.charge(work.tenant(), work.subject(), cost);
    return work;
  }

  @Test
  void nothingIsTakenFromAnEmptyQueue() {
    assertNull(queue.poll(_ -> true));
    assertTrue(queue.isEmpty());
  }

  @Test
  void firstComeIsFirstServedWithinASubject() {
    for (int i = 0; i < 20; i++) {
      add(A, "ada");
    }

    for (int i = 0; i < 20; i++) {
      assertEquals(i, serve(i % 3).number());
    }
  }

  /** However their costs differ, no two who always wait are apart by more than one of each. */
  @Test
  void thoseWhoAlwaysWaitGetEqualSharesByCost() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FairQueue<Integer> turns = new FairQueue<>();
      int count = 2 + random.nextInt(6);
      long[] dearest = new long[count];
      long[] used = new long[count];
      for (int i = 0; i < count; i++) {
        dearest[i] = 1 + random.nextLong(1L << random.nextInt(20));
        turns.add(new Tenant("t" + i), "ada", i);
      }
      for (int turn = 0; turn < 2000; turn++) {
        Integer taken = turns.poll(_ -> true);
        assertNotNull(taken);
        Tenant tenant = new Tenant("t" + taken);
        turns.add(tenant, "ada", taken);
        long cost = random.nextLong(dearest[taken] + 1);
        used[taken] += cost;
        turns.charge(tenant, "ada", cost);
        long most = Arrays.stream(dearest).max().orElseThrow();
        long apart =
            Arrays.stream(used).max().orElseThrow() - Arrays.stream(used).min().orElseThrow();
        assertTrue(apart <= 2 * most, "seed " + seed + ": " + Arrays.toString(used));
      }
    }
  }

  @Test
  void subjectsShareWhatTheirTenantHas() {
    Map<String, Long> used = new HashMap<>();
    Map<String, Long> costs = Map.of("dear", 1000L, "cheap", 10L, "other", 10L);
    add(A, "dear");
    add(A, "cheap");
    add(B, "other");
    for (int turn = 0; turn < 10_000; turn++) {
      Work work = poll();
      add(work.tenant(), work.subject());
      long cost = costs.getOrDefault(work.subject(), 0L);
      used.merge(work.subject(), cost, Long::sum);
      queue.charge(work.tenant(), work.subject(), cost);
    }

    long ofA = used.get("dear") + used.get("cheap");
    assertEquals((double) used.get("other"), (double) ofA, 2000.0);
    assertEquals(used.get("dear"), used.get("cheap"), 2000);
  }

  /** A tenant with many who wait is served no more than one with a single one. */
  @Test
  void moreWhoWaitAreNotMoreTurns() {
    for (int i = 0; i < 500; i++) {
      add(A, "user" + i);
    }
    add(B, "ada");
    int ofB = 0;
    for (int turn = 0; turn < 400; turn++) {
      Work work = serve(10);
      add(work.tenant(), work.subject());
      ofB += work.tenant().equals(B) ? 1 : 0;
    }

    assertEquals(200, ofB, 1);
  }

  @Test
  void whoComesOrComesBackBeginsAtThePresentTime() {
    add(A, "ada");
    for (int turn = 0; turn < 100; turn++) {
      Work work = poll();
      add(A, work.subject());
      queue.charge(A, work.subject(), 1000);
    }
    add(B, "bob");
    add(B, "bob");
    add(B, "bob");
    List<Tenant> turns = new ArrayList<>();
    for (int turn = 0; turn < 4; turn++) {
      Work work = serve(1000);
      turns.add(work.tenant());
      add(work.tenant(), work.subject());
    }

    // With what it had not used before, it would have all four.
    assertTrue(turns.contains(A), turns.toString());
    assertTrue(turns.contains(B), turns.toString());
  }

  @Test
  void whoMayNotGoKeepsItsPlaceAndEarnsNothing() {
    add(A, "ada");
    add(B, "bob");
    for (int turn = 0; turn < 100; turn++) {
      Work work = queue.poll(tenant -> !tenant.equals(A));
      assertNotNull(work);
      assertEquals(B, work.tenant());
      add(B, "bob");
      queue.charge(B, "bob", 10);
    }
    assertNull(queue.poll(_ -> false));

    List<Tenant> turns = new ArrayList<>();
    for (int turn = 0; turn < 6; turn++) {
      Work work = serve(10);
      turns.add(work.tenant());
      add(work.tenant(), work.subject());
    }

    assertEquals(A, turns.getFirst());
    assertEquals(3.0, (double) turns.stream().filter(A::equals).count(), 1.0);
  }

  /** Whatever was before, who comes waits for one turn of each of the others at most. */
  @Test
  void nobodyStarves() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FairQueue<Work> turns = new FairQueue<>();
      for (Tenant tenant : List.of(A, B)) {
        for (int i = 0; i < 100; i++) {
          String subject = "s" + random.nextInt(5);
          turns.add(tenant, subject, new Work(tenant, subject, i));
        }
      }
      for (int turn = random.nextInt(90); turn > 0; turn--) {
        Work work = turns.poll(_ -> true);
        assertNotNull(work);
        turns.charge(work.tenant(), work.subject(), random.nextLong(1000));
      }

      turns.add(C, "late", new Work(C, "late", 0));

      List<Tenant> before = new ArrayList<>();
      for (Work work = turns.poll(_ -> true); work != null; work = turns.poll(_ -> true)) {
        if (work.tenant().equals(C)) {
          break;
        }
        before.add(work.tenant());
        turns.charge(work.tenant(), work.subject(), random.nextLong(1000));
      }
      assertEquals(before.stream().distinct().count(), before.size(), "seed " + seed);
    }
  }

  @Test
  void whatIsTakenBackIsNotServed() {
    Work first = add(A, "ada");
    Work second = add(A, "ada");
    Work other = add(B, "bob");

    queue.remove(A, "ada", first);
    queue.remove(B, "bob", other);
    queue.remove(C, "nobody", other);
    queue.remove(A, "ada", first);

    assertEquals(second, serve(1));
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.remembered());
  }

  /** Whatever happens, what is served is what a plain list per subject would serve. */
  @Test
  void nothingIsLostOrServedTwiceAndNobodyIsRememberedForEver() {
    for (int seed = 0; seed < 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FairQueue<Work> turns = new FairQueue<>();
      Map<List<Object>, Deque<Work>> model = new HashMap<>();
      List<Work> running = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        Tenant tenant = List.of(A, B, C).get(random.nextInt(3));
        String subject = "s" + random.nextInt(4);
        Deque<Work> known =
            model.computeIfAbsent(List.of(tenant, subject), _ -> new ArrayDeque<>());
        switch (random.nextInt(5)) {
          case 0, 1 -> {
            Work work = new Work(tenant, subject, i);
            known.add(work);
            turns.add(tenant, subject, work);
          }
          case 2 -> {
            Work work = turns.poll(_ -> true);
            long waiting = model.values().stream().mapToLong(Deque::size).sum();
            assertEquals(waiting == 0, work == null);
            if (work != null) {
              assertEquals(work, model.get(List.of(work.tenant(), work.subject())).removeFirst());
              running.add(work);
            }
          }
          case 3 -> {
            if (!running.isEmpty()) {
              Work done = running.remove(random.nextInt(running.size()));
              turns.charge(done.tenant(), done.subject(), random.nextLong(1000));
            }
          }
          case 4 -> {
            if (!known.isEmpty()) {
              turns.remove(tenant, subject, known.removeLast());
            }
          }
          default -> throw new AssertionError();
        }
      }
      for (Work work = turns.poll(_ -> true); work != null; work = turns.poll(_ -> true)) {
        running.add(work);
      }
      running.forEach(it -> turns.charge(it.tenant(), it.subject(), 1));
      assertTrue(turns.isEmpty());
      assertEquals(0, turns.remembered(), "seed " + seed);
    }
  }

  /** A million subjects that come once each leave nothing behind while others go on. */
  @Test
  void thoseWhoseDebtIsPastAreForgotten() {
    add(B, "bob");
    int most = 0;
    for (int i = 0; i < 100_000; i++) {
      add(new Tenant("t" + i), "once");
      Work work = poll();
      if (work.tenant().equals(B)) {
        add(B, "bob");
      }
      queue.charge(work.tenant(), work.subject(), 1 + i % 7);
      most = Math.max(most, queue.remembered());
      if (i % 2 == 1) {
        Work another = poll();
        if (another.tenant().equals(B)) {
          add(B, "bob");
        }
        queue.charge(another.tenant(), another.subject(), 1);
      }
    }
    while (!queue.isEmpty()) {
      serve(1);
    }

    assertEquals(0, queue.remembered());
    assertTrue(most < 100, "remembered at once: " + most);
  }
}
