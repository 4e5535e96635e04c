package heliograph.gateway;

import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.http.OpenApiPage;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/** Joins what the public listener serves. */
final class PublicDoor {
  private PublicDoor() {}

  static HttpRouting.Builder routing(Parts parts) {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters(parts).forEach(routing::addFilter);
    parts.problems.register(routing);
    parts.cors.register(routing);
    parts.streaming.paths().forEach(paths -> parts.cors.register(routing, paths));
    parts.publishing.register(routing);
    parts.streaming.register(routing);
    parts.access.register(routing);
    parts.logouts.register(routing);
    new OpenApiPage(parts.description).register(routing);
    parts.forClients.register(routing);
    return routing.any(Paths.EVENTS, Problems.onlyMethods("GET, HEAD, POST, OPTIONS"));
  }

  /** The filters that every request passes, in this order. */
  private static List<Filter> filters(Parts parts) {
    return List.of(
        // This ends the watch over the request, and drops what is left of its body at the end.
        parts.timeouts::filter,
        HeadRequests::filter,
        // CORS comes before the filters that refuse, so that pages may read refusals.
        parts.cors::filter,
        parts.problems::answerFilters,
        Problems::checkQuery);
  }
}
