package heliograph.store;

import java.nio.file.Path;
import java.time.InstantSource;

/**
 * Pairs of bytes in the order of their keys, beside the events of a log. They are for facts that
 * outlive the process and do not concern the log. Any thread reads, one thread writes.
 */
public interface Ledger extends AutoCloseable {
  /** Takes pairs one after the other. */
  interface Reader {
    /** Takes a pair, and tells whether to go on. */
    boolean take(byte[] key, byte[] value);
  }

  /**
   * Opens a ledger that has a directory for itself, or begins one where there is none.
   *
   * @throws DamagedLogException if the directory cannot be used
   */
  static Ledger open(Path directory, InstantSource clock) {
    return DiskLedger.open(directory, clock);
  }

  /**
   * Hands over the pairs from a key on, in order, until the reader has enough.
   *
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if they cannot be read now
   */
  void read(byte[] from, Reader reader);

  /**
   * Makes all of the changes, or none. When this returns, they are on the disk if there is one.
   *
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if they cannot be made now; after a
   *     restart it may turn out that they were made
   */
  void write(Changes changes);

  /** Mends what a failed write broke. The thread that writes calls this every now and then. */
  void tend();

  /** Closes the ledger. A second call does nothing. */
  @Override
  void close();
}
