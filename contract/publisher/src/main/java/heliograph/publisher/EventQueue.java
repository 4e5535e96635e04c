package heliograph.publisher;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The events that were accepted, in the order of their acceptance. An event takes up room until it
 * was answered and the caller's code has heard of it, so whatever is slow holds up those who
 * publish, and memory has a bound. Any thread; {@link #nextBatch} one.
 *
 * <p>It has locks and no monitors, as a monitor would pin a virtual thread of Java 21.
 */
final class EventQueue {
  /** What became of an offer. */
  enum Offer {
    ACCEPTED,
    FULL,
    CLOSED,
    /** The caller's thread was interrupted while it waited for room. */
    INTERRUPTED
  }

  private static final int BRACKETS = 2;

  private final Settings.Batches batches;
  private final Settings.Room room;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition freed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private int heldEvents;
  private long heldBytes;
  private boolean closed;

  EventQueue(Settings.Batches batches, Settings.Room room) {
    this.batches = batches;
    this.room = room;
  }

  /**
   * Accepts an event if there is room for it.
   *
   * @param mayWait whether to wait for room, for as long as it is configured
   */
  Offer offer(Pending event, boolean mayWait) {
    lock.lock();
    try {
      long left = mayWait ? room.blockFor().toNanos() : 0;
      while (!closed && !fits(event)) {
        if (left <= 0) {
          return Offer.FULL;
        }
        left = freed.awaitNanos(left);
      }
      if (closed) {
        return Offer.CLOSED;
      }
      event.acceptedAt(System.nanoTime());
      waiting.add(event);
      waitingBytes += event.json().length;
      heldEvents++;
      heldBytes += event.json().length;
      arrived.signal();
      return Offer.ACCEPTED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Offer.INTERRUPTED;
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(Pending event) {
    return heldEvents < room.maxEvents() && event.json().length <= room.maxBytes() - heldBytes;
  }

  /**
   * Waits for events, and then, for as long as they may linger, for more of them. Empty when the
   * queue is closed and nothing is left.
   */
  List<Pending> nextBatch() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty()) {
        if (closed) {
          return List.of();
        }
        arrived.await();
      }
      // Counted from its acceptance: what waited for another request has lingered meanwhile.
      long until = waiting.element().accepted() + batches.linger().toNanos();
      long left = until - System.nanoTime();
      while (!closed && !isFull() && left > 0) {
        left = arrived.awaitNanos(left);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return waiting.size() >= batches.maxEvents()
        || BRACKETS + waitingBytes + waiting.size() - 1 >= batches.maxBytes();
  }

  private List<Pending> take() {
    List<Pending> batch = new ArrayList<>();
    long bytes = BRACKETS;
    while (batch.size() < batches.maxEvents() && !waiting.isEmpty()) {
      // With the comma before it, or none; one more byte is no harm.
      long more = 1L + waiting.element().json().length;
      if (!batch.isEmpty() && bytes + more > batches.maxBytes()) {
        break;
      }
      bytes += more;
      batch.add(waiting.remove());
    }
    batch.forEach(event -> waitingBytes -= event.json().length);
    return batch;
  }

  /** Gives back the room of an event that was answered. */
  void release(Pending event) {
    lock.lock();
    try {
      heldEvents--;
      heldBytes -= event.json().length;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Accepts nothing more. What was accepted is still handed out, and lingers no more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all that nobody has begun to send. */
  List<Pending> drain() {
    lock.lock();
    try {
      List<Pending> rest = List.copyOf(waiting);
      waiting.clear();
      waitingBytes = 0;
      return rest;
    } finally {
      lock.unlock();
    }
  }

  /** How many events were accepted and are not answered. */
  int held() {
    lock.lock();
    try {
      return heldEvents;
    } finally {
      lock.unlock();
    }
  }
}
