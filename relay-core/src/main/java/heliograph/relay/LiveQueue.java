package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Gap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the log thread and a stream's own thread meet: the live events that wait for one
 * subscriber, and why its stream is over. It is in one of two ways:
 *
 * <ul>
 *   <li><b>live</b>: every offered event after {@code joined} is queued, and what lies before is
 *       still read from the log;
 *   <li><b>behind</b>: offers are not queued, because the log has them; the stream reads the log
 *       until it is at the head, and goes live there.
 * </ul>
 *
 * <p>It is a superclass and not a part, so that a delivery touches one object less on each of the
 * two threads.
 */
abstract class LiveQueue {
  final EventLog log;
  final InstantSource clock;
  private final int capacity;
  private final SlowPolicy slow;
  final Keep keep;

  private volatile @Nullable Bell bell;

  // Guarded by this object's monitor; with a lock beside it, a delivery would touch two objects
  // more. Likewise an event that waits alone, as it mostly does, waits in a list that all queues
  // share: it cannot be added to, nor can that of nothing.
  private List<StoredEvent> queue = List.of();
  private boolean live;
  private long joined;
  private int joins;
  private boolean lostEphemeral;
  private @Nullable Gap lost;
  private Delivery.@Nullable Ended ended;

  /**
   * @param capacity the most events that wait; at it the policy decides
   */
  LiveQueue(EventLog log, InstantSource clock, int capacity, SlowPolicy slow, Keep keep) {
    this.log = log;
    this.clock = clock;
    this.capacity = capacity;
    this.slow = slow;
    this.keep = keep;
  }

  /** The sequence of the tenant's newest event; read without a lock and without I/O. */
  abstract long head();

  /** The sequence up to which all matching events have been offered; likewise. */
  abstract long delivered();

  /**
   * From now on offers are queued. What was stored before the head is read here is still read from
   * the log; what is stored after it is offered after it. So nothing is lost and nothing doubled.
   *
   * @return the head that was read
   */
  final synchronized long goLive() {
    if (!live) {
      live = true;
      joins++;
      joined = head();
    }
    return joined;
  }

  /**
   * From now on the bell is rung when there is something to take, and nobody waits in {@link
   * Subscription#next}. It may be rung without need.
   */
  public final void hang(Bell bell) {
    this.bell = bell;
  }

  /** Takes an event if it is for the queue. On the log thread, in order. */
  final void offer(StoredEvent stored) {
    boolean soon;
    synchronized (this) {
      if (!live || stored.sequence() <= joined) {
        // The log has it, unless it is one that is never replayed: then a stream that was live
        // before has missed it. One that joins just now starts after it.
        lostEphemeral |= ephemeral(stored) && joins > (live ? 1 : 0);
        return;
      }
      add(stored);
      soon = tell();
    }
    ring(soon);
  }

  private void add(StoredEvent stored) {
    if (queue.size() == 1) {
      // No longer alone.
      queue = new ArrayList<>(queue);
    }
    if (queue.size() >= capacity) {
      thin(stored);
    }
    if (queue.size() >= capacity) {
      makeRoom(stored);
    }
    if (live && ended == null) {
      if (queue.isEmpty()) {
        queue = stored.alone().events();
      } else {
        queue.add(stored);
      }
    }
  }

  /** Wakes who waits in take; returns whether a stream that is rung for should come soon. */
  private boolean tell() {
    if (bell == null) {
      notifyAll();
    }
    return ended != null || !live || lostEphemeral || queue.size() > capacity / 2;
  }

  /** Without the lock: whoever is called comes to take at once, and would find it held. */
  private void ring(boolean soon) {
    Bell hung = bell;
    if (hung != null) {
      hung.ring(soon);
    }
  }

  /** Lets go of what the subscriber does not want beside what comes. */
  private void thin(StoredEvent coming) {
    queue.add(coming);
    List<StoredEvent> kept = keep.among(List.copyOf(queue));
    queue.clear();
    queue.addAll(kept);
    queue.removeLast();
  }

  private void makeRoom(StoredEvent coming) {
    switch (slow) {
      case CATCH_UP -> {
        lostEphemeral |= ephemeral(coming) || queue.stream().anyMatch(LiveQueue::ephemeral);
        queue = List.of();
        live = false;
      }
      case LATEST -> {
        keepLatest(coming);
        if (queue.size() >= capacity) {
          lose(queue.removeFirst());
        }
      }
      case DROP_OLDEST -> lose(queue.removeFirst());
      case DISCONNECT -> {
        queue = List.of();
        if (ended == null) {
          ended = new Delivery.Ended(EndReason.SLOW, Duration.ZERO);
        }
      }
    }
  }

  /** Of the events with one partition key keeps the newest; those without a key all stay. */
  private void keepLatest(StoredEvent coming) {
    Set<String> newer = new HashSet<>();
    Keep.partitionKey(coming).ifPresent(newer::add);
    for (Iterator<StoredEvent> oldest = queue.reversed().iterator(); oldest.hasNext(); ) {
      StoredEvent waiting = oldest.next();
      Optional<String> key = Keep.partitionKey(waiting);
      if (key.isPresent() && !newer.add(key.get())) {
        oldest.remove();
        lose(waiting);
      }
    }
  }

  private void lose(StoredEvent stored) {
    long from = stored.sequence() - 1;
    long to = stored.sequence();
    if (lost != null) {
      from = Math.min(from, lost.from().sequence());
      to = Math.max(to, lost.to().sequence());
    }
    lost = new Gap(Gap.Reason.OVERFLOW, log.cursor(from), log.cursor(to));
  }

  /** Ends the stream after what it is writing now. The first reason stays. */
  final void end(EndReason reason, Duration reconnect) {
    synchronized (this) {
      if (ended != null) {
        return;
      }
      ended = new Delivery.Ended(reason, reconnect);
      var _ = tell();
    }
    ring(true);
  }

  /** How far the log is to be read: what comes after is in the queue, or will be. */
  final synchronized long readThrough() {
    return live ? joined : Long.MAX_VALUE;
  }

  /** Events waiting to be written. Any thread. */
  public final synchronized int queued() {
    return queue.size();
  }

  /**
   * What is next, or null when the log is to be read first. On the stream's own thread.
   *
   * @param position the sequence up to which the stream has been served
   */
  final synchronized @Nullable Delivery take(long position) {
    if (ended != null) {
      return ended;
    }
    if (lostEphemeral) {
      lostEphemeral = false;
      // What the log has is still to come, so delivery goes on from where it was.
      Cursor here = log.cursor(position);
      return new Delivery.Missed(new Gap(Gap.Reason.OVERFLOW, here, here));
    }
    if (!live || position < joined) {
      return null;
    }
    if (lost != null) {
      return new Delivery.Missed(takeLost(lost));
    }
    if (!queue.isEmpty()) {
      return takeQueued();
    }
    // All up to here was offered before, and the queue is empty: it was not for us.
    return new Delivery.Quiet(log.cursor(Math.max(position, delivered())));
  }

  /**
   * Likewise, and waits for something if there is nothing.
   *
   * @param wait how long until the answer is {@link Delivery.Quiet}
   */
  final synchronized @Nullable Delivery take(long position, Duration wait)
      throws InterruptedException {
    long until = System.nanoTime() + wait.toNanos();
    Delivery next = take(position);
    long remaining = until - System.nanoTime();
    while (next instanceof Delivery.Quiet && remaining > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, remaining);
      next = take(position);
      remaining = until - System.nanoTime();
    }
    return next;
  }

  /** The gap ends before what was kept, for delivery goes on with that. */
  private Gap takeLost(Gap all) {
    lost = null;
    StoredEvent first = queue.isEmpty() ? null : queue.getFirst();
    long to = all.to().sequence();
    if (first != null) {
      to = Math.min(to, first.sequence() - 1);
    }
    long from = Math.min(all.from().sequence(), to);
    return new Gap(all.reason(), log.cursor(from), log.cursor(to));
  }

  private Delivery takeQueued() {
    List<StoredEvent> taken = queue;
    queue = List.of();
    StoredEvent last = taken.getLast();
    if (taken.size() == 1 && last.event().attributes().expires().equals(Instant.MAX)) {
      // As it mostly is: nothing to choose from.
      return last.alone();
    }
    Instant now = clock.instant();
    List<StoredEvent> fresh =
        taken.stream().filter(it -> it.event().attributes().expires().isAfter(now)).toList();
    return new Delivery.Events(keep.among(fresh), last.cursor(), true);
  }

  static boolean ephemeral(StoredEvent stored) {
    return stored.event().attributes().ephemeral();
  }
}
