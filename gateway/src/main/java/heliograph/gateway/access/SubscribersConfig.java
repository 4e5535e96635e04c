package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.http.CorsConfig;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.identity.SubjectPrefix;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the operator wrote about how subscribers are let in.
 *
 * @param ticketSecrets the first signs tickets, and all are accepted; if empty, a random secret
 *     that no other process knows does both
 * @param session where an application is asked about sessions; empty if none is
 * @param cors which pages of other origins may read what the relay answers
 * @param rules which servers are asked before a topic is shown
 */
public record SubscribersConfig(
    Secrets ticketSecrets,
    Optional<SessionConfig> session,
    CorsConfig cors,
    List<RuleConfig> rules) {
  /**
   * Where an application is asked about its sessions.
   *
   * @param url where the application tells who holds a session
   * @param forward the headers in which sessions come
   * @param ttl how long its answer is good
   * @param prefix the prefix of the subjects that it tells
   */
  public record SessionConfig(
      URI url, List<HeaderName> forward, Duration ttl, SubjectPrefix prefix) {
    /** Copies the names. */
    public SessionConfig {
      forward = List.copyOf(forward);
    }
  }

  /**
   * A server that is asked who may see some topics.
   *
   * @param topics the topics that it is asked about
   * @param url where it is asked
   * @param forward the caller's headers that go with the question
   * @param token the bearer token that goes with the question in place of the caller's own
   * @param ttl how long a yes is good
   * @param timeout how long an answer may take
   */
  public record RuleConfig(
      TopicPattern topics,
      UrlTemplate url,
      List<HeaderName> forward,
      Optional<String> token,
      Duration ttl,
      Duration timeout) {
    /** Copies the names. */
    public RuleConfig {
      forward = List.copyOf(forward);
    }

    /**
     * Reads the rules of a profile, which are for all of its topics; their addresses have places
     * for the variables of its path.
     *
     * @param profile the profile's node
     * @param variables the names of the variables
     * @throws BadConfiguration naming the key at fault
     */
    public static List<RuleConfig> ofProfile(Settings profile, Set<String> variables) {
      return rules(
          profile, rule -> read(rule, TopicPattern.ALL, url -> UrlTemplate.ofPath(url, variables)));
    }

    private static RuleConfig ofTopics(Settings rule) {
      return read(rule, rule.checked("topics", TopicPattern::new), UrlTemplate::ofTopics);
    }

    private static RuleConfig read(
        Settings rule, TopicPattern topics, Function<String, UrlTemplate> url) {
      Duration second = Duration.ofSeconds(1);
      Optional<String> token =
          rule.text("token").map(_ -> rule.checked("token", SubscribersConfig::token));
      return new RuleConfig(
          topics,
          rule.checked("url", url),
          SubscribersConfig.forward(rule, token.isPresent() ? List.of() : List.of("Authorization")),
          token,
          rule.duration("ttl", second.multipliedBy(10), Rechecks.SHORTEST, Duration.ofHours(1)),
          rule.duration(
              "timeout", second.multipliedBy(2), Duration.ofMillis(100), second.multipliedBy(30)));
    }

    /** Describes the rule without its token, which is a secret. */
    @Override
    public String toString() {
      return topics + " by " + url.text();
    }
  }

  /** The most rules. */
  static final int MAX_RULES = 100;

  /** Copies the rules. */
  public SubscribersConfig {
    rules = List.copyOf(rules);
  }

  /**
   * Reads what the operator wrote.
   *
   * @param relay the node {@code relay}
   * @param issuers what the operator wrote about issuers
   * @throws BadConfiguration naming the key at fault
   */
  public static SubscribersConfig read(Settings relay, IdentityConfig issuers) {
    Settings identity = relay.section("identity");
    Settings tickets = identity.section("tickets");
    Secrets secrets = Secrets.read(tickets, "secret");
    if (secrets.texts().stream().anyMatch(secret -> secret.length() < Tickets.MIN_SECRET)) {
      throw tickets.bad("secret", "must have at least " + Tickets.MIN_SECRET + " characters");
    }
    return new SubscribersConfig(
        secrets,
        session(identity.section("session"), issuers),
        CorsConfig.read(relay.section("cors")),
        rules(relay, RuleConfig::ofTopics));
  }

  private static Optional<SessionConfig> session(Settings session, IdentityConfig issuers) {
    Optional<URI> url = session.text("url").map(_ -> session.checked("url", Settings::httpUri));
    List<HeaderName> forward = forward(session, List.of("Cookie"));
    Duration ttl =
        session.duration("ttl", Duration.ofSeconds(30), Rechecks.SHORTEST, Duration.ofHours(1));
    if (url.isEmpty() && session.exists()) {
      throw session.bad("url", "is required for sessions");
    }
    SubjectPrefix prefix = issuers.prefixOfSessions(session);
    return url.map(it -> new SessionConfig(it, forward, ttl, prefix));
  }

  private static List<RuleConfig> rules(Settings node, Function<Settings, RuleConfig> read) {
    List<Settings> entries = node.list("authorize");
    if (entries.size() > MAX_RULES) {
      throw node.bad("authorize", "at most " + MAX_RULES + " rules");
    }
    return entries.stream().map(read).toList();
  }

  /** A token in the form that may stand behind {@code Bearer} (RFC 6750, section 2.1). */
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
}
