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
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Operators;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.PublishRules;
import heliograph.gateway.reload.Reloads;
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
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpRules;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Joins what the admin listener serves besides health and metrics, made of one reading of the
 * configuration.
 *
 * @param bodies the bodies of the admin listener
 * @param profiles the operator's own streams
 * @param publicBodies the bodies of the public listener, for their bound
 */
public record AdminDoor(
    Bodies bodies,
    Bodies publicBodies,
    List<ProfileConfig> profiles,
    Hub hub,
    PublishRules publishing,
    TypeRules types,
    Access access,
    Identity identity,
    Revocations revocations,
    InstantSource clock) {
  /** Copies the profiles. */
  public AdminDoor {
    profiles = List.copyOf(profiles);
  }

  private static final String LIVE = AdminApi.ROOT + "/live";
  private static final String METRICS = "/observe/metrics";

  /**
   * Makes the routing of the admin listener.
   *
   * @param guard says to whom the listener answers
   * @param operators knows who sends a request, and what that may do
   * @param timeouts the timeouts of the admin listener
   * @param lasting what the API looks at
   * @param routes has those routes serve that hold now
   */
  public static HttpRouting.Builder routing(
      AdminGuard guard,
      Operators operators,
      Problems problems,
      RequestTimeouts timeouts,
      Lasting lasting,
      Handler routes) {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters(guard, operators, problems, timeouts).forEach(routing::addFilter);
    problems.register(routing);
    operators.register(routing);
    new ConsoleFiles().register(routing);
    lasting.api().register(routing);
    return routing.any(routes);
  }

  /** Adds what an operator asks and orders to the routing. */
  public void register(HttpRules routing) {
    EventReader reader = publishing.reader();
    List<Publisher> publishers = publishing.configured();
    new RevocationHandler(revocations, identity, hub, bodies, clock).register(routing);
    new ExplainHandler(access.subscribers(), profiles, reader.rules(), types, bodies, clock)
        .register(routing);
    new StandingHandler(publishers, publishing.refusals()).register(routing);
    new TrialHandler(publishers, reader, publicBodies, bodies).register(routing);
    routing
        .any(RevocationHandler.REVOCATIONS, Problems.onlyMethods("GET, HEAD, POST"))
        .any(RevocationHandler.REVOCATION, Problems.onlyMethods("DELETE"))
        .any(ExplainHandler.EXPLAIN, Problems.onlyMethods("POST"))
        .any(StandingHandler.PUBLISHERS, Problems.onlyMethods("GET, HEAD"))
        .any(StandingHandler.PUBLISHER, Problems.onlyMethods("GET, HEAD"))
        .any(TrialHandler.TRY, Problems.onlyMethods("POST"));
  }

  /**
   * What the API looks at and acts on, which outlives a reading of the configuration.
   *
   * @param identity the issuers that there are now
   * @param access what decides about subscribers now
   * @param reloads has the configuration read again
   * @param audit where it is noted what operators do
   * @param bodies the bodies of the admin listener
   */
  public record Lasting(
      Hub hub,
      Supplier<Identity> identity,
      Supplier<Access> access,
      Streaming streaming,
      CountedMasks masks,
      Metrics metrics,
      LastMinute lastMinute,
      Reloads reloads,
      Audit audit,
      Bodies bodies,
      InstantSource clock) {

    private AdminApi api() {
      ListCursors cursors = new ListCursors();
      StatusReport status =
          new StatusReport(hub, identity, access, streaming, metrics, lastMinute, "", clock);
      StreamList streams = new StreamList(streaming, cursors);
      TenantList tenants = new TenantList(hub.inspection(), streaming, masks, cursors);
      LiveStatus live = new LiveStatus(status::text, _ -> true, System::nanoTime);
      ReloadHandler reload = new ReloadHandler(reloads, audit, bodies);
      return new AdminApi(
          List.of(
              new Route(Method.GET, StatusReport.STATUS, status::show),
              new Route(Method.GET, LIVE, live::watch),
              new Route(Method.GET, TenantList.TENANTS, tenants::list),
              new Route(Method.GET, StreamList.STREAMS, streams::list),
              new Route(Method.GET, StreamList.STREAM, streams::one),
              new Route(Method.POST, ReloadHandler.RELOAD, reload::reload)));
    }
  }

  /** The filters that every request passes, in this order. */
  private static List<Filter> filters(
      AdminGuard guard, Operators operators, Problems problems, RequestTimeouts timeouts) {
    Stream<Filter> first =
        Stream.of(
            timeouts::filter,
            HeadRequests::filter,
            problems::answerFilters,
            Problems::checkQuery,
            guard);
    // Helidon looks for the writers of metrics in the jars anew at each scrape.
    Stream<Filter> last = Stream.of(new OnPlatformThread(METRICS));
    return Stream.of(first, operators.filters().stream(), last).flatMap(it -> it).toList();
  }
}
