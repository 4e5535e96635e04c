package heliograph.gateway;

import heliograph.gateway.GatewayConfig.LogConfig;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.client.ForClients;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Description;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.LogoutHandler;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.EventRules;
import heliograph.gateway.operator.Operators;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.revocation.RevocationsConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.LastMinute;
import heliograph.gateway.telemetry.LateTenants;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.SupersedeStorms;
import heliograph.gateway.telemetry.Tracing;
import heliograph.gateway.types.CountedMasks;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.ConnectionLimit;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.HeapPlan;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import heliograph.gateway.wire.Watchdog;
import heliograph.log.disk.DiskLog;
import heliograph.relay.EventLog;
import heliograph.relay.Hub;
import heliograph.relay.Ledger;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLedger;
import heliograph.relay.MemoryLog;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The parts of the relay that both listeners share, each made of those before it. The constructor
 * only builds; threads begin with {@link #start}.
 */
final class Parts {
  final InstantSource clock = InstantSource.system();
  final LongSupplier nanos = System::nanoTime;
  final Watchdog watchdog = new Watchdog(nanos);
  final Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
  final Problems problems = new Problems(metrics);

  /** The bounds of what the hub holds, with as many streams as there are connections for. */
  final Limits limits;

  final Tracing tracing;

  final RequestTimeouts timeouts;
  final RequestTimeouts adminTimeouts;
  final Bodies bodies;
  final Bodies adminBodies;
  final Operators operators;
  final Cors cors;

  final TypeRules types;
  final CountedMasks masks;
  final Hub hub;
  final LastMinute lastMinute;
  final Revocations revocations;
  final Identity identity;
  final EventReader reader;
  final Publishing publishing;
  final Access access;
  final Streaming streaming;
  final LogoutHandler logouts;
  final Description description;
  final ForClients forClients;

  /**
   * Makes all parts.
   *
   * @param connections the most connections of the public listener
   * @param opened is given how to close each part that has to be closed, the latest part first
   * @throws BadConfiguration if the revocations of an older relay cannot be taken over
   */
  Parts(GatewayConfig config, HeapPlan plan, int connections, Deque<Runnable> opened) {
    OwnOrigin origin = new OwnOrigin(config.trustedProxies());
    this.limits = config.limits().withRoomFor(ConnectionLimit.forStreams(connections));
    this.cors = new Cors(config.subscribers().cors(), origin);

    this.types = TypeRules.of(config.types());
    opened.push(watchdog::close);
    // Before the hub: it is closed after it, and sends what that did last.
    this.tracing = new Tracing(config.tracing(), metrics, clock, nanos);
    opened.push(tracing::close);
    EventLog log = log(config.log(), plan.log(), clock);
    opened.push(log::close);
    this.masks = new CountedMasks(types, metrics);
    this.hub =
        new Hub(
            log,
            limits,
            masks,
            new LateTenants(metrics::late, nanos),
            new SupersedeStorms(metrics::storm),
            clock,
            nanos);
    opened.push(hub::close);
    this.lastMinute = new LastMinute(metrics, nanos);
    opened.push(lastMinute::close);
    metrics.observe(hub, config.profiles().stream().map(ProfileConfig::name).toList());

    this.timeouts =
        timeouts(config.times(), plan.heads(), plan.answers(), () -> connections - hub.streams());
    HeapPlan.Admin admin = plan.admin();
    this.adminTimeouts =
        timeouts(config.times(), admin.heads(), admin.answers(), admin::connections);
    int bodyBytes = config.intake().bodyBytes();
    this.bodies =
        new Bodies(bodyBytes, new Room(plan.unproven()), new Room(plan.known()), timeouts);
    Room ofAdmin = new Room(admin.bodies());
    this.adminBodies = new Bodies(admin.bodyBytes(), ofAdmin, ofAdmin, adminTimeouts);
    this.operators =
        new Operators(
            config.operators(), config.identity().keys(), origin, adminBodies, clock, nanos);
    opened.push(operators::close);

    // After the hub: they are closed before it, while they can still write to its log's store.
    Ledger ledger = ledger(config.revocations(), log);
    opened.push(ledger::close);
    this.revocations = new Revocations(ledger, config.revocations(), clock);
    opened.push(revocations::close);
    metrics.observeRevocations(revocations::count);
    this.identity = new Identity(config.identity(), revocations.life(), clock, nanos);
    opened.push(identity::close);
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
            tracing,
            clock,
            nanos);
    opened.push(publishing::close);
    this.access =
        new Access(
            config.subscribers(),
            config.identity(),
            switches(config.profiles()),
            identity,
            revocations,
            cors,
            bodies,
            watchdog,
            clock,
            nanos);
    opened.push(access::close);
    this.streaming =
        new Streaming(
            config.stream(),
            config.profiles(),
            hub,
            access,
            types,
            new Filters(HeapPlan.parsedEvents(config.heap())),
            watchdog,
            timeouts,
            metrics,
            origin,
            clock,
            nanos);
    opened.push(streaming::close);
    this.description = new Description(streaming.described());
    this.forClients =
        new ForClients(
            description,
            config.profiles(),
            config.types(),
            CredentialPolicy.usual(config.identity()),
            config.subscribers());
    this.logouts = new LogoutHandler(identity, revocations, hub, bodies);
  }

  private RequestTimeouts timeouts(
      ConnectionTimes times, long heads, long answers, IntSupplier forRequests) {
    return new RequestTimeouts(
        watchdog, times, new Room(heads), new Room(answers), forRequests, metrics, nanos);
  }

  private static EventLog log(LogConfig log, long memoryBytes, InstantSource clock) {
    return switch (log.durability()) {
      case FSYNC -> DiskLog.open(log.directory(), true, log.retention(), clock);
      case OS -> DiskLog.open(log.directory(), false, log.retention(), clock);
      case MEMORY -> new MemoryLog(log.retention(), memoryBytes, clock);
    };
  }

  /** What is looked at in tokens and sessions to know which profiles are on for their holder. */
  private static Set<String> switches(List<ProfileConfig> profiles) {
    return profiles.stream()
        .flatMap(profile -> profile.enabled().claim().stream())
        .collect(Collectors.toSet());
  }

  /** The ledger is in the store of the log, if the log has one. */
  private Ledger ledger(RevocationsConfig revocations, EventLog log) {
    return log instanceof DiskLog disk
        ? disk.ledger()
        : revocations
            .directory()
            .map(directory -> DiskLog.openLedger(directory, clock))
            .orElseGet(MemoryLedger::new);
  }

  /** Begins what has threads of its own, before a listener opens. */
  void start() {
    watchdog.start();
    tracing.start();
    operators.start();
    hub.start();
    revocations.start();
    streaming.start();
    access.start();
    publishing.start();
    lastMinute.start();
  }
}
