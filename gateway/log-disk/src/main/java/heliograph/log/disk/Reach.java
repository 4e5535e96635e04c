package heliograph.log.disk;

import heliograph.relay.Retention;
import org.rocksdb.RocksDBException;

/**
 * Finds places in a tenant's log by the heads of its records, whose time and total both grow with
 * the sequence.
 */
final class Reach {
  private Reach() {}

  /** A question about a record, which the store may fail to answer. */
  interface Question {
    boolean ask(Entry.Head head) throws RocksDBException;
  }

  /**
   * Finds the first sequence from {@code low} to {@code high} for which the answer is yes; the
   * answer has to be no before it and yes after it. Returns one past {@code high} if there is none.
   */
  static long first(Store store, DiskTenant tenant, long low, long high, Question question)
      throws RocksDBException {
    long from = low;
    long to = high + 1;
    while (from < to) {
      long middle = (from + to) >>> 1;
      if (answers(store, tenant, middle, question)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /** Finds the first sequence that retention covers. */
  static long retained(Store store, DiskTenant tenant, Retention retention, long nowMillis)
      throws RocksDBException {
    DiskTenant.Mark mark = tenant.mark();
    long head = mark.head();
    long low = Math.max(tenant.oldest(), head - retention.events() + 1);
    long youngest = nowMillis - retention.age().toMillis();
    // An event's total includes its own bytes, so this keeps the last events whose sum is in
    // bounds.
    long least = mark.total() - retention.bytes();
    Question covered = record -> record.at() >= youngest && record.before() >= least;
    if (low > head || answers(store, tenant, low, covered)) {
      return low;
    }
    return first(store, tenant, low + 1, head, covered);
  }

  private static boolean answers(Store store, DiskTenant tenant, long sequence, Question question)
      throws RocksDBException {
    byte[] record = store.event(tenant.id(), sequence);
    if (record != null) {
      return question.ask(Entry.Head.read(record));
    }
    if (sequence < tenant.oldest()) {
      // Retention deleted it while we were on the way to it.
      return false;
    }
    throw new RocksDBException("record " + sequence + " is missing");
  }
}
