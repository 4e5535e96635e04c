package heliograph.gateway.publish;

import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.telemetry.Metrics;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/** All that publishing needs, wired: who may publish, how much, and what became of it. */
public final class Publishing implements AutoCloseable {
  private final List<Publisher> configured;
  private final Publishers publishers;
  private final Rates rates;
  private final Refusals refusals;
  private final PublishHandler handler;

  /**
   * Wires it; {@link #start} begins to look after files.
   *
   * @param configured the publishers of the configuration
   * @param origin knows by which address senders call the relay
   * @param nanos a clock that only goes forward
   */
  public Publishing(
      IntakeConfig intake,
      List<Publisher> configured,
      EventReader reader,
      Hub hub,
      Identity identity,
      Revocations revocations,
      Bodies bodies,
      OwnOrigin origin,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {
    this.configured = configured;
    this.publishers = new Publishers(configured, origin);
    this.rates = new Rates(intake.rates(), hub::isNew, nanos);
    this.refusals = new Refusals(configured, metrics, clock, nanos);
    BearerPublishers clients = new BearerPublishers(identity, publishers, revocations);
    this.handler =
        new PublishHandler(hub, publishers, clients, bodies, reader, rates, metrics, refusals);
  }

  /** The paths of publishing; but for {@link Paths#EVENTS} by other methods. */
  public void register(HttpRouting.Builder routing) {
    handler.register(routing);
    new HandshakeHandler(publishers, rates).register(routing);
    new ChallengeHandler(publishers).register(routing);
    routing.any(PublishHandler.HOOKS, Problems.onlyMethods(publishers.methods()));
    if (publishers.anyMapping()) {
      routing.any(PublishHandler.HOOKS_OF_TENANT, Problems.onlyMethods(publishers.methods()));
    }
  }

  /** The publishers of the configuration, in its order. */
  public List<Publisher> publishers() {
    return configured;
  }

  /** How they have fared. */
  public Refusals refusals() {
    return refusals;
  }

  /** Begins to look after the files with their secrets. */
  public void start() {
    publishers.start();
  }

  @Override
  public void close() {
    publishers.close();
  }
}
