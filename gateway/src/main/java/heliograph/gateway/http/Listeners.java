package heliograph.gateway.http;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.wire.AcceptedSockets;
import heliograph.gateway.wire.ConnectionLimit;
import heliograph.gateway.wire.HeapPlan;
import heliograph.gateway.wire.RawBodies;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.TimedConnections;
import heliograph.gateway.wire.Watchdog;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
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
 * Makes the two listeners: the public one for publishers and subscribers, the admin one for
 * operators. They share no routing. Our defaults are set first, so that the operator's own {@code
 * server} keys win.
 */
public final class Listeners {
  /** Helidon's name of the admin listener. */
  public static final String ADMIN = "admin";

  /** The address of both listeners if the operator names none. */
  public static final String LOOPBACK = "127.0.0.1";

  private static final int PUBLIC_PORT = 8080;
  private static final int ADMIN_PORT = 8081;

  // A stalled client holds so many bytes in the kernel before its writer blocks, and not megabytes.
  private static final int SEND_BUFFER = 128 * 1024;

  // Helidon closes the connection over a body that is more times too large; up to then we answer it
  // ourselves.
  private static final int REFUSED_BODIES = 4;

  private final Config server;
  private final HeapPlan plan;
  private final int maxFirstLine;
  private final Watchdog watchdog;
  private final Problems problems;

  /**
   * Checks what the operator wrote about the listeners.
   *
   * @param root the whole configuration
   * @param plan the division of the heap
   * @param maxFirstLine the most bytes of a request's first line
   * @throws BadConfiguration if it names a listener that does not exist
   */
  public Listeners(
      Config root, HeapPlan plan, int maxFirstLine, Watchdog watchdog, Problems problems) {
    this.server = root.get("server");
    check(root);
    this.plan = plan;
    this.maxFirstLine = maxFirstLine;
    this.watchdog = watchdog;
    this.problems = problems;
  }

  /**
   * Refuses sockets other than the admin listener. Nobody would read what is written for them, such
   * as by an override that names an entry by its place in a list.
   *
   * @param root the whole configuration
   * @throws BadConfiguration naming the key at fault
   */
  public static void check(Config root) {
    Config server = root.get("server");
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
   * What one listener serves.
   *
   * @param routing its filters and handlers
   * @param timeouts how long its clients may take
   * @param maxBody the most bytes of a body that it takes
   */
  public record Door(HttpRouting.Builder routing, RequestTimeouts timeouts, int maxBody) {}

  /**
   * Makes the server with both listeners; neither is open yet.
   *
   * @param open what the public listener serves
   * @param admin what the admin listener serves besides health and metrics
   * @param health what the admin listener tells of the relay's health
   * @param description what the public listener tells of itself
   * @param connections the most connections of the public listener
   */
  public WebServer create(
      Door open, Door admin, HealthObserver health, Description description, int connections) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .addFeature(openApi(description))
            .addFeature(observe(health))
            .routing(open.routing())
            .routing(ADMIN, admin.routing());
    AcceptedSockets sockets = sockets(open);
    defaults(builder, PUBLIC_PORT, open, sockets)
        .config(server)
        // What the operator asks for has been looked at already, and may be more than there is.
        .maxTcpConnections(connections);
    return counted(builder, sockets)
        // This comes after config(server), which reads the sockets without our defaults: it would
        // open the admin listener to every address if only its port is given.
        .putSocket(ADMIN, listener -> admin(listener, admin))
        .build();
  }

  private void admin(ListenerConfig.Builder listener, Door door) {
    AcceptedSockets sockets = sockets(door);
    defaults(listener, ADMIN_PORT, door, sockets)
        .maxTcpConnections(ConnectionLimit.ADMIN)
        .config(admin(server));
    Config written = admin(server).get(ConnectionLimit.KEY);
    int fits = plan.admin().connections();
    listener.maxTcpConnections(
        ConnectionLimit.taken(ADMIN, written, listener.maxTcpConnections(), fits));
    var _ = counted(listener, sockets);
  }

  private AcceptedSockets sockets(Door door) {
    SocketOptions options =
        SocketOptions.builder().tcpNoDelay(true).socketSendBufferSize(SEND_BUFFER).build();
    return new AcceptedSockets(options, watchdog, door.timeouts().times().head());
  }

  /**
   * Lets {@link AcceptedSockets} count the connections in place of Helidon, with TLS and behind
   * proxies with a PROXY protocol.
   */
  private static <B extends ListenerConfig.BuilderBase<B, ?>> B counted(
      B listener, AcceptedSockets sockets) {
    SocketOptions options = listener.connectionOptions().orElse(sockets);
    if (options != sockets) {
      // The operator's socket options have replaced ours.
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
  public static String adminHost(Config root) {
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
      B listener, int port, Door door, AcceptedSockets sockets) {
    return listener
        .host(LOOPBACK)
        .port(port)
        .maxPayloadSize((long) door.maxBody() * REFUSED_BODIES)
        .contentEncoding(new RawBodies())
        .directHandlers(problems.directHandlers())
        .connectionOptions(sockets)
        .protocolsDiscoverServices(false)
        .addProtocol(TimedConnections.IN_PLACE)
        .addConnectionSelector(
            new TimedConnections(http1(), door.timeouts(), sockets, door.maxBody()));
  }

  private Http1Config http1() {
    return Http1Config.builder()
        .maxPrologueLength(maxFirstLine)
        // We check the query ourselves: Helidon refuses the > of a topic pattern.
        .validatePrologue(false)
        .config(server.get("protocols.http_1_1"))
        // There is one listener in each direction: of several, Helidon calls none.
        .addReceiveListener(RequestTimeouts.received())
        .addSendListener(RequestTimeouts.sent())
        .build();
  }

  private static OpenApiFeature openApi(Description description) {
    return OpenApiFeature.builder()
        .staticFile(Description.RESOURCE)
        .manager(description)
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
}
