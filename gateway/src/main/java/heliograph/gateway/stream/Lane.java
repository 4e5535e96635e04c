package heliograph.gateway.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes for many streams, one after the other, on one virtual thread. That costs less than a
 * thread for each: nothing is woken and put to sleep per delivery. A write that blocks holds nobody
 * up for long: who looks after the lane gives it another thread, and the one that is held keeps the
 * stream that holds it, until that is written.
 */
final class Lane {
  private final LongSupplier nanos;
  private final Runnable busy;

  // Each stream is here at most once, so there are no more of them than streams.
  private final Queue<Turns> ready = new ConcurrentLinkedQueue<>();
  private volatile Runner runner;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param busy called when there is work after there was none
   */
  Lane(LongSupplier nanos, Runnable busy) {
    this.nanos = nanos;
    this.busy = busy;
    this.runner = new Runner();
    runner.start();
  }

  /** Takes a stream that has something to write. Any thread; does not wait. */
  void add(Turns stream) {
    ready.add(stream);
    Runner now = runner;
    if (now.idle) {
      now.idle = false;
      LockSupport.unpark(now.thread);
      busy.run();
    }
  }

  /** Whether anything is being written, or is to be. */
  boolean isBusy() {
    return !runner.idle;
  }

  /**
   * Gives the lane another thread if its own has been at one stream for too long. The stream then
   * has that thread for itself.
   */
  void relieve(long patienceNanos) {
    Runner held = runner;
    if (held.current != null && nanos.getAsLong() - held.since >= patienceNanos) {
      replace();
      // It may have become free just now and rest; then it is to end.
      LockSupport.unpark(held.thread);
    }
  }

  private void replace() {
    Runner fresh = new Runner();
    runner = fresh;
    fresh.start();
  }

  /** One thread that writes. */
  private final class Runner implements Runnable {
    private final Thread thread = Thread.ofVirtual().name("heliograph-lane").unstarted(this);
    private volatile boolean idle;
    private volatile @Nullable Turns current;
    // When the current turn began; written before it.
    private long since;

    void start() {
      thread.start();
    }

    @Override
    public void run() {
      try {
        while (runner == this) {
          Turns stream = ready.poll();
          if (stream == null) {
            rest();
          } else {
            write(stream);
          }
        }
      } finally {
        if (runner == this) {
          // Not the way out, so something is broken; the lane has more streams than that one.
          replace();
        }
      }
    }

    private void rest() {
      idle = true;
      // What was added before idle was seen is taken now; what is added after it wakes us.
      if (ready.isEmpty()) {
        LockSupport.park(Lane.this);
      }
      idle = false;
    }

    private void write(Turns stream) {
      since = nanos.getAsLong();
      current = stream;
      boolean done = stream.turn(since);
      current = null;
      if (!done) {
        // It is to read the log, in its own time.
        Thread.ofVirtual().start(stream::alone);
      } else if (runner == this) {
        stream.pause();
      } else {
        // Somebody else has the lane since; this thread has the stream.
        stream.goOn();
      }
    }
  }
}
