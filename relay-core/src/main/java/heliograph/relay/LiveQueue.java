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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The live events that wait for one subscriber, and the reason why its stream is over. Here the
 * tenant's worker, which offers, meets the stream's own thread, which takes. The queue is in one of
 * two modes:
 *
 * <ul>
 *   <li><b>live</b>: every offered event after {@code joined} is queued, and the events before it
 *       are still read from the log;
 *   <li><b>behind</b>: offered events are not queued, because the log keeps them; the stream reads
 *       the log until it is at the head, and goes live there.
 * </ul>
 *
 * <p>This is a superclass of the subscription and not a part of it, so that a delivery touches one
 * object less on each of the two threads.
 */
abstract class LiveQueue {
  /** The bytes of events at which a stream takes no further event for one write. */
  private static final long TAKEN_BYTES = 64 * 1024;

  final EventLog log;
  final InstantSource clock;
  private final LongSupplier nanos;
  private final int capacity;
  private final SlowPolicy slow;
  final StreamOptions options;

  private volatile @Nullable Bell bell;

  // Guarded by this object's monitor, because with a lock beside it a delivery would touch two
  // objects more. For the same reason a single event, which is the usual case, waits in a list that
  // all queues share. Neither that list nor the empty one can be added to.
  private List<StoredEvent> queue = List.of();
  private boolean live;
  private long joined;
  private int joins;
  private boolean lostEphemeral;
  private @Nullable Gap lost;
  private Delivery.@Nullable Ended ended;
  private String epoch;
  // The sequence of the first event in the queue, or of one that was there before it.
  private long waitingFrom;

  // Owned by the stream's own thread: what it was given and has not written yet.
  private List<StoredEvent> taken = List.of();
  private boolean more;

  /**
   * @param nanos a clock of elapsed nanoseconds, by which waits are measured
   * @param limits how many events may wait, and what happens to a further one, where the options do
   *     not say it
   */
  LiveQueue(
      EventLog log, InstantSource clock, LongSupplier nanos, Limits limits, StreamOptions options) {
    this.log = log;
    this.clock = clock;
    this.nanos = nanos;
    this.capacity = options.queue().orElse(limits.queue());
    this.slow = options.slow().orElse(limits.slow());
    this.options = options;
    this.epoch = log.epoch();
  }

  /** The sequence of the tenant's newest event. It is read without a lock and without I/O. */
  abstract long head();

  /**
   * The sequence up to which all matching events of an epoch have been offered. It is read without
   * a lock and without I/O.
   */
  abstract long delivered(String epoch);

  /** A place in the life of the log that this queue is in. On the stream's own thread. */
  final Cursor place(long sequence) {
    return new Cursor(epoch, sequence);
  }

  /** Whether the log has begun a new life. On the stream's own thread. */
  final boolean isOutlived() {
    return !log.epoch().equals(epoch);
  }

  /** Leaves the log's old life and is behind in the new one. On the stream's own thread. */
  final synchronized void beginAnew() {
    clear();
    live = false;
    lost = null;
    lostEphemeral = false;
    epoch = log.epoch();
  }

  /**
   * Queues what is offered from now on. Every event is either at or below the head that is read
   * here, and then it is read from the log, or it is offered after that. So none is lost and none
   * comes twice.
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
   * Has the bell rung from now on when there is something to take; then no thread may wait in
   * {@link Subscription#next}. The bell may also ring when there is nothing.
   */
  public final void ringOnWork(Bell bell) {
    this.bell = bell;
  }

  /** Whether a stream writes what is queued here; a poll, which has no bell, writes no frames. */
  final boolean hasBell() {
    return bell != null;
  }

  /** What becomes of an event that is offered. */
  enum Offered {
    /** It waits in the queue. */
    QUEUED,
    /** The log has it, or nobody does: the stream reads the log, or is over. */
    LEFT,
    /** There was no room for it, and the queue has just fallen behind for that. */
    NO_ROOM
  }

  /**
   * Queues an event if the queue is live and has not joined after it. By the tenant's worker.
   *
   * @param room whether more events of the tenant may wait
   */
  final Offered offer(StoredEvent stored, WaitingBytes.Room room) {
    boolean soon;
    Offered offered;
    synchronized (this) {
      if (!stored.cursor().epoch().equals(epoch)) {
        // The stream has gone over to another life of the log, or will, and is told of a gap.
        return Offered.LEFT;
      }
      if (!live || stored.sequence() <= joined) {
        // Not queued: the log keeps it for us. An ephemeral event is never replayed, so whoever was
        // live before has missed it; whoever joins for the first time has not.
        lostEphemeral |= ephemeral(stored) && wasLiveBefore();
        return Offered.LEFT;
      }
      if (hasRoom(room)) {
        offered = add(stored) ? Offered.QUEUED : Offered.LEFT;
      } else {
        fallBehind(stored);
        offered = Offered.NO_ROOM;
      }
      soon = wake();
    }
    ring(soon);
    return offered;
  }

  /** Whether this queue may hold one more event. */
  private boolean hasRoom(WaitingBytes.Room room) {
    return switch (room) {
      case ENOUGH -> true;
      case SCARCE -> queue.isEmpty();
      case NONE -> false;
    };
  }

  /**
   * Has the stream go on from the log, which has what is dropped here or tells that it has not. By
   * the tenant's worker.
   *
   * @param ephemeral whether ephemeral events are dropped beside those in this queue
   * @return whether it was live
   */
  final boolean fallBehind(boolean ephemeral) {
    boolean wasLive;
    synchronized (this) {
      lostEphemeral |= ephemeral && joins > 0;
      wasLive = live;
      if (wasLive) {
        fallBehind(null);
      }
      var _ = wake();
    }
    ring(true);
    return wasLive;
  }

  /**
   * Has the stream read from the log what waits here, which is not to be shown as it was any more.
   * By the tenant's worker.
   */
  final void readAgain() {
    synchronized (this) {
      if (!live || queue.isEmpty()) {
        return;
      }
      fallBehind(null);
      var _ = wake();
    }
    ring(true);
  }

  private void fallBehind(@Nullable StoredEvent coming) {
    lostEphemeral |=
        (coming != null && ephemeral(coming)) || queue.stream().anyMatch(LiveQueue::ephemeral);
    clear();
    live = false;
  }

  private void clear() {
    queue.forEach(StoredEvent::lose);
    queue = List.of();
  }

  /** Lets go of every event, for a stream that is over. */
  final void letGo() {
    synchronized (this) {
      clear();
      live = false;
    }
    dropTaken();
  }

  /** Lets go of what was taken last, which is written by now. On the stream's own thread. */
  private void dropTaken() {
    taken.forEach(StoredEvent::drop);
    taken = List.of();
  }

  /** Whether the queue was live before it went live the last time, or before it fell behind. */
  private boolean wasLiveBefore() {
    return joins > (live ? 1 : 0);
  }

  /** Adds an event, and makes room for it by the policy; tells whether it is in the queue then. */
  private boolean add(StoredEvent stored) {
    if (queue.size() == 1) {
      // The list of a single event is shared, and this one is not alone any more.
      queue = new ArrayList<>(queue);
    }
    if (queue.size() >= capacity) {
      thin(stored);
    }
    if (queue.size() >= capacity) {
      makeRoom(stored);
    }
    boolean stays = live && ended == null;
    if (stays) {
      stored.hold();
      if (queue.isEmpty()) {
        queue = stored.asDelivery().events();
        waitingFrom = stored.sequence();
      } else {
        queue.add(stored);
      }
    }
    return stays;
  }

  /**
   * Wakes the thread that waits in take, if there is one.
   *
   * @return whether a stream that has a bell should come soon
   */
  private boolean wake() {
    if (bell == null) {
      notifyAll();
    }
    return ended != null || !live || lostEphemeral || queue.size() > capacity / 2;
  }

  /** Rings without the lock, which whoever hears the bell takes at once. */
  private void ring(boolean soon) {
    Bell installed = bell;
    if (installed != null) {
      installed.ring(soon);
    }
  }

  /** Drops the waiting events that the subscriber does not want to have beside the coming one. */
  private void thin(StoredEvent coming) {
    coming.hold();
    queue.add(coming);
    thin();
    queue.removeLast();
    coming.drop();
  }

  /** Drops the waiting events that the subscriber does not want to have beside newer ones. */
  private void thin() {
    List<StoredEvent> kept = options.keep().among(queue);
    if (kept.size() < queue.size()) {
      // What is kept is in the order of the queue.
      Iterator<StoredEvent> rest = kept.iterator();
      StoredEvent next = rest.next();
      for (StoredEvent waiting : queue) {
        if (waiting != next) {
          waiting.lose();
        } else if (rest.hasNext()) {
          next = rest.next();
        }
      }
      queue = new ArrayList<>(kept);
    }
  }

  private void makeRoom(StoredEvent coming) {
    switch (slow) {
      case CATCH_UP -> fallBehind(coming);
      case LATEST -> {
        keepLatest(coming);
        if (queue.size() >= capacity) {
          lose(queue.removeFirst());
        }
      }
      case DROP_OLDEST -> lose(queue.removeFirst());
      case DISCONNECT -> {
        clear();
        if (ended == null) {
          ended = new Delivery.Ended(EndReason.SLOW, Duration.ZERO);
        }
      }
    }
  }

  /** Keeps the newest event of each partition key, and all events without a key. */
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
    stored.lose();
    long from = stored.sequence() - 1;
    long to = stored.sequence();
    if (lost != null) {
      from = Math.min(from, lost.from().sequence());
      to = Math.max(to, lost.to().sequence());
    }
    lost = new Gap(Gap.Reason.OVERFLOW, place(from), place(to));
  }

  /** Ends the stream after what it is writing now. Of several reasons the first one stays. */
  final void end(EndReason reason, Duration reconnect) {
    var _ = endIfOpen(reason, reconnect);
  }

  /** Ends the stream like {@link #end}; false if it has been ended before. */
  final boolean endIfOpen(EndReason reason, Duration reconnect) {
    synchronized (this) {
      if (ended != null) {
        return false;
      }
      ended = new Delivery.Ended(reason, reconnect);
      var _ = wake();
    }
    ring(true);
    stopReading();
    return true;
  }

  /** Has the stream's own thread not wait for a part of the log any more. It does not wait. */
  abstract void stopReading();

  /** Has the stream end at once, even in the middle of a write. Any thread. */
  final void giveUp() {
    Bell installed = bell;
    if (installed != null) {
      installed.giveUp();
    }
  }

  /** The sequence up to which the log has to be read; what follows is in the queue, or will be. */
  final synchronized long readThrough() {
    return live ? joined : Long.MAX_VALUE;
  }

  /** The bell, if there is one. Any thread. */
  public final Optional<Bell> bell() {
    return Optional.ofNullable(bell);
  }

  /**
   * How far the stream has come, for an operator. It is read without the lock, which both threads
   * of a delivery take; so it may be a moment old. Any thread.
   *
   * @param position the sequence up to which the stream has been served
   */
  final Progress progress(long position) {
    // This is read first: what was offered up to there was in the queue before, and is in the queue
    // that is read next, or was taken from it.
    long offered = delivered(epoch);
    int queued = queue.size();
    boolean upToDate = live && position >= joined;
    long place = position;
    if (upToDate) {
      place = Math.max(position, queued == 0 ? offered : waitingFrom - 1);
    }
    long head = head();
    return new Progress(upToDate, Math.min(place, head), head, queued);
  }

  /** How many events wait to be written. Any thread. */
  public final synchronized int queued() {
    return queue.size();
  }

  /**
   * Takes what is next; null says that the log has to be read first. On the stream's own thread.
   *
   * @param position the sequence up to which the stream has been served
   */
  final synchronized @Nullable Delivery take(long position) {
    dropTaken();
    if (ended != null) {
      return ended;
    }
    if (lostEphemeral) {
      lostEphemeral = false;
      // What the log keeps is still to come, so delivery goes on from where it was.
      Cursor here = place(position);
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
    // Everything up to here has been offered and the queue is empty, so none of it was for us.
    return new Delivery.Quiet(place(Math.max(position, delivered(epoch))));
  }

  /**
   * Takes what is next and, if there is nothing, waits for something; null says that the log has to
   * be read first. On the stream's own thread.
   *
   * @param position the sequence up to which the stream has been served
   * @param wait how long until the answer is {@link Delivery.Quiet}
   */
  final synchronized @Nullable Delivery take(long position, Duration wait)
      throws InterruptedException {
    long until = nanos.getAsLong() + wait.toNanos();
    Delivery next = take(position);
    long remaining = until - nanos.getAsLong();
    while (next instanceof Delivery.Quiet && remaining > 0 && !isOutlived()) {
      TimeUnit.NANOSECONDS.timedWait(this, remaining);
      next = take(position);
      remaining = until - nanos.getAsLong();
    }
    return next;
  }

  /** Takes the gap, which ends before the first event that was kept: delivery goes on there. */
  private Gap takeLost(Gap all) {
    lost = null;
    StoredEvent first = queue.isEmpty() ? null : queue.getFirst();
    long to = all.to().sequence();
    if (first != null) {
      to = Math.min(to, first.sequence() - 1);
    }
    long from = Math.min(all.from().sequence(), to);
    return new Gap(all.reason(), place(from), place(to));
  }

  private Delivery takeQueued() {
    if (queue.size() == 1) {
      taken = queue;
      queue = List.of();
      more = false;
      StoredEvent only = taken.getFirst();
      if (only.event().attributes().expires().equals(Instant.MAX)) {
        // The usual case: there is one event, and it does not expire.
        return only.asDelivery();
      }
    } else {
      thin();
      takeSome();
    }
    Instant now = clock.instant();
    List<StoredEvent> fresh =
        taken.stream().filter(it -> it.event().attributes().expires().isAfter(now)).toList();
    return new Delivery.Events(fresh, taken.getLast().cursor(), true);
  }

  /**
   * Takes the oldest events, up to some bytes. What a stream that is stuck has in its hands is kept
   * until it is cut; what is in its queue can be dropped at any time.
   */
  private void takeSome() {
    long bytes = 0;
    int count = 0;
    while (count < queue.size() && (count == 0 || bytes < TAKEN_BYTES)) {
      bytes += queue.get(count).event().size();
      count++;
    }
    taken = List.copyOf(queue.subList(0, count));
    more = count < queue.size();
    queue = !more ? List.of() : new ArrayList<>(queue.subList(count, queue.size()));
    if (more) {
      waitingFrom = queue.getFirst().sequence();
    }
  }

  /** Whether something was left in the queue when it was taken from. On the stream's own thread. */
  public final boolean hasMore() {
    return more;
  }

  static boolean ephemeral(StoredEvent stored) {
    return stored.event().attributes().ephemeral();
  }
}
