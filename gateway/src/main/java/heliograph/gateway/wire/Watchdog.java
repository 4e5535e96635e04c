package heliograph.gateway.wire;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Cuts what takes too long. Helidon times out neither a request that stops arriving nor a write
 * that nobody reads, and a thread in socket I/O can only be freed by closing the socket. One thread
 * looks over all watches a few times a second; watching and stopping cost a set's insert and
 * remove. Any thread.
 */
public final class Watchdog implements AutoCloseable {
  /** How late a watch may bite. */
  static final Duration TICK = Duration.ofMillis(100);

  private final LongSupplier nanos;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  public Watchdog(LongSupplier nanos) {
    this.nanos = nanos;
    Thread.ofPlatform().name("heliograph-watchdog").daemon(true).start(this::run);
  }

  /** One thing that is being watched; closing it in time is all it wants. */
  public final class Watch implements AutoCloseable {
    private final long deadline;
    private final Runnable bite;

    private Watch(long deadline, Runnable bite) {
      this.deadline = deadline;
      this.bite = bite;
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }

  /** What knows its own deadlines, and waits so often that it had rather not tell of each. */
  interface Watched {
    /** Looks whether it waits for too long; on the watchdog's thread, and must not wait itself. */
    void look(long nowNanos);
  }

  /** From now on it is looked at. */
  void look(Watched at) {
    watched.add(at);
  }

  /** From now on it is not. */
  void lookAway(Watched from) {
    watched.remove(from);
  }

  /** How many are looked at. */
  int watched() {
    return watched.size();
  }

  /**
   * Watches until the watch that is returned is closed.
   *
   * @param limit how long until it bites
   * @param bite what then happens, on a thread of its own; must not throw
   */
  public Watch watch(Duration limit, Runnable bite) {
    Watch watch = new Watch(nanos.getAsLong() + limit.toNanos(), bite);
    watches.add(watch);
    return watch;
  }

  private void run() {
    try {
      while (!closed.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = nanos.getAsLong();
        List<Watch> due = watches.stream().filter(it -> now - it.deadline >= 0).toList();
        for (Watch watch : due) {
          // Removed means not closed in time: it bites once, and never after close().
          if (watches.remove(watch)) {
            Thread.ofVirtual().start(watch.bite);
          }
        }
        watched.forEach(it -> it.look(now));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
