package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.http.CorsConfig;
import heliograph.gateway.identity.ClaimMapping;
import heliograph.gateway.identity.IdentitySettings;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the operator wrote about the ways in.
 *
 * @param ticketSecrets the first signs tickets, all are accepted; none for one that no other
 *     process knows
 * @param session where sessions are asked for, if they are
 * @param cors which pages of other origins may read what the relay answers
 * @param rules who else is asked before a topic is shown
 */
public record SubscribersConfig(
    List<String> ticketSecrets,
    Optional<SessionConfig> session,
    CorsConfig cors,
    List<RuleConfig> rules) {
  /**
   * Where sessions of an application are asked for.
   *
   * @param url where the application tells who holds a session
   * @param forward the headers in which sessions come
   * @param ttl how long its answer is good
   * @param claims where in its answer the claims lie
   */
  public record SessionConfig(
      URI url, List<HeaderName> forward, Duration ttl, ClaimMapping claims) {}

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

  /** The most rules. */
  static final int MAX_RULES = 100;

  public SubscribersConfig {
    rules = List.copyOf(rules);
    ticketSecrets = List.copyOf(ticketSecrets);
  }

  /**
   * Reads what the operator wrote.
   *
   * @param relay the node {@code relay}
   * @param issuers what it says of them
   * @throws BadConfiguration naming the key at fault
   */
  public static SubscribersConfig read(Settings relay, IdentitySettings issuers) {
    Settings identity = relay.section("identity");
    Settings tickets = identity.section("tickets");
    List<String> secrets = tickets.texts("secret", List.of());
    if (secrets.stream().anyMatch(secret -> secret.length() < Tickets.MIN_SECRET)) {
      throw tickets.bad("secret", "must have at least " + Tickets.MIN_SECRET + " characters");
    }
    return new SubscribersConfig(
        secrets,
        session(identity.section("session"), issuers),
        CorsConfig.read(relay.section("cors")),
        rules(relay));
  }

  private static Optional<SessionConfig> session(Settings session, IdentitySettings issuers) {
    Optional<URI> url = session.text("url").map(_ -> session.checked("url", Settings::httpUri));
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
        rule.text("token").map(_ -> rule.checked("token", SubscribersConfig::token));
    return new RuleConfig(
        rule.checked("topics", TopicPattern::new),
        rule.checked("url", UrlTemplate::new),
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
      return PassedHeaders.names(names);
    } catch (IllegalArgumentException rule) {
      throw settings.bad("forward", String.valueOf(rule.getMessage()));
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
