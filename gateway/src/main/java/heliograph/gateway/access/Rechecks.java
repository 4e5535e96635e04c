package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks again, for streams that are open, whether what let them in still holds. One platform
 * thread knows when each check is due; a bounded number of virtual threads do the checks, which may
 * wait for other servers, and others wait for their turn. Tenants share the turns, so that one
 * whose checks take long is late itself and no other is. Any thread.
 */
public final class Rechecks implements AutoCloseable {
  /** The most checks at once; {@link QuestionRoom} shares them out. */
  static final int MAX_AT_ONCE = 64;

  /** The most checks of one tenant that wait for their turn; a further one is late. */
  static final int MAX_WAITING = 10_000;

  /** How much later a check is done for which no more could wait. */
  static final Duration LATE = Duration.ofSeconds(1);

  /** The shortest time between two checks of one kind on one stream. */
  static final Duration SHORTEST = Duration.ofMillis(100);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  /** Whether what was true at the opening of a stream still is. */
  enum Verdict {
    STANDS,
    GONE,
    /** It is switched off for the subscriber. */
    OFF,
    UNKNOWN
  }

  /**
   * What a check has found.
   *
   * @param next after which time to check again
   */
  record Finding(Verdict verdict, Duration next) {}

  /**
   * Something that is checked again while a stream is open.
   *
   * @param first after which time from the opening it is checked first
   * @param grace how long a stream stays open while the check has no answer
   * @param look does the check; may wait
   */
  public record Check(Duration first, Duration grace, Supplier<Finding> look) {}

  private final LongSupplier nanos;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();
  private final QuestionRoom room;
  private final AtomicLong numbers = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // These are guarded by lock.
  private final TreeSet<Due> due =
      new TreeSet<>(Comparator.comparingLong(Due::sinceStart).thenComparingLong(Due::number));
  private boolean closed;
  private final long start;

  /**
   * Makes rechecks of no stream; {@link #start} begins to check.
   *
   * @param room how many checks there may be at once, and how many may wait
   * @param nanos a clock of elapsed nanoseconds
   */
  Rechecks(QuestionRoom room, LongSupplier nanos) {
    this.room = room;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /**
   * Makes rechecks of no stream, with as many checks at once as there may be.
   *
   * @param nanos a clock of elapsed nanoseconds
   */
  public Rechecks(LongSupplier nanos) {
    this(new QuestionRoom(MAX_AT_ONCE, MAX_WAITING), nanos);
  }

  /** Begins to check. It is called once; streams that were watched before that wait for it. */
  public void start() {
    Thread.ofPlatform().name("heliograph-rechecks").daemon(true).start(this::run);
  }

  private record Due(long sinceStart, long number, Item item) {}

  /** One check of one stream. */
  private final class Item {
    private final Subscription subscription;
    private final Check check;
    // These are guarded by lock.
    private @Nullable Due next;
    private boolean over;
    // This is owned by the thread that checks; there is one at a time. It is zero while there are
    // answers.
    private long unknownSince;

    Item(Subscription subscription, Check check) {
      this.subscription = subscription;
      this.check = check;
    }

    private Finding ask() {
      try {
        return check.look().get();
      } catch (RuntimeException bug) {
        // This counts as no answer: if it stays so, the stream ends after the grace.
        LOGGER.log(System.Logger.Level.ERROR, "bug stream=" + subscription.id(), bug);
        return new Finding(Verdict.UNKNOWN, SHORTEST);
      }
    }

    private void lookInTurn() {
      try (QuestionRoom.Place place = room.place(Party.Known.of(subscription.claims()))) {
        place.await();
        if (!isOver()) {
          look();
        }
      } catch (QuestionRoom.Full _) {
        later(LATE);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    private void look() {
      Finding finding = ask();
      if (isOver()) {
        // The check was replaced meanwhile, so what it found is not about the present claims.
        return;
      }
      long now = sinceStart();
      switch (finding.verdict()) {
        case STANDS -> {
          unknownSince = 0;
          later(finding.next());
        }
        case GONE -> subscription.end(EndReason.REVOKED);
        case OFF -> subscription.end(EndReason.DISABLED);
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

  /** A stream that is checked again; closing it ends that. */
  public final class Watch implements AutoCloseable {
    private final Subscription subscription;
    private final Optional<Gate> by;
    // These are guarded by items.
    private final List<Item> items = new ArrayList<>();
    private boolean over;

    private Watch(Subscription subscription, Optional<Gate> by) {
      this.subscription = subscription;
      this.by = by;
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

    // Two requests may bring equal claims, each with checks of its own, so this compares by
    // reference.
    @SuppressWarnings("ReferenceEquality")
    void replace(List<Check> checks, Claims claims) {
      synchronized (items) {
        // If another request has brought other claims meanwhile, it replaces the checks after this,
        // or has done so.
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

  /**
   * Begins to check a stream again.
   *
   * @param by what let it in, and will have to let in who renews it
   */
  public Watch watch(Subscription subscription, List<Check> checks, Gate by) {
    return watch(subscription, checks, Optional.of(by));
  }

  /** Begins to check a stream again that nobody let in by a request. */
  Watch watch(Subscription subscription, List<Check> checks) {
    return watch(subscription, checks, Optional.empty());
  }

  private Watch watch(Subscription subscription, List<Check> checks, Optional<Gate> by) {
    Watch watch = new Watch(subscription, by);
    watches.put(subscription.id(), watch);
    watch.ask(checks);
    return watch;
  }

  /** What let in the stream of this id; empty if no such stream is watched. */
  public Optional<Gate> letInBy(String stream) {
    return Optional.ofNullable(watches.get(stream)).flatMap(watch -> watch.by);
  }

  /**
   * Renews a stream with other claims of its subscriber, and replaces its checks by these. If two
   * such calls meet, the checks that stay are those of the claims that stay. It waits until the
   * claims are in force, and does nothing for a stream that is over.
   *
   * @param claims the claims that the checks belong to
   */
  public void renew(Hub hub, Subscription subscription, Claims claims, List<Check> checks) {
    // This holds no lock: the tenant's worker, for which it waits, renews all streams that wait in
    // one go.
    hub.renew(subscription, claims);
    Watch watch = watches.get(subscription.id());
    if (watch != null) {
      watch.replace(checks, claims);
    }
  }

  /** How many checks wait until they are due. */
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
        Thread.ofVirtual().name("heliograph-recheck").start(item::lookInTurn);
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
