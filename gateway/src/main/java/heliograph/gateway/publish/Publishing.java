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
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/** Joins everything that publishing needs: who may publish, how much, and what became of it. */
public final class Publishing implements AutoCloseable {
  private final List<Publisher> configured;
  private final Publishers publishers;
  private final Rates rates;
  private final Refusals refusals;
  private final Pauses pauses;
  private final TopTopics topics;
  private final PresenceHandler presence;
  private final PublishHandler handler;

  /**
   * Joins the parts; {@link #start} begins to look after files.
   *
   * @param written the publishers as the operator wrote them
   * @param origin knows by which address senders call the relay
   * @param clock tells the age of webhooks
   * @param nanos a clock of elapsed nanoseconds
   */
  public Publishing(
      IntakeConfig intake,
      List<PublisherConfig> written,
      EventReader reader,
      Hub hub,
      Identity identity,
      Revocations revocations,
      Bodies bodies,
      OwnOrigin origin,
      Metrics metrics,
      Tracing tracing,
      InstantSource clock,
      LongSupplier nanos) {
    this.configured = written.stream().map(it -> Publisher.of(it, clock)).toList();
    this.publishers = new Publishers(configured, origin);
    this.rates = new Rates(intake.rates(), hub::isNew, nanos);
    this.refusals = new Refusals(configured, metrics, clock, nanos);
    this.pauses = new Pauses(clock);
    this.topics = new TopTopics(clock);
    metrics.observePauses(
        configured.stream().map(Publisher::name).toList(), name -> pauses.of(name).isPresent());
    BearerPublishers bearers = new BearerPublishers(identity, publishers, revocations);
    this.presence = new PresenceHandler(hub, publishers, bodies, rates, refusals);
    this.handler =
        new PublishHandler(
            hub,
            publishers,
            bearers,
            bodies,
            reader,
            rates,
            metrics,
            refusals,
            pauses,
            topics,
            tracing);
  }

  /**
   * Adds the endpoints of publishing to the routing. For all their paths but {@link Paths#EVENTS}
   * it also refuses other methods.
   */
  public void register(HttpRouting.Builder routing) {
    presence.register(routing);
    handler.register(routing);
    new HandshakeHandler(publishers, rates).register(routing);
    new ChallengeHandler(publishers).register(routing);
    routing.any(PublishHandler.HOOKS, Problems.onlyMethods(publishers.methods()));
    if (publishers.anyMapping()) {
      routing.any(PublishHandler.HOOKS_OF_TENANT, Problems.onlyMethods(publishers.methods()));
    } else {
      routing.any(PresenceHandler.PRESENCE, Problems.onlyMethods("POST"));
    }
  }

  /** The publishers of the configuration, in its order. */
  public List<Publisher> publishers() {
    return configured;
  }

  /** Tells what was accepted and refused of the publishers. */
  public Refusals refusals() {
    return refusals;
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

  /** Begins to look after the files with the publishers' secrets. */
  public void start() {
    publishers.start();
  }

  @Override
  public void close() {
    publishers.close();
  }
}
