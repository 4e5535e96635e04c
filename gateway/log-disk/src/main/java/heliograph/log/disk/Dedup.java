package heliograph.log.disk;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import org.rocksdb.RocksDBException;

/**
 * The memory for dedup keys that came before. Entries lie in buckets of time, a few to the window,
 * so that what is too old goes by dropping whole buckets and not entry by entry.
 */
final class Dedup {
  // Few, for each is looked into; at the end of the window up to half of it is kept too long.
  private static final int BUCKETS = 2;

  // A window that grew looks into more of the buckets it was begun with, up to these many.
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
   * The memory of a store. The length of its buckets is kept there, so that a changed window still
   * finds what came before; only one that grew many times over begins anew.
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

  /** Since when entries are made with publishers' names: in an older store, since just now. */
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

  /** Whether an entry that counts may have been made without its publisher's name. */
  boolean mayBeNameless(long nowMillis) {
    return nowMillis - windowMillis <= namedSince;
  }

  /** The store's key for a dedup key, by its hash, that came at a time. */
  byte[] key(int tenant, byte[] hash, long atMillis) {
    return Keys.seen(atMillis / bucketMillis, tenant, hash);
  }

  static byte[] value(long sequence, long atMillis) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(sequence).putLong(atMillis).array();
  }

  /** The sequence under which the dedup key came within the window, if it did. */
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

  /** The time before which identities are forgotten. */
  long forgottenMillis(long nowMillis) {
    return nowMillis - windowMillis;
  }

  /** The oldest bucket with an entry that still counts. */
  long oldest(long nowMillis) {
    return Math.max(0, nowMillis - windowMillis) / bucketMillis;
  }
}
