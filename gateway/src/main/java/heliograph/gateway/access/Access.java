package heliograph.gateway.access;

import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.IdentitySettings;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.wire.Watchdog;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** All that decides who a subscriber is and what it may ask for, wired. */
public final class Access implements AutoCloseable {
  private final Subscribers subscribers;
  private final TopicRules rules;
  private final Rechecks rechecks;
  private final TicketHandler ticketHandler;

  /**
   * Wires it.
   *
   * @param settings where tokens come from
   * @param bodies for the requests that buy tickets
   * @param nanos a clock that only goes forward
   */
  public Access(
      SubscribersConfig config,
      IdentitySettings settings,
      Identity identity,
      Revocations revocations,
      Cors cors,
      Bodies bodies,
      Watchdog watchdog,
      InstantSource clock,
      LongSupplier nanos) {
    Tickets tickets = new Tickets(config.ticketSecrets(), clock);
    Optional<Sessions> sessions =
        config.session().map(it -> new Sessions(it, revocations.life(), watchdog, clock, nanos));
    Credentials credentials =
        new Credentials(settings.cookie(), settings.queryParameter(), sessions);
    this.subscribers = new Subscribers(credentials, identity, tickets, sessions, cors, revocations);
    this.rules = rules(config.rules(), watchdog, nanos);
    this.rechecks = new Rechecks(nanos);
    this.ticketHandler = new TicketHandler(subscribers, tickets, bodies, clock);
  }

  private static TopicRules rules(List<RuleConfig> rules, Watchdog watchdog, LongSupplier nanos) {
    return new TopicRules(
        IntStream.range(0, rules.size())
            .mapToObj(i -> new TopicRule(i, rules.get(i), watchdog, nanos))
            .toList());
  }

  public void register(HttpRouting.Builder routing) {
    ticketHandler.register(routing);
    routing.any(TicketHandler.TICKETS, Problems.onlyMethods("POST"));
  }

  /** Who asks. */
  public Subscribers subscribers() {
    return subscribers;
  }

  /** Which topics it may ask for. */
  public TopicRules rules() {
    return rules;
  }

  /** Whether it still may. */
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
