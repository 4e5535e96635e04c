package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.gateway.access.Subscribers.Switch;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.access.SubscribersConfig.SessionConfig;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.ClaimMapping;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.wire.Watchdog;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Joins everything that decides who a subscriber is and which topics it may see, made of one
 * reading of the configuration. Any thread.
 */
public final class Access {
  private final Lasting lasting;
  private final SubscribersConfig config;
  private final IdentityConfig people;
  private final Subscribers subscribers;
  private final Tickets tickets;
  private final Optional<Asked> asked;
  private final TopicRules rules;
  private final TicketHandler ticketHandler;

  // What a rule has been told outlives it where it is written again as it was. It is written while
  // this is made, and by those who make the profiles that belong to it.
  private final Map<String, TopicRule> known = new ConcurrentHashMap<>();
  private final Map<String, TopicRule> before;

  /**
   * What outlives a reading of the configuration.
   *
   * @param bodies the bodies of the requests that buy tickets
   * @param rechecks checks open streams again
   * @param nanos a clock of elapsed nanoseconds
   */
  public record Lasting(
      Revocations revocations,
      Bodies bodies,
      Watchdog watchdog,
      Rechecks rechecks,
      InstantSource clock,
      LongSupplier nanos) {}

  /** The sessions of an application, and all that they were made of. */
  private record Asked(
      SessionConfig config, ClaimMapping mapping, Set<String> switches, Sessions sessions) {
    boolean isOf(SessionConfig other, ClaimMapping otherMapping, Set<String> others) {
      return config.equals(other) && mapping.equals(otherMapping) && switches.equals(others);
    }
  }

  /**
   * Joins the parts.
   *
   * @param people what the operator wrote about issuers, whose names for claims sessions share
   * @param switches the claims of all switches, beside those that make a subscriber
   * @param replaced whether what lets streams in has been replaced by something else
   * @param old what decided until now: what it was told by others, and remembers of tickets, stays
   */
  public Access(
      SubscribersConfig config,
      IdentityConfig people,
      Set<String> switches,
      Identity identity,
      Cors cors,
      Lasting lasting,
      BooleanSupplier replaced,
      Optional<Access> old) {
    this.lasting = lasting;
    this.config = config;
    this.people = people;
    this.before = old.map(it -> Map.copyOf(it.known)).orElseGet(HashMap::new);
    this.tickets =
        new Tickets(config.ticketSecrets().texts(), lasting.clock(), old.map(it -> it.tickets));
    this.asked =
        config.session().map(it -> asked(it, people.ofSessions(it.prefix()), switches, old));
    this.subscribers =
        new Subscribers(
            CredentialPolicy.usual(people),
            Switch.ON,
            identity,
            tickets,
            asked.map(Asked::sessions),
            cors,
            lasting.revocations(),
            replaced);
    this.rules = rules("", config.rules());
    this.ticketHandler = new TicketHandler(subscribers, tickets, lasting.bodies(), lasting.clock());
  }

  private Asked asked(
      SessionConfig session, ClaimMapping mapping, Set<String> switches, Optional<Access> old) {
    return old.flatMap(it -> it.asked)
        .filter(it -> it.isOf(session, mapping, switches))
        .orElseGet(
            () ->
                new Asked(
                    session,
                    mapping,
                    Set.copyOf(switches),
                    new Sessions(
                        session,
                        mapping,
                        switches,
                        lasting.revocations().life(),
                        lasting.watchdog(),
                        lasting.clock(),
                        lasting.nanos())));
  }

  /**
   * Makes rules, which have asked nothing yet but where a rule was at the same place before.
   *
   * @param owner what the log puts before their places in the configuration
   */
  public TopicRules rules(String owner, List<RuleConfig> rules) {
    List<TopicRule> made =
        IntStream.range(0, rules.size())
            .mapToObj(i -> rule(owner + "authorize." + i, rules.get(i)))
            .toList();
    return new TopicRules(made);
  }

  /**
   * A server that is asked about callers, as an operator is told of it.
   *
   * @param name what the log calls it
   * @param well whether it answers
   * @param changed when it began to fail, or to answer again; empty if it always answered
   * @param lastError what it failed for last; empty if it never did
   * @param asked how many questions it was asked since the start
   * @param failed how many it did not answer
   */
  public record UpstreamView(
      String name,
      boolean well,
      Optional<Instant> changed,
      String lastError,
      long asked,
      long failed) {}

  /**
   * The servers that are asked about callers: for sessions, and by rules, in the order of these.
   */
  public List<UpstreamView> upstreams() {
    return Stream.concat(
            asked.stream().map(it -> it.sessions().upstream()),
            new TreeMap<>(known).values().stream().map(TopicRule::upstream))
        .map(it -> view(it.view()))
        .toList();
  }

  private UpstreamView view(Breakers.View view) {
    return new UpstreamView(
        view.name(),
        view.well(),
        view.changedNanos().isEmpty()
            ? Optional.empty()
            : Optional.of(
                lasting
                    .clock()
                    .instant()
                    .minusNanos(lasting.nanos().getAsLong() - view.changedNanos().getAsLong())
                    .truncatedTo(ChronoUnit.MILLIS)),
        view.lastError(),
        view.asked(),
        view.failed());
  }

  private TopicRule rule(String name, RuleConfig config) {
    return known.computeIfAbsent(
        name,
        _ ->
            Optional.ofNullable(before.get(name))
                .filter(it -> it.isOf(config))
                .orElseGet(() -> new TopicRule(name, config, lasting.watchdog(), lasting.nanos())));
  }

  /**
   * Why a stream has to end that this let in, where another decides from now on: its issuer is
   * gone, or what lets it in has changed. Empty if it may stay as far as claims go.
   */
  public Optional<EndReason> ends(Claims claims, Access next) {
    String issuer = claims.proof().issuer();
    boolean same;
    if (issuer.isEmpty()) {
      same =
          asked.map(Asked::config).equals(next.asked.map(Asked::config))
              && asked.map(Asked::mapping).equals(next.asked.map(Asked::mapping));
    } else {
      Optional<IssuerConfig> now = next.people.issuer(issuer);
      if (now.isEmpty()) {
        return Optional.of(EndReason.REVOKED);
      }
      same =
          people.issuer(issuer).filter(it -> it.meansTheSame(now.get())).isPresent()
              && people.defaultTenant().equals(next.people.defaultTenant());
    }
    return same ? Optional.empty() : Optional.of(EndReason.UNAVAILABLE);
  }

  /** Whether another asks the same servers about topics. */
  public boolean asksAlike(Access next) {
    return config.rules().equals(next.config.rules());
  }

  /** Adds the endpoint for tickets to the routing. */
  public void register(HttpRules routing) {
    ticketHandler.register(routing);
    routing.any(TicketHandler.TICKETS, Problems.onlyMethods("POST"));
  }

  /** Finds out who asks, by the usual policy; {@link Subscribers#by} has others. */
  public Subscribers subscribers() {
    return subscribers;
  }

  /** Decides which topics a subscriber may see. */
  public TopicRules rules() {
    return rules;
  }
}
