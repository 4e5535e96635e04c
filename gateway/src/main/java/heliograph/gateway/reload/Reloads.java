package heliograph.gateway.reload;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Has the configuration read again, one time after the other, on one thread: who asks during a
 * reload waits for one of its own, which sees the newest file. Any thread.
 */
public final class Reloads implements AutoCloseable {
  /** The most reloads that wait for their turn; a further one is refused. */
  public static final int MAX_WAITING = 16;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Reading reading;
  private final InstantSource clock;
  private final BlockingQueue<Asked> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicBoolean nudged = new AtomicBoolean();
  // Only the thread writes it.
  private volatile Outcome outcome;
  // A platform thread, since it reads jars.
  private final Thread thread =
      Thread.ofPlatform().name("heliograph-reload").daemon(true).unstarted(this::run);

  /** Reads the configuration, and puts it in force. */
  @FunctionalInterface
  public interface Reading {
    /**
     * Reads it once.
     *
     * @param by who asks
     * @param dryRun whether to tell only what would come of it
     * @throws RelayException BAD_CONFIGURATION if it is wrong; then nothing has changed
     */
    Reloaded read(By by, boolean dryRun);
  }

  /** Who asks. */
  public enum By {
    REQUEST,
    SIGNAL,
    FILE;

    /** The word for it in the log and in the audit. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One reload that was asked for, and what came of it once that is known. */
  private static final class Asked {
    private final By by;
    private final String reason;
    private final boolean dryRun;
    private final CountDownLatch done = new CountDownLatch(1);
    // One of these is written before the latch is counted down, and read after that.
    private @Nullable Reloaded reloaded;
    private @Nullable RelayException refusal;

    private Asked(By by, String reason, boolean dryRun) {
      this.by = by;
      this.reason = reason;
      this.dryRun = dryRun;
    }
  }

  /**
   * What came of reloads since the start; those that were only tried do not count.
   *
   * @param done how many were put in force
   * @param refused how many were wrong, and changed nothing
   * @param lastRefused whether the last one was
   * @param restart how many changes hold only from the next start on
   * @param inForce when what is in force was put in force, which a start does as well
   */
  public record Outcome(
      long done, long refused, boolean lastRefused, int restart, Instant inForce) {
    private Outcome afterDone(Reloaded reloaded, Instant now) {
      return new Outcome(done + 1, refused, false, reloaded.restart().size(), now);
    }

    private Outcome afterRefusal() {
      return new Outcome(done, refused + 1, true, restart, inForce);
    }
  }

  /** Makes reloads of what a reading reads; {@link #start} begins. */
  public Reloads(Reading reading, InstantSource clock) {
    this.reading = reading;
    this.clock = clock;
    this.outcome = new Outcome(0, 0, false, 0, clock.instant());
  }

  /** What came of reloads so far. Any thread. */
  public Outcome outcome() {
    return outcome;
  }

  /** Begins to read when somebody asks. */
  public void start() {
    thread.start();
  }

  /**
   * Reads the configuration again, and returns when what it says is in force.
   *
   * @param reason why, for the log; may be empty
   * @param dryRun whether to tell only what would come of it
   * @throws RelayException BAD_CONFIGURATION if it is wrong, and then nothing has changed;
   *     OVERLOADED if too many wait; SHUTTING_DOWN
   */
  public Reloaded read(String reason, boolean dryRun) {
    Asked asked = new Asked(By.REQUEST, reason, dryRun);
    if (!waiting.offer(asked)) {
      throw RelayException.retryAfter(ErrorCode.OVERLOADED, "too many reloads wait", RETRY);
    }
    try {
      asked.done.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
    if (asked.reloaded == null) {
      throw Optional.ofNullable(asked.refusal).orElseGet(RelayException::stopping);
    }
    return asked.reloaded;
  }

  /**
   * Has the configuration read soon, without waiting for it. While one such reload waits for its
   * turn a further one is the same.
   */
  public void soon(By by) {
    if (nudged.compareAndSet(false, true) && !waiting.offer(new Asked(by, "", false))) {
      nudged.set(false);
      LOGGER.log(
          System.Logger.Level.WARNING, "reload-refused by={0} cause=too many wait", by.word());
    }
  }

  private void run() {
    try {
      while (true) {
        Asked asked = waiting.take();
        if (asked.by != By.REQUEST) {
          // Who nudges from here on may mean what is written from here on.
          nudged.set(false);
        }
        try {
          serve(asked);
        } finally {
          asked.done.countDown();
        }
      }
    } catch (InterruptedException _) {
      // It was closed. Who still waits is told that the relay stops.
      waiting.forEach(asked -> asked.done.countDown());
    }
  }

  private void serve(Asked asked) {
    try {
      Reloaded reloaded = reading.read(asked.by, asked.dryRun);
      asked.reloaded = reloaded;
      // Whoever asked for a reload has told the watch nothing, which then finds nothing new.
      boolean found = asked.by != By.FILE || !reloaded.changes().isEmpty();
      if (asked.dryRun) {
        return;
      }
      outcome = outcome.afterDone(reloaded, clock.instant());
      if (found) {
        tell(asked, reloaded);
      }
    } catch (RelayException refusal) {
      asked.refusal = refusal;
      if (!asked.dryRun) {
        outcome = outcome.afterRefusal();
      }
      LOGGER.log(
          System.Logger.Level.WARNING,
          "reload-refused by={0} cause={1}",
          asked.by.word(),
          refusal.detail());
    } catch (RuntimeException bug) {
      asked.refusal = new RelayException(ErrorCode.INTERNAL_ERROR, "the reload met with a bug");
      LOGGER.log(System.Logger.Level.ERROR, "bug thread=heliograph-reload", bug);
    }
  }

  private static void tell(Asked asked, Reloaded reloaded) {
    LOGGER.log(
        System.Logger.Level.INFO,
        "reloaded by={0} changes={1} ended={2} reason={3}",
        asked.by.word(),
        Integer.toString(reloaded.changes().size()),
        Integer.toString(reloaded.ended()),
        asked.reason);
    if (!reloaded.restart().isEmpty()) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "restart-needed keys={0}",
          String.join(",", reloaded.restart()));
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
