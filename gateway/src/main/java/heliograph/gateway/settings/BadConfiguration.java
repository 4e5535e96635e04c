package heliograph.gateway.settings;

/** The configuration stops the start. The message names the key and says what is allowed. */
public final class BadConfiguration extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadConfiguration(String key, String allowed) {
    super(key + ": " + allowed);
  }
}
