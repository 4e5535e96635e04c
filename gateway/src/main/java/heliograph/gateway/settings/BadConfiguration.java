package heliograph.gateway.settings;

/**
 * Thrown if the configuration does not let the relay start. The message names the key and says what
 * is allowed.
 */
public final class BadConfiguration extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Refuses what stands under a key. */
  public BadConfiguration(String key, String allowed) {
    super(key + ": " + allowed);
  }
}
