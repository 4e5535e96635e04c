package heliograph.relay;

import heliograph.contract.Event;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One tenant's part of the memory log: a run of events without holes, and the dedup keys of the
 * events that came lately. One thread appends, any thread reads; the monitor guards everything but
 * the head.
 */
final class MemoryTenant {
  // What an event takes beside its own bytes: objects, references, and the entry of its dedup key.
  private static final int OVERHEAD = 1024;

  private final MemoryLog log;
  private final Retention retention;
  // Guarded by this. The slot of a sequence is the sequence modulo the length.
  private Kept[] ring = new Kept[16];
  private long oldest;
  private long bytes;
  private final Map<DedupKey, Long> seen = new HashMap<>();
  private final ArrayDeque<Seen> seenInOrder = new ArrayDeque<>();

  private volatile long head;

  /**
   * @param head the sequence after which the tenant begins
   */
  MemoryTenant(MemoryLog log, Retention retention, long head) {
    this.log = log;
    this.retention = retention;
    this.head = head;
    this.oldest = head + 1;
  }

  private record Kept(StoredEvent stored, Instant at, long size) {}

  private record DedupKey(String publisher, String source, String id) {}

  private record Seen(DedupKey key, Instant at) {}

  long head() {
    return head;
  }

  synchronized long oldest() {
    return oldest;
  }

  /**
   * What is held, for an operator: read without the monitor, as the log thread would have to wait
   * for that. So it may be a moment old, and its numbers of different moments.
   */
  EventLog.Holding holding() {
    long first = oldest;
    return new EventLog.Holding(first, Math.max(head, first - 1));
  }

  /** The bytes of the events, for an operator: read without the monitor, like {@link #holding}. */
  long storedBytes() {
    return bytes;
  }

  /** When an event was stored, for an operator: read without the monitor, like {@link #holding}. */
  @SuppressWarnings("NullAway") // A slot may be empty, which is looked at.
  Optional<Instant> storedAt(long sequence) {
    Kept[] slots = ring;
    // A record's fields are final, so whoever finds one sees it whole.
    Kept kept = slots[(int) (sequence % slots.length)];
    return kept != null && kept.stored().sequence() == sequence
        ? Optional.of(kept.at())
        : Optional.empty();
  }

  /** Whether neither events nor dedup keys are left. */
  synchronized boolean isEmpty() {
    return oldest > head && seen.isEmpty();
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized Receipt append(Published published, Instant now) {
    trim(now);
    Event event = published.event();
    DedupKey key = new DedupKey(published.publisher(), event.source(), event.id());
    Long first = seen.get(key);
    if (first != null) {
      return new Receipt.Duplicate(log.cursor(first));
    }
    long sequence = head + 1;
    seen.put(key, sequence);
    seenInOrder.add(new Seen(key, now));
    StoredEvent stored = new StoredEvent(event, log.cursor(sequence));
    keep(new Kept(stored, now, event.size()), sequence);
    head = sequence;
    trim(now);
    return new Receipt.Stored(stored.cursor());
  }

  synchronized EventLog.Page read(long after, int max, long maxBytes, Instant now) {
    trim(now);
    long first = Math.max(after + 1, oldest);
    long last = Math.min(head, first + max - 1);
    List<StoredEvent> events = new ArrayList<>((int) Math.max(0, last - first + 1));
    long left = maxBytes;
    for (long sequence = first; sequence <= last; sequence++) {
      Kept kept = ring[slot(sequence)];
      left -= kept.size();
      if (left < 0 && !events.isEmpty()) {
        break;
      }
      events.add(kept.stored());
    }
    return new EventLog.Page(first, events);
  }

  synchronized long before(Instant time) {
    long low = oldest;
    long high = head + 1;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (ring[slot(middle)].at().isBefore(time)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Drops what retention no longer covers, and dedup keys whose window is over. */
  synchronized void trim(Instant now) {
    Instant tooOld = now.minus(retention.age());
    while (oldest <= head
        && (head - oldest + 1 > retention.events()
            || bytes > retention.bytes()
            || ring[slot(oldest)].at().isBefore(tooOld))) {
      dropOldest();
    }
    Instant forgotten = now.minus(retention.dedup());
    Iterator<Seen> entries = seenInOrder.iterator();
    while (entries.hasNext()) {
      Seen entry = entries.next();
      if (seen.size() <= retention.events() && !entry.at().isBefore(forgotten)) {
        return;
      }
      seen.remove(entry.key());
      entries.remove();
    }
  }

  /** Drops the oldest events while the log holds too much and any are left. */
  synchronized void cut(BooleanSupplier tooMuch) {
    while (oldest <= head && tooMuch.getAsBoolean()) {
      dropOldest();
    }
  }

  private void keep(Kept kept, long sequence) {
    if (sequence - oldest >= ring.length) {
      Kept[] larger = new Kept[ring.length * 2];
      for (long held = oldest; held < sequence; held++) {
        larger[(int) (held % larger.length)] = ring[slot(held)];
      }
      ring = larger;
    }
    ring[slot(sequence)] = kept;
    bytes += kept.size();
    log.hold(kept.size() + OVERHEAD);
  }

  @SuppressWarnings(
      "NullAway") // An empty slot is never read: sequences below oldest are not asked.
  private void dropOldest() {
    int slot = slot(oldest);
    bytes -= ring[slot].size();
    log.hold(-ring[slot].size() - OVERHEAD);
    ring[slot] = null;
    oldest++;
  }

  private int slot(long sequence) {
    return (int) (sequence % ring.length);
  }
}
