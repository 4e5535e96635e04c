package heliograph.gateway.stream;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What operators see of all streams. To look at one costs about a microsecond, of which most is
 * waiting for memory that delivery uses as well. So with many of them a look is shared by all who
 * look within a moment, which is the longer the more streams there are: however often the list is
 * asked for, some two hundredths of one processor are spent on looking. With few streams each look
 * is a new one. Any thread.
 */
final class Glance<T> {
  /** Up to so many streams nobody is shown what was looked at before. */
  static final int FEW = 1_000;

  /** For how long a look is shared, for each stream that was seen. */
  static final Duration PER_STREAM = Duration.ofNanos(50_000);

  /** The longest time for which a look is shared. */
  static final Duration LONGEST = Duration.ofSeconds(1);

  private final Supplier<List<T>> look;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();

  // When nobody looks any more it goes with the next collection, and with it what has ended.
  private WeakReference<@Nullable List<T>> last = new WeakReference<>(null);
  private long lookedAt;

  /**
   * @param look looks at all streams
   * @param nanos a clock of elapsed nanoseconds
   */
  Glance(Supplier<List<T>> look, LongSupplier nanos) {
    this.look = look;
    this.nanos = nanos;
  }

  /**
   * The streams that are open, or were a moment ago. Those who ask while somebody looks wait for
   * what is seen.
   */
  List<T> streams() {
    lock.lock();
    try {
      long now = nanos.getAsLong();
      List<T> before = last.get();
      if (before != null && now - lookedAt < sharedFor(before.size())) {
        return before;
      }
      List<T> seen = look.get();
      last = new WeakReference<>(seen);
      lookedAt = now;
      return seen;
    } finally {
      lock.unlock();
    }
  }

  private static long sharedFor(int streams) {
    return streams <= FEW ? 0 : Math.min(LONGEST.toNanos(), streams * PER_STREAM.toNanos());
  }
}
