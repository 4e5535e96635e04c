package heliograph.gateway.stream;

import heliograph.contract.StructuredEvent;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.Description;
import heliograph.gateway.http.KnownParameters.Endpoint;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.profile.Beat;
import heliograph.gateway.profile.PathTemplate;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.StatusPage;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Watchdog;
import heliograph.relay.Hub;
import heliograph.relay.Inspection;
import heliograph.relay.Subscription;
import io.helidon.http.PathMatcher;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Joins everything that streams and polls need. */
public final class Streaming implements AutoCloseable {
  private final StreamConfig config;
  private final List<ProfileConfig> profiles;
  private final Hub hub;
  private final Access access;
  private final TypeRules types;
  private final Lanes lanes;
  private final StreamTools tools;
  private final RequestTimeouts timeouts;

  /**
   * Joins the parts; it starts no thread.
   *
   * @param profiles the operator's own streams
   * @param filters what subscribers filter by
   * @param timeouts the timeouts of the public listener, with its room of answers
   * @param origin knows what trusted proxies tell
   * @param nanos a clock of elapsed nanoseconds
   */
  public Streaming(
      StreamConfig config,
      List<ProfileConfig> profiles,
      Hub hub,
      Access access,
      TypeRules types,
      Filters filters,
      Watchdog watchdog,
      RequestTimeouts timeouts,
      Metrics metrics,
      OwnOrigin origin,
      InstantSource clock,
      LongSupplier nanos) {
    this.config = config;
    this.profiles = List.copyOf(profiles);
    this.hub = hub;
    this.access = access;
    this.types = types;
    this.timeouts = timeouts;
    this.lanes = new Lanes(nanos, shortest(config, profiles));
    this.tools =
        new StreamTools(
            lanes, watchdog, access.rechecks(), filters, metrics, origin, clock, hub::nanos);
  }

  /** The shortest time that has to be observed for any stream. */
  private static Duration shortest(StreamConfig config, List<ProfileConfig> profiles) {
    return Stream.concat(
            Stream.of(config.heartbeat(), config.writeTimeout()),
            profiles.stream()
                .flatMap(
                    it ->
                        Stream.concat(
                            Stream.of(it.stream().writeTimeout()),
                            it.heartbeat().map(Beat::every).stream())))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /**
   * Adds the endpoints of streams and polls to the routing. For all their paths but {@link
   * Paths#EVENTS} it also refuses other methods.
   */
  public void register(HttpRouting.Builder routing) {
    Subscribers subscribers = access.subscribers();
    routing.get(Paths.STREAM, streams(subscribers)::stream);
    routing.get(Paths.EVENTS, polls(subscribers)::poll);
    // Where a path fits two templates, the more literal one is meant.
    profiles.stream()
        .sorted(Comparator.comparing(ProfileConfig::path, PathTemplate.MOST_LITERAL_FIRST))
        .map(profile -> new ProfileRoutes(profile, hub, access, types, tools, timeouts))
        .forEach(routes -> routes.register(routing));
    new RenewalHandler(hub, subscribers, access.rechecks()).register(routing);
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
    return new StreamHandler(hub, endpoint, config, types, tools, StreamLog.NAMELESS);
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

  /** The paths of the operator's own streams, and of what is told of them. */
  public List<PathMatcher> paths() {
    return profiles.stream()
        .flatMap(
            it -> Stream.concat(Stream.of(it.path()), it.status().map(StatusPage::path).stream()))
        .<PathMatcher>map(TemplateMatcher::new)
        .toList();
  }

  /** The same paths, as they are described to those who may call them. */
  public List<Description.OwnPath> described() {
    return profiles.stream().flatMap(Streaming::described).toList();
  }

  private static Stream<Description.OwnPath> described(ProfileConfig profile) {
    return Stream.concat(
        Stream.of(
            described(
                profile.path(),
                "The stream " + profile.name(),
                profile.parameters(),
                profile.poll()
                    ? List.of("text/event-stream", "application/json")
                    : List.of("text/event-stream"))),
        profile.status().stream()
            .map(
                page ->
                    described(
                        page.path(),
                        "What is open of the stream " + profile.name(),
                        Set.of(),
                        List.of("application/json"))));
  }

  private static Description.OwnPath described(
      PathTemplate path, String summary, Set<String> query, List<String> types) {
    return new Description.OwnPath(
        path.toString(),
        List.copyOf(path.variables()),
        summary,
        query.stream().sorted().toList(),
        types);
  }

  /** The streams that are open at this moment, as an operator is told of them; without polls. */
  public Stream<OpenStream> open() {
    Inspection inspection = hub.inspection();
    long nanos = tools.nanos().getAsLong();
    Instant now = tools.clock().instant();
    return lanes.streams().map(writer -> new OpenStream(writer, inspection, nanos, now));
  }

  /** One of them, by its id; empty if there is none. */
  public Optional<OpenStream> open(String id) {
    return hub.find(id)
        .flatMap(Subscription::bell)
        .filter(StreamWriter.class::isInstance)
        .map(StreamWriter.class::cast)
        .map(
            writer ->
                new OpenStream(
                    writer, hub.inspection(), tools.nanos().getAsLong(), tools.clock().instant()));
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
