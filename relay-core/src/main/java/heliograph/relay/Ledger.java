package heliograph.relay;

/**
 * Pairs of bytes in the order of their keys, beside the events of a log: for what outlives the
 * process and is none of a log's business. Any thread reads, one thread writes.
 */
public interface Ledger extends AutoCloseable {
  /** Takes pairs, one after the other. */
  interface Reader {
    /** Whether to go on. */
    boolean take(byte[] key, byte[] value);
  }

  /**
   * Hands over the pairs from a key on, in order, until the reader has enough.
   *
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if they cannot be read now
   */
  void read(byte[] from, Reader reader);

  /**
   * Makes changes, all or none; they are on the disk when this returns, where there is one.
   *
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if they cannot be made now; after a
   *     restart some may still turn out to have been
   */
  void write(LedgerChanges changes);

  /** Called by the thread that writes, every now and then: mends what a failed write broke. */
  void tend();

  @Override
  void close();
}
