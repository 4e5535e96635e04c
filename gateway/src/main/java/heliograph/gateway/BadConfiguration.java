package heliograph.gateway;

/** The configuration stops the start. The message names the key and says what is allowed. */
final class BadConfiguration extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadConfiguration(String key, String allowed) {
    super(key + ": " + allowed);
  }
}
