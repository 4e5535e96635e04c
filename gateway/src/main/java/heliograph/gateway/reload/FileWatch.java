package heliograph.gateway.reload;

import heliograph.gateway.crypto.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Looks at the files of the configuration every {@link #PERIOD}, and says when what is in them has
 * changed. It compares what is written and not the times of the files, which tell nothing where a
 * file is put in place of another. A change counts once two looks have seen the same, so that a
 * file which is still being written is left alone. On a virtual thread of its own; any thread.
 */
public final class FileWatch implements AutoCloseable {
  /** How often the files are looked at. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  /** The most bytes of a file that are looked at; what stands behind them is not compared. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private final Supplier<List<Path>> files;
  private final Runnable changed;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean on;

  /**
   * Makes a watch that is off.
   *
   * @param files those that count now
   * @param changed is called for each change, and must not wait
   */
  public FileWatch(Supplier<List<Path>> files, Runnable changed) {
    this.files = files;
    this.changed = changed;
  }

  /** Turns the watch on or off. What changes while it is off is not noticed later. */
  public void turn(boolean toOn) {
    on = toOn;
    if (toOn && started.compareAndSet(false, true)) {
      String now = seen();
      Thread.ofVirtual().name("heliograph-watch").start(() -> watch(now));
    }
  }

  private void watch(String first) {
    String told = first;
    String before = first;
    try {
      while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        String now = seen();
        if (!on) {
          told = now;
        } else if (now.equals(before) && !now.equals(told)) {
          told = now;
          changed.run();
        }
        before = now;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One digest of all files; one that cannot be read counts as such. */
  private String seen() {
    StringBuilder all = new StringBuilder();
    for (Path file : files.get()) {
      all.append(file).append(' ');
      try (InputStream in = Files.newInputStream(file)) {
        all.append(Sha256.hex(in.readNBytes(MAX_BYTES)));
      } catch (IOException _) {
        all.append("unreadable");
      }
      all.append('\n');
    }
    return Sha256.hex(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
