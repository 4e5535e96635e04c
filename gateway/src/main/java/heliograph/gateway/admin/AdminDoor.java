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
import heliograph.gateway.monitor.Troubles;
import heliograph.gateway.operator.AdminGuard;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.operator.Operators;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.PublishRules;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.reload.ReloadHandler;
import heliograph.gateway.reload.Reloads;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.settings.InForce;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.tail.TailHandler;
import heliograph.gateway.telemetry.LastMinute;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.RecentLines;
import heliograph.gateway.types.CountedMasks;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
import heliograph.relay.Retention;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpRules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Joins what the admin listener serves besides health and metrics, made of one reading of the
 * configuration.
 *
 * @param bodies the bodies of the admin listener
 * @param profiles the operator's own streams
 * @param publicBodies the bodies of the public listener, for their bound
 * @param audit where it is noted what operators do
 * @param retry after what time clients come back at the soonest whose streams a drain has ended
 * @param window over what time their return is spread
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
    Audit audit,
    Duration retry,
    Duration window,
    InstantSource clock) {
  /** Copies the profiles. */
  public AdminDoor {
    profiles = List.copyOf(profiles);
  }

  /**
   * The configuration, as operators are told of it.
   *
   * @param file where its file is
   * @param loaded when it was read
   */
  public record Configured(InForce inForce, String file, Instant loaded) {}

  /**
   * Where events are stored, as the configuration has it.
   *
   * @param durability how safely, in a word
   * @param directory the directory of the log; empty if the log is in memory
   */
  public record Stored(String durability, Optional<Path> directory, Retention retention) {}

  private static final String LIVE = AdminApi.ROOT + "/live";
  private static final String TAIL = AdminApi.ROOT + "/tail";
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
    new RevocationHandler(revocations, identity, hub, bodies, audit, clock).register(routing);
    explaining().register(routing);
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

  private ExplainHandler explaining() {
    return new ExplainHandler(
        hub.inspection(),
        access.subscribers(),
        profiles,
        publishing.reader().rules(),
        types,
        bodies,
        clock);
  }

  /**
   * What the API looks at and acts on, which outlives a reading of the configuration.
   *
   * @param now what is made of the reading that is in force now
   * @param troubles knows whether the relay is well
   * @param publishing what publishers have in common
   * @param lines the last lines of the log
   * @param configured the configuration that is in force now
   * @param stored where events are stored
   * @param reloads has the configuration read again
   * @param audit where it is noted what operators do
   * @param tails how many may look on at events at once
   * @param bodies the bodies of the admin listener
   * @param opened takes how to close what has to be closed
   */
  public record Lasting(
      Supplier<AdminDoor> now,
      Hub hub,
      Troubles troubles,
      Publishing publishing,
      Revocations revocations,
      Streaming streaming,
      CountedMasks masks,
      Metrics metrics,
      LastMinute lastMinute,
      RecentLines lines,
      Supplier<Configured> configured,
      Stored stored,
      Reloads reloads,
      Audit audit,
      int tails,
      Bodies bodies,
      Consumer<Runnable> opened,
      InstantSource clock) {

    private AdminApi api() {
      ListCursors cursors = new ListCursors();
      Supplier<Identity> identity = () -> now.get().identity();
      Supplier<Access> access = () -> now.get().access();
      Supplier<PublishRules> rules = () -> now.get().publishing();
      StatusReport status =
          new StatusReport(
              hub,
              troubles,
              streaming,
              metrics,
              lastMinute,
              () -> configured.get().inForce().hash(),
              lines,
              clock);
      LiveStatus live = new LiveStatus(status::text, it -> Operator.of(it).stands(), hub::nanos);
      opened.accept(live::close);
      StreamList streams = new StreamList(streaming, cursors);
      Actions actions =
          new Actions(hub, publishing.pauses(), () -> rules.get().configured(), audit, this::back);
      RevocationList taken =
          new RevocationList(revocations, identity, hub, bodies, audit, cursors, clock);
      ReloadHandler reload = new ReloadHandler(reloads, audit, bodies);
      return new AdminApi(
          List.of(
              new Route(Method.GET, StatusReport.STATUS, status::show),
              new Route(Method.GET, LIVE, live::watch),
              new Route(Method.GET, TAIL, new TailHandler(hub, audit, tails)::open),
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
                  Method.GET,
                  PublisherList.PUBLISHERS,
                  new PublisherList(publishing, rules, cursors)::list),
              new Route(
                  Method.GET, ConfigReport.CONFIG, new ConfigReport(configured, cursors)::list),
              new Route(Method.POST, ReloadHandler.RELOAD, reload::reload),
              new Route(
                  Method.GET,
                  StorageReport.STORAGE,
                  new StorageReport(hub, troubles, stored, metrics::stored)::show),
              new Route(
                  Method.GET, IssuerList.ISSUERS, new IssuerList(identity, access, cursors)::list),
              new Route(Method.GET, AuditList.AUDIT, new AuditList(audit, cursors)::list),
              new Route(Method.GET, RevocationList.REVOCATIONS, taken::list),
              new Route(Method.POST, RevocationList.REVOCATIONS, taken::revoke),
              new Route(Method.DELETE, RevocationList.REVOCATION, taken::giveBack),
              new Route(
                  Method.POST,
                  AdminApi.ROOT + "/explain",
                  (request, response) -> now.get().explaining().explain(request, response)),
              new Route(Method.POST, Actions.PAUSE, actions::pause),
              new Route(Method.POST, Actions.RESUME, actions::resume),
              new Route(Method.POST, Actions.DRAIN, actions::drain)));
    }

    private Actions.Return back() {
      AdminDoor door = now.get();
      return new Actions.Return(door.retry(), door.window());
    }
  }

  /** The filters that every request passes, in this order. */
  private static List<Filter> filters(
      AdminGuard guard, Operators operators, Problems problems, RequestTimeouts timeouts) {
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
