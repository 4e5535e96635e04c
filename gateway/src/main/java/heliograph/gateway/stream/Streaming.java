package heliograph.gateway.stream;

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
    this.hub = hub;
    this.access = access;
    this.types = types;
    this.timeouts = timeouts;
    this.lanes = new Lanes(nanos, shorter(config.heartbeat(), config.writeTimeout()));
    this.tools =
        new StreamTools(
            config, lanes, watchdog, access.rechecks(), filters, metrics, clock, hub::nanos);
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
    new StreamHandler(hub, subscribers, access.rules(), types, tools).register(routing);
    new PollHandler(hub, subscribers, access.rules(), tools, timeouts).register(routing);
    new RenewalHandler(hub, subscribers, access.rules(), access.rechecks()).register(routing);
    new StatusHandler(hub, subscribers).register(routing);
    routing
        .any(Paths.STREAM, Problems.onlyMethods("GET, HEAD"))
        .any(RenewalHandler.TOKEN, Problems.onlyMethods("POST"))
        .any(StatusHandler.STATUS, Problems.onlyMethods("GET, HEAD"));
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
