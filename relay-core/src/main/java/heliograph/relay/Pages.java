package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log for subscribers, a few at a time, and each stretch once for all who want it now.
 * The log is cut into blocks at fixed places. A full block never changes, so the subscribers that
 * replay the same past share its events and the frames that were made of them. Any thread.
 */
final class Pages {
  /** How many events a block has. */
  static final int BLOCK = Limits.PAGE_EVENTS;

  /** The most bytes of the heap that blocks may take. */
  static final long MAX_BYTES = 16L * 1024 * 1024;

  // What a block takes, and each of its events beside its own bytes and those of a frame.
  private static final long OVERHEAD = 512;

  /** The most threads that read the log at once; the others wait for their turn. */
  static final int READERS = 2;

  private final EventLog log;
  private final Semaphore turns = new Semaphore(READERS, true);
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock. The least recently used block comes first.
  private final Map<Key, EventLog.Page> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Pages(EventLog log) {
    this.log = log;
  }

  private record Key(Tenant tenant, long block) {}

  /**
   * Reads the events after a place. It may return fewer events than there are.
   *
   * @param max the most events to return
   */
  EventLog.Page read(Tenant tenant, long after, int max) throws InterruptedException {
    long block = after / BLOCK;
    long end = (block + 1) * BLOCK;
    if (log.head(tenant) < end) {
      return load(tenant, after, max);
    }
    Key key = new Key(tenant, block);
    EventLog.Page full = kept(key);
    if (full == null) {
      full = fill(key, end);
    }
    long first = Math.max(after + 1, Math.max(full.first(), log.oldest(tenant)));
    long last = Math.min(full.last(), after + max);
    return first > last
        ? load(tenant, after, max)
        : new EventLog.Page(
            first,
            full.events().subList((int) (first - full.first()), (int) (last - full.first() + 1)));
  }

  private EventLog.Page fill(Key key, long end) throws InterruptedException {
    turns.acquire();
    try {
      // Another thread may have read the block while we waited for our turn.
      EventLog.Page full = kept(key);
      if (full == null) {
        full = log.read(key.tenant(), end - BLOCK, BLOCK);
        keep(key, full);
      }
      return full;
    } finally {
      turns.release();
    }
  }

  private EventLog.Page load(Tenant tenant, long after, int max) throws InterruptedException {
    turns.acquire();
    try {
      return log.read(tenant, after, max);
    } finally {
      turns.release();
    }
  }

  private EventLog.@Nullable Page kept(Key key) {
    lock.lock();
    try {
      return blocks.get(key);
    } finally {
      lock.unlock();
    }
  }

  private void keep(Key key, EventLog.Page page) {
    lock.lock();
    try {
      EventLog.Page before = blocks.put(key, page);
      bytes += size(page) - (before == null ? 0 : size(before));
      Iterator<EventLog.Page> oldest = blocks.values().iterator();
      while (bytes > MAX_BYTES && oldest.hasNext()) {
        bytes -= size(oldest.next());
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  private static long size(EventLog.Page page) {
    return OVERHEAD
        + page.events().stream().mapToLong(stored -> 2 * stored.event().size() + OVERHEAD).sum();
  }
}
