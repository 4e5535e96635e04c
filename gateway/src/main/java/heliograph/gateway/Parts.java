package heliograph.gateway;

import heliograph.gateway.GatewayConfig.LogConfig;
import heliograph.gateway.access.Access;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.LogoutHandler;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.EventRules;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.revocation.RevocationsConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.types.CountedMasks;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.HeapPlan;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import heliograph.gateway.wire.Watchdog;
import heliograph.log.disk.DiskLog;
import heliograph.relay.EventLog;
import heliograph.relay.Hub;
import heliograph.relay.Ledger;
import heliograph.relay.MemoryLedger;
import heliograph.relay.MemoryLog;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What the relay is made of, whichever door one comes by; made in order, each of those before it.
 */
final class Parts implements AutoCloseable {
  final InstantSource clock = InstantSource.system();
  final Watchdog watchdog = new Watchdog(System::nanoTime);
  final Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
  final Problems problems = new Problems(metrics);

  final RequestTimeouts timeouts;
  final RequestTimeouts adminTimeouts;
  final Bodies bodies;
  final Bodies adminBodies;
  final Cors cors;

  final TypeRules types;
  final Hub hub;
  final Revocations revocations;
  final Identity identity;
  final EventReader reader;
  final Publishing publishing;
  final Access access;
  final Streaming streaming;
  final LogoutHandler logouts;

  /**
   * @throws BadConfiguration if what was taken back cannot be read
   */
  Parts(GatewayConfig config, HeapPlan plan) {
    LongSupplier nanos = System::nanoTime;
    OwnOrigin origin = new OwnOrigin(config.trustedProxies());
    this.timeouts = timeouts(config.times(), plan.heads(), plan.answers());
    this.adminTimeouts = timeouts(config.times(), plan.admin().heads(), plan.admin().answers());
    int bodyBytes = config.intake().bodyBytes();
    this.bodies =
        new Bodies(bodyBytes, new Room(plan.unproven()), new Room(plan.known()), timeouts);
    Room ofAdmin = new Room(plan.admin().bodies());
    this.adminBodies = new Bodies(plan.admin().bodyBytes(), ofAdmin, ofAdmin, adminTimeouts);
    this.cors = new Cors(config.subscribers().cors(), origin);

    this.types = config.types();
    EventLog log = log(config.log(), plan.log(), clock);
    this.revocations = revocations(config, log);
    metrics.observeRevocations(revocations::count);
    this.hub = new Hub(log, config.limits(), new CountedMasks(types, metrics), clock, nanos);
    metrics.observe(hub);
    this.identity = new Identity(config.identity(), revocations.life(), clock, nanos);
    EventRules rules = new EventRules(config.intake().eventBytes(), types, clock);
    this.reader = new EventReader(rules, config.intake().batchEvents());

    this.publishing =
        new Publishing(
            config.intake(),
            config.publishers(),
            reader,
            hub,
            identity,
            revocations,
            bodies,
            origin,
            metrics,
            clock,
            nanos);
    this.access =
        new Access(
            config.subscribers(),
            config.identity(),
            identity,
            revocations,
            cors,
            bodies,
            watchdog,
            clock,
            nanos);
    this.streaming =
        new Streaming(config.stream(), hub, access, types, watchdog, metrics, clock, nanos);
    this.logouts = new LogoutHandler(identity, revocations, hub, bodies);
  }

  private RequestTimeouts timeouts(ConnectionTimes times, long heads, long answers) {
    return new RequestTimeouts(
        watchdog, times, new Room(heads), new Room(answers), metrics, System::nanoTime);
  }

  private static EventLog log(LogConfig log, long memoryBytes, InstantSource clock) {
    return switch (log.durability()) {
      case FSYNC -> DiskLog.open(log.directory(), true, log.retention(), clock);
      case OS -> DiskLog.open(log.directory(), false, log.retention(), clock);
      case MEMORY -> new MemoryLog(log.retention(), memoryBytes, clock);
    };
  }

  /** In the store of the log, if it has one. */
  private Revocations revocations(GatewayConfig config, EventLog log) {
    RevocationsConfig revocations = config.revocations();
    Ledger ledger =
        log instanceof DiskLog disk
            ? disk.ledger()
            : revocations
                .directory()
                .map(directory -> DiskLog.openLedger(directory, clock))
                .orElseGet(MemoryLedger::new);
    return new Revocations(ledger, revocations, clock);
  }

  /** Begins to fetch keys, and to look after files with secrets. */
  void start() {
    identity.start();
    publishing.start();
  }

  @Override
  public void close() {
    publishing.close();
    access.close();
    streaming.close();
    identity.close();
    revocations.close();
    hub.close();
    watchdog.close();
  }
}
