package heliograph.log.disk;

import heliograph.relay.Retention;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import org.rocksdb.RocksDBException;

/**
 * Drops what retention no longer covers, of a few tenants at a time. Events are hidden from readers
 * first and deleted in chunks. A tenant is let go when nothing is left of it but the mark of its
 * head. On the log thread.
 */
final class Trimmer {
  private static final long BUDGET_NANOS = Duration.ofMillis(2).toNanos();
  private static final long CHUNK = 1024;
  private static final long PATIENCE_MILLIS = Duration.ofSeconds(30).toMillis();

  private final Retention retention;
  private final Dedup dedup;
  private final Tenants tenants;
  private Iterator<DiskTenant> next = Collections.emptyIterator();
  private long oldestBucket;

  Trimmer(Retention retention, Dedup dedup, Tenants tenants) {
    this.retention = retention;
    this.dedup = dedup;
    this.tenants = tenants;
  }

  /** Goes on from where the last call stopped, for a time too short to be noticed. */
  void trim(Store store, long nowMillis) throws RocksDBException {
    long bucket = dedup.oldest(nowMillis);
    if (bucket > oldestBucket) {
      store.deleteSeenBelow(bucket);
      oldestBucket = bucket;
    }
    if (!next.hasNext()) {
      next = tenants.all().iterator();
    }
    long deadline = System.nanoTime() + BUDGET_NANOS;
    while (next.hasNext() && System.nanoTime() - deadline < 0) {
      trim(store, next.next(), nowMillis);
    }
  }

  private void trim(Store store, DiskTenant tenant, long nowMillis) throws RocksDBException {
    tenant.hideBelow(Reach.retained(store, tenant, retention, nowMillis));
    if (tenant.isDeletionDue(nowMillis, CHUNK, PATIENCE_MILLIS)) {
      store.deleteEventsBelow(tenant.id(), tenant.delete(nowMillis));
    }
    if (tenant.isOver(dedup.forgottenMillis(nowMillis))) {
      tenants.letGo(store, tenant);
    }
  }
}
