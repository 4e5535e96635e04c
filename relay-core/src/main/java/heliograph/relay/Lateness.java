package heliograph.relay;

import heliograph.contract.Tenant;

/**
 * Is told when streams fall behind to the log because their tenant has had its share of something.
 * The hub is given it once, so that the operator hears who is late. Any thread; it neither waits
 * nor throws.
 */
@FunctionalInterface
public interface Lateness {
  /** Tells nobody. */
  Lateness UNTOLD = (_, _, _) -> {};

  /** What a tenant or its user has had its share of. */
  enum Reason {
    /** The time in which filters are evaluated. */
    FILTERS,
    /** The memory for events that wait to be written. */
    MEMORY
  }

  /**
   * Tells of streams that were live and read the log from now on.
   *
   * @param streams how many there are; positive
   */
  void late(Tenant tenant, Reason reason, int streams);
}
