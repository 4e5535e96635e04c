package heliograph.gateway.stream;

import heliograph.contract.EndReason;
import heliograph.contract.StructuredEvent;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.Rechecks;
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
import io.helidon.webserver.http.HttpRules;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Joins everything that streams and polls need. What open streams share is here for good; what is
 * served at which path is made of one reading of the configuration.
 */
public final class Streaming implements AutoCloseable {
  private final Hub hub;
  private final Lanes lanes;
  private final StreamTools tools;
  private final Glance<OpenStream> glance;
  private final RequestTimeouts timeouts;

  /**
   * Joins the parts; it starts no thread.
   *
   * @param filters what subscribers filter by
   * @param timeouts the timeouts of the public listener, with its room of answers
   * @param origin knows what trusted proxies tell now
   * @param nanos a clock of elapsed nanoseconds
   */
  public Streaming(
      Hub hub,
      Rechecks rechecks,
      Filters filters,
      Watchdog watchdog,
      RequestTimeouts timeouts,
      Metrics metrics,
      Supplier<OwnOrigin> origin,
      InstantSource clock,
      LongSupplier nanos) {
    this.hub = hub;
    this.timeouts = timeouts;
    this.lanes = new Lanes(nanos);
    this.tools =
        new StreamTools(lanes, watchdog, rechecks, filters, metrics, origin, clock, hub::nanos);
    this.glance = new Glance<>(this::look, hub::nanos);
  }

  /**
   * What streams and polls are like.
   *
   * @param config how streams are kept up
   * @param profiles the operator's own streams
   * @param access who is let in
   * @param types what is hidden of events
   */
  public record StreamRules(
      StreamConfig config, List<ProfileConfig> profiles, Access access, TypeRules types) {
    /** Copies the profiles. */
    public StreamRules {
      profiles = List.copyOf(profiles);
    }

    /** Why a stream has to end that these rules let in; empty if it may stay. */
    private Optional<EndReason> ends(Subscription open, StreamRules now) {
      return access
          .ends(open.claims(), now.access)
          .or(
              () ->
                  Optional.of(EndReason.UNAVAILABLE)
                      .filter(
                          _ ->
                              open.profile()
                                  .map(name -> !isServedAlike(name, now))
                                  .orElseGet(() -> !access.asksAlike(now.access))));
    }

    private boolean isServedAlike(String profile, StreamRules now) {
      return of(profile).flatMap(old -> now.of(profile).filter(old::servesAs)).isPresent();
    }

    private Optional<ProfileConfig> of(String profile) {
      return profiles.stream().filter(it -> it.name().equals(profile)).findFirst();
    }

    /** The shortest time that has to be observed for any stream. */
    private Duration shortest() {
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
  }

  /** How many open streams {@link #end} would end by their rules. */
  public int replaced(StreamRules before, StreamRules now) {
    return ending(before, now, EndReason.REVOKED).size()
        + ending(before, now, EndReason.UNAVAILABLE).size();
  }

  private List<Subscription> ending(StreamRules before, StreamRules now, EndReason reason) {
    return hub.subscriptions().stream()
        .filter(it -> before.ends(it, now).filter(reason::equals).isPresent())
        .toList();
  }

  /**
   * Ends the open streams that other rules would not have let in, or otherwise. Those who may come
   * back are told so, and when; who came by an issuer that is gone is told that its token is.
   *
   * @param before the rules until now
   * @param now the rules that are in force already
   * @param window the time over which the clients' return is spread
   * @return how many streams were ended
   */
  public int end(StreamRules before, StreamRules now, Duration window) {
    List<Subscription> gone = ending(before, now, EndReason.REVOKED);
    gone.forEach(it -> it.end(EndReason.REVOKED));
    List<Subscription> changed = ending(before, now, EndReason.UNAVAILABLE);
    hub.end(changed, EndReason.UNAVAILABLE, now.config().retry(), window);
    if (before.types() != now.types()) {
      // They were compressed as nothing was to be hidden of them.
      lanes.streams().forEach(it -> it.endIfCompressed(now.types()));
    }
    return gone.size() + changed.size();
  }

  /** Has the times of these rules be observed, beside those of streams that are open. */
  public void observe(StreamRules rules) {
    lanes.observe(rules.shortest());
  }

  /**
   * Adds the endpoints of streams and polls to the routing. For all their paths but {@link
   * Paths#EVENTS} it also refuses other methods.
   */
  public void register(HttpRules routing, StreamRules rules) {
    Access access = rules.access();
    Subscribers subscribers = access.subscribers();
    routing.get(Paths.STREAM, streams(rules, subscribers)::stream);
    routing.get(Paths.EVENTS, polls(access, subscribers)::poll);
    // Where a path fits two templates, the more literal one is meant.
    rules.profiles().stream()
        .sorted(Comparator.comparing(ProfileConfig::path, PathTemplate.MOST_LITERAL_FIRST))
        .map(profile -> new ProfileRoutes(profile, hub, access, rules.types(), tools, timeouts))
        .forEach(routes -> routes.register(routing));
    new RenewalHandler(hub, subscribers, tools.rechecks()).register(routing);
    new StatusHandler(hub, subscribers).register(routing);
    routing
        .any(Paths.STREAM, Problems.onlyMethods("GET, HEAD"))
        .any(RenewalHandler.TOKEN, Problems.onlyMethods("POST"))
        .any(StatusHandler.STATUS, Problems.onlyMethods("GET, HEAD"));
  }

  private StreamHandler streams(StreamRules rules, Subscribers subscribers) {
    StreamEndpoint endpoint =
        new StandardEndpoint(
            Endpoint.STREAM,
            request -> StreamQuery.ofStream(request, rules.config().maxWindow(), tools.clock()),
            subscribers::ofStream,
            subscribers,
            rules.access().rules());
    return new StreamHandler(
        hub, endpoint, rules.config(), rules.types(), tools, StreamLog.NAMELESS);
  }

  private PollHandler polls(Access access, Subscribers subscribers) {
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
  public static List<PathMatcher> paths(List<ProfileConfig> profiles) {
    return profiles.stream()
        .flatMap(
            it -> Stream.concat(Stream.of(it.path()), it.status().map(StatusPage::path).stream()))
        .<PathMatcher>map(ProfileRoutes.Matcher::new)
        .toList();
  }

  /** The same paths, as they are described to those who may call them. */
  public static List<Description.OwnPath> described(List<ProfileConfig> profiles) {
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

  /**
   * The streams that are open, as an operator is told of them; without polls. Where there are
   * thousands, those who look within a moment see the same, see {@link Glance}.
   */
  public Stream<OpenStream> open() {
    return glance.streams().stream();
  }

  private List<OpenStream> look() {
    Inspection inspection = hub.inspection();
    long nanos = tools.nanos().getAsLong();
    Instant now = tools.clock().instant();
    return lanes.streams().map(it -> new OpenStream(it, inspection, nanos, now)).toList();
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
