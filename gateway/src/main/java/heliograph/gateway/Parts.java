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
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The parts of the relay that both listeners share. They are made in order, each of those before
 * it. The constructor only builds; threads begin with {@link #start}.
 */
final class Parts {
  final InstantSource clock = InstantSource.system();
  final LongSupplier nanos = System::nanoTime;
  final Watchdog watchdog = new Watchdog(nanos);
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
   * @param opened is given how to close each part that has to be closed, the latest part first
   * @throws BadConfiguration if what was taken back cannot be read
   */
  Parts(GatewayConfig config, HeapPlan plan, Deque<Runnable> opened) {
    int eventBytes = config.intake().eventBytes();
    int bodyBytes = config.intake().bodyBytes();

    this.types = config.types();
    opened.push(watchdog::close);
    EventLog log = log(config.log(), plan.log(), clock);
    opened.push(log::close);
    CountedMasks masks = new CountedMasks(types, metrics);
    this.hub = new Hub(log, config.limits(), masks, clock, nanos);
    opened.push(hub::close);
    metrics.observe(hub);
    // After the hub: they are closed before it, while they can still write to its log's store.
    Ledger ledger = ledger(config.revocations(), log);
    opened.push(ledger::close);
    this.revocations = new Revocations(ledger, config.revocations(), clock);
    opened.push(revocations::close);
    metrics.observe(revocations);
    this.timeouts = timeouts(config.times(), plan.heads(), plan.answers());
    this.adminTimeouts = timeouts(config.times(), plan.admin().heads(), plan.admin().answers());
    Room unproven = new Room(plan.unproven());
    this.bodies = new Bodies(bodyBytes, unproven, new Room(plan.known()), timeouts);
    Room ofAdmin = new Room(plan.admin().bodies());
    this.adminBodies = new Bodies(plan.admin().bodyBytes(), ofAdmin, ofAdmin, adminTimeouts);
    this.eventRules = new EventRules(eventBytes, types, clock);
    this.reader = new EventReader(eventRules, config.intake().batchEvents());
    this.refusals = new Refusals(config.publishers(), metrics, clock, nanos);

    this.identity = new Identity(config.identity(), revocations.life(), clock, nanos);
    opened.push(identity::close);
    this.cors = new Cors(config.subscribers().cors(), new OwnOrigin(config.trustedProxies()));
    this.tickets = new Tickets(config.subscribers().ticketSecrets(), clock);
    this.subscribers = subscribers(config);
  }

  private RequestTimeouts timeouts(ConnectionTimes times, long heads, long answers) {
    return new RequestTimeouts(watchdog, times, new Room(heads), new Room(answers), metrics, nanos);
  }

  private static EventLog log(LogConfig log, long memoryBytes, InstantSource clock) {
    return switch (log.durability()) {
      case FSYNC -> DiskLog.open(log.directory(), true, log.retention(), clock);
      case OS -> DiskLog.open(log.directory(), false, log.retention(), clock);
      case MEMORY -> new MemoryLog(log.retention(), memoryBytes, clock);
    };
  }

  /** The ledger is in the store of the log, if the log has one. */
  private Ledger ledger(RevocationsConfig revocations, EventLog log) {
    return log instanceof DiskLog disk
        ? disk.ledger()
        : revocations
            .directory()
            .map(directory -> Ledger.open(directory, clock))
            .orElseGet(MemoryLedger::new);
  }

  private Subscribers subscribers(GatewayConfig config) {
    IdentitySettings settings = config.identity();
    Optional<Sessions> sessions =
        config
            .subscribers()
            .session()
            .map(it -> new Sessions(it, revocations.life(), watchdog, clock, nanos));
    Credentials credentials =
        new Credentials(settings.cookie(), settings.queryParameter(), sessions);
    return new Subscribers(credentials, identity, tickets, sessions, cors, revocations);
  }

  /** Begins what has threads of its own, before a listener opens. */
  void start() {
    watchdog.start();
    hub.start();
    revocations.start();
  }
}
