package heliograph.relay;

/**
 * How many tenants a log knows of.
 *
 * @param held the most tenants that it has events or dedup keys of; events of more are refused
 * @param departed the most tenants of which it keeps nothing but the head; with more the floor
 *     rises
 */
public record TenantLimits(int held, int departed) {
  /**
   * The limits of every relay. Tests, which could not wait for so many tenants, have lower ones.
   */
  public static final TenantLimits ORDINARY = new TenantLimits(100_000, 100_000);
}
