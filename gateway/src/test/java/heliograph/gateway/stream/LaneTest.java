package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane writes for its streams in turn, and none of them keeps the others waiting. */
class LaneTest {
  private static final long PATIENCE_NANOS = 1_000;

  private final AtomicLong nanos = new AtomicLong(1);
  private final Lane lane = new Lane(nanos::get, () -> {});
  private final BlockingQueue<Written> written = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    lane.start();
  }

  @Test
  void oneThreadWritesForAllInTheOrderOfTheirRings() throws InterruptedException {
    Stream first = new Stream("first");
    Stream second = new Stream("second");
    Hold hold = first.ringAndHold();

    second.ready(false);
    first.ready(false);
    nanos.addAndGet(PATIENCE_NANOS - 1);
    lane.relieve(PATIENCE_NANOS);
    hold.release();

    Written one = next();
    assertEquals("first", one.name());
    assertEquals(
        List.of(new Written("second", one.thread()), new Written("first", one.thread())),
        nextTwo());
  }

  @Test
  void theOthersGetAnotherThreadWhenAStreamHoldsTheirsForTooLong() throws InterruptedException {
    Stream held = new Stream("held");
    Stream other = new Stream("other");
    Hold hold = held.ringAndHold();
    other.ready(false);

    nanos.addAndGet(PATIENCE_NANOS);
    lane.relieve(PATIENCE_NANOS);

    Written meanwhile = next();
    assertEquals("other", meanwhile.name());
    // What it is rung for meanwhile, the held stream writes on the thread that it keeps.
    held.ready(false);
    hold.release();
    Thread own = next().thread();
    assertNotSame(meanwhile.thread(), own);
    assertEquals(new Written("held", own), next());
    // Then that thread ends, and the stream is back in its lane.
    assertTrue(own.join(Duration.ofSeconds(10)));
    held.ready(false);
    assertEquals(new Written("held", meanwhile.thread()), next());
  }

  @Test
  void aStreamThatIsBehindReadsOnAThreadOfItsOwn() throws InterruptedException {
    Stream behind = new Stream("behind");
    Stream other = new Stream("other");
    behind.isBehindBy(3);
    Hold hold = behind.ringAndHold();

    other.ready(false);

    Written meanwhile = next();
    assertEquals("other", meanwhile.name());
    hold.release();
    Thread own = next().thread();
    assertNotSame(meanwhile.thread(), own);
    assertEquals(List.of(new Written("behind", own), new Written("behind", own)), nextTwo());
    // Then that thread ends, and the stream is back in its lane.
    assertTrue(own.join(Duration.ofSeconds(10)));
    behind.ready(false);
    assertEquals(new Written("behind", meanwhile.thread()), next());
  }

  @Test
  void whatIsNotUrgentWaitsForTheEndOfTheWindow() throws InterruptedException {
    Stream gathering = new Stream("gathering");
    Stream other = new Stream("other");
    gathering.gathers = true;

    gathering.ready(false);
    gathering.ready(false);
    other.ready(false);
    assertEquals("other", next().name());
    gathering.windowOver();
    assertEquals("gathering", next().name());

    gathering.ready(false);
    gathering.ready(true);
    assertEquals("gathering", next().name());
    gathering.windowOver();
    other.ready(false);
    assertEquals("other", next().name());
  }

  @Test
  void aStreamThatIsOverHasNoMoreTurns() throws InterruptedException {
    Stream ended = new Stream("ended");
    Stream other = new Stream("other");
    Hold hold = other.ringAndHold();
    ended.ready(false);
    ended.turnsOver();
    ended.ready(true);

    hold.release();
    other.ready(false);

    assertEquals("other", next().name());
    assertEquals("other", next().name());
    assertTrue(written.isEmpty());
  }

  @Test
  void aBugInATurnLeavesTheOthersTheirLane() throws InterruptedException {
    Stream broken = new Stream("broken");
    Stream other = new Stream("other");
    broken.fails = true;
    broken.ready(false);
    other.ready(false);

    assertEquals("other", next().name());
  }

  private List<Written> nextTwo() throws InterruptedException {
    return List.of(next(), next());
  }

  private Written next() throws InterruptedException {
    Written next = written.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was written in 10 s");
    }
    return next;
  }

  private record Written(String name, Thread thread) {}

  /** A turn that does not come to its end. */
  private static final class Hold {
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    void release() {
      released.countDown();
    }
  }

  /** Says in {@link #written} who wrote, and for which stream. */
  private final class Stream extends Turns {
    private final String name;
    private volatile boolean gathers;
    private volatile boolean fails;
    private final AtomicInteger behind = new AtomicInteger();
    private volatile @Nullable Hold hold;

    /** Open, with nothing to write. */
    Stream(String name) {
      super(lane);
      this.name = name;
      // Its opener looks once, as for every stream.
      onOwnThread();
      assertEquals(name, written.remove().name());
    }

    /** How many times it is to be given what is not in memory. */
    void isBehindBy(int reads) {
      behind.set(reads);
    }

    /** Rings, and waits until the turn after that is held. */
    Hold ringAndHold() throws InterruptedException {
      Hold next = new Hold();
      hold = next;
      ready(false);
      assertTrue(next.held.await(10, TimeUnit.SECONDS), "it is held");
      return next;
    }

    @Override
    Turn write(boolean mayReadLog, long nowNanos) {
      if (fails) {
        throw new AssertionError("a bug, as this test wants it");
      }
      if (behind.get() > 0 && !mayReadLog) {
        return Turn.BEHIND;
      }
      Hold now = hold;
      if (now != null) {
        hold = null;
        now.held.countDown();
        try {
          assertTrue(now.released.await(10, TimeUnit.SECONDS), "it is released");
        } catch (InterruptedException _) {
          throw new AssertionError("nobody interrupts it");
        }
      }
      written.add(new Written(name, Thread.currentThread()));
      return behind.get() > 0 && behind.decrementAndGet() > 0 ? Turn.MORE : Turn.DONE;
    }

    @Override
    boolean gathers() {
      return gathers;
    }

    @Override
    void startWindow() {
      // The test says when it is over.
    }

    @Override
    long nanos() {
      return nanos.get();
    }
  }
}
