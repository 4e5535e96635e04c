package heliograph.relay;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A ledger that lives as long as the process. It is bounded by whoever writes to it. */
public final class MemoryLedger implements Ledger {
  private final ConcurrentNavigableMap<byte[], byte[]> pairs =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  @Override
  public void read(byte[] from, Reader reader) {
    for (Map.Entry<byte[], byte[]> pair : pairs.tailMap(from, true).entrySet()) {
      if (!reader.take(pair.getKey(), pair.getValue())) {
        return;
      }
    }
  }

  @Override
  public void write(LedgerChanges changes) {
    changes.make(
        new LedgerChanges.Target<RuntimeException>() {
          @Override
          public void put(byte[] key, byte[] value) {
            pairs.put(key, value);
          }

          @Override
          public void delete(byte[] key) {
            pairs.remove(key);
          }
        });
  }

  @Override
  public void tend() {
    // A write to memory leaves nothing to be mended.
  }

  @Override
  public void close() {
    // There is nothing to be closed.
  }
}
