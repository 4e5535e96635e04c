package heliograph.gateway.publish;

import heliograph.gateway.settings.Settings;
import heliograph.gateway.wire.HeapPlan;

/**
 * The bounds of what publishers send.
 *
 * @param eventBytes the most bytes of one event
 * @param bodyBytes the most bytes of a request body, before and after inflation
 * @param publishPerSecond the most events of a publisher in a second
 * @param publishPerTenant the most events for a tenant in a second, whoever sends them
 * @param newTenantsPerMinute the most tenants that the log does not know of a publisher for all
 */
public record IntakeConfig(
    int eventBytes,
    int bodyBytes,
    int batchEvents,
    int publishPerSecond,
    int publishPerTenant,
    int newTenantsPerMinute) {
  Rates.Most rates() {
    return new Rates.Most(publishPerSecond, publishPerTenant, newTenantsPerMinute);
  }

  private static final long KIB = 1024;

  /**
   * Reads what the operator wrote.
   *
   * @param limits the node {@code relay.limits}
   * @param heap bytes of the heap for what stays
   */
  public static IntakeConfig read(Settings limits, long heap) {
    // CloudEvents 1.0 section 5: an intermediary forwards events of up to 64 KiB.
    int event = (int) limits.bytes("event-bytes", 256 * KIB, 64 * KIB, 64 * KIB * KIB);
    long usual = HeapPlan.usualBody(heap, event);
    int body = (int) limits.bytes("body-bytes", usual, 64 * KIB, 256 * KIB * KIB);
    if (body < event) {
      throw limits.bad("body-bytes", "must not be less than relay.limits.event-bytes, " + event);
    }
    return new IntakeConfig(
        event,
        body,
        limits.number("batch-events", 500, 1, 10_000),
        limits.number("publish-per-second", 5000, 1, 10_000_000),
        limits.number("publish-per-second-per-tenant", 20_000, 1, 10_000_000),
        limits.number("new-tenants-per-minute", 60, 1, 10_000_000));
  }
}
