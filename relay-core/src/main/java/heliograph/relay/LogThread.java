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
 * The one thread that writes to the log. Publishers put their submissions in a queue and wait. This
 * thread takes all that are there, commits them together, delivers them in the order of their
 * cursors, and only then releases the publishers. So the order of cursors is the order of delivery,
 * and there is no lock to reason about.
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
  // Bounded by the streams: one change for each whose claims are being changed.
  private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
  private final LongAdder commits = new LongAdder();
  private volatile boolean closed;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param deliver takes each stored event, in order, on this thread
   * @param ended called on this thread when it ends, for whatever reason
   */
  LogThread(EventLog log, LongSupplier nanos, Consumer<StoredEvent> deliver, Runnable ended) {
    this.log = log;
    this.nanos = nanos;
    this.deliver = deliver;
    this.ended = ended;
    this.thread = Thread.ofPlatform().name("heliograph-log").daemon(true).unstarted(this::run);
  }

  /** Begins to take submissions from the queue. Called once. */
  void start() {
    thread.start();
  }

  /**
   * Queues a submission, which will be answered; after the close, by a refusal.
   *
   * @throws RelayException LOG_UNAVAILABLE when too many submissions wait
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
   * Makes a change between two events: for all subscribers, every event before it is delivered in
   * the old state and every event after it in the new one. Does not wait for the change. Once this
   * thread has ended, the caller's thread makes it.
   *
   * @param change short; it may wait for the lock of OpenStreams and for nothing else
   */
  void runBetweenEvents(Runnable change) {
    changes.add(change);
    // An empty submission makes the thread come by; if there is no room, it comes by anyway.
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
        // Trims under a load that never pauses, too: a silent tenant must lose its old events.
        if (first == null || nanos.getAsLong() - trimmed >= TRIM_EVERY.toNanos()) {
          trim();
          trimmed = nanos.getAsLong();
        }
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread. If somebody did, what waits would be refused below.
    } finally {
      // Runs after a bug, too: isAlive then tells of the thread's death, and nobody waits in vain.
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
      // Events may still be stored, and the next trim makes up for this one.
      LOGGER.log(System.Logger.Level.WARNING, "log-trim-failed", failure);
    }
  }

  /** Adds the submissions that wait, up to the size of one commit. */
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
    // An empty submission wakes the thread; an interrupt could hit it in the middle of a commit.
    var _ = waiting.offer(new Submission(List.of(), 0));
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      // A thread that was never started has not done this itself.
      refuseWaiting();
      runChanges();
    }
  }
}
