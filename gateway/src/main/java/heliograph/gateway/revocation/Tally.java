package heliograph.gateway.revocation;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;

/**
 * Counts how often each of many hashes was added, and the latest second that it was added with. It
 * takes 16 bytes for each place of a table that is at most three quarters full, and no objects. Two
 * things of the same hash count as one, so a count is never too low. One thread writes, any thread
 * reads.
 */
final class Tally {
  private static final int SMALLEST = 16;
  private static final long UNSIGNED = 0xFFFF_FFFFL;

  private final StampedLock lock = new StampedLock();
  // Written under the lock; read without it, and then checked.
  private Table table = new Table(SMALLEST);
  private final AtomicInteger size = new AtomicInteger();

  /** A hash table with open addressing and linear probing; a place with a count of zero is free. */
  private static final class Table {
    final long[] hashes;
    final int[] counts;
    final int[] seconds;

    Table(int capacity) {
      this.hashes = new long[capacity];
      this.counts = new int[capacity];
      this.seconds = new int[capacity];
    }

    int home(long hash) {
      return (int) hash & (hashes.length - 1);
    }

    int next(int place) {
      return (place + 1) & (hashes.length - 1);
    }

    /**
     * The place of a hash, or a free one for it. The steps are bounded, because a reader may see a
     * table that is being changed.
     */
    int find(long hash) {
      int place = home(hash);
      for (int steps = 0; steps < hashes.length; steps++) {
        if (counts[place] == 0 || hashes[place] == hash) {
          return place;
        }
        place = next(place);
      }
      return place;
    }

    void set(long hash, int count, int second) {
      int place = find(hash);
      hashes[place] = hash;
      counts[place] = count;
      seconds[place] = second;
    }

    /** Frees a place, and moves those up that stand further on because it was taken. */
    void free(int freed) {
      int hole = freed;
      counts[hole] = 0;
      for (int place = next(hole); counts[place] != 0; place = next(place)) {
        int distance = (place - home(hashes[place])) & (hashes.length - 1);
        if (distance >= ((place - hole) & (hashes.length - 1))) {
          hashes[hole] = hashes[place];
          counts[hole] = counts[place];
          seconds[hole] = seconds[place];
          counts[place] = 0;
          hole = place;
        }
      }
    }

    Table resized(int capacity) {
      Table resized = new Table(capacity);
      for (int place = 0; place < hashes.length; place++) {
        if (counts[place] != 0) {
          resized.set(hashes[place], counts[place], seconds[place]);
        }
      }
      return resized;
    }
  }

  /** Adds a hash, with a second since the epoch. */
  void add(long hash, long second) {
    long stamp = lock.writeLock();
    try {
      int place = table.find(hash);
      boolean fresh = table.counts[place] == 0;
      int count = fresh ? 1 : table.counts[place] + 1;
      int latest = fresh ? 0 : table.seconds[place];
      table.set(
          hash,
          count,
          Integer.compareUnsigned(latest, bounded(second)) < 0 ? bounded(second) : latest);
      if (fresh) {
        if (size.incrementAndGet() > table.hashes.length / 4 * 3) {
          table = table.resized(table.hashes.length * 2);
        }
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Takes back one {@link #add}; the latest second stays until the last is taken back. */
  void remove(long hash) {
    long stamp = lock.writeLock();
    try {
      int place = table.find(hash);
      if (table.counts[place] == 0) {
        throw new IllegalStateException("it was not added");
      }
      table.counts[place]--;
      if (table.counts[place] == 0) {
        table.free(place);
        int left = size.decrementAndGet();
        if (table.hashes.length > SMALLEST && left < table.hashes.length / 8) {
          table = table.resized(table.hashes.length / 2);
        }
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** How many different hashes there are. */
  int size() {
    return size.get();
  }

  /** How often the hash was added. */
  int count(long hash) {
    return (int) (look(hash) >>> Integer.SIZE);
  }

  /** Whether the hash was added with this second or a later one. */
  boolean hasSince(long hash, long second) {
    if (size.get() == 0) {
      return false;
    }
    long found = look(hash);
    return found >>> Integer.SIZE != 0 && (found & UNSIGNED) >= (bounded(second) & UNSIGNED);
  }

  /**
   * The count of a hash in the upper half and its latest second in the lower half; 0 if it is
   * absent.
   */
  private long look(long hash) {
    long stamp = lock.tryOptimisticRead();
    long found = look(table, hash);
    if (lock.validate(stamp)) {
      return found;
    }
    stamp = lock.readLock();
    try {
      return look(table, hash);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private static long look(Table table, long hash) {
    int place = table.find(hash);
    boolean found = table.counts[place] != 0 && table.hashes[place] == hash;
    return found
        ? (long) table.counts[place] << Integer.SIZE | (table.seconds[place] & UNSIGNED)
        : 0;
  }

  /**
   * A second since the epoch as an unsigned number of 32 bits, which ends in 2106; a later one
   * counts as the last.
   */
  private static int bounded(long second) {
    return (int) Math.clamp(second, 0, UNSIGNED);
  }
}
