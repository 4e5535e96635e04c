package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * While many of several owners enter, hold, stay and leave a small room at once, it never has more
 * than its bytes in it, nor half as much again with what is on its way out; and each is put out at
 * most once.
 */
class RoomStressTest {
  private static final int THREADS = 8;
  private static final int VISITS = 20_000;
  private static final int BYTES = 1000;
  private static final List<String> OWNERS = List.of(Room.STRANGERS, "one", "another");

  private final Room room = new Room(BYTES);
  // As the visitors themselves count what they hold: no less than the room may count.
  private final AtomicLong there = new AtomicLong();
  private final AtomicInteger evictions = new AtomicInteger();

  @Test
  void neverHoldsMoreThanItMayAndPutsEachOutOnce() throws Exception {
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      List<Future<Integer>> visitors =
          IntStream.range(0, THREADS)
              .mapToObj(i -> threads.submit(() -> visit(new SplittableRandom(i))))
              .toList();
      for (Future<Integer> visitor : visitors) {
        assertTrue(visitor.get() > 0, "each was let in now and then");
      }
    }

    assertTrue(evictions.get() > 0, "some gave way");
    assertEquals(0, room.held());
    assertEquals(0, room.leaving());
  }

  private int visit(SplittableRandom random) {
    int letIn = 0;
    for (int i = 0; i < VISITS; i++) {
      AtomicInteger times = new AtomicInteger();
      Room.Place place =
          room.enter(
              OWNERS.get(random.nextInt(OWNERS.size())),
              () -> {
                times.incrementAndGet();
                evictions.incrementAndGet();
              });
      int own = 0;
      boolean in = true;
      for (int pieces = random.nextInt(6); in && pieces > 0; pieces--) {
        int piece = random.nextInt(1, BYTES / 3);
        in = place.hold(piece);
        if (in) {
          own += piece;
          assertBounds(there.addAndGet(piece));
        }
      }
      in = in && (!random.nextBoolean() || place.keep());
      letIn += in ? 1 : 0;
      there.addAndGet(-own);
      place.close();
      assertTrue(times.get() <= 1, "put out once");
    }
    return letIn;
  }

  private void assertBounds(long total) {
    assertTrue(total <= Room.most(BYTES), "all that is there: " + total);
    assertTrue(room.held() <= BYTES, "what counts");
  }
}
