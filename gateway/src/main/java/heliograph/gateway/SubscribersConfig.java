package heliograph.gateway;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * What the operator wrote about the ways in.
 *
 * @param ticketSecrets the first signs tickets, all are accepted; none for one that no other
 *     process knows
 * @param origins of the pages that may read what the relay answers
 */
record SubscribersConfig(List<String> ticketSecrets, List<String> origins) {
  /** The most origins. */
  static final int MAX_ORIGINS = 1000;

  SubscribersConfig {
    origins = List.copyOf(origins);
    ticketSecrets = List.copyOf(ticketSecrets);
  }

  /**
   * @param relay the node {@code relay}
   * @throws BadConfiguration naming the key at fault
   */
  static SubscribersConfig read(Settings relay) {
    Settings tickets = relay.section("identity").section("tickets");
    List<String> secrets = tickets.texts("secret", List.of());
    if (secrets.stream().anyMatch(secret -> secret.length() < Tickets.MIN_SECRET)) {
      throw tickets.bad("secret", "must have at least " + Tickets.MIN_SECRET + " characters");
    }
    return new SubscribersConfig(secrets, origins(relay.section("cors")));
  }

  private static List<String> origins(Settings cors) {
    List<String> origins = cors.texts("origins", List.of());
    if (origins.size() > MAX_ORIGINS || !origins.stream().allMatch(SubscribersConfig::isOrigin)) {
      throw cors.bad(
          "origins",
          "must be at most "
              + MAX_ORIGINS
              + " origins as browsers write them, such as https://app.example.com or"
              + " http://localhost:3000: in lower case, without a path, a wildcard or the scheme's"
              + " own port");
    }
    return origins;
  }

  /** Whether a browser would write it so (RFC 6454 section 6.2); another one would never match. */
  private static boolean isOrigin(String text) {
    try {
      URI uri = URI.create(text);
      int own = "https".equals(uri.getScheme()) ? 443 : 80;
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() != own
          && text.equals(
              uri.getScheme()
                  + "://"
                  + uri.getHost().toLowerCase(Locale.ROOT)
                  + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "ways in, ticketSecrets=" + ticketSecrets.size() + ", origins=" + origins;
  }
}
