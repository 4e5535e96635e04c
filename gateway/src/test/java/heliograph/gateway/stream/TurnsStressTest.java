package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * While streams are rung, relieved of their lane, sent to read alone and gathered in windows, all
 * at once, no ring is lost and no two threads write for one stream.
 */
class TurnsStressTest {
  private static final int STREAMS = 6;
  private static final int RINGERS = 3;
  private static final int ROUNDS = 10_000;
  private static final int MOST_RINGS = 4;
  private static final int LINGER = 200;
  private static final long POLL_NANOS = 1_000;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Lane lane = new Lane(System::nanoTime, () -> {});
  private final List<Stream> streams = IntStream.range(0, STREAMS).mapToObj(Stream::new).toList();
  private final Queue<Stream> windows = new ConcurrentLinkedQueue<>();
  private final AtomicInteger together = new AtomicInteger();
  private final AtomicLong readAlone = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void eachRingIsFollowedByATurnAndNoTwoWriteAtOnce() throws Exception {
    lane.start();
    // Whoever opens a stream has its first turns.
    streams.forEach(Turns::onOwnThread);
    // A lost ring shows only when no other follows it, so there is quiet after a few of them.
    CyclicBarrier quiet = new CyclicBarrier(RINGERS, this::awaitAllTaken);
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      Future<?> keeper = threads.submit(this::keep);
      List<Future<Integer>> ringers =
          IntStream.range(0, RINGERS)
              .mapToObj(i -> threads.submit(() -> ring(new SplittableRandom(i), quiet)))
              .toList();
      try {
        for (Future<Integer> ringer : ringers) {
          assertEquals(ROUNDS, ringer.get());
        }
      } finally {
        over.set(true);
      }
      keeper.get();
    }

    assertEquals(0, together.get());
    assertTrue(readAlone.get() > 0, "some read alone");
  }

  private int ring(SplittableRandom random, CyclicBarrier quiet) throws Exception {
    int rounds = 0;
    while (rounds < ROUNDS) {
      for (int i = random.nextInt(MOST_RINGS); i >= 0; i--) {
        Stream stream = streams.get(random.nextInt(STREAMS));
        stream.offered.incrementAndGet();
        stream.ready(random.nextInt(4) == 0);
      }
      quiet.await();
      rounds++;
    }
    return rounds;
  }

  private void awaitAllTaken() {
    long start = System.nanoTime();
    while (!streams.stream().allMatch(stream -> stream.taken == stream.offered.get())) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new AssertionError("a ring was lost");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Relieves the lane of whatever it is at, and ends windows. */
  private void keep() {
    while (!over.get()) {
      lane.relieve(0);
      Stream gathered = windows.poll();
      if (gathered == null) {
        LockSupport.parkNanos(POLL_NANOS);
      } else {
        gathered.timed = false;
        gathered.windowOver();
      }
    }
  }

  /** Takes what was offered, as many turns as that needs. */
  private final class Stream extends Turns {
    private final boolean gathers;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile long taken;
    private volatile boolean timed;

    Stream(int number) {
      super(lane);
      gathers = number % 2 == 1;
    }

    @Override
    Turn write(boolean mayReadLog, long nowNanos) {
      if (!writing.compareAndSet(false, true)) {
        together.incrementAndGet();
      }
      long all = offered.get();
      boolean reads = !mayReadLog && all % 16 == 0;
      if (reads) {
        readAlone.incrementAndGet();
      } else {
        if (all % 4 == 0) {
          // So that the lane is taken away in the middle of a turn.
          for (int i = 0; i < LINGER; i++) {
            Thread.onSpinWait();
          }
        }
        taken = all;
      }
      writing.set(false);
      return reads ? Turn.BEHIND : Turn.DONE;
    }

    @Override
    boolean gathers() {
      return gathers;
    }

    @Override
    void startWindow() {
      if (!timed) {
        timed = true;
        windows.add(this);
      }
    }

    @Override
    long nanos() {
      return System.nanoTime();
    }
  }
}
