package heliograph.log.disk;

import heliograph.relay.ComingAndGoing;
import heliograph.relay.EventLog;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import java.time.InstantSource;

/** On disk, tenants come and go. */
class DiskComingAndGoingTest extends ComingAndGoing {
  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return DiskLog.open(Directory.of(Folders.fresh(), false), retention, limits, clock);
  }
}
