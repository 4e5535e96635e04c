package heliograph.gateway.admin;

import heliograph.gateway.access.Access;
import heliograph.gateway.admin.AdminApi.Route;
import heliograph.gateway.console.ConsoleFiles;
import heliograph.gateway.console.LiveStatus;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.http.OnPlatformThread;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.operator.Operators;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.settings.InForce;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.LastMinute;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.types.CountedMasks;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
import heliograph.relay.Retention;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Joins what the admin listener serves besides health and metrics.
 *
 * @param guard says to whom the listener answers
 * @param operators knows who sends a request, and what that may do
 * @param timeouts the timeouts of the admin listener
 * @param bodies the bodies of the admin listener
 * @param profiles the operator's own streams
 * @param configured the configuration that is in force
 * @param stored where events are stored
 * @param retry after what time clients come back at the soonest whose streams a drain has ended
 * @param window over what time their return is spread
 * @param opened takes how to close what has to be closed
 * @param publicBodies the bodies of the public listener, for their bound
 */
public record AdminDoor(
    AdminGuard guard,
    Operators operators,
    Problems problems,
    RequestTimeouts timeouts,
    Bodies bodies,
    Bodies publicBodies,
    List<ProfileConfig> profiles,
    Hub hub,
    Publishing publishing,
    EventReader reader,
    TypeRules types,
    Access access,
    Identity identity,
    Revocations revocations,
    Streaming streaming,
    CountedMasks masks,
    Metrics metrics,
    LastMinute lastMinute,
    Configured configured,
    Stored stored,
    Duration retry,
    Duration window,
    Consumer<Runnable> opened,
    InstantSource clock) {
  /** Copies the profiles. */
  public AdminDoor {
    profiles = List.copyOf(profiles);
  }

  /**
   * The configuration, as operators are told of it.
   *
   * @param file where its file is
   */
  public record Configured(InForce inForce, String file) {}

  /**
   * Where events are stored, as the configuration has it.
   *
   * @param durability how safely, in a word
   * @param directory the directory of the log; empty if the log is in memory
   */
  public record Stored(String durability, Optional<Path> directory, Retention retention) {}

  private static final String LIVE = AdminApi.ROOT + "/live";
  private static final String METRICS = "/observe/metrics";

  /** Makes the routing of the admin listener. */
  public HttpRouting.Builder routing() {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters().forEach(routing::addFilter);
    problems.register(routing);
    operators.register(routing);
    new RevocationHandler(revocations, identity, hub, bodies, operators.audit(), clock)
        .register(routing);
    ExplainHandler explain =
        new ExplainHandler(access.subscribers(), profiles, reader.rules(), types, bodies, clock);
    explain.register(routing);
    new StandingHandler(publishing.publishers(), publishing.refusals()).register(routing);
    new TrialHandler(publishing.publishers(), reader, publicBodies, bodies).register(routing);
    api(explain).register(routing);
    new ConsoleFiles().register(routing);
    return routing
        .any(RevocationHandler.REVOCATIONS, Problems.onlyMethods("GET, HEAD, POST"))
        .any(RevocationHandler.REVOCATION, Problems.onlyMethods("DELETE"))
        .any(ExplainHandler.EXPLAIN, Problems.onlyMethods("POST"))
        .any(StandingHandler.PUBLISHERS, Problems.onlyMethods("GET, HEAD"))
        .any(StandingHandler.PUBLISHER, Problems.onlyMethods("GET, HEAD"))
        .any(TrialHandler.TRY, Problems.onlyMethods("POST"));
  }

  private AdminApi api(ExplainHandler explain) {
    ListCursors cursors = new ListCursors();
    StatusReport status =
        new StatusReport(
            hub,
            identity,
            access,
            streaming,
            metrics,
            lastMinute,
            configured.inForce().hash(),
            clock);
    LiveStatus live = new LiveStatus(status::text, it -> Operator.of(it).stands(), hub::nanos);
    opened.accept(live::close);
    StreamList streams = new StreamList(streaming, cursors);
    Actions actions =
        new Actions(hub, publishing, operators.audit(), new Actions.Return(retry, window));
    RevocationList taken =
        new RevocationList(revocations, identity, hub, bodies, actions, cursors, clock);
    return new AdminApi(
        List.of(
            new Route(Method.GET, StatusReport.STATUS, status::show),
            new Route(Method.GET, LIVE, live::watch),
            new Route(
                Method.GET,
                TenantList.TENANTS,
                new TenantList(hub.inspection(), streaming, masks, cursors)::list),
            new Route(Method.GET, StreamList.STREAMS, streams::list),
            new Route(Method.DELETE, StreamList.STREAMS, actions::endMany),
            new Route(Method.GET, StreamList.STREAM, streams::one),
            new Route(Method.DELETE, StreamList.STREAM, actions::endOne),
            new Route(
                Method.GET,
                TopicList.TOPICS,
                new TopicList(publishing.topics(), streaming, cursors)::list),
            new Route(
                Method.GET, PublisherList.PUBLISHERS, new PublisherList(publishing, cursors)::list),
            new Route(
                Method.GET,
                ConfigReport.CONFIG,
                new ConfigReport(configured, clock.instant(), cursors)::list),
            new Route(
                Method.GET,
                StorageReport.STORAGE,
                new StorageReport(hub, stored, metrics::stored)::show),
            new Route(
                Method.GET, IssuerList.ISSUERS, new IssuerList(identity, access, cursors)::list),
            new Route(Method.GET, AuditList.AUDIT, new AuditList(operators.audit(), cursors)::list),
            new Route(Method.GET, RevocationList.REVOCATIONS, taken::list),
            new Route(Method.POST, RevocationList.REVOCATIONS, taken::revoke),
            new Route(Method.DELETE, RevocationList.REVOCATION, taken::giveBack),
            new Route(Method.POST, AdminApi.ROOT + "/explain", explain::explain),
            new Route(Method.POST, Actions.PAUSE, actions::pause),
            new Route(Method.POST, Actions.RESUME, actions::resume),
            new Route(Method.POST, Actions.DRAIN, actions::drain)));
  }

  /** The filters that every request passes, in this order. */
  private List<Filter> filters() {
    Stream<Filter> ofAll =
        Stream.of(
            timeouts::filter,
            HeadRequests::filter,
            problems::answerFilters,
            Problems::checkQuery,
            guard,
            operators::filter,
            // Helidon looks for the writers of metrics in the jars anew at each scrape.
            new OnPlatformThread(METRICS));
    return Stream.concat(ofAll, operators.ofProvider().stream()).toList();
  }
}
