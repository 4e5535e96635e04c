package heliograph.gateway.settings;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has files with secrets read again, every {@link #PERIOD}, on a virtual thread of its own. Any
 * thread.
 */
public final class SecretReloads implements AutoCloseable {
  /** How often files with secrets are read. */
  public static final Duration PERIOD = Duration.ofSeconds(2);

  private final List<Runnable> reloads;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Makes what begins with {@link #start}.
   *
   * @param reloads each reads the files of one owner; if there are none, no thread is needed
   */
  public SecretReloads(List<Runnable> reloads) {
    this.reloads = List.copyOf(reloads);
  }

  /** Begins to look at the files, if there are any. */
  public void start() {
    if (!reloads.isEmpty()) {
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
