package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks again, for streams that are open, whether what let them in still holds. One thread knows
 * when each is due; the asking, which may take its time, is done by a few others. Any thread.
 */
public final class Rechecks implements AutoCloseable {
  /** The most questions at once. */
  static final int MAX_AT_ONCE = 64;

  /** The shortest time between two questions of one stream. */
  static final Duration SHORTEST = Duration.ofMillis(100);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  /** Whether what was true at the opening of a stream still is. */
  enum Verdict {
    STANDS,
    GONE,
    UNKNOWN
  }

  /**
   * @param next when to ask again
   */
  record Finding(Verdict verdict, Duration next) {}

  /**
   * One thing to be asked again.
   *
   * @param first when it is asked for the first time, from the opening
   * @param grace how long a stream stays while there is no answer
   */
  public record Check(Duration first, Duration grace, Supplier<Finding> look) {}

  private final LongSupplier nanos;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();
  private final Semaphore room = new Semaphore(MAX_AT_ONCE);
  private final AtomicLong numbers = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private final TreeSet<Due> due =
      new TreeSet<>(Comparator.comparingLong(Due::sinceStart).thenComparingLong(Due::number));
  private boolean closed;
  private final long start;

  /**
   * @param nanos a clock of elapsed nanoseconds
   */
  Rechecks(LongSupplier nanos) {
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** Begins to ask. Called once; what was watched before that waits. */
  void start() {
    Thread.ofPlatform().name("heliograph-rechecks").daemon(true).start(this::run);
  }

  private record Due(long sinceStart, long number, Item item) {}

  /** One check of one stream. */
  private final class Item {
    private final Subscription subscription;
    private final Check check;
    // Guarded by lock.
    private @Nullable Due next;
    private boolean over;
    // The thread that asks; there is one at a time. Zero while there are answers.
    private long unknownSince;

    Item(Subscription subscription, Check check) {
      this.subscription = subscription;
      this.check = check;
    }

    private Finding ask() {
      try {
        return check.look().get();
      } catch (RuntimeException bug) {
        // As good as no answer; without one the stream ends in time.
        LOGGER.log(System.Logger.Level.ERROR, "bug stream=" + subscription.id(), bug);
        return new Finding(Verdict.UNKNOWN, SHORTEST);
      }
    }

    private void look() {
      Finding finding = ask();
      if (isOver()) {
        // It was replaced meanwhile, and what was found is not about the claims of now.
        return;
      }
      long now = sinceStart();
      switch (finding.verdict()) {
        case STANDS -> {
          unknownSince = 0;
          later(finding.next());
        }
        case GONE -> subscription.end(EndReason.REVOKED);
        case UNKNOWN -> {
          unknownSince = unknownSince == 0 ? now : unknownSince;
          if (now - unknownSince >= check.grace().toNanos()) {
            subscription.end(EndReason.UNAVAILABLE);
          } else {
            later(finding.next());
          }
        }
      }
    }

    private boolean isOver() {
      lock.lock();
      try {
        return over;
      } finally {
        lock.unlock();
      }
    }

    private void later(Duration wait) {
      long nanosToWait = Math.max(wait.toNanos(), SHORTEST.toNanos());
      lock.lock();
      try {
        if (!over && !closed) {
          next = new Due(sinceStart() + nanosToWait, numbers.incrementAndGet(), this);
          due.add(next);
          changed.signal();
        }
      } finally {
        lock.unlock();
      }
    }

    private void stop() {
      lock.lock();
      try {
        over = true;
        if (next != null) {
          due.remove(next);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** A stream that is asked about; closing it when the stream is over ends that. */
  public final class Watch implements AutoCloseable {
    private final Subscription subscription;
    // Guarded by itself.
    private final List<Item> items = new ArrayList<>();
    private boolean over;

    private Watch(Subscription subscription) {
      this.subscription = subscription;
    }

    private void ask(List<Check> checks) {
      synchronized (items) {
        stop();
        if (!over) {
          for (Check check : checks) {
            Item item = new Item(subscription, check);
            items.add(item);
            item.later(check.first());
          }
        }
      }
    }

    // Equal claims that two requests brought have checks of their own.
    @SuppressWarnings("ReferenceEquality")
    void replace(List<Check> checks, Claims claims) {
      synchronized (items) {
        // Whoever brought others meanwhile replaces the checks after this, or has done so.
        if (subscription.claims() == claims) {
          ask(checks);
        }
      }
    }

    private void stop() {
      items.forEach(Item::stop);
      items.clear();
    }

    @Override
    public void close() {
      watches.remove(subscription.id());
      synchronized (items) {
        over = true;
        stop();
      }
    }
  }

  /** Begins to ask about a stream. */
  public Watch watch(Subscription subscription, List<Check> checks) {
    Watch watch = new Watch(subscription);
    watches.put(subscription.id(), watch);
    watch.ask(checks);
    return watch;
  }

  /**
   * Has a stream go on with other claims of its subscriber, and asks these checks instead of those
   * before. Of two such calls at once the one whose claims the stream keeps has its checks stay as
   * well. Waits until the claims are in force; does nothing for a stream that is over.
   *
   * @param claims those that the checks belong to
   */
  public void renew(Hub hub, Subscription subscription, Claims claims, List<Check> checks) {
    // Without a lock: the log thread, for which this waits, sees to all that wait in one turn.
    hub.renew(subscription, claims);
    Watch watch = watches.get(subscription.id());
    if (watch != null) {
      watch.replace(checks, claims);
    }
  }

  /** How many checks are waiting to be asked. */
  int waiting() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        Item item = next();
        if (item == null) {
          return;
        }
        room.acquire();
        Thread.ofVirtual()
            .name("heliograph-recheck")
            .start(
                () -> {
                  try {
                    item.look();
                  } finally {
                    room.release();
                  }
                });
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Item next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long wait = due.isEmpty() ? Long.MAX_VALUE : due.first().sinceStart() - sinceStart();
        if (wait <= 0) {
          Item item = due.removeFirst().item();
          item.next = null;
          return item;
        }
        boolean _ = changed.await(wait, TimeUnit.NANOSECONDS);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private long sinceStart() {
    return nanos.getAsLong() - start;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      due.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
