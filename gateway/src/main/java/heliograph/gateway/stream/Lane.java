package heliograph.gateway.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes for many streams, one after the other, on one virtual thread. That costs less than a
 * thread for each stream: no thread is woken and put to sleep per delivery. A write that blocks
 * does not hold up the other streams for long: {@link Lanes} gives the lane another thread, and the
 * blocked thread keeps its stream until everything is written there.
 */
final class Lane {
  private final LongSupplier nanos;
  private final Runnable busy;

  // Bounded by the number of streams, as each is in it at most once.
  private final Queue<Turns> ready = new ConcurrentLinkedQueue<>();
  private volatile Runner runner;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param busy called when there is work after there was none; must not wait
   */
  Lane(LongSupplier nanos, Runnable busy) {
    this.nanos = nanos;
    this.busy = busy;
    this.runner = new Runner();
  }

  /** Begins to write. What was added before is written then. */
  void start() {
    runner.start();
  }

  /** Takes a stream that has something to write. Any thread may call this; it does not wait. */
  void add(Turns stream) {
    ready.add(stream);
    Runner now = runner;
    if (now.idle) {
      now.idle = false;
      LockSupport.unpark(now.thread);
      busy.run();
    }
  }

  /** Whether the lane writes, or has something to write. */
  boolean isBusy() {
    return !runner.idle;
  }

  /**
   * Gives the lane another thread if its own has been writing for one stream for too long. That
   * stream then has the old thread for itself.
   */
  void relieve(long patienceNanos) {
    Runner held = runner;
    if (held.current != null && nanos.getAsLong() - held.since >= patienceNanos) {
      replace();
      // The old thread may have come free just now and have parked; unparked, it ends.
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
            park();
          } else {
            write(stream);
          }
        }
      } finally {
        if (runner == this) {
          // Something threw, and the lane has more streams than the one it threw for.
          replace();
        }
      }
    }

    private void park() {
      idle = true;
      // add() puts a stream in before it looks at idle: either it is seen here, or it unparks us.
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
        // The log has to be read, which may take its time.
        Thread.ofVirtual().start(stream::onOwnThread);
      } else if (runner == this) {
        stream.pause();
      } else {
        // Another thread has the lane by now, and this one keeps the stream.
        stream.goOn();
      }
    }
  }
}
