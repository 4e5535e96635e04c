package heliograph.gateway.publish;

import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.TopTopics;
import heliograph.gateway.telemetry.Tracing;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRules;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Joins everything that publishing needs. What is counted here outlives the {@link PublishRules},
 * which say who may publish.
 */
public final class Publishing {
  private final Hub hub;
  private final Revocations revocations;
  private final Bodies bodies;
  private final Metrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final WaitingPublishers waiting;
  private final Rates rates;
  private final Pauses pauses;
  private final TopTopics topics;
  private final Tracing tracing;

  /**
   * Joins the parts.
   *
   * @param intake the rates that hold at first
   * @param clock tells the age of webhooks
   * @param nanos a clock of elapsed nanoseconds
   */
  public Publishing(
      IntakeConfig intake,
      Hub hub,
      Revocations revocations,
      Bodies bodies,
      Metrics metrics,
      Tracing tracing,
      InstantSource clock,
      LongSupplier nanos) {
    this.hub = hub;
    this.revocations = revocations;
    this.bodies = bodies;
    this.metrics = metrics;
    this.clock = clock;
    this.nanos = nanos;
    this.waiting = new WaitingPublishers(hub, PublishHandler.MAX_WAITING);
    this.rates = new Rates(intake.rates(), hub::isNew, nanos);
    this.pauses = new Pauses(clock);
    this.topics = new TopTopics(clock);
    this.tracing = tracing;
  }

  /**
   * Makes what decides about publishing.
   *
   * @param written the publishers as the operator wrote them
   * @param origin knows by which address senders call the relay
   * @param before what decided until now; a publisher that is written as before is the same, and
   *     one of the same name keeps its standing and its deliveries
   * @throws heliograph.gateway.settings.BadConfiguration if secrets cannot be read any more
   */
  public PublishRules rules(
      IntakeConfig intake,
      List<PublisherConfig> written,
      EventReader reader,
      Identity identity,
      OwnOrigin origin,
      Optional<PublishRules> before) {
    Map<String, Publisher> known =
        before.map(PublishRules::configured).orElse(List.of()).stream()
            .collect(Collectors.toMap(Publisher::name, Function.identity(), (one, _) -> one));
    List<Publisher> configured =
        written.stream()
            .map(it -> publisher(it, Optional.ofNullable(known.get(it.name()))))
            .toList();
    Publishers publishers = new Publishers(configured, origin);
    return new PublishRules(
        configured,
        publishers,
        new BearerPublishers(identity, publishers, revocations),
        reader,
        new Refusals(configured, before.map(PublishRules::refusals), metrics, clock, nanos),
        intake.rates());
  }

  private Publisher publisher(PublisherConfig written, Optional<Publisher> before) {
    return before
        .filter(it -> it.config().equals(written))
        .orElseGet(() -> Publisher.of(written, clock, before));
  }

  /** Has the rates of these rules hold from now on, and looks after their publishers alone. */
  public void put(PublishRules rules) {
    rates.limit(rules.most());
    List<String> names = rules.configured().stream().map(Publisher::name).toList();
    metrics.observePauses(names, name -> pauses.of(name).isPresent());
    pauses.keep(names);
  }

  /**
   * Adds the endpoints of publishing to the routing. For all their paths but {@link Paths#EVENTS}
   * it also refuses other methods.
   *
   * @param rules what decides about a request that comes by these routes
   * @param now what decides when the body of a request is here
   */
  public void register(HttpRules routing, PublishRules rules, Supplier<PublishRules> now) {
    Publishers publishers = rules.publishers();
    new PresenceHandler(hub, bodies, rates, rules, now).register(routing);
    new PublishHandler(hub, waiting, bodies, rates, metrics, pauses, topics, tracing, rules, now)
        .register(routing);
    new HandshakeHandler(publishers, rates).register(routing);
    new ChallengeHandler(publishers).register(routing);
    routing.any(PublishHandler.HOOKS, Problems.onlyMethods(publishers.methods()));
    if (publishers.anyMapping()) {
      routing.any(PublishHandler.HOOKS_OF_TENANT, Problems.onlyMethods(publishers.methods()));
    } else {
      routing.any(PresenceHandler.PRESENCE, Problems.onlyMethods("POST"));
    }
  }

  /** The publishers that an operator has paused. */
  public Pauses pauses() {
    return pauses;
  }

  /** The topics that most events come under. */
  public TopTopics topics() {
    return topics;
  }

  /** What a publisher has used of what it may send in a second. */
  public Rates.Used used(Publisher publisher) {
    return rates.used(publisher);
  }
}
