package heliograph.gateway.monitor;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives memory back after a rush. What readers who catch up, or everybody who comes back, leave
 * behind in the old part of the heap is garbage, but no collection comes as long as there is room
 * to grow into, up to the whole heap. So a platform thread of its own looks at that part now and
 * then, and has the JVM collect it when it holds much more than what is in use. The options of the
 * JVM say that the heap shrinks then; {@code -XX:+DisableExplicitGC} turns it off.
 */
public final class HeapTrim implements AutoCloseable {
  /** How often it looks. */
  static final Duration LOOKS = Duration.ofSeconds(10);

  /** How much more than what was in use after the last collection is left alone, in bytes. */
  static final long SLACK = 32L << 20;

  /** So many times what was in use may be there besides. */
  private static final double SPARE = 1.5;

  private final Thread thread;
  private volatile boolean closed;

  /** Makes it; {@link #start} begins to look. */
  public HeapTrim() {
    this.thread =
        Thread.ofPlatform().name("heliograph-heap-trim").daemon(true).unstarted(this::run);
  }

  /** Begins to look. Called once. */
  public void start() {
    thread.start();
  }

  private void run() {
    Optional<MemoryPoolMXBean> old = old();
    // What is in use is known after a first collection; at the start all is taken for it.
    long used = old.map(it -> it.getUsage().getUsed()).orElse(0L);
    while (!closed && old.isPresent()) {
      MemoryPoolMXBean pool = old.get();
      MemoryUsage collected = pool.getCollectionUsage();
      if (collected != null && collected.getUsed() > 0) {
        used = collected.getUsed();
      }
      if (isDue(pool.getUsage().getUsed(), used)) {
        System.gc();
        used = pool.getUsage().getUsed();
      }
      LockSupport.parkNanos(this, LOOKS.toNanos());
    }
  }

  /**
   * Whether it is worth a collection.
   *
   * @param held bytes that are held now, with what can be collected
   * @param used bytes that were in use after the last collection
   */
  static boolean isDue(long held, long used) {
    return held > SPARE * used + SLACK;
  }

  /** The part of the heap whose objects have lived for a while; none where all are in one. */
  private static Optional<MemoryPoolMXBean> old() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(it -> it.getType() == MemoryType.HEAP && it.isUsageThresholdSupported())
        .findFirst();
  }

  /** Looks no more. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
