package heliograph.gateway;

import heliograph.contract.TopicPattern;
import io.helidon.http.HeaderName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the operator wrote about the ways in.
 *
 * @param ticketSecrets the first signs tickets, all are accepted; none for one that no other
 *     process knows
 * @param session where sessions are asked for, if they are
 * @param cors which pages of other origins may read what the relay answers
 * @param rules who else is asked before a topic is shown
 */
record SubscribersConfig(
    List<String> ticketSecrets,
    Optional<SessionConfig> session,
    CorsConfig cors,
    List<RuleConfig> rules) {
  /**
   * @param origins as browsers write them
   * @param headers what their pages may send besides what the relay itself reads
   */
  record CorsConfig(List<String> origins, List<String> headers) {
    static final CorsConfig NONE = new CorsConfig(List.of(), List.of());

    CorsConfig {
      origins = List.copyOf(origins);
      headers = List.copyOf(headers);
    }
  }

  /** The most origins. */
  static final int MAX_ORIGINS = 1000;

  /**
   * @param url where the application tells who holds a session
   * @param forward the headers in which sessions come
   * @param ttl how long its answer is good
   * @param claims where in its answer the claims lie
   */
  record SessionConfig(URI url, List<HeaderName> forward, Duration ttl, ClaimMapping claims) {}

  /**
   * @param topics those it is asked about
   * @param forward the caller's headers that go with the question
   * @param token in place of the caller's own
   * @param ttl how long a yes is good
   * @param timeout how long an answer may take
   */
  record RuleConfig(
      TopicPattern topics,
      UrlTemplate url,
      List<HeaderName> forward,
      Optional<String> token,
      Duration ttl,
      Duration timeout) {
    /** Without the token. */
    @Override
    public String toString() {
      return topics + " by " + url.text();
    }
  }

  /** The most headers of pages of other origins. */
  static final int MAX_HEADERS = 50;

  // A token (RFC 9110 section 5.6.2), but for the *: for requests with credentials it is no
  // wildcard.
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'+.^_`|~-]{1,64}");

  /** The most rules. */
  static final int MAX_RULES = 100;

  SubscribersConfig {
    rules = List.copyOf(rules);
    ticketSecrets = List.copyOf(ticketSecrets);
  }

  /**
   * @param relay the node {@code relay}
   * @param issuers what it says of them
   * @throws BadConfiguration naming the key at fault
   */
  static SubscribersConfig read(Settings relay, IdentitySettings issuers) {
    Settings identity = relay.section("identity");
    Settings tickets = identity.section("tickets");
    List<String> secrets = tickets.texts("secret", List.of());
    if (secrets.stream().anyMatch(secret -> secret.length() < Tickets.MIN_SECRET)) {
      throw tickets.bad("secret", "must have at least " + Tickets.MIN_SECRET + " characters");
    }
    return new SubscribersConfig(
        secrets,
        session(identity.section("session"), issuers),
        cors(relay.section("cors")),
        rules(relay));
  }

  private static Optional<SessionConfig> session(Settings session, IdentitySettings issuers) {
    Optional<URI> url =
        session
            .text("url")
            .map(_ -> GatewayConfig.checked(session, "url", IdentitySettings::httpUri));
    List<HeaderName> forward = forward(session, List.of("Cookie"));
    Duration ttl =
        session.duration("ttl", Duration.ofSeconds(30), Rechecks.SHORTEST, Duration.ofHours(1));
    if (url.isEmpty() && session.exists()) {
      throw session.bad("url", "is required for sessions");
    }
    ClaimMapping claims = issuers.ofSessions(session);
    return url.map(it -> new SessionConfig(it, forward, ttl, claims));
  }

  private static List<RuleConfig> rules(Settings relay) {
    List<Settings> entries = relay.list("authorize");
    if (entries.size() > MAX_RULES) {
      throw relay.bad("authorize", "at most " + MAX_RULES + " rules");
    }
    return entries.stream().map(SubscribersConfig::rule).toList();
  }

  private static RuleConfig rule(Settings rule) {
    Duration second = Duration.ofSeconds(1);
    Optional<String> token =
        rule.text("token").map(_ -> GatewayConfig.checked(rule, "token", SubscribersConfig::token));
    return new RuleConfig(
        GatewayConfig.checked(rule, "topics", TopicPattern::new),
        GatewayConfig.checked(rule, "url", UrlTemplate::new),
        forward(rule, token.isPresent() ? List.of() : List.of("Authorization")),
        token,
        rule.duration("ttl", second.multipliedBy(10), Rechecks.SHORTEST, Duration.ofHours(1)),
        rule.duration(
            "timeout", second.multipliedBy(2), Duration.ofMillis(100), second.multipliedBy(30)));
  }

  /** What may stand behind Bearer (RFC 6750 section 2.1). */
  private static String token(String text) {
    if (!text.matches("[A-Za-z0-9._~+/-]+=*")) {
      throw new IllegalArgumentException("must be a bearer token");
    }
    return text;
  }

  private static List<HeaderName> forward(Settings settings, List<String> fallback) {
    List<String> names = settings.texts("forward", fallback);
    try {
      return Forwarded.names(names);
    } catch (IllegalArgumentException rule) {
      throw settings.bad("forward", String.valueOf(rule.getMessage()));
    }
  }

  private static CorsConfig cors(Settings cors) {
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
    return "ways in, ticketSecrets="
        + ticketSecrets.size()
        + ", session="
        + session
        + ", cors="
        + cors
        + ", rules="
        + rules;
  }
}
