package heliograph.relay;

import java.time.InstantSource;

/** In memory, tenants come and go. */
class MemoryComingAndGoingTest extends ComingAndGoing {
  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return new MemoryLog(retention, 1L << 30, clock, limits);
  }
}
