package heliograph.gateway.revocation;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.relay.Ledger;
import heliograph.relay.LedgerChanges;
import heliograph.relay.MemoryLedger;

/**
 * A ledger whose writes can fail after they have been made, as those of a disk that cannot sync.
 */
final class BrokenLedger implements Ledger {
  private final MemoryLedger pairs = new MemoryLedger();
  private volatile boolean broken;

  void isBroken(boolean now) {
    broken = now;
  }

  @Override
  public void read(byte[] from, Reader reader) {
    pairs.read(from, reader);
  }

  @Override
  public void write(LedgerChanges changes) {
    pairs.write(changes);
    if (broken) {
      throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "broken");
    }
  }

  @Override
  public void tend() {
    // It is mended from outside.
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
