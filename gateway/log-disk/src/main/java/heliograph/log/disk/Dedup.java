package heliograph.log.disk;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import org.rocksdb.RocksDBException;

/**
 * The memory of the dedup keys that came within the window. Their entries lie in buckets of time, a
 * few to the window, so that old ones are dropped by the bucket and not one by one.
 */
final class Dedup {
  // Few, because each of them is looked into; entries are kept for up to half a window too long.
  private static final int BUCKETS = 2;

  // A window that has grown looks into more buckets of the length from before, up to this many.
  private static final int MOST_BUCKETS = 16;

  private final long windowMillis;
  private final long bucketMillis;
  private final long namedSince;

  private Dedup(long windowMillis, long bucketMillis, long namedSince) {
    this.windowMillis = windowMillis;
    this.bucketMillis = bucketMillis;
    this.namedSince = namedSince;
  }

  /**
   * Opens the memory of a store. The length of the buckets is kept there, so that a changed window
   * still finds the keys from before; only a window that grew many times over begins anew.
   *
   * @param window how long a dedup key is remembered
   */
  static Dedup of(Store store, Duration window, long nowMillis) throws RocksDBException {
    long windowMillis = window.toMillis();
    byte[] kept = store.meta(Keys.DEDUP_BUCKET);
    if (kept != null && windowMillis / ByteBuffer.wrap(kept).getLong() <= MOST_BUCKETS) {
      return new Dedup(windowMillis, ByteBuffer.wrap(kept).getLong(), namedSince(store, nowMillis));
    }
    long bucketMillis = Math.max(1, windowMillis / BUCKETS);
    store.deleteSeenBelow(Long.MAX_VALUE);
    try (Store.Batch batch = store.batch()) {
      batch.putMeta(Keys.DEDUP_BUCKET, number(bucketMillis));
      batch.putMeta(Keys.DEDUP_PUBLISHERS, number(0));
      batch.commit();
    }
    return new Dedup(windowMillis, bucketMillis, 0);
  }

  /** Since when entries are made with publishers' names; in an older store that is now. */
  private static long namedSince(Store store, long nowMillis) throws RocksDBException {
    byte[] noted = store.meta(Keys.DEDUP_PUBLISHERS);
    if (noted != null) {
      return ByteBuffer.wrap(noted).getLong();
    }
    try (Store.Batch batch = store.batch()) {
      batch.putMeta(Keys.DEDUP_PUBLISHERS, number(nowMillis));
      batch.commit();
    }
    return nowMillis;
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  /** Whether an entry within the window may have been made without its publisher's name. */
  boolean mayBeNameless(long nowMillis) {
    return nowMillis - windowMillis <= namedSince;
  }

  /** Makes the store's key for the hash of a dedup key that came at a time. */
  byte[] key(int tenant, byte[] hash, long atMillis) {
    return Keys.seen(atMillis / bucketMillis, tenant, hash);
  }

  static byte[] value(long sequence, long atMillis) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(sequence).putLong(atMillis).array();
  }

  /** Finds the sequence of the event that came with the dedup key within the window, if one did. */
  OptionalLong find(Store store, int tenant, byte[] hash, long nowMillis) throws RocksDBException {
    for (long bucket = nowMillis / bucketMillis; bucket >= oldest(nowMillis); bucket--) {
      byte[] value = store.seen(Keys.seen(bucket, tenant, hash));
      if (value != null) {
        ByteBuffer in = ByteBuffer.wrap(value);
        long sequence = in.getLong();
        return in.getLong() >= nowMillis - windowMillis
            ? OptionalLong.of(sequence)
            : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  /** The time before which dedup keys are forgotten. */
  long forgottenMillis(long nowMillis) {
    return nowMillis - windowMillis;
  }

  /** The oldest bucket that can have an entry within the window. */
  long oldest(long nowMillis) {
    return Math.max(0, nowMillis - windowMillis) / bucketMillis;
  }
}
