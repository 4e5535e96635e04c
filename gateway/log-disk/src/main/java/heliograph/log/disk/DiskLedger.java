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
 * A ledger in the store of a log, as a family of keys of its own. Its writes are always synced,
 * even where the log's are not. They are made beside those of the log thread; the store groups
 * writes that come at once. A write that fails puts the log in trouble like any other, and the log
 * then opens its store anew.
 */
final class DiskLedger implements Ledger {
  private static final Duration DAY = Duration.ofDays(1);

  private final DiskLog log;
  private final boolean ownsLog;

  /**
   * @param ownsLog whether the log is there for this ledger alone, which then trims and closes it
   */
  private DiskLedger(DiskLog log, boolean ownsLog) {
    this.log = log;
    this.ownsLog = ownsLog;
  }

  /** Makes a ledger in the store of a log that has events as well. */
  static DiskLedger beside(DiskLog log) {
    return new DiskLedger(log, false);
  }

  /** Opens a ledger in a directory of its own. */
  static DiskLedger open(Path directory, InstantSource clock) {
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
    if (ownsLog) {
      log.trim();
    }
  }

  @Override
  public void close() {
    if (ownsLog) {
      log.close();
    }
  }
}
