package heliograph.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that a ledger is to make together. Of two changes of one key the later one holds. One
 * thread.
 */
public final class Changes {
  private final List<Change> changes = new ArrayList<>();

  /** One change. */
  interface Change {
    void make(Target target) throws org.rocksdb.RocksDBException;
  }

  /** The place where changes are made. */
  interface Target {
    void put(byte[] key, byte[] value) throws org.rocksdb.RocksDBException;

    void delete(byte[] key) throws org.rocksdb.RocksDBException;
  }

  public void put(byte[] key, byte[] value) {
    changes.add(target -> target.put(key, value));
  }

  public void delete(byte[] key) {
    changes.add(target -> target.delete(key));
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  void make(Target target) throws org.rocksdb.RocksDBException {
    for (Change change : changes) {
      change.make(target);
    }
  }
}
