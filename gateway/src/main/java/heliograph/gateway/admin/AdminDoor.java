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
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.LastMinute;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.types.CountedMasks;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.List;

/**
 * Joins what the admin listener serves besides health and metrics.
 *
 * @param guard says to whom the listener answers
 * @param timeouts the timeouts of the admin listener
 * @param bodies the bodies of the admin listener
 * @param profiles the operator's own streams
 * @param publicBodies the bodies of the public listener, for their bound
 */
public record AdminDoor(
    AdminGuard guard,
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
    InstantSource clock) {
  /** Copies the profiles. */
  public AdminDoor {
    profiles = List.copyOf(profiles);
  }

  private static final String LIVE = AdminApi.ROOT + "/live";
  private static final String METRICS = "/observe/metrics";

  /** Makes the routing of the admin listener. */
  public HttpRouting.Builder routing() {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters().forEach(routing::addFilter);
    problems.register(routing);
    new RevocationHandler(revocations, identity, hub, bodies, clock).register(routing);
    new ExplainHandler(access.subscribers(), profiles, reader.rules(), types, bodies, clock)
        .register(routing);
    new StandingHandler(publishing.publishers(), publishing.refusals()).register(routing);
    new TrialHandler(publishing.publishers(), reader, publicBodies, bodies).register(routing);
    new ConsoleFiles().register(routing);
    api().register(routing);
    return routing
        .any(RevocationHandler.REVOCATIONS, Problems.onlyMethods("GET, HEAD, POST"))
        .any(RevocationHandler.REVOCATION, Problems.onlyMethods("DELETE"))
        .any(ExplainHandler.EXPLAIN, Problems.onlyMethods("POST"))
        .any(StandingHandler.PUBLISHERS, Problems.onlyMethods("GET, HEAD"))
        .any(StandingHandler.PUBLISHER, Problems.onlyMethods("GET, HEAD"))
        .any(TrialHandler.TRY, Problems.onlyMethods("POST"));
  }

  private AdminApi api() {
    ListCursors cursors = new ListCursors();
    StatusReport status =
        new StatusReport(hub, identity, access, streaming, metrics, lastMinute, "", clock);
    StreamList streams = new StreamList(streaming, cursors);
    TenantList tenants = new TenantList(hub.inspection(), streaming, masks, cursors);
    LiveStatus live = new LiveStatus(status::text, _ -> true, System::nanoTime);
    return new AdminApi(
        List.of(
            new Route(Method.GET, StatusReport.STATUS, status::show),
            new Route(Method.GET, LIVE, live::watch),
            new Route(Method.GET, TenantList.TENANTS, tenants::list),
            new Route(Method.GET, StreamList.STREAMS, streams::list),
            new Route(Method.GET, StreamList.STREAM, streams::one)));
  }

  /** The filters that every request passes, in this order. */
  private List<Filter> filters() {
    return List.of(
        timeouts::filter,
        HeadRequests::filter,
        problems::answerFilters,
        Problems::checkQuery,
        guard,
        // Helidon looks for the writers of metrics in the jars anew at each scrape.
        new OnPlatformThread(METRICS));
  }
}
