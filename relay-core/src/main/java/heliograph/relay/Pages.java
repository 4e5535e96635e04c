package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log for {@link Readers}, and each stretch once for all subscribers who want it now. The
 * log is cut into blocks at fixed places. A full block never changes, so the subscribers that
 * replay the same past share its events and the frames that were made of them. Of the last block,
 * which still grows, those share what they read who are at the same place, until the head moves. A
 * block of large events is read and kept in several pieces. Any thread.
 */
final class Pages {
  /** How many events a block has. */
  static final int BLOCK = Limits.PAGE_EVENTS;

  /** The most bytes of the heap that pieces may take which nobody has in hand. */
  static final long MAX_BYTES = 16L * 1024 * 1024;

  // What a piece takes, and each of its events beside its own bytes and those of a frame.
  private static final long OVERHEAD = 512;

  private final EventLog log;
  private final long pageBytes;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition loaded = lock.newCondition();
  // Guarded by the lock. The least recently used piece comes first.
  private final Map<Key, ReadingRoom.Piece> pieces = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Key> loading = new HashSet<>();
  private long bytes;

  /**
   * @param pageBytes the most bytes of events that are read at once; a single event may have more
   * @param maxBytes the most bytes of the heap for what is kept
   */
  Pages(EventLog log, long pageBytes, long maxBytes) {
    this.log = log;
    this.pageBytes = pageBytes;
    this.maxBytes = maxBytes;
  }

  /** A stretch that is read at once, as far as there is room, of one life of the log. */
  private record Key(Tenant tenant, String epoch, long after, long end) {}

  /**
   * What was read.
   *
   * @param of what the page was cut from, with which it stays in the heap
   */
  record Stretch(EventLog.Page page, ReadingRoom.Piece of) {}

  /**
   * Reads the events after a place. It may return fewer events than there are.
   *
   * @param max the most events to return
   */
  Stretch read(Tenant tenant, long after, int max) {
    String epoch = log.epoch();
    long head = log.head(tenant);
    if (head <= after) {
      return load(tenant, after, max);
    }
    long begin = after / BLOCK * BLOCK;
    long end = begin + BLOCK;
    if (head < end) {
      begin = after;
      end = head;
    }
    ReadingRoom.Piece piece = kept(new Key(tenant, epoch, after, end));
    if (piece == null) {
      piece = fill(new Key(tenant, epoch, begin, end));
      if (piece.page().last() <= after) {
        // The events are so large that the block is in pieces, and this one ends before the place.
        piece = fill(new Key(tenant, epoch, after, end));
      }
    }
    EventLog.Page full = piece.page();
    long first = Math.max(after + 1, Math.max(full.first(), log.oldest(tenant)));
    long last = Math.min(full.last(), after + max);
    if (first > last) {
      return load(tenant, after, max);
    }
    int from = (int) (first - full.first());
    int to = (int) (last - full.first() + 1);
    if (to - from == full.events().size()) {
      return new Stretch(full, piece);
    }
    return new Stretch(new EventLog.Page(first, full.events().subList(from, to)), piece);
  }

  /** The piece that begins after a place, which one thread reads while the others wait for it. */
  private ReadingRoom.Piece fill(Key key) {
    ReadingRoom.Piece known = keptOrMine(key);
    if (known != null) {
      return known;
    }
    ReadingRoom.Piece read = null;
    try {
      int max = (int) (key.end() - key.after());
      read = piece(key.tenant(), log.read(key.tenant(), key.after(), max, pageBytes));
      return read;
    } finally {
      keep(key, read);
    }
  }

  private Stretch load(Tenant tenant, long after, int max) {
    EventLog.Page page = log.read(tenant, after, max, pageBytes);
    return new Stretch(page, piece(tenant, page));
  }

  private ReadingRoom.@Nullable Piece kept(Key key) {
    lock.lock();
    try {
      return pieces.get(key);
    } finally {
      lock.unlock();
    }
  }

  /** The piece if it is kept, once nobody reads it any more; null if the caller has to read it. */
  private ReadingRoom.@Nullable Piece keptOrMine(Key key) {
    lock.lock();
    try {
      while (loading.contains(key)) {
        // Whoever reads it is another reader, and no reader waits for room while it does.
        loaded.awaitUninterruptibly();
      }
      ReadingRoom.Piece kept = pieces.get(key);
      if (kept == null) {
        loading.add(key);
      }
      return kept;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Keeps what was read, and lets go of what was used longest ago.
   *
   * @param read null if it could not be read
   */
  private void keep(Key key, ReadingRoom.@Nullable Piece read) {
    lock.lock();
    try {
      loading.remove(key);
      loaded.signalAll();
      if (read == null || !isOf(key.epoch(), read.page())) {
        return;
      }
      pieces.put(key, read);
      bytes += read.bytes();
      Iterator<ReadingRoom.Piece> oldest = pieces.values().iterator();
      while (bytes > maxBytes && oldest.hasNext()) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there are events in a page, and the log began no new life before they were read. */
  private static boolean isOf(String epoch, EventLog.Page page) {
    List<StoredEvent> events = page.events();
    return !events.isEmpty() && events.getLast().cursor().epoch().equals(epoch);
  }

  private static ReadingRoom.Piece piece(Tenant tenant, EventLog.Page page) {
    long bytes =
        OVERHEAD + page.events().stream().mapToLong(stored -> bytes(stored) + OVERHEAD).sum();
    return new ReadingRoom.Piece(tenant, page, bytes);
  }

  /** What a page takes of the heap that has so many bytes of events. */
  static long mostBytes(long pageBytes) {
    return 2 * pageBytes + (BLOCK + 1) * OVERHEAD;
  }

  /** What an event takes with a frame that is made of it. */
  static long bytes(StoredEvent stored) {
    return 2L * stored.event().size();
  }
}
