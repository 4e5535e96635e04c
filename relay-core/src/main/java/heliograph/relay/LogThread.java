package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The one writer of the log. Publishers put their submissions in a queue and wait; this thread
 * takes all that are there, commits them together, delivers in order of cursors, and only then
 * releases the publishers. So order of cursors is order of delivery, without a lock to reason
 * about.
 */
final class LogThread implements AutoCloseable {
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration TRIM_EVERY = Duration.ofSeconds(1);
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final EventLog log;
  private final LongSupplier nanos;
  private final Consumer<StoredEvent> deliver;
  private final Runnable ended;
  private final BlockingQueue<Submission> waiting =
      new ArrayBlockingQueue<>(Limits.WAITING_PUBLISHES);
  private final Thread thread;
  // As many as there are streams whose claims change at this moment.
  private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
  private final LongAdder commits = new LongAdder();
  private volatile boolean closed;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param deliver takes each stored event, in order, on this thread
   * @param ended called when this thread ends, for whatever reason
   */
  LogThread(EventLog log, LongSupplier nanos, Consumer<StoredEvent> deliver, Runnable ended) {
    this.log = log;
    this.nanos = nanos;
    this.deliver = deliver;
    this.ended = ended;
    this.thread = Thread.ofPlatform().name("heliograph-log").daemon(true).start(this::run);
  }

  /**
   * Queues a submission; it will be answered.
   *
   * @throws RelayException LOG_UNAVAILABLE when too many wait, SHUTTING_DOWN when closed
   */
  void submit(Submission submission) {
    if (!waiting.offer(submission)) {
      throw RelayException.retryAfter(
          ErrorCode.LOG_UNAVAILABLE, "too many publishers wait for the log", RETRY);
    }
    if (closed) {
      refuseWaiting();
    }
  }

  /**
   * Has something changed between two events: what was delivered before saw the old state for all
   * subscribers, what is delivered after it the new one. Does not wait; after the end of this
   * thread the change is made by the caller.
   *
   * @param change short, and without waiting for anything but the lock of OpenStreams
   */
  void between(Runnable change) {
    changes.add(change);
    // Something to do, so that the thread comes by; if there is no room it comes by anyway.
    var _ = waiting.offer(new Submission(List.of(), 0));
    if (closed) {
      runChanges();
    }
  }

  private void runChanges() {
    Runnable change;
    while ((change = changes.poll()) != null) {
      change.run();
    }
  }

  /** How many commits the log has taken since the start. */
  long commits() {
    return commits.sum();
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  private void run() {
    List<Submission> batch = new ArrayList<>();
    long trimmed = nanos.getAsLong();
    try {
      while (!closed) {
        batch.clear();
        Submission first = waiting.poll(TRIM_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        runChanges();
        if (first != null) {
          batch.add(first);
          gather(batch);
          commit(batch);
        }
        // Also under a load that never pauses: a tenant that is silent must lose its old events.
        if (first == null || nanos.getAsLong() - trimmed >= TRIM_EVERY.toNanos()) {
          trim();
          trimmed = nanos.getAsLong();
        }
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread; if somebody did, what waits is refused below.
    } finally {
      // Also after a bug: then the thread's death shows in isAlive, and nobody is left waiting.
      closed = true;
      batch.forEach(submission -> submission.fail(stopped()));
      refuseWaiting();
      runChanges();
      ended.run();
    }
  }

  private void trim() {
    try {
      log.trim();
    } catch (RuntimeException failure) {
      // Storing may well go on, and the next trim makes up for this one.
      LOGGER.log(System.Logger.Level.WARNING, "log-trim-failed", failure);
    }
  }

  /** Adds what waits, up to the size of one commit. */
  private void gather(List<Submission> batch) {
    int events = batch.getFirst().events().size();
    while (events < Limits.COMMIT_EVENTS) {
      Submission next = waiting.poll();
      if (next == null) {
        return;
      }
      batch.add(next);
      events += next.events().size();
    }
  }

  private void commit(List<Submission> batch) {
    List<Published> events = new ArrayList<>();
    batch.forEach(submission -> events.addAll(submission.events()));
    if (events.isEmpty()) {
      batch.forEach(Submission::release);
      return;
    }
    List<Receipt> receipts;
    try {
      receipts = log.append(events);
    } catch (RuntimeException failure) {
      batch.forEach(submission -> submission.fail(failure));
      return;
    }
    commits.increment();
    int from = 0;
    for (Submission submission : batch) {
      int to = from + submission.events().size();
      submission.receive(receipts.subList(from, to));
      deliverStored(submission);
      from = to;
    }
    batch.forEach(Submission::release);
  }

  private void deliverStored(Submission submission) {
    List<Receipt> receipts = submission.receipts();
    for (int i = 0; i < receipts.size(); i++) {
      if (receipts.get(i) instanceof Receipt.Stored(Cursor cursor)) {
        Published published = submission.events().get(i);
        deliver.accept(new StoredEvent(published.event(), cursor, submission.publishedNanos()));
      }
    }
  }

  private void refuseWaiting() {
    Submission submission;
    while ((submission = waiting.poll()) != null) {
      submission.fail(stopped());
    }
  }

  private static RelayException stopped() {
    return RelayException.retryAfter(ErrorCode.SHUTTING_DOWN, "the log is closed", RETRY);
  }

  @Override
  public void close() {
    closed = true;
    // A submission of nothing wakes the thread; an interrupt could hit it in the middle of a
    // commit.
    var _ = waiting.offer(new Submission(List.of(), 0));
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
