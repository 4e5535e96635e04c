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
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Joins everything that decides who a subscriber is and which topics it may see. */
public final class Access implements AutoCloseable {
  private final Watchdog watchdog;
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
    this.watchdog = watchdog;
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
    return new TopicRules(
        IntStream.range(0, rules.size())
            .mapToObj(i -> new TopicRule(owner + "authorize." + i, rules.get(i), watchdog, nanos))
            .toList());
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
