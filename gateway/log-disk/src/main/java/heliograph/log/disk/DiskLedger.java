package heliograph.log.disk;

import heliograph.relay.Ledger;
import heliograph.relay.LedgerChanges;

import heliograph.relay.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A ledger in the store of a log, as a family of keys of its own. Its writes are synced whatever
 * the log's are, and go beside the log's thread: the store groups those that come at once. Like any
 * other a write that fails is trouble of the log, which opens its store anew.
 */
final class DiskLedger implements Ledger {
  private static final Duration DAY = Duration.ofDays(1);

  private final DiskLog log;
  private final boolean alone;

  /**
   * @param alone whether the log is there for this alone, and nobody else looks after it
   */
  private DiskLedger(DiskLog log, boolean alone) {
    this.log = log;
    this.alone = alone;
  }

  static DiskLedger beside(DiskLog log) {
    return new DiskLedger(log, false);
  }

  static DiskLedger alone(Path directory, InstantSource clock) {
    Retention none = new Retention(DAY, 1, 1, DAY);
    return new DiskLedger(DiskLog.open(directory, true, none, clock), true);
  }

  @Override
  public void read(byte[] from, Reader reader) {
    log.inStore(
        opened -> {
          try (RocksIterator pairs = opened.ledger()) {
            pairs.seek(from);
            while (pairs.isValid() && reader.take(pairs.key(), pairs.value())) {
              pairs.next();
            }
            pairs.status();
            return true;
          }
        });
  }

  @Override
  public void write(LedgerChanges changes) {
    log.checkTrouble();
    log.inStore(
        opened -> {
          try (Store.Batch batch = opened.batch()) {
            changes.make(target(batch));
            batch.commitSynced();
            return true;
          }
        });
  }

  private static LedgerChanges.Target<RocksDBException> target(Store.Batch batch) {
    return new LedgerChanges.Target<>() {
      @Override
      public void put(byte[] key, byte[] value) throws RocksDBException {
        batch.putLedger(key, value);
      }

      @Override
      public void delete(byte[] key) throws RocksDBException {
        batch.deleteLedger(key);
      }
    };
  }

  @Override
  public void tend() {
    if (alone) {
      log.trim();
    }
  }

  @Override
  public void close() {
    if (alone) {
      log.close();
    }
  }
}
