package heliograph.relay;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What an operator is shown of a tenant's events as they come. It is no stream: it counts nowhere
 * as one, has no place in the log and never reads it. The tenant's worker offers each event after
 * everybody else was offered it, and neither waits nor takes a lock for that; what finds no room
 * here is counted. One thread takes; any thread may end it.
 */
public final class Tail {
  /** The most events that wait to be taken. */
  public static final int QUEUE = 100;

  /** The bytes of waiting events at which no further one may wait. */
  static final long QUEUE_BYTES = 1 << 20;

  private final Interest interest;
  private final Tenancy tenancy;
  private final Hub hub;

  // Added to by the tenant's worker alone, so what it reads of the two numbers is never too low.
  private final Queue<Seen> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger events = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  private final LongAdder dropped = new LongAdder();
  private final LongAdder passedOver = new LongAdder();
  private volatile @Nullable Thread taker;
  private volatile boolean over;

  /**
   * An event as it is shown.
   *
   * @param dataBytes the bytes of its data, whether or not any of it is shown
   */
  public record Seen(StoredEvent event, int dataBytes) {}

  /**
   * What was not given out.
   *
   * @param dropped events that would have been shown if there had been room for them
   * @param passedOver events that were not looked at, as the relay had to hurry or the filter had
   *     spent its time; whether they would have been shown is not known
   */
  public record Missed(long dropped, long passedOver) {}

  Tail(Interest interest, Tenancy tenancy, Hub hub) {
    this.interest = interest;
    this.tenancy = tenancy;
    this.hub = hub;
  }

  Tenancy tenancy() {
    return tenancy;
  }

  /** Shows an event, if it is to be shown and there is room. By the tenant's worker. */
  void offer(StoredEvent stored, Masks masks, Instant now) {
    boolean room = events.get() < QUEUE && bytes.get() < QUEUE_BYTES;
    if (!room && interest.filter() == Filter.EVERY) {
      // To mask what nobody is shown would be work for nothing.
      if (interest.matches(stored.event(), now)) {
        dropped.increment();
      }
      return;
    }
    Optional<StoredEvent> view = interest.view(stored, masks, now, this::ask);
    if (view.isEmpty()) {
      return;
    }
    if (!room) {
      dropped.increment();
      return;
    }
    events.incrementAndGet();
    bytes.addAndGet(view.get().event().size());
    waiting.add(new Seen(view.get(), stored.event().payload().length()));
    wake();
  }

  /** Asks the filter within the tenant's budget and that of whoever has no name in it. */
  private Payer.Choice ask(Filter filter, StoredEvent seen) {
    Spending spending = hub.spending();
    Tenant tenant = tenancy.tenant();
    String subject = interest.claims().subject();
    if (spending.isExhausted(tenant, subject)) {
      passedOver.increment();
      return Payer.Choice.LATE;
    }
    long began = spending.nanos();
    boolean wanted = filter.wants(seen);
    spending.spent(tenant, subject, spending.nanos() - began);
    return Payer.Choice.of(wanted);
  }

  /** Notes events that nobody was offered, as they are left to the log. By the tenant's worker. */
  void passOver(long count) {
    passedOver.add(count);
  }

  /** Drops what waits, which is not to be shown as it was any more. By the tenant's worker. */
  void forget() {
    while (poll() != null) {
      dropped.increment();
    }
  }

  private @Nullable Seen poll() {
    Seen seen = waiting.poll();
    if (seen != null) {
      events.decrementAndGet();
      bytes.addAndGet(-seen.event().event().size());
    }
    return seen;
  }

  /**
   * Takes the event that has waited for the longest.
   *
   * @param wait how long to wait for one
   * @return empty if none came, or this is over
   */
  public Optional<Seen> next(Duration wait) throws InterruptedException {
    taker = Thread.currentThread();
    long until = hub.nanos() + wait.toNanos();
    Seen seen = poll();
    long left = until - hub.nanos();
    while (seen == null && !over && left > 0) {
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      seen = poll();
      left = until - hub.nanos();
    }
    return Optional.ofNullable(seen);
  }

  /** What was not given out since the last call. By the thread that takes. */
  public Missed missed() {
    return new Missed(dropped.sumThenReset(), passedOver.sumThenReset());
  }

  /** Ends it, because the relay stops. */
  void end() {
    over = true;
    wake();
  }

  /** Whether the relay stops, and nothing more comes. */
  public boolean isOver() {
    return over;
  }

  private void wake() {
    // Whoever begins to wait later looks before that.
    LockSupport.unpark(taker);
  }
}
