package heliograph.gateway.telemetry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps the log open while the relay stops. The JVM closes the root logger's handlers, in order, in
 * a shutdown hook that runs beside ours; this handler stands first and holds that hook up.
 * Helidon's own guard waits for the thread of our hook, and does not wait at all if that thread is
 * not started yet. Any thread.
 */
public final class LastLines extends Handler {
  private final Duration patience;
  private final CountDownLatch never = new CountDownLatch(1);

  private LastLines(Duration patience) {
    this.patience = patience;
  }

  /**
   * Puts this handler before all others.
   *
   * @param patience how long a stop may take; it ends the JVM, and this wait with it
   */
  public static void keep(Duration patience) {
    Logger root = LogManager.getLogManager().getLogger("");
    Handler[] others = root.getHandlers();
    for (Handler other : others) {
      root.removeHandler(other);
    }
    root.addHandler(new LastLines(patience));
    for (Handler other : others) {
      root.addHandler(other);
    }
  }

  @Override
  public void publish(LogRecord line) {}

  @Override
  public void flush() {}

  @Override
  public void close() {
    try {
      var _ = never.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
