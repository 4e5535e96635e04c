package heliograph.relay;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The events of one publish request on their way through the log thread, and the wait for them. */
final class Submission {
  private final List<Published> events;
  private final List<Trace> traces;
  private final CountDownLatch done = new CountDownLatch(1);

  // Written before done opens, and read after that.
  private List<Receipt> receipts = List.of();
  private @Nullable RuntimeException failure;

  /** Makes one of events that nobody follows. */
  Submission(List<Published> events) {
    this(events, List.of());
  }

  /**
   * @param traces what follows some of the events
   */
  Submission(List<Published> events, List<Trace> traces) {
    this.events = List.copyOf(events);
    this.traces = List.copyOf(traces);
  }

  List<Published> events() {
    return events;
  }

  List<Trace> traces() {
    return traces;
  }

  /** Lets the publisher go on with what became of the events. */
  void answer(List<Receipt> receipts) {
    this.receipts = List.copyOf(receipts);
    done.countDown();
  }

  /** Lets the publisher go on with a refusal, unless it has been answered already. */
  void fail(RuntimeException failure) {
    if (done.getCount() > 0) {
      this.failure = failure;
      done.countDown();
    }
  }

  /** Waits for the log thread, which answers every submission it was given. */
  List<Receipt> await() {
    try {
      done.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.retryAfter(
          ErrorCode.SHUTTING_DOWN,
          "stopped before the log answered; send the event again with the same id",
          Duration.ofSeconds(1));
    }
    if (failure != null) {
      throw failure;
    }
    return receipts;
  }
}
