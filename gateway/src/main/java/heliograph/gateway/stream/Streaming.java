package heliograph.gateway.stream;

import heliograph.gateway.http.KnownParameters.Endpoint;
import heliograph.contract.StructuredEvent;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Watchdog;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Joins everything that streams and polls need. */
public final class Streaming implements AutoCloseable {
  private final StreamConfig config;
  private final Hub hub;
  private final Access access;
  private final TypeRules types;
  private final Lanes lanes;
  private final StreamTools tools;
  private final RequestTimeouts timeouts;

  /**
   * Joins the parts; it starts no thread.
   *
   * @param filters what subscribers filter by
   * @param timeouts the timeouts of the public listener, with its room of answers
   * @param nanos a clock of elapsed nanoseconds
   */
  public Streaming(
      StreamConfig config,
      Hub hub,
      Access access,
      TypeRules types,
      Filters filters,
      Watchdog watchdog,
      RequestTimeouts timeouts,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {
    this.config = config;
    this.hub = hub;
    this.access = access;
    this.types = types;
    this.timeouts = timeouts;
    this.lanes = new Lanes(nanos, shorter(config.heartbeat(), config.writeTimeout()));
    this.tools =
        new StreamTools(
            lanes, watchdog, access.rechecks(), filters, metrics, clock, hub::nanos);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Adds the endpoints of streams and polls to the routing. For all their paths but {@link
   * Paths#EVENTS} it also refuses other methods.
   */
  public void register(HttpRouting.Builder routing) {
    Subscribers subscribers = access.subscribers();
    routing.get(Paths.STREAM, streams(subscribers)::stream);
    routing.get(Paths.EVENTS, polls(subscribers)::poll);
    new RenewalHandler(hub, subscribers, access.rules(), access.rechecks()).register(routing);
    new StatusHandler(hub, subscribers).register(routing);
    routing
        .any(Paths.STREAM, Problems.onlyMethods("GET, HEAD"))
        .any(RenewalHandler.TOKEN, Problems.onlyMethods("POST"))
        .any(StatusHandler.STATUS, Problems.onlyMethods("GET, HEAD"));
  }

  private StreamHandler streams(Subscribers subscribers) {
    StreamEndpoint endpoint =
        new StandardEndpoint(
            Endpoint.STREAM,
            request -> StreamQuery.ofStream(request, config.maxWindow(), tools.clock()),
            subscribers::ofStream,
            subscribers,
            access.rules());
    return new StreamHandler(hub, endpoint, config, types, tools);
  }

  private PollHandler polls(Subscribers subscribers) {
    StreamEndpoint endpoint =
        new StandardEndpoint(
            Endpoint.POLL,
            request -> StreamQuery.ofPoll(request, tools.clock()),
            subscribers::of,
            subscribers,
            access.rules());
    PollHandler.Polled whole = (stored, _) -> StructuredEvent.json(stored.event());
    return new PollHandler(hub, endpoint, whole, tools, timeouts);
  }

  /** Begins to write for streams. */
  public void start() {
    lanes.start();
  }

  @Override
  public void close() {
    lanes.close();
  }
}
