package heliograph.store;

import heliograph.relay.EventLog;
import heliograph.relay.EventLogModel;
import heliograph.relay.Retention;
import java.time.InstantSource;

/** The log on disk answers as a plain list would. */
class DiskLogModelTest extends EventLogModel {
  @Override
  protected EventLog open(Retention retention, InstantSource clock) {
    return DiskLog.open(Folders.fresh(), false, retention, clock);
  }
}
