package heliograph.gateway.admin;

import heliograph.gateway.http.Problems;
import heliograph.gateway.json.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The routes of the API by which operators look at the relay and act on it. Any thread. */
final class AdminApi {
  /** Where the first version of the API is. */
  static final String ROOT = "/admin/v1";

  static final String DESCRIPTION = ROOT + "/openapi.yaml";
  private static final String RESOURCE = "admin.openapi.yaml";

  private final List<Route> routes = new ArrayList<>();
  private final byte[] description;

  /** What is served at a path by a method. */
  record Route(Method method, String path, Handler handler) {}

  /**
   * Reads the description, which is in the jar; so on no virtual thread.
   *
   * @param routes all routes but those of the index and of the description
   */
  AdminApi(List<Route> routes) {
    this.routes.add(new Route(Method.GET, ROOT, this::index));
    this.routes.add(new Route(Method.GET, DESCRIPTION, this::describe));
    this.routes.addAll(routes);
    this.description = description();
  }

  /** The description of this API by OpenAPI. */
  static byte[] description() {
    try (InputStream in = AdminApi.class.getResourceAsStream(RESOURCE)) {
      return Objects.requireNonNull(in, RESOURCE).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the routes to a routing, and refuses other methods at their paths. */
  void register(HttpRouting.Builder routing) {
    Map<String, List<Route>> byPath =
        routes.stream()
            .collect(Collectors.groupingBy(Route::path, LinkedHashMap::new, Collectors.toList()));
    routes.forEach(it -> routing.route(it.method(), it.path(), it.handler()));
    byPath.forEach((path, all) -> routing.any(path, Problems.onlyMethods(methods(all))));
  }

  private static String methods(List<Route> routes) {
    return routes.stream()
        .map(it -> it.method().text())
        .map(method -> method.equals("GET") ? "GET, HEAD" : method)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private void index(ServerRequest request, ServerResponse response) {
    AdminAnswer.send(
        request,
        response,
        json ->
            Json.writeTexts(
                json,
                "routes",
                routes.stream().map(it -> it.method().text() + ' ' + it.path()).toList()));
  }

  private void describe(ServerRequest request, ServerResponse response) {
    response
        .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=UTF-8")
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .send(description);
  }
}
