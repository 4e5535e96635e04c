package heliograph.relay;

import java.time.InstantSource;

/** The log in memory answers as a plain list would. */
class MemoryLogModelTest extends EventLogModel {
  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return new MemoryLog(retention, 1L << 30, clock, limits);
  }
}
