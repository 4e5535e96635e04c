package heliograph.relay;

import java.time.InstantSource;

/** The log in memory gives out no sequence twice. */
class MemoryTenantsModelTest extends TenantsModel {
  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return new MemoryLog(retention, 1L << 30, clock, limits);
  }

  @Override
  protected EventLog restarted(EventLog log, boolean crash) {
    return log;
  }
}
