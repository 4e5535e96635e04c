package heliograph.gateway.http;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The configuration of pages of other origins.
 *
 * @param origins the origins whose pages may read answers, as browsers write them
 * @param headers the request headers that these pages may send besides those that the relay reads
 */
public record CorsConfig(List<String> origins, List<String> headers) {
  /** The configuration without pages of other origins. */
  public static final CorsConfig NONE = new CorsConfig(List.of(), List.of());

  public CorsConfig {
    origins = List.copyOf(origins);
    headers = List.copyOf(headers);
  }

  /** The most origins that may be configured. */
  static final int MAX_ORIGINS = 1000;

  /** The most request headers that pages of other origins may send. */
  static final int MAX_HEADERS = 50;

  // A name is a token (RFC 9110 section 5.6.2) without a *, which is no wildcard for requests with
  // credentials.
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'+.^_`|~-]{1,64}");

  /**
   * Reads the section {@code relay.cors}.
   *
   * @param cors the node {@code relay.cors}
   * @throws BadConfiguration naming the key at fault
   */
  public static CorsConfig read(Settings cors) {
    List<String> headers = cors.texts("headers", List.of());
    if (headers.size() > MAX_HEADERS
        || !headers.stream().allMatch(name -> HEADER.matcher(name).matches())) {
      throw cors.bad(
          "headers",
          "must be at most "
              + MAX_HEADERS
              + " names of request headers, such as X-Requested-With, without a wildcard");
    }
    return new CorsConfig(origins(cors), headers);
  }

  private static List<String> origins(Settings cors) {
    List<String> origins = cors.texts("origins", List.of());
    if (origins.size() > MAX_ORIGINS || !origins.stream().allMatch(CorsConfig::isOrigin)) {
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
}
