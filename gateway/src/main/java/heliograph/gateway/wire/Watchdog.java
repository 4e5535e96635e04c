package heliograph.gateway.wire;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Cuts whatever takes too long to read, to write or to answer. Helidon times out neither a request
 * that stops arriving nor a write that nobody reads, and a thread in socket I/O can only be freed
 * by closing the socket. One platform thread checks all watches ten times a second; to begin and to
 * end a watch costs an insert into a set and a removal. Any thread.
 */
public final class Watchdog implements AutoCloseable {
  /** How late after its limit a watch may act. */
  static final Duration TICK = Duration.ofMillis(100);

  private final LongSupplier nanos;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Watches by this clock, once it is started.
   *
   * @param nanos a clock of elapsed nanoseconds
   */
  public Watchdog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Begins to look. Called once. */
  public void start() {
    Thread.ofPlatform().name("heliograph-watchdog").daemon(true).start(this::run);
  }

  /** A watch over one thing, which acts unless it is closed in time. */
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

  /**
   * A thing that knows its own deadlines, because it waits too often to begin a watch each time.
   */
  interface Watched {
    /** Checks whether a deadline has passed, on the watchdog's thread; must not wait. */
    void look(long nowNanos);
  }

  /** Begins to look at a thing at every tick. */
  void look(Watched at) {
    watched.add(at);
  }

  /** Ends looking at a thing. */
  void lookAway(Watched from) {
    watched.remove(from);
  }

  /** How many things are looked at at every tick. */
  int watched() {
    return watched.size();
  }

  /**
   * Begins a watch that acts once its limit is over, unless it is closed before.
   *
   * @param limit how long until the watch acts
   * @param bite what it does then, on a virtual thread of its own; must not throw
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
          // A watch that can be removed was not closed in time: it acts once, never after close().
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
