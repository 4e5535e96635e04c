package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.GatewayConfig.IntakeConfig;
import heliograph.gateway.GatewayConfig.LogConfig;
import heliograph.gateway.GatewayConfig.StreamConfig;
import heliograph.gateway.SubscribersConfig.RuleConfig;
import heliograph.relay.EventLog;
import heliograph.relay.Hub;
import heliograph.relay.MemoryLog;
import heliograph.store.DiskLog;
import io.helidon.common.Weighted;
import io.helidon.config.Config;
import io.helidon.http.HeaderNames;
import io.helidon.spi.HelidonShutdownHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;

/** The running relay: what it is made of, wired by hand and in order, and how it stops. */
final class Gateway implements HelidonShutdownHandler, Weighted {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Logger LISTENER_LOG =
      Logger.getLogger("io.helidon.webserver.ServerListener");

  // The parts of the heap that the memory log, and the bodies in flight, may take.
  private static final int LOG_SHARE = 4;
  private static final int BODIES_SHARE = 8;

  // What a stop takes at most besides draining.
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final GatewayConfig config;
  private final Hub hub;
  private final Identity identity;
  private final Publishers publishers;
  private final Watchdog watchdog = new Watchdog(System::nanoTime);
  private final Rechecks rechecks = new Rechecks(System::nanoTime);
  private final Lanes lanes;
  private final WebServer server;
  private final Optional<Demo> demo;

  private Gateway(Config root, GatewayConfig config) {
    this.config = config;
    InstantSource clock = InstantSource.system();
    IntakeConfig intake = config.intake();
    long heap = Runtime.getRuntime().maxMemory();

    TypeRules types = config.types();
    EventLog log = log(config.log(), heap, clock);
    this.hub = new Hub(log, config.limits(), types, clock, System::nanoTime);
    this.identity = new Identity(config.identity(), clock, System::nanoTime);
    Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
    metrics.observe(hub);
    Rates rates = new Rates(intake.publishPerSecond(), intake.publishPerTenant(), System::nanoTime);
    Problems problems = new Problems(metrics);
    MutualTls.check(root.get("server"), config.publishers());
    this.publishers = new Publishers(config.publishers());
    RequestTimeouts timeouts = new RequestTimeouts(watchdog, intake.requestTimeout(), metrics);
    Bodies bodies =
        new Bodies(intake.bodyBytes(), (int) Math.min(heap / BODIES_SHARE, 1 << 30), timeouts);
    EventRules eventRules = new EventRules(intake.eventBytes(), types, clock);
    EventReader reader = new EventReader(eventRules, intake.batchEvents());
    Cors cors = new Cors(config.subscribers().origins());
    Tickets tickets = new Tickets(config.subscribers().ticketSecrets(), clock);
    Revocations revocations =
        new Revocations(
            new RevocationFile(config.revocations().file()), config.revocations().keep(), clock);
    Optional<Sessions> sessions =
        config
            .subscribers()
            .session()
            .map(it -> new Sessions(it, watchdog, clock, System::nanoTime));
    TopicRules rules = rules(config.subscribers().rules(), watchdog);
    Subscribers subscribers =
        new Subscribers(
            new Credentials(
                config.identity().cookie(), config.identity().queryParameter(), sessions),
            identity,
            tickets,
            sessions,
            cors,
            revocations);

    HttpRouting.Builder routing = HttpRouting.builder();
    cors.register(routing);
    problems.register(routing);
    new PublishHandler(hub, publishers, identity, bodies, reader, rates, metrics).register(routing);
    StreamConfig stream = config.stream();
    this.lanes = new Lanes(System::nanoTime, shorter(stream.heartbeat(), stream.writeTimeout()));
    StreamWriter.Tools tools =
        new StreamWriter.Tools(
            config.stream(), lanes, watchdog, rechecks, metrics, clock, hub::nanos);
    new StreamHandler(hub, subscribers, rules, types, tools).register(routing);
    new PollHandler(hub, subscribers, rules, metrics, clock).register(routing);
    new RenewalHandler(hub, subscribers, rules, rechecks).register(routing);
    new LogoutHandler(identity, revocations, hub, timeouts).register(routing);
    new StatusHandler(hub, subscribers).register(routing);
    new TicketHandler(subscribers, tickets, timeouts, clock).register(routing);
    HttpRouting.Builder admin = HttpRouting.builder();
    problems.register(admin);
    new RevocationHandler(revocations, hub, bodies, clock).register(admin);
    new ExplainHandler(subscribers, eventRules, types, bodies, clock).register(admin);
    routing
        .any(PublishHandler.EVENTS, onlyMethods("GET, POST, OPTIONS"))
        .any(PublishHandler.HOOKS, onlyMethods("POST, OPTIONS"))
        .any(StreamHandler.STREAM, onlyMethods("GET"))
        .any(RenewalHandler.TOKEN, onlyMethods("POST"))
        .any(LogoutHandler.LOGOUT, onlyMethods("POST"))
        .any(StatusHandler.STATUS, onlyMethods("GET"))
        .any(TicketHandler.TICKETS, onlyMethods("POST"));
    if (publishers.anyMapping()) {
      routing.any(PublishHandler.HOOKS_OF_TENANT, onlyMethods("POST, OPTIONS"));
    }
    admin
        .any(RevocationHandler.REVOCATIONS, onlyMethods("GET, POST"))
        .any(ExplainHandler.EXPLAIN, onlyMethods("POST"));
    this.demo = config.demo() ? Optional.of(new Demo(config, publicHost(root))) : Optional.empty();
    demo.ifPresent(it -> it.register(routing));
    this.server =
        new Listeners(root, timeouts, problems)
            .create(
                routing,
                admin,
                Listeners.health(hub, identity),
                intake.bodyBytes(),
                config.limits().streams());
  }

  /**
   * Starts the relay; it stops with the JVM.
   *
   * @param merged the whole configuration
   * @param written the part of it in which an unknown key is a mistake
   * @throws BadConfiguration naming the key at fault
   */
  static void start(Config merged, Config written) {
    Gateway gateway = new Gateway(merged, GatewayConfig.read(merged, written));
    gateway.server.start();
    if (!gateway.server.isRunning()) {
      throw new IllegalStateException("a listener could not be opened; is its port taken?");
    }
    gateway.identity.start();
    gateway.publishers.start();
    gateway.demo.ifPresent(
        it -> it.start(gateway.server.port(), gateway.server.port(Listeners.ADMIN)));
    io.helidon.Main.addShutdownHandler(gateway);
    LastLines.keep(gateway.config.shutdown().drain().plus(CLOSING));
    LOGGER.log(
        System.Logger.Level.INFO,
        "started public={0} admin={1} connections={2}",
        Integer.toString(gateway.server.port()),
        Integer.toString(gateway.server.port(Listeners.ADMIN)),
        Integer.toString(gateway.server.prototype().maxTcpConnections()));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static TopicRules rules(List<RuleConfig> rules, Watchdog watchdog) {
    return new TopicRules(
        IntStream.range(0, rules.size())
            .mapToObj(i -> new TopicRule(i, rules.get(i), watchdog, System::nanoTime))
            .toList());
  }

  private static EventLog log(LogConfig log, long heap, InstantSource clock) {
    return switch (log.durability()) {
      case FSYNC -> DiskLog.open(log.directory(), true, log.retention(), clock);
      case OS -> DiskLog.open(log.directory(), false, log.retention(), clock);
      case MEMORY -> new MemoryLog(log.retention(), heap / LOG_SHARE, clock);
    };
  }

  private static String publicHost(Config root) {
    return root.get("server.host").asString().orElse(Listeners.LOOPBACK);
  }

  private static Handler onlyMethods(String methods) {
    return (_, response) -> {
      response.header(HeaderNames.ALLOW, methods);
      throw new RelayException(ErrorCode.METHOD_NOT_ALLOWED, "allowed: " + methods);
    };
  }

  /** Before Helidon's own handlers. */
  @Override
  public double weight() {
    return DEFAULT_WEIGHT + 100;
  }

  /** Says goodbye to every stream, waits for them for as long as draining may take, and exits. */
  @Override
  public void shutdown() {
    demo.ifPresent(Demo::close);
    int open = hub.streams();
    hub.drain(config.stream().retry(), config.shutdown().reconnectWindow());
    boolean clean = awaitEmpty();
    LOGGER.log(
        System.Logger.Level.INFO,
        "stopped streams={0} left-open={1}",
        Integer.toString(open),
        Integer.toString(hub.streams()));
    // A connection that comes while the server stops is one that it cannot take; it would tell of
    // each with a stack trace.
    LISTENER_LOG.setLevel(Level.OFF);
    server.stop();
    identity.close();
    publishers.close();
    hub.close();
    rechecks.close();
    lanes.close();
    watchdog.close();
    // The JVM would report the signal as its exit code; a stop that was asked for and went well is
    // a success.
    Runtime.getRuntime().halt(clean ? 0 : 1);
  }

  private boolean awaitEmpty() {
    try {
      return hub.awaitEmpty(config.shutdown().drain());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
