package heliograph.relay;

/**
 * How many tenants a log knows of.
 *
 * @param held those that it has something of; events of a further one are refused
 * @param departed those of which it keeps nothing but where they ended; at it the floor rises
 */
public record TenantLimits(int held, int departed) {
  /** Those of every relay; others are for tests, which could not wait for so many. */
  public static final TenantLimits ORDINARY = new TenantLimits(100_000, 100_000);
}
