package heliograph.log.disk;

import heliograph.relay.EventLog;
import heliograph.relay.EventLogModel;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import java.time.InstantSource;

/** The log on disk answers as a plain list would. */
class DiskLogModelTest extends EventLogModel {
  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return DiskLog.open(Directory.of(Folders.fresh(), false), retention, limits, clock);
  }
}
