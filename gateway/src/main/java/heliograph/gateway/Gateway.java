package heliograph.gateway;

import heliograph.gateway.admin.AdminDoor;
import heliograph.gateway.admin.AdminDoor.Stored;
import heliograph.gateway.demo.Demo;
import heliograph.gateway.http.Listeners;
import heliograph.gateway.identity.SignedToken;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.monitor.Health;
import heliograph.gateway.operator.AdminGuard;
import heliograph.gateway.reload.HangUp;
import heliograph.gateway.reload.Reloads;
import heliograph.gateway.scheme.MutualTls;
import heliograph.gateway.scheme.SchemeName;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.ConfigurationFile;
import heliograph.gateway.settings.InForce;
import heliograph.gateway.settings.Settings;
import heliograph.gateway.telemetry.LastLines;
import heliograph.gateway.telemetry.LogFormat;
import heliograph.gateway.telemetry.RecentLines;
import heliograph.gateway.wire.ConnectionLimit;
import heliograph.gateway.wire.HeapPlan;
import heliograph.gateway.wire.PeerTimeout;
import heliograph.relay.Limits;
import io.helidon.common.Weighted;
import io.helidon.config.Config;
import io.helidon.spi.HelidonShutdownHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The running relay, whose parts are wired by hand and in order, and how it stops. */
final class Gateway implements HelidonShutdownHandler, Weighted {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Logger LISTENER_LOG =
      Logger.getLogger("io.helidon.webserver.ServerListener");

  // A token of the greatest length fits into the query.
  private static final int MAX_FIRST_LINE = 2 * SignedToken.MAX_LENGTH;

  // A stop takes this long at most, besides draining.
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final GatewayConfig config;
  private final int connections;
  private final Parts parts;
  private final Optional<Demo> demo;
  private final WebServer server;
  private final RecentLines lines;
  private final Deque<Runnable> opened;

  private Gateway(
      Config root,
      Checked checked,
      ConfigurationFile file,
      RecentLines lines,
      Deque<Runnable> opened) {
    this.config = checked.config();
    this.lines = lines;
    this.opened = opened;
    boolean tls = root.get("server.tls").exists();
    HeapPlan plan = HeapPlan.of(config.heapNeeds(tls));
    this.connections = ConnectionLimit.ofPublic(root, config.limits().streams(), plan);
    this.parts =
        new Parts(
            config,
            plan,
            connections,
            it -> new Reloading(file, root, checked.inForce(), it),
            opened);
    tellWhatIsLowered(root, config.limits(), parts.limits);
    HttpRouting.Builder open = PublicDoor.routing(parts);
    this.demo = config.demo() ? Optional.of(demo(root)) : Optional.empty();
    demo.ifPresent(it -> opened.push(it::close));
    demo.ifPresent(it -> it.register(open));
    this.server =
        new Listeners(root, plan, MAX_FIRST_LINE, parts.watchdog, parts.problems)
            .create(
                new Listeners.Door(open, parts.timeouts, config.intake().bodyBytes()),
                new Listeners.Door(admin(root), parts.adminTimeouts, plan.admin().bodyBytes()),
                Health.of(parts.troubles),
                parts.rules().description,
                connections);
  }

  /**
   * What a configuration comes to.
   *
   * @param inForce each of its keys, as an operator is told of it
   */
  record Checked(GatewayConfig config, InForce inForce) {}

  /** Warns an operator who asked for more streams than there are connections for. */
  private static void tellWhatIsLowered(Config root, Limits asked, Limits taken) {
    tellIfLowered(root, "relay.limits.streams", asked.streams(), taken.streams());
    tellIfLowered(
        root,
        "relay.limits.streams-per-tenant",
        asked.streamsPerTenant(),
        taken.streamsPerTenant());
  }

  private static void tellIfLowered(Config root, String key, int asked, int taken) {
    if (taken < asked && root.get(key).exists()) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "streams-lowered key={0} asked={1} taken={2}",
          key,
          Integer.toString(asked),
          Integer.toString(taken));
    }
  }

  /**
   * Reads a configuration as a start does, and opens nothing.
   *
   * @throws BadConfiguration naming the key at fault
   */
  static Checked check(ConfigurationFile.Loaded loaded) {
    Config root = loaded.merged();
    Settings relay = Settings.of(root.get("relay"));
    GatewayConfig config = GatewayConfig.read(relay);
    relay.refuseUnknown(loaded.written().get("relay"));
    var _ = HeapPlan.of(config.heapNeeds(root.get("server.tls").exists()));
    checkCertificates(root.get("server"), config);
    Listeners.check(root);
    config.operators().check(Listeners.adminHost(root));
    return new Checked(config, InForce.of(root, loaded.written(), relay.asked()));
  }

  /**
   * Checks that a listener asks for the certificates by which publishers prove themselves.
   *
   * @param server the node {@code server} of the listener
   */
  static void checkCertificates(Config server, GatewayConfig config) {
    MutualTls.check(server, config.publishers().stream().anyMatch(Gateway::isByTls));
  }

  /**
   * Starts the relay, which stops with the JVM.
   *
   * @param loaded what was read of the file
   * @param file the file, which is read again when the relay is told to
   * @param prepared what has to be done before a listener opens, see {@link FirstUse}
   * @throws BadConfiguration naming the key at fault
   */
  static void start(
      ConfigurationFile.Loaded loaded, ConfigurationFile file, CompletableFuture<Void> prepared) {
    // What a start that fails has opened is closed again, the latest first.
    Deque<Runnable> opened = new ArrayDeque<>();
    boolean started = false;
    // Before the rest is read, which has lines of the log of its own.
    LogFormat.read(Settings.of(loaded.merged().get("relay"))).install();
    RecentLines lines = RecentLines.keep();
    try {
      new Gateway(loaded.merged(), check(loaded), file, lines, opened).start(prepared);
      started = true;
    } finally {
      if (!started) {
        close(opened);
      }
    }
  }

  private static void close(Deque<Runnable> opened) {
    while (!opened.isEmpty()) {
      opened.pop().run();
    }
  }

  private void start(CompletableFuture<Void> prepared) {
    // The demo's issuer is behind a listener; others are asked for their keys while the rest
    // begins.
    if (!config.demo()) {
      parts.rules().identity.start();
    }
    prepared.join();
    parts.start();
    server.start();
    if (!server.isRunning()) {
      throw new IllegalStateException("a listener could not be opened; is its port taken?");
    }
    opened.push(server::stop);
    PeerTimeout.set(config.stream().writeTimeout(), server.port(), server.port(Listeners.ADMIN));
    if (config.demo()) {
      parts.rules().identity.start();
    }
    parts.reloads.start();
    parts.watch.turn(config.watched());
    // The demo goes with its terminal.
    boolean _ = !config.demo() && HangUp.has(() -> parts.reloads.soon(Reloads.By.SIGNAL));
    demo.ifPresent(it -> it.start(server.port(), server.port(Listeners.ADMIN)));
    io.helidon.Main.addShutdownHandler(this);
    LastLines.keep(config.shutdown().drain().plus(CLOSING));
    LOGGER.log(
        System.Logger.Level.INFO,
        "started public={0} admin={1} connections={2} streams={3} streams-per-tenant={4}",
        Integer.toString(server.port()),
        Integer.toString(server.port(Listeners.ADMIN)),
        Integer.toString(connections),
        Integer.toString(parts.limits.streams()),
        Integer.toString(Math.min(parts.limits.streams(), parts.limits.streamsPerTenant())));
  }

  private static boolean isByTls(PublisherConfig publisher) {
    return publisher.hook().filter(hook -> hook.scheme().name() == SchemeName.MTLS).isPresent();
  }

  private Demo demo(Config root) {
    return new Demo(
        config.identity().issuers().getFirst(),
        parts.rules().publishing.configured(),
        publicHost(root),
        parts.clock);
  }

  private HttpRouting.Builder admin(Config root) {
    GatewayConfig.LogConfig log = config.log();
    return AdminDoor.routing(
        AdminGuard.of(config.adminHosts(), Listeners.adminHost(root)),
        parts.operators,
        parts.problems,
        parts.adminTimeouts,
        new AdminDoor.Lasting(
            () -> parts.rules().admin,
            parts.hub,
            parts.troubles,
            parts.publishing,
            parts.revocations,
            parts.streaming,
            parts.masks,
            parts.metrics,
            parts.lastMinute,
            lines,
            parts.reloading::configured,
            new Stored(
                log.durability().name().toLowerCase(Locale.ROOT), log.onDisk(), log.retention()),
            parts.reloads,
            parts.operators.audit(),
            config.operators().tails(),
            parts.adminBodies,
            opened::push,
            parts.clock),
        (request, response) -> parts.rules().adminRoutes.serve(request, response));
  }

  private static String publicHost(Config root) {
    return root.get("server.host").asString().orElse(Listeners.LOOPBACK);
  }

  /** Places this handler before Helidon's own. */
  @Override
  public double weight() {
    return DEFAULT_WEIGHT + 100;
  }

  /** Ends every stream, waits for them for as long as draining may take, and halts the JVM. */
  @Override
  public void shutdown() {
    demo.ifPresent(Demo::close);
    int open = parts.hub.streams();
    GatewayConfig last = parts.rules().config;
    parts.hub.drain(last.stream().retry(), last.shutdown().reconnectWindow());
    boolean clean = awaitEmpty();
    LOGGER.log(
        System.Logger.Level.INFO,
        "stopped streams={0} left-open={1}",
        Integer.toString(open),
        Integer.toString(parts.hub.streams()));
    // The server would log a stack trace for each connection that comes while it stops.
    LISTENER_LOG.setLevel(Level.OFF);
    close(opened);
    // The JVM would report the signal as its exit code; a stop that was asked for and went well is
    // a success.
    Runtime.getRuntime().halt(clean ? 0 : 1);
  }

  private boolean awaitEmpty() {
    try {
      return parts.hub.awaitEmpty(parts.rules().config.shutdown().drain());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
