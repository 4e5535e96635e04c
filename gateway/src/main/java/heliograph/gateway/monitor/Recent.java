package heliograph.gateway.monitor;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A look that is not taken again for a moment, as one scrape asks several gauges for the same. Any
 * thread.
 */
final class Recent<T> implements Supplier<T> {
  /** For how long it is not taken again. */
  static final Duration FRESH = Duration.ofMillis(100);

  private final Supplier<T> look;
  private final LongSupplier nanos;

  private record Taken<T>(T seen, long at) {}

  // Two scrapes at once may both look, and both see what is there.
  private volatile @Nullable Taken<T> last;

  /**
   * @param nanos a clock of elapsed nanoseconds
   */
  Recent(Supplier<T> look, LongSupplier nanos) {
    this.look = look;
    this.nanos = nanos;
  }

  @Override
  public T get() {
    Taken<T> before = last;
    long now = nanos.getAsLong();
    if (before != null && now - before.at < FRESH.toNanos()) {
      return before.seen;
    }
    T seen = look.get();
    last = new Taken<>(seen, now);
    return seen;
  }
}
