package heliograph.gateway;

import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.http.OpenApiPage;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.stream.Streaming;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpRules;
import java.util.List;

/** Joins what the public listener serves. */
final class PublicDoor {
  private PublicDoor() {}

  /** The routing, which is made once; what it serves is what is in force when a request comes. */
  static HttpRouting.Builder routing(Parts parts) {
    HttpRouting.Builder routing = HttpRouting.builder();
    filters(parts).forEach(routing::addFilter);
    parts.problems.register(routing);
    return routing.any((request, response) -> parts.rules().open.serve(request, response));
  }

  /** Adds the routes of what is in force. */
  static void register(HttpRules routing, Rules all, Parts parts) {
    all.cors.register(routing);
    Streaming.paths(all.config.profiles()).forEach(paths -> all.cors.register(routing, paths));
    parts.publishing.register(routing, all.publishing, () -> parts.rules().publishing);
    parts.streaming.register(routing, all.streams);
    all.access.register(routing);
    all.logouts.register(routing);
    new OpenApiPage(all.description, all.first).register(routing);
    all.forClients.register(routing);
    routing.any(Paths.EVENTS, Problems.onlyMethods("GET, HEAD, POST, OPTIONS"));
  }

  /** The filters that every request passes, in this order. */
  private static List<Filter> filters(Parts parts) {
    return List.of(
        // This ends the watch over the request, and drops what is left of its body at the end.
        parts.timeouts::filter,
        HeadRequests::filter,
        // CORS comes before the filters that refuse, so that pages may read refusals.
        (chain, request, response) -> parts.rules().cors.filter(chain, request, response),
        parts.problems::answerFilters,
        Problems::checkQuery);
  }
}
