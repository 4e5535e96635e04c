package heliograph.gateway;

import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/** What the admin listener serves besides health and metrics; it needs nothing of its own. */
final class AdminDoor {
  private static final String METRICS = "/observe/metrics";

  private AdminDoor() {}

  static HttpRouting.Builder routing(Parts parts, List<Publisher> publishers, AdminGuard guard) {
    HttpRouting.Builder routing = HttpRouting.builder();
    routing.addFilter(parts.adminTimeouts::filter).addFilter(HeadRequests::filter);
    parts.problems.register(routing);
    routing.addFilter(guard);
    // Helidon looks for the forms of metrics anew with each request for them.
    routing.addFilter(new OnPlatformThread(METRICS));
    new RevocationHandler(
            parts.revocations, parts.identity, parts.hub, parts.adminBodies, parts.clock)
        .register(routing);
    new ExplainHandler(
            parts.subscribers, parts.eventRules, parts.types, parts.adminBodies, parts.clock)
        .register(routing);
    new StandingHandler(publishers, parts.refusals).register(routing);
    new TrialHandler(publishers, parts.reader, parts.bodies, parts.adminBodies).register(routing);
    return routing
        .any(RevocationHandler.REVOCATIONS, Problems.onlyMethods("GET, HEAD, POST"))
        .any(RevocationHandler.REVOCATION, Problems.onlyMethods("DELETE"))
        .any(ExplainHandler.EXPLAIN, Problems.onlyMethods("POST"))
        .any(StandingHandler.PUBLISHERS, Problems.onlyMethods("GET, HEAD"))
        .any(StandingHandler.PUBLISHER, Problems.onlyMethods("GET, HEAD"))
        .any(TrialHandler.TRY, Problems.onlyMethods("POST"));
  }
}
