package heliograph.gateway;

import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.http.OpenApiPage;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/** What the public listener serves. */
final class PublicDoor {
  private PublicDoor() {}

  static HttpRouting.Builder routing(Parts parts) {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters(parts).forEach(routing::addFilter);
    parts.problems.register(routing);
    parts.cors.register(routing);
    parts.publishing.register(routing);
    parts.streaming.register(routing);
    parts.access.register(routing);
    parts.logouts.register(routing);
    new OpenApiPage().register(routing);
    return routing.any(Paths.EVENTS, Problems.onlyMethods("GET, HEAD, POST, OPTIONS"));
  }

  /** What every request passes, in this order. */
  private static List<Filter> filters(Parts parts) {
    return List.of(
        // Takes the time, and sees to what is left of a body when everything else is done.
        parts.timeouts::filter,
        HeadRequests::filter,
        // Before what refuses, so that pages may read refusals.
        parts.cors::filter,
        parts.problems::answerFilters,
        Problems::checkQuery);
  }
}
