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

  /** One thing that is being watched, until it is closed or its time is over. */
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

  /** Something that knows its own deadlines, and has too many of them for a watch each. */
  interface Watched {
    /** Looks whether a deadline has passed. The watchdog's thread calls this; it must not wait. */
    void look(long nowNanos);
  }

  /** Has its deadlines looked at from now on. */
  void look(Watched at) {
    watched.add(at);
  }

  /** Has its deadlines not looked at any more. */
  void lookAway(Watched from) {
    watched.remove(from);
  }

  /** How many things with deadlines of their own are looked at. */
  int watched() {
    return watched.size();
  }

  /**
   * Watches until the watch that is returned is closed.
   *
   * @param limit how long until the watch bites
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
          // Whoever removes the watch has it: it bites once, and never after it was closed.
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
