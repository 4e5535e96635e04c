package heliograph.relay;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Deliver what the tenants' inboxes hold. Tenants for whom there is something to do stand in one
 * queue and take turns; a turn is bounded in time, and who needed more than its turn waits longer
 * for the next one (deficit round robin). So a tenant whose delivery is costly is late itself, and
 * the others are not.
 *
 * <p>Most deliveries take some microseconds. So that nobody has to be woken for them, whoever has
 * published lends its thread for a moment; only what is left after that is for the platform threads
 * of this class. Any thread.
 */
final class Workers implements AutoCloseable {
  /** How long a tenant's turn is. */
  static final long TURN_NANOS = 1_000_000;

  /** How long a publisher lends its thread. */
  static final long LENT_NANOS = 100_000;

  private final LongSupplier nanos;
  private final Runnable ended;
  // Bounded by the tenants that have streams, as each is in it at most once.
  private final Queue<Tenancy> ready = new ConcurrentLinkedQueue<>();
  private final List<Worker> workers;
  private volatile boolean closed;

  /**
   * @param nanos a clock of elapsed nanoseconds
   * @param ended called on each thread when it ends, for whatever reason
   */
  Workers(LongSupplier nanos, Runnable ended) {
    this.nanos = nanos;
    this.ended = ended;
    // The other half of the processors is left to requests and to those who write.
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    this.workers = Stream.generate(Worker::new).limit(count).toList();
  }

  /** Begins to deliver. Called once. */
  void start() {
    workers.forEach(worker -> worker.thread.start());
  }

  boolean isAlive() {
    return workers.stream().allMatch(worker -> worker.thread.isAlive());
  }

  /** Whether a tenant waits for its turn. */
  boolean isBusy() {
    return !ready.isEmpty();
  }

  /**
   * Gives a tenant turns until its inbox is empty; {@link #lend} or {@link #wake} has to follow.
   */
  void add(Tenancy tenancy) {
    ready.add(tenancy);
  }

  /** Has a worker come if there is something to do. */
  void wake() {
    if (ready.isEmpty()) {
      return;
    }
    for (Worker worker : workers) {
      if (worker.idle) {
        worker.idle = false;
        LockSupport.unpark(worker.thread);
        return;
      }
    }
  }

  /** Delivers on the calling thread, for a moment, and has a worker do what is left. */
  void lend() {
    long until = nanos.getAsLong() + LENT_NANOS;
    boolean more = true;
    while (more) {
      Tenancy tenancy = ready.poll();
      if (tenancy == null) {
        return;
      }
      if (tenancy.overdrawn() > 0 && !closed) {
        // What is costly is not for a thread that has its own client to serve.
        ready.add(tenancy);
        more = false;
      } else {
        turn(tenancy, until);
        more = nanos.getAsLong() - until < 0;
      }
    }
    wake();
  }

  /** Gives a tenant a turn, and another one later if it was too short. */
  private void turn(Tenancy tenancy, long untilNanos) {
    tenancy.overdraw(0);
    if (tenancy.deliver(nanos, untilNanos)) {
      tenancy.overdraw(Math.max(0, nanos.getAsLong() - untilNanos));
      ready.add(tenancy);
    }
  }

  /** Serves the tenant whose turn it is; false if none has anything to do. */
  boolean serveNext() {
    Tenancy tenancy = ready.poll();
    if (tenancy == null) {
      return false;
    }
    long overdrawn = tenancy.overdrawn();
    if (ready.isEmpty()) {
      // Nobody else waits, so it may have its turn early.
      turn(tenancy, nanos.getAsLong() + TURN_NANOS);
    } else if (overdrawn >= TURN_NANOS) {
      tenancy.overdraw(overdrawn - TURN_NANOS);
      ready.add(tenancy);
    } else {
      wake();
      turn(tenancy, nanos.getAsLong() + TURN_NANOS - overdrawn);
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
      join(worker.thread);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thread that delivers. */
  private final class Worker implements Runnable {
    private final Thread thread =
        Thread.ofPlatform().name("heliograph-delivery").daemon(true).unstarted(this);
    private volatile boolean idle;

    @Override
    public void run() {
      try {
        while (!closed) {
          if (!serveNext()) {
            park();
          }
        }
      } finally {
        ended.run();
      }
    }

    private void park() {
      idle = true;
      // wake() looks at idle after something was added: either it is seen here, or we are unparked.
      if (ready.isEmpty() && !closed) {
        LockSupport.park(Workers.this);
      }
      idle = false;
    }
  }
}
