package heliograph.gateway;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What others answered, kept for a while. A question that is on its way is not asked again: who has
 * the same waits for the same answer. Each is asked on a thread of its own, which is cut off when
 * its time is over. Any thread.
 */
final class Answers<V> {
  /** The most answers that are kept; the one that was used longest ago goes. */
  static final int MAX_KEPT = 20_000;

  /** The most questions that are asked at once; more wait, as part of their time. */
  static final int MAX_ASKED = 64;

  // Beyond the time of a question, until whoever waits for it gives up.
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final Watchdog watchdog;
  private final Duration timeout;
  private final Answer<V> none;
  private final Semaphore room = new Semaphore(MAX_ASKED);
  private final Map<String, Waiting> kept = new LinkedHashMap<>(16, 0.75f, true); // guarded by it

  /**
   * @param keep how long it is good
   */
  record Answer<V>(V value, Duration keep) {}

  /**
   * @param left how long it will still be kept; not negative
   */
  record Kept<V>(V value, Duration left) {}

  /**
   * @param timeout how long a question may take, in all
   * @param none the answer to a question that got none in time
   */
  Answers(Duration timeout, Answer<V> none, Watchdog watchdog, LongSupplier nanos) {
    this.timeout = timeout;
    this.none = none;
    this.watchdog = watchdog;
    this.nanos = nanos;
  }

  /** An answer that is here or on its way. */
  final class Waiting {
    private final CountDownLatch here = new CountDownLatch(1);
    private volatile @Nullable Answer<V> answer;
    private volatile long untilNanos;

    private boolean isOver(long now) {
      return answer != null && now - untilNanos >= 0;
    }

    private void set(Answer<V> given) {
      untilNanos = nanos.getAsLong() + given.keep().toNanos();
      answer = given;
      here.countDown();
    }

    /** Waits for it. */
    Kept<V> await() throws InterruptedException {
      boolean _ = here.await(timeout.plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
      Answer<V> given = answer;
      return given == null
          ? new Kept<>(none.value(), Duration.ZERO)
          : new Kept<>(
              given.value(), Duration.ofNanos(Math.max(0, untilNanos - nanos.getAsLong())));
    }
  }

  /**
   * Asks, unless there is an answer, or the question is on its way.
   *
   * @param question runs on another thread, which may be interrupted
   */
  Waiting ask(String key, Supplier<Answer<V>> question) {
    Waiting own;
    synchronized (kept) {
      Waiting there = kept.get(key);
      if (there != null && !there.isOver(nanos.getAsLong())) {
        return there;
      }
      own = new Waiting();
      kept.put(key, own);
      if (kept.size() > MAX_KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
    Thread.ofVirtual().name("heliograph-question").start(() -> run(own, question));
    return own;
  }

  private void run(Waiting waiting, Supplier<Answer<V>> question) {
    Thread self = Thread.currentThread();
    Answer<V> answer = none;
    try (var _ = watchdog.watch(timeout, self::interrupt)) {
      room.acquire();
      try {
        answer = question.get();
      } finally {
        room.release();
      }
    } catch (InterruptedException _) {
      // Its time was over before it could be asked; the thread ends with this.
      self.interrupt();
    } finally {
      waiting.set(answer);
    }
  }

  /** How many are kept. */
  int size() {
    synchronized (kept) {
      return kept.size();
    }
  }
}
