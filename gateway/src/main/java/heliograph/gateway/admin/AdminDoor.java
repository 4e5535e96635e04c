package heliograph.gateway.admin;

import heliograph.gateway.access.Access;
import heliograph.gateway.console.ConsoleFiles;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.http.OnPlatformThread;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
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
    InstantSource clock) {
  /** Copies the profiles. */
  public AdminDoor {
    profiles = List.copyOf(profiles);
  }

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
    return routing
        .any(RevocationHandler.REVOCATIONS, Problems.onlyMethods("GET, HEAD, POST"))
        .any(RevocationHandler.REVOCATION, Problems.onlyMethods("DELETE"))
        .any(ExplainHandler.EXPLAIN, Problems.onlyMethods("POST"))
        .any(StandingHandler.PUBLISHERS, Problems.onlyMethods("GET, HEAD"))
        .any(StandingHandler.PUBLISHER, Problems.onlyMethods("GET, HEAD"))
        .any(TrialHandler.TRY, Problems.onlyMethods("POST"));
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
