package heliograph.gateway.settings;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has files with secrets read again, every {@link #PERIOD}, on a virtual thread of its own. Any
 * thread.
 */
public final class SecretReloads implements AutoCloseable {
  /** How often files with secrets are read. */
  public static final Duration PERIOD = Duration.ofSeconds(2);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile List<Runnable> reloads = List.of();

  /**
   * Has these files be read from now on, and no others.
   *
   * @param owners each reads the files of one owner; while there is none, no thread is needed
   */
  public void look(List<Runnable> owners) {
    reloads = List.copyOf(owners);
    if (!owners.isEmpty() && started.compareAndSet(false, true)) {
      Thread.ofVirtual().name("heliograph-secrets").start(this::watch);
    }
  }

  private void watch() {
    try {
      while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        reloads.forEach(Runnable::run);
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
