package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.operator.LoginConfig.Open;
import heliograph.gateway.operator.LoginConfig.TokenConfig;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientResponse;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpRoute;
import io.helidon.webserver.testing.junit5.SetUpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the filter lets whom do, on routes that say who they think it is. */
@ServerTest
class OperatorsRoutingTest {
  private static final String VIEWER = "viewer-0123456789abcdef0123456789";
  private static final String PAYLOAD = "payload-0123456789abcdef012345678";

  private final Http1Client client;

  OperatorsRoutingTest(Http1Client client) {
    this.client = client;
  }

  @SetUpServer
  static void serve(WebServerConfig.Builder server) {
    server.featuresDiscoverServices(false);
  }

  @SetUpRoute
  static void route(HttpRouting.Builder routing) throws IOException {
    Path folder = Files.createTempDirectory("operators");
    Path viewer = Files.writeString(folder.resolve("viewer"), VIEWER);
    Path payload = Files.writeString(folder.resolve("payload"), PAYLOAD);
    LoginConfig login =
        new LoginConfig(
            List.of(
                new TokenConfig("vera", Set.of(Role.VIEWER), viewer),
                new TokenConfig("paula", Set.of(Role.OPERATOR, Role.PAYLOAD), payload)),
            Optional.empty(),
            Duration.ofHours(1),
            Open.HEALTH);
    Problems problems = new Problems(new Metrics(io.helidon.metrics.api.Metrics.globalRegistry()));
    Operators operators =
        new Operators(
            new OperatorsConfig(login, new AuditConfig(Optional.empty(), 1 << 20, 1), 1),
            new KeysConfig(Duration.ofMinutes(5), Duration.ofDays(1)),
            new OwnOrigin(List.of()),
            bodies(),
            InstantSource.system(),
            System::nanoTime);
    routing.addFilter(problems::answerFilters);
    routing.addFilter(operators::filter);
    problems.register(routing);
    operators.register(routing);
    routing
        .any(
            "/admin/data",
            (request, response) -> {
              Operator operator = Operator.of(request);
              operator.require(Role.PAYLOAD);
              response.send(operator.name());
            })
        .any("/{+path}", (request, response) -> response.send("here"));
  }

  private static Bodies bodies() {
    Room room = new Room(1 << 20);
    Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
    return new Bodies(
        1 << 16,
        room,
        room,
        new RequestTimeouts(
            new Watchdog(System::nanoTime),
            times(),
            room,
            room,
            () -> 10,
            metrics,
            System::nanoTime));
  }

  private static ConnectionTimes times() {
    Duration minute = Duration.ofMinutes(1);
    return new ConnectionTimes(minute, minute, minute, minute);
  }

  private int ask(Method method, String path, String token) {
    var request = client.method(method).path(path);
    if (!token.isEmpty()) {
      request.header(HeaderNames.AUTHORIZATION, "Bearer " + token);
    }
    try (Http1ClientResponse answer = request.request()) {
      return answer.status().code();
    }
  }

  @Test
  void everyPathThatIsNotNamedNeedsALoginAndEveryMethodThatIsNotSafeARole() {
    for (String path : List.of("/admin", "/anything", "/observe/metrics", "/login/", "/LOGIN")) {
      assertEquals(401, ask(Method.GET, path, ""), path);
      assertEquals(200, ask(Method.GET, path, VIEWER), path);
      for (Method method : List.of(Method.POST, Method.PUT, Method.DELETE, Method.create("ODD"))) {
        assertEquals(401, ask(method, path, ""), path);
        assertEquals(403, ask(method, path, VIEWER), path);
        assertEquals(200, ask(method, path, PAYLOAD), path);
      }
    }
    assertEquals(200, ask(Method.GET, "/observe/health", ""));
    assertEquals(200, ask(Method.GET, "/observe/health/live", ""));
    assertEquals(401, ask(Method.POST, "/observe/health/live", ""));
  }

  @Test
  void dataIsShownToTheOneRoleThatMaySeeIt() {
    assertEquals(403, ask(Method.GET, "/admin/data", VIEWER));
    assertEquals(200, ask(Method.GET, "/admin/data", PAYLOAD));
  }

  @Test
  void aViewerAsksByPost() {
    assertEquals(200, ask(Method.POST, "/admin/explain", VIEWER));
    assertEquals(200, ask(Method.POST, "/admin/v1/explain", VIEWER));
    assertEquals(200, ask(Method.POST, "/admin/publishers/shop/try", VIEWER));
    assertEquals(403, ask(Method.POST, "/admin/publishers/shop/try/again", VIEWER));
    assertEquals(403, ask(Method.POST, "/admin/v1/publishers/shop/pause", VIEWER));
  }
}
