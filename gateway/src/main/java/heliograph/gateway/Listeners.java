package heliograph.gateway;

import heliograph.relay.Hub;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.openapi.OpenApiFeature;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import java.util.List;

/**
 * The two listeners: the public one for publishers and subscribers, the admin one for operators.
 * They never mix. Defaults come first, so that the operator's own {@code server} keys win.
 */
final class Listeners {
  static final String ADMIN = "admin";
  static final String LOOPBACK = "127.0.0.1";
  private static final int PUBLIC_PORT = 8080;
  private static final int ADMIN_PORT = 8081;

  // A stalled client holds this much in the kernel before its writer feels it, and not megabytes.
  private static final int SEND_BUFFER = 128 * 1024;

  // Helidon closes the connection over a body beyond this; up to it we answer ourselves.
  private static final int REFUSED_BODIES = 4;

  // A token of the longest size fits into the query.
  private static final int MAX_FIRST_LINE = 2 * SignedToken.MAX_LENGTH;

  private final Config root;
  private final Config server;
  private final HeapPlan plan;
  private final Parts parts;

  Listeners(Config root, HeapPlan plan, Parts parts) {
    this.root = root;
    this.server = root.get("server");
    checkSockets(server);
    this.plan = plan;
    this.parts = parts;
  }

  /**
   * There is one listener besides the public one. What is written for any other, such as for the
   * entry of an override that names it by its place in a list, would be read by nobody.
   */
  private static void checkSockets(Config server) {
    List<Config> sockets = server.get("sockets").asNodeList().orElse(List.of());
    for (Config socket : sockets) {
      if (!name(socket).equals(ADMIN)) {
        throw new BadConfiguration(
            socket.key().toString(),
            "is not the listener called admin, and there is no other; write server.sockets.admin,"
                + " or name: admin in the entry of a list");
      }
    }
    if (sockets.size() > 1) {
      throw new BadConfiguration("server.sockets", "has the listener called admin twice");
    }
  }

  /**
   * @param server not started yet
   * @param connections how many the public one takes
   */
  record Made(WebServer server, int connections) {}

  /**
   * @param routing what the public listener serves
   * @param admin what the admin listener serves besides health and metrics
   * @param health what the admin listener tells of the relay's health
   * @param maxBody the most bytes of a body that we take
   * @param streams the most streams that may be open
   */
  Made create(
      HttpRouting.Builder routing,
      HttpRouting.Builder admin,
      HealthObserver health,
      int maxBody,
      int streams) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .addFeature(openApi())
            .addFeature(observe(health))
            .routing(routing)
            .routing(ADMIN, admin);
    AcceptedSockets sockets = sockets();
    defaults(builder, PUBLIC_PORT, maxBody, sockets)
        .addConnectionSelector(new TimedConnections(http1(), parts.timeouts, sockets, maxBody))
        .maxTcpConnections(ConnectionLimit.wanted(streams))
        .config(server);
    int connections = connections(builder.maxTcpConnections());
    builder.maxTcpConnections(connections);
    WebServer made =
        counted(builder, sockets)
            // After it: its own reading of the sockets knows none of our defaults, and would open
            // the admin listener to every address when only the port is given.
            .putSocket(ADMIN, this::admin)
            .build();
    return new Made(made, connections);
  }

  private void admin(ListenerConfig.Builder listener) {
    AcceptedSockets sockets = sockets();
    int maxBody = plan.admin().bodyBytes();
    defaults(listener, ADMIN_PORT, maxBody, sockets)
        .addConnectionSelector(new TimedConnections(http1(), parts.adminTimeouts, sockets, maxBody))
        .maxTcpConnections(ConnectionLimit.ADMIN)
        .config(admin(server));
    Config written = admin(server).get(ConnectionLimit.KEY);
    int fits = plan.admin().connections();
    listener.maxTcpConnections(
        ConnectionLimit.taken(ADMIN, written, listener.maxTcpConnections(), fits));
    var _ = counted(listener, sockets);
  }

  /** As many as are asked for, there or by the number of streams, and fit. */
  private int connections(int asked) {
    Config written = server.get(ConnectionLimit.KEY);
    Config streams = root.get("relay.limits.streams");
    return ConnectionLimit.taken(
        "public", written.exists() ? written : streams, asked, ConnectionLimit.fits(plan));
  }

  private AcceptedSockets sockets() {
    SocketOptions options =
        SocketOptions.builder().tcpNoDelay(true).socketSendBufferSize(SEND_BUFFER).build();
    return new AcceptedSockets(options, parts.watchdog, parts.timeouts.times().head());
  }

  /** With TLS, or behind proxies that say so, it is not Helidon that counts the connections. */
  private static <B extends ListenerConfig.BuilderBase<B, ?>> B counted(
      B listener, AcceptedSockets sockets) {
    SocketOptions options = listener.connectionOptions().orElse(sockets);
    if (options != sockets) {
      // The operator's own have taken the place of ours.
      sockets.give(options);
      listener.connectionOptions(sockets);
    }
    if (listener.enableProxyProtocol()) {
      sockets.expectProxies();
    }
    boolean opened =
        listener.enableProxyProtocol() || listener.tls().filter(Tls::enabled).isPresent();
    if (opened && listener.maxTcpConnections() > 0) {
      sockets.limit(listener.maxTcpConnections());
      return listener.maxTcpConnections(-1);
    }
    return listener;
  }

  /** The address of the admin listener. */
  static String adminHost(Config root) {
    return admin(root.get("server")).get("host").asString().orElse(LOOPBACK);
  }

  private static Config admin(Config server) {
    return server.get("sockets").asNodeList().orElse(List.of()).stream()
        .filter(socket -> name(socket).equals(ADMIN))
        .findFirst()
        .orElseGet(Config::empty);
  }

  private static String name(Config socket) {
    return socket.get("name").asString().orElseGet(socket::name);
  }

  private <B extends ListenerConfig.BuilderBase<B, ?>> B defaults(
      B listener, int port, int maxBody, AcceptedSockets sockets) {
    return listener
        .host(LOOPBACK)
        .port(port)
        .maxPayloadSize((long) maxBody * REFUSED_BODIES)
        .contentEncoding(new RawBodies())
        .directHandlers(parts.problems.directHandlers())
        .connectionOptions(sockets)
        .protocolsDiscoverServices(false)
        .addProtocol(TimedConnections.IN_PLACE);
  }

  private Http1Config http1() {
    return Http1Config.builder()
        .maxPrologueLength(MAX_FIRST_LINE)
        // Ours is the check of the query: Helidon's refuses the > of a topic pattern.
        .validatePrologue(false)
        .config(server.get("protocols.http_1_1"))
        // One listener each way: of several, Helidon calls none.
        .addReceiveListener(RequestTimeouts.received())
        .addSendListener(RequestTimeouts.sent())
        .build();
  }

  private static OpenApiFeature openApi() {
    return OpenApiFeature.builder()
        .staticFile(OpenApiPage.RESOURCE)
        .addSocket(WebServer.DEFAULT_SOCKET_NAME)
        .servicesDiscoverServices(false)
        .build();
  }

  private static ObserveFeature observe(HealthObserver health) {
    return ObserveFeature.builder()
        .sockets(List.of(ADMIN))
        .observersDiscoverServices(false)
        .addObserver(health)
        .addObserver(MetricsObserver.create())
        .build();
  }

  /** Live: the log thread runs. Ready: also the keys are here, and the relay is not stopping. */
  static HealthObserver health(Hub hub, Identity identity) {
    return HealthObserver.builder()
        .useSystemServices(false)
        .details(true)
        .addCheck(
            () -> answer(hub.isAlive(), "the log thread has stopped"),
            HealthCheckType.LIVENESS,
            "log")
        .addCheck(
            () -> answer(identity.isReady(), "an issuer's keys are not here yet"),
            HealthCheckType.READINESS,
            "identity")
        .addCheck(
            () -> answer(hub.trouble().isEmpty(), hub.trouble().orElse("")),
            HealthCheckType.READINESS,
            "log")
        .addCheck(
            () -> answer(hub.isAlive() && !hub.isDraining(), "the relay is stopping"),
            HealthCheckType.READINESS,
            "hub")
        .addCheck(
            () -> answer(hub.isAlive(), "the log thread does not run"),
            HealthCheckType.STARTUP,
            "hub")
        .build();
  }

  private static HealthCheckResponse answer(boolean well, String why) {
    HealthCheckResponse.Builder response =
        HealthCheckResponse.builder()
            .status(well ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN);
    return (well ? response : response.detail("reason", why)).build();
  }
}
