package heliograph.gateway.access;

import heliograph.gateway.access.Subscribers.Switch;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.wire.Watchdog;
import io.helidon.webserver.http.HttpRouting;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Joins everything that decides who a subscriber is and which topics it may see. */
public final class Access implements AutoCloseable {
  private final Watchdog watchdog;
  private final InstantSource clock;
  // As many as the configuration has; they are added while the relay is put together.
  private final List<Upstream> upstreams = new CopyOnWriteArrayList<>();
  private final LongSupplier nanos;
  private final Subscribers subscribers;
  private final TopicRules rules;
  private final Rechecks rechecks;
  private final TicketHandler ticketHandler;

  /**
   * Joins the parts; it starts no thread.
   *
   * @param people what the operator wrote about issuers, whose names for claims sessions share
   * @param switches the claims of all switches, beside those that make a subscriber
   * @param bodies the bodies of the requests that buy tickets
   * @param nanos a clock of elapsed nanoseconds
   */
  public Access(
      SubscribersConfig config,
      IdentityConfig people,
      Set<String> switches,
      Identity identity,
      Revocations revocations,
      Cors cors,
      Bodies bodies,
      Watchdog watchdog,
      InstantSource clock,
      LongSupplier nanos) {
    Tickets tickets = new Tickets(config.ticketSecrets().texts(), clock);
    Optional<Sessions> sessions =
        config
            .session()
            .map(
                it ->
                    new Sessions(
                        it,
                        people.ofSessions(it.prefix()),
                        switches,
                        revocations.life(),
                        watchdog,
                        clock,
                        nanos));
    this.subscribers =
        new Subscribers(
            CredentialPolicy.usual(people),
            Switch.ON,
            identity,
            tickets,
            sessions,
            cors,
            revocations);
    sessions.ifPresent(it -> upstreams.add(it.upstream()));
    this.watchdog = watchdog;
    this.clock = clock;
    this.nanos = nanos;
    this.rules = rules("", config.rules());
    this.rechecks =
        new Rechecks(new QuestionRoom(Rechecks.MAX_AT_ONCE, Rechecks.MAX_WAITING), nanos);
    this.ticketHandler = new TicketHandler(subscribers, tickets, bodies, clock);
  }

  /**
   * Makes rules that have asked nothing yet.
   *
   * @param owner what the log puts before their places in the configuration
   */
  public TopicRules rules(String owner, List<RuleConfig> rules) {
    List<TopicRule> made =
        IntStream.range(0, rules.size())
            .mapToObj(i -> new TopicRule(owner + "authorize." + i, rules.get(i), watchdog, nanos))
            .toList();
    made.forEach(rule -> upstreams.add(rule.upstream()));
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

  /** The servers that are asked about callers: for sessions, and by rules. */
  public List<UpstreamView> upstreams() {
    return upstreams.stream().map(it -> view(it.view())).toList();
  }

  private UpstreamView view(Breakers.View view) {
    return new UpstreamView(
        view.name(),
        view.well(),
        view.changedNanos().isEmpty()
            ? Optional.empty()
            : Optional.of(
                clock
                    .instant()
                    .minusNanos(nanos.getAsLong() - view.changedNanos().getAsLong())
                    .truncatedTo(ChronoUnit.MILLIS)),
        view.lastError(),
        view.asked(),
        view.failed());
  }

  /** Adds the endpoint for tickets to the routing. */
  public void register(HttpRouting.Builder routing) {
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

  /** Checks open streams again: whether their subscribers may still see the topics. */
  public Rechecks rechecks() {
    return rechecks;
  }

  /** Begins to look when something has to be asked again. */
  public void start() {
    rechecks.start();
  }

  @Override
  public void close() {
    rechecks.close();
  }
}
