package heliograph.relay;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The one thread that writes to the log. Publishers put their submissions in a queue and wait. This
 * thread takes all that are there, commits them together, and releases the publishers. What is
 * stored it does not deliver: the log shows it to the hub.
 */
final class LogThread implements AutoCloseable {
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration TRIM_EVERY = Duration.ofSeconds(1);
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final EventLog log;
  private final LongSupplier nanos;
  private final Runnable ended;
  private final BlockingQueue<Submission> waiting =
      new ArrayBlockingQueue<>(Limits.WAITING_PUBLISHES);
  private final Thread thread;
  private final LongAdder commits = new LongAdder();
  private final CommitTimes times = new CommitTimes();
  private volatile boolean closed;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param ended called on this thread when it ends, for whatever reason
   */
  LogThread(EventLog log, LongSupplier nanos, Runnable ended) {
    this.log = log;
    this.nanos = nanos;
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

  /** How many commits the log has taken since the start. */
  long commits() {
    return commits.sum();
  }

  /** How long these took. */
  CommitTimes times() {
    return times;
  }

  /** Whether the caller runs on this thread. */
  boolean isThis() {
    return Thread.currentThread() == thread;
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
      batch.forEach(submission -> submission.answer(List.of()));
      return;
    }
    List<Trace> traces = traces(batch);
    long from = traces.isEmpty() ? 0 : nanos.getAsLong();
    List<Receipt> receipts;
    long began = nanos.getAsLong();
    try {
      receipts = log.append(events);
    } catch (RuntimeException failure) {
      tell(traces, events, from, false);
      batch.forEach(submission -> submission.fail(failure));
      return;
    }
    times.took(nanos.getAsLong() - began);
    commits.increment();
    tell(traces, events, from, true);
    int first = 0;
    for (Submission submission : batch) {
      int next = first + submission.events().size();
      submission.answer(receipts.subList(first, next));
      first = next;
    }
  }

  private static List<Trace> traces(List<Submission> batch) {
    List<Trace> all = List.of();
    for (Submission submission : batch) {
      if (!submission.traces().isEmpty()) {
        all = all.isEmpty() ? new ArrayList<>() : all;
        all.addAll(submission.traces());
      }
    }
    return all;
  }

  private void tell(List<Trace> traces, List<Published> events, long fromNanos, boolean stored) {
    if (!traces.isEmpty()) {
      long to = nanos.getAsLong();
      long bytes = events.stream().mapToLong(published -> published.event().size()).sum();
      traces
          .getFirst()
          .committed(traces, new Trace.Commit(events.size(), bytes, fromNanos, to, stored));
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
    var _ = waiting.offer(new Submission(List.of()));
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      // A thread that was never started has not done this itself.
      refuseWaiting();
    }
  }
}
