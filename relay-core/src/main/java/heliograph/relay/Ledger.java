package heliograph.relay;

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
  void write(LedgerChanges changes);

  /** Mends what a failed write broke. The thread that writes calls this every now and then. */
  void tend();

  /** Closes the ledger. A second call does nothing. */
  @Override
  void close();
}
