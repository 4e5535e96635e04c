package heliograph.gateway;

import heliograph.gateway.GatewayConfig.IntakeConfig;
import heliograph.gateway.GatewayConfig.StreamConfig;
import heliograph.gateway.SubscribersConfig.RuleConfig;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** What the public listener serves, and the parts of the relay that only this needs. */
final class PublicDoor implements AutoCloseable {
  private final Parts parts;
  private final HttpRouting.Builder routing = HttpRouting.builder();
  private final Publishers publishers;
  private final Lanes lanes;
  private final Rechecks rechecks;

  PublicDoor(GatewayConfig config, Parts parts) {
    StreamConfig stream = config.stream();
    this.parts = parts;
    this.publishers = new Publishers(config.publishers(), new OwnOrigin(config.trustedProxies()));
    this.lanes = new Lanes(parts.nanos, shorter(stream.heartbeat(), stream.writeTimeout()));
    this.rechecks = new Rechecks(parts.nanos);
    routing.addFilter(parts.timeouts::filter).addFilter(HeadRequests::filter);
    parts.cors.register(routing);
    parts.problems.register(routing);
    servePublishers(config.intake());
    serveSubscribers(stream, rules(config.subscribers().rules()));
    serveIssuers();
    new OpenApiPage().register(routing);
    refuseOtherMethods();
  }

  private void servePublishers(IntakeConfig intake) {
    Rates rates = new Rates(intake.rates(), parts.hub::isNew, parts.nanos);
    Clients clients = new Clients(parts.identity, publishers, parts.revocations);
    new PublishHandler(
            parts.hub,
            publishers,
            clients,
            parts.bodies,
            parts.reader,
            rates,
            parts.metrics,
            parts.refusals)
        .register(routing);
    new HandshakeHandler(publishers, rates).register(routing);
    new ChallengeHandler(publishers).register(routing);
  }

  private void serveSubscribers(StreamConfig stream, TopicRules rules) {
    Hub hub = parts.hub;
    Subscribers subscribers = parts.subscribers;
    StreamTools tools =
        new StreamTools(
            stream, lanes, parts.watchdog, rechecks, parts.metrics, parts.clock, parts.nanos);
    new StreamHandler(hub, subscribers, rules, parts.types, tools).register(routing);
    new PollHandler(hub, subscribers, rules, tools).register(routing);
    new RenewalHandler(hub, subscribers, rules, rechecks).register(routing);
    new StatusHandler(hub, subscribers).register(routing);
    new TicketHandler(subscribers, parts.tickets, parts.bodies, parts.clock).register(routing);
  }

  private void serveIssuers() {
    new LogoutHandler(parts.identity, parts.revocations, parts.hub, parts.bodies).register(routing);
  }

  /** After all that is served, as it takes what is left. */
  private void refuseOtherMethods() {
    routing
        .any(PublishHandler.EVENTS, Problems.onlyMethods("GET, HEAD, POST, OPTIONS"))
        .any(PublishHandler.HOOKS, Problems.onlyMethods(publishers.methods()))
        .any(StreamHandler.STREAM, Problems.onlyMethods("GET, HEAD"))
        .any(RenewalHandler.TOKEN, Problems.onlyMethods("POST"))
        .any(LogoutHandler.LOGOUT, Problems.onlyMethods("POST"))
        .any(StatusHandler.STATUS, Problems.onlyMethods("GET, HEAD"))
        .any(TicketHandler.TICKETS, Problems.onlyMethods("POST"));
    if (publishers.anyMapping()) {
      routing.any(PublishHandler.HOOKS_OF_TENANT, Problems.onlyMethods(publishers.methods()));
    }
  }

  private TopicRules rules(List<RuleConfig> rules) {
    return new TopicRules(
        IntStream.range(0, rules.size())
            .mapToObj(i -> new TopicRule(i, rules.get(i), parts.watchdog, parts.nanos))
            .toList());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  HttpRouting.Builder routing() {
    return routing;
  }

  /** Begins what has threads of its own, before the listener opens. */
  void start() {
    lanes.start();
    rechecks.start();
    publishers.start();
  }

  @Override
  public void close() {
    publishers.close();
    rechecks.close();
    lanes.close();
  }
}
