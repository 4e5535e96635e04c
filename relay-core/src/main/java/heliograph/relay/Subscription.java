package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Format;
import heliograph.contract.Gap;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Our state for one open stream. The log thread offers live events; the stream's own thread takes
 * them, and reads the log for what lies before. It is in one of two ways:
 *
 * <ul>
 *   <li><b>live</b>: every offered event after {@code joined} is queued, and what lies between
 *       {@code position} and {@code joined} is still read from the log;
 *   <li><b>behind</b>: offers are not queued, because the log has them; the stream reads the log
 *       until it is at the head, and goes live there.
 * </ul>
 *
 * A new subscription that resumes starts behind, and one whose queue is full falls behind: replay
 * and catching up are one path.
 */
public final class Subscription {
  private final String id;
  private final Interest interest;
  private final Format format;
  private final Tenancy tenancy;
  private final EventLog log;
  private final InstantSource clock;
  private final int capacity;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private final ArrayDeque<StoredEvent> queue = new ArrayDeque<>();
  private boolean live;
  private long joined;
  private int joins;
  private boolean lostEphemeral;
  private Delivery.@Nullable Ended ended;

  // The stream's own thread alone.
  private long position;
  private @Nullable Gap missed;

  /** A subscription to what comes from now on. */
  Subscription(String id, Interest interest, Format format, Tenancy tenancy, Hub hub) {
    this.id = id;
    this.interest = interest;
    this.format = format;
    this.tenancy = tenancy;
    this.log = hub.log();
    this.clock = hub.clock();
    this.capacity = hub.limits().queue();
  }

  public String id() {
    return id;
  }

  public Format format() {
    return format;
  }

  public Claims claims() {
    return interest.claims();
  }

  Interest interest() {
    return interest;
  }

  Tenancy tenancy() {
    return tenancy;
  }

  /**
   * The place up to which the stream has been served; before the first delivery, where it starts.
   */
  public Cursor position() {
    return log.cursor(position);
  }

  /** Events waiting to be written. */
  public int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Starts at the head. Called once the cohort has this member, before the first take. */
  void startLive() {
    goLive();
    position = joined;
  }

  /** Starts after a place the client names. Called once, before the first take. */
  void startAfter(Cursor after) {
    long head = log.head(tenant());
    if (after.epoch().equals(log.epoch()) && after.sequence() <= head) {
      position = after.sequence();
      return;
    }
    // Of another life of the log, or of another tenant: the client has seen nothing of this one.
    position = log.read(tenant(), 0, 1).first() - 1;
    missed = new Gap(Gap.Reason.EPOCH, after, position());
  }

  /**
   * Takes a live event if it is for the queue. On the log thread, for members of a cohort that
   * matches.
   */
  void offer(StoredEvent stored) {
    lock.lock();
    try {
      if (!live || stored.sequence() <= joined) {
        // The log has it, unless it is one that is never replayed: then a stream that was live
        // before has missed it. One that joins just now starts after it.
        lostEphemeral |= ephemeral(stored) && joins > (live ? 1 : 0);
      } else if (queue.size() < capacity) {
        queue.add(stored);
        changed.signal();
      } else {
        fallBehind(stored);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void fallBehind(StoredEvent last) {
    lostEphemeral |= ephemeral(last) || queue.stream().anyMatch(Subscription::ephemeral);
    queue.clear();
    live = false;
  }

  /** Ends the stream for a reason in which the time to come back is not the relay's to say. */
  public void end(EndReason reason) {
    end(reason, Duration.ZERO);
  }

  /** Ends the stream after what it is writing now. The first reason stays. */
  void end(EndReason reason, Duration reconnect) {
    lock.lock();
    try {
      if (ended == null) {
        ended = new Delivery.Ended(reason, reconnect);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * What to write next. On the stream's own thread.
   *
   * @param wait how long to wait for something before the answer is {@link Delivery.Quiet}
   */
  public Delivery next(Duration wait) throws InterruptedException {
    if (missed != null) {
      Gap gap = missed;
      missed = null;
      return new Delivery.Missed(gap);
    }
    Delivery taken = takeLive(wait);
    return taken == null ? readLog() : taken;
  }

  /** Takes what is queued, or returns null when the log is to be read first. */
  private @Nullable Delivery takeLive(Duration wait) throws InterruptedException {
    long remaining = wait.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        if (ended != null) {
          return ended;
        }
        if (lostEphemeral) {
          lostEphemeral = false;
          // What the log has is still to come, so delivery goes on from where it was.
          return new Delivery.Missed(new Gap(Gap.Reason.OVERFLOW, position(), position()));
        }
        if (!live || position < joined) {
          return null;
        }
        if (!queue.isEmpty()) {
          position = queue.getLast().sequence();
          Instant now = clock.instant();
          queue.removeIf(stored -> !stored.event().attributes().expires().isAfter(now));
          List<StoredEvent> events = List.copyOf(queue);
          queue.clear();
          return new Delivery.Events(events, position(), true);
        }
        if (remaining <= 0) {
          // All up to here was offered before, and the queue is empty: it was not for us.
          position = Math.max(position, tenancy.delivered());
          return new Delivery.Quiet(position());
        }
        remaining = changed.awaitNanos(remaining);
      }
    } finally {
      lock.unlock();
    }
  }

  private Delivery readLog() {
    long through = readThrough();
    int max = (int) Math.min(Limits.PAGE_EVENTS, through - position);
    EventLog.Page page = log.read(tenant(), position, max);
    if (page.first() > position + 1) {
      Cursor from = position();
      // What follows is in the queue of a live stream, however far the log has moved on.
      position = Math.min(page.first() - 1, through);
      return new Delivery.Missed(new Gap(Gap.Reason.RETENTION, from, position()));
    }
    position = page.last();
    if (position >= log.head(tenant())) {
      goLive();
    }
    Instant now = clock.instant();
    List<StoredEvent> visible = new ArrayList<>();
    for (StoredEvent stored : page.events()) {
      if (!ephemeral(stored) && interest.matches(stored.event(), now)) {
        visible.add(stored);
      }
    }
    return new Delivery.Events(visible, position(), false);
  }

  /** How far the log is to be read: what comes after is in the queue, or will be. */
  private long readThrough() {
    lock.lock();
    try {
      return live ? joined : Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on offers are queued. What was stored before the head is read here is still read from
   * the log; what is stored after it is offered after it. So nothing is lost and nothing doubled.
   */
  private void goLive() {
    lock.lock();
    try {
      if (!live) {
        live = true;
        joins++;
        joined = log.head(tenant());
      }
    } finally {
      lock.unlock();
    }
  }

  private Tenant tenant() {
    return interest.claims().tenant();
  }

  private static boolean ephemeral(StoredEvent stored) {
    return stored.event().attributes().ephemeral();
  }
}
