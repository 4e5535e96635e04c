package heliograph.store;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to change in a ledger together; of two changes of one key the later holds. One thread.
 */
public final class Changes {
  private final List<Change> changes = new ArrayList<>();

  /** One change, put down in the order in which they are made. */
  interface Change {
    void make(Target target) throws org.rocksdb.RocksDBException;
  }

  /** Where changes are made. */
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
