package heliograph.gateway;

import heliograph.gateway.GatewayConfig.ConnectionTimes;
import heliograph.gateway.GatewayConfig.LogConfig;
import heliograph.relay.EventLog;
import heliograph.relay.Hub;
import heliograph.relay.MemoryLog;
import heliograph.store.DiskLog;
import heliograph.store.Ledger;
import heliograph.store.MemoryLedger;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the relay is made of, whichever door one comes by; made in order, each of those before it.
 */
final class Parts implements AutoCloseable {
  final InstantSource clock = InstantSource.system();
  final Watchdog watchdog = new Watchdog(System::nanoTime);
  final Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
  final Problems problems = new Problems(metrics);

  // Of events.
  final TypeRules types;
  final Hub hub;
  final RequestTimeouts timeouts;
  final RequestTimeouts adminTimeouts;
  final Bodies bodies;
  final Bodies adminBodies;
  final EventRules eventRules;
  final EventReader reader;
  final Refusals refusals;

  // Of those who ask.
  final Identity identity;
  final Cors cors;
  final Tickets tickets;
  final Revocations revocations;
  final Subscribers subscribers;

  /**
   * @throws BadConfiguration if what was taken back cannot be read
   */
  Parts(GatewayConfig config, HeapPlan plan) {
    int eventBytes = config.intake().eventBytes();
    int bodyBytes = config.intake().bodyBytes();

    this.types = config.types();
    EventLog log = log(config.log(), plan.log(), clock);
    this.revocations = revocations(config, log);
    metrics.observe(revocations);
    CountedMasks masks = new CountedMasks(types, metrics);
    this.hub = new Hub(log, config.limits(), masks, clock, System::nanoTime);
    metrics.observe(hub);
    this.timeouts = timeouts(config.times(), plan.heads(), plan.answers());
    this.adminTimeouts = timeouts(config.times(), plan.admin().heads(), plan.admin().answers());
    Room unproven = new Room(plan.unproven());
    this.bodies = new Bodies(bodyBytes, unproven, new Room(plan.known()), timeouts);
    Room ofAdmin = new Room(plan.admin().bodies());
    this.adminBodies = new Bodies(plan.admin().bodyBytes(), ofAdmin, ofAdmin, adminTimeouts);
    this.eventRules = new EventRules(eventBytes, types, clock);
    this.reader = new EventReader(eventRules, config.intake().batchEvents());
    this.refusals = new Refusals(config.publishers(), metrics, clock, System::nanoTime);

    this.identity = new Identity(config.identity(), revocations.life(), clock, System::nanoTime);
    this.cors = new Cors(config.subscribers().cors(), new OwnOrigin(config.trustedProxies()));
    this.tickets = new Tickets(config.subscribers().ticketSecrets(), clock);
    this.subscribers = subscribers(config);
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
                .map(directory -> Ledger.open(directory, clock))
                .orElseGet(MemoryLedger::new);
    return new Revocations(ledger, revocations, clock);
  }

  private Subscribers subscribers(GatewayConfig config) {
    IdentitySettings settings = config.identity();
    Optional<Sessions> sessions =
        config
            .subscribers()
            .session()
            .map(it -> new Sessions(it, revocations.life(), watchdog, clock, System::nanoTime));
    Credentials credentials =
        new Credentials(settings.cookie(), settings.queryParameter(), sessions);
    return new Subscribers(credentials, identity, tickets, sessions, cors, revocations);
  }

  @Override
  public void close() {
    identity.close();
    revocations.close();
    hub.close();
    watchdog.close();
  }
}
