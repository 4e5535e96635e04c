package heliograph.gateway.console;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Tells all who look at the console how the relay is, once a second, and the same to all: it is
 * worked out once, by whoever of them comes first, and not at all while nobody looks. Any thread.
 */
public final class LiveStatus {
  /** How many may look at once; a tab that is hidden does not look. */
  static final int MAX_VIEWERS = 20;

  private static final Duration PACE = Duration.ofSeconds(1);
  private static final String EVENT = "status";

  private final Supplier<String> status;
  private final Predicate<ServerRequest> allowed;
  private final LongSupplier nanos;
  private final Semaphore free = new Semaphore(MAX_VIEWERS);

  // What is guarded by the lock: what was told last, in which turn, and whether it is over.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private long turn = Long.MIN_VALUE;
  private String told = "";
  private boolean over;

  /**
   * Makes the stream.
   *
   * @param status how the relay is, as one line of JSON
   * @param allowed whether who sent a request may still look, asked before each event
   */
  public LiveStatus(Supplier<String> status, Predicate<ServerRequest> allowed, LongSupplier nanos) {
    this.status = status;
    this.allowed = allowed;
    this.nanos = nanos;
  }

  /** Tells one who looks, until they look away. */
  public void watch(ServerRequest request, ServerResponse response) {
    if (!free.tryAcquire()) {
      throw new RelayException(
          ErrorCode.TOO_MANY_STREAMS,
          "at most %d look at once; GET /admin/v1/status has no such bound".formatted(MAX_VIEWERS));
    }
    try {
      response.header(HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-store"));
      try (SseSink sink = response.sink(SseSink.TYPE)) {
        for (long seen = Long.MIN_VALUE; allowed.test(request); ) {
          long now = Math.floorDiv(nanos.getAsLong(), PACE.toNanos());
          if (now > seen) {
            seen = now;
            sink.emit(SseEvent.builder().name(EVENT).data(now(now)).build());
          }
          if (!rest(seen)) {
            return;
          }
        }
      }
    } catch (UncheckedIOException _) {
      // Its tab was hidden or closed.
    } finally {
      free.release();
    }
  }

  /** How the relay is in a turn, or in a later one that somebody else was told of meanwhile. */
  private String now(long mine) {
    lock.lock();
    try {
      if (turn < mine) {
        told = status.get();
        turn = mine;
      }
      return told;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next turn; false if there is none. */
  private boolean rest(long seen) {
    lock.lock();
    try {
      long left = (seen + 1) * PACE.toNanos() - nanos.getAsLong();
      while (left > 0 && !over) {
        left = closing.awaitNanos(left);
      }
      return !over;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all streams. */
  public void close() {
    lock.lock();
    try {
      over = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
