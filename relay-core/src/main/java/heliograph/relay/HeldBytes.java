package heliograph.relay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of one live event and of what was made of it, which count for its tenant for as long as
 * anything waits for it: the delivery to its subscribers, and the queue or the write of each of
 * them. Any thread.
 */
final class HeldBytes {
  /** What an event takes beside its own bytes and those of its frames. */
  private static final long OVERHEAD = 512;

  private final WaitingBytes.Share share;
  // It begins with the delivery itself.
  private final AtomicInteger holders = new AtomicInteger(1);
  private final AtomicLong bytes = new AtomicLong();

  /** Begins to count an event, whose delivery has to {@link #drop} it at last. */
  HeldBytes(WaitingBytes.Share share, long eventBytes) {
    this.share = share;
    add(eventBytes + OVERHEAD);
  }

  /** Counts what was just made of the event. Called by somebody who holds it. */
  void add(long more) {
    bytes.addAndGet(more);
    share.add(more);
  }

  /** Counts one more for whom the event waits. Called by somebody who holds it. */
  void hold() {
    holders.incrementAndGet();
  }

  /** Counts one less; the last one gives the bytes back. */
  void drop() {
    if (holders.decrementAndGet() == 0) {
      share.release(bytes.get());
    }
  }
}
