package heliograph.gateway.http;

import io.helidon.http.PathMatchers;
import io.helidon.webserver.http.HttpRoute;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The routes of a listener that are replaced as a whole. Helidon's own routing is built once, with
 * the server, so one handler in it looks here, as Helidon does: route by route, in order.
 * Immutable; any thread.
 */
public final class Routes {
  private final List<HttpRoute> routes;

  private Routes(List<HttpRoute> routes) {
    this.routes = List.copyOf(routes);
  }

  /**
   * Takes the routes that are registered.
   *
   * @param register registers them, in the order in which they are looked at
   */
  public static Routes of(Consumer<HttpRules> register) {
    Taking taking = new Taking();
    register.accept(taking);
    return new Routes(taking.routes);
  }

  /** Takes routes as Helidon's routing does. */
  private static final class Taking implements HttpRules {
    private final List<HttpRoute> routes = new ArrayList<>();

    @Override
    public HttpRules register(HttpService... services) {
      for (HttpService service : services) {
        service.routing(this);
      }
      return this;
    }

    @Override
    public HttpRules register(String path, HttpService... services) {
      throw new UnsupportedOperationException("the relay has no services below a path");
    }

    @Override
    public HttpRules route(HttpRoute route) {
      routes.add(route);
      return this;
    }
  }

  /**
   * Has the first route serve that fits the request and does not pass it on; if there is none, the
   * request goes on in Helidon's routing.
   *
   * @throws Exception what the handler of the route throws
   */
  public void serve(ServerRequest request, ServerResponse response) throws Exception {
    RoutingRequest routed = (RoutingRequest) request;
    RoutingResponse answer = (RoutingResponse) response;
    for (HttpRoute route : routes) {
      PathMatchers.MatchResult match = route.accepts(request.prologue(), request.headers());
      if (match.accepted()) {
        answer.resetRouting();
        route.handler().handle(routed.path(match.path()), response);
        if (!answer.isNexted()) {
          return;
        }
      }
    }
    answer.resetRouting();
    response.next();
  }
}
