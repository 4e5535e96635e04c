package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;

/**
 * What a log tells its follower: that an event is stored, whoever stored it, or that there is
 * something which can never be told any more. What is shown of a tenant is shown in the order of
 * its log.
 */
public sealed interface Shown permits StoredEvent, Shown.Lost, Shown.NewEpoch {
  /**
   * A stretch of a tenant's log is gone before it was shown. Its events are neither shown later nor
   * read, so whoever was waiting for them is told of a gap.
   *
   * @param through the last place that is gone; what is shown next of the tenant comes after it
   */
  record Lost(Tenant tenant, Cursor through) implements Shown {}

  /**
   * A new life of the log has begun, for all of its tenants. {@link EventLog#epoch} has its name
   * before this is shown, and before anything of the new life can be read.
   */
  record NewEpoch(String epoch) implements Shown {}
}
