package heliograph.gateway.identity;

import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.json.JsonTree;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Fetches an issuer's keys, from the address of the configuration or the one that OIDC discovery
 * tells. One thread at a time.
 */
final class KeyEndpoint {
  /** The longest answer of a provider, in bytes. */
  static final int MAX_ANSWER = 1024 * 1024;

  /** How long connecting may take, and every read. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  /**
   * How long an answer may take from its request to its last byte; it is checked after each read.
   */
  static final Duration MAX_TIME = Duration.ofSeconds(10);

  /**
   * The least that a provider's {@code max-age} counts for; a shorter {@code keys.refresh} lowers
   * it.
   */
  static final Duration MIN_FRESH = Duration.ofMinutes(1);

  /**
   * The most that a provider's {@code max-age} counts for; a longer {@code keys.refresh} raises it.
   */
  static final Duration MAX_FRESH = Duration.ofHours(1);

  private static final String DISCOVERY = "/.well-known/openid-configuration";
  private static final Pattern MAX_AGE =
      Pattern.compile("(?:^|[\\s,])max-age\\s*=\\s*\"?([0-9]{1,9})");

  private final IssuerConfig settings;
  private final LongSupplier nanos;
  private final WebClient client;

  KeyEndpoint(IssuerConfig settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.client =
        WebClient.builder()
            .connectTimeout(TIMEOUT)
            .readTimeout(TIMEOUT)
            .followRedirects(false)
            // A fetch is rare, and a provider that was restarted has forgotten the connection.
            .keepAlive(false)
            .servicesDiscoverServices(false)
            .build();
  }

  /**
   * What was fetched.
   *
   * @param freshness how long the provider says the keys can be kept; zero for not at all, empty if
   *     it does not say
   */
  record Fetched(KeySet keys, Optional<Duration> freshness) {
    /**
     * How long the keys are used before they are fetched anew.
     *
     * @param refresh the operator's time, which counts if the provider says nothing
     */
    Duration freshFor(Duration refresh) {
      return KeyEndpoint.freshFor(freshness, refresh);
    }
  }

  /**
   * Fetches the keys.
   *
   * @throws IOException if the provider, the network or a key set is at fault; the message says
   *     how. Helidon throws a RuntimeException in some such cases
   */
  Fetched fetch() throws IOException {
    URI uri = settings.jwksUri().isPresent() ? settings.jwksUri().get() : discover();
    try (HttpClientResponse response = get(uri)) {
      List<String> control = response.headers().all(HeaderNames.CACHE_CONTROL, List::of);
      return new Fetched(KeySet.parse(body(response, uri)), freshness(String.join(",", control)));
    } catch (RelayException unread) {
      throw new IOException(unread.detail() + ", at " + place(uri), unread);
    }
  }

  /**
   * The freshness that a {@code Cache-Control} header states (RFC 9111, section 5.2.2); empty if it
   * states none.
   */
  static Optional<Duration> freshness(String cacheControl) {
    String control = cacheControl.toLowerCase(Locale.ROOT);
    if (control.contains("no-store") || control.contains("no-cache")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher age = MAX_AGE.matcher(control);
    return age.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(age.group(1))))
        : Optional.empty();
  }

  static Duration freshFor(Optional<Duration> said, Duration refresh) {
    Duration most = longer(refresh, MAX_FRESH);
    Duration least = shorter(refresh, MIN_FRESH);
    return said.map(it -> longer(shorter(it, most), least)).orElse(refresh);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private URI discover() throws IOException {
    URI uri = URI.create(settings.issuer().replaceAll("/$", "") + DISCOVERY);
    try (HttpClientResponse response = get(uri)) {
      JsonNode metadata = body(response, uri);
      // OpenID Connect Discovery, section 4.3, requires this; else one provider could speak for
      // another.
      if (!settings.issuer().equals(metadata.path("issuer").stringValue(""))) {
        throw new IOException("its metadata names another issuer");
      }
      URI keys = uri(metadata.path("jwks_uri").stringValue(""));
      String scheme = keys.getScheme();
      if (!("https".equals(scheme) || ("http".equals(scheme) && "http".equals(uri.getScheme())))) {
        throw new IOException("its metadata names a jwks_uri that is not as safe as its own");
      }
      return keys;
    } catch (RelayException unread) {
      throw new IOException("its metadata: " + unread.detail(), unread);
    }
  }

  // The message of the JDK's exception would repeat the text, which has no bound and may hold a
  // key.
  private static URI uri(String text) throws IOException {
    try {
      return new URI(text);
    } catch (URISyntaxException _) {
      throw new IOException("its metadata names a jwks_uri that is none");
    }
  }

  /** The address without what may hold a secret: its query and its user information. */
  private static String place(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
  }

  private HttpClientResponse get(URI uri) {
    return client
        .get()
        .uri(uri)
        .header(HeaderNames.ACCEPT, "application/json, application/jwk-set+json")
        .request();
  }

  private JsonNode body(HttpClientResponse response, URI uri) throws IOException {
    if (!response.status().equals(Status.OK_200)) {
      throw new IOException("status " + response.status().code() + " from " + place(uri));
    }
    long deadline = nanos.getAsLong() + MAX_TIME.toNanos();
    byte[] bytes = new byte[8 * 1024];
    var text = new java.io.ByteArrayOutputStream();
    try (InputStream in = response.inputStream()) {
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        text.write(bytes, 0, n);
        if (text.size() > MAX_ANSWER) {
          throw new IOException("the answer is over " + MAX_ANSWER + " bytes");
        }
        if (nanos.getAsLong() - deadline > 0) {
          throw new IOException("the answer took over " + MAX_TIME);
        }
      }
    }
    return JsonTree.object(text.toByteArray());
  }
}
