package heliograph.gateway;

import heliograph.gateway.GatewayConfig.LogConfig;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.Rechecks;
import heliograph.gateway.client.ClientFiles;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Problems;
import heliograph.gateway.monitor.CommitMetrics;
import heliograph.gateway.monitor.HeapTrim;
import heliograph.gateway.monitor.Monitor;
import heliograph.gateway.monitor.Troubles;
import heliograph.gateway.operator.Operators;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.reload.FileWatch;
import heliograph.gateway.reload.Reloads;
import heliograph.gateway.revocation.Revocations;
import heliograph.gateway.revocation.RevocationsConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretReloads;
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
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The parts of the relay that both listeners share, each made of those before it, and what is in
 * force, the {@link Rules}. The constructor only builds; threads begin with {@link #start}.
 */
final class Parts {
  final InstantSource clock = InstantSource.system();
  final LongSupplier nanos = System::nanoTime;
  final Watchdog watchdog = new Watchdog(nanos);
  final Metrics metrics = new Metrics(io.helidon.metrics.api.Metrics.globalRegistry());
  final Problems problems = new Problems(metrics);

  final int connections;

  /** The bounds of what the hub holds at first. */
  final Limits limits;

  final Tracing tracing;

  final RequestTimeouts timeouts;
  final RequestTimeouts adminTimeouts;
  final Bodies bodies;
  final Bodies adminBodies;
  final Operators operators;

  /** What is hidden of events at first; others count on where these have counted. */
  final CountedMasks masks;

  final Hub hub;
  final LastMinute lastMinute;
  private final HeapTrim heapTrim = new HeapTrim();
  final Revocations revocations;
  final Rechecks rechecks;
  final Access.Lasting admission;
  final Publishing publishing;
  final Streaming streaming;
  final ClientFiles clientFiles = new ClientFiles();
  final SecretReloads secretFiles = new SecretReloads();
  final Reloading reloading;
  final Reloads reloads;
  final FileWatch watch;
  final Troubles troubles;

  // Written by the thread of reloads alone.
  private volatile Rules rules;

  /**
   * Makes all parts.
   *
   * @param connections the most connections of the public listener
   * @param reload makes what reads the configuration again
   * @param opened is given how to close each part that has to be closed, the latest part first
   * @throws BadConfiguration if the revocations of an older relay cannot be taken over
   */
  Parts(
      GatewayConfig config,
      HeapPlan plan,
      int connections,
      Function<Parts, Reloading> reload,
      Deque<Runnable> opened) {
    this.connections = connections;
    this.limits = limits(config);
    opened.push(watchdog::close);
    // Before the hub: it is closed after it, and sends what that did last.
    this.tracing = new Tracing(config.tracing(), metrics, clock, nanos);
    opened.push(tracing::close);
    EventLog log = log(config.log(), plan.log(), clock);
    opened.push(log::close);
    TypeRules types = TypeRules.of(config.types());
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
    opened.push(heapTrim::close);
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
            config.operators(),
            config.identity().keys(),
            new OwnOrigin(config.trustedProxies()),
            adminBodies,
            clock,
            nanos);
    opened.push(operators::close);

    // After the hub: they are closed before it, while they can still write to its log's store.
    Ledger ledger = ledger(config.revocations(), log);
    opened.push(ledger::close);
    this.revocations = new Revocations(ledger, config.revocations(), clock);
    opened.push(revocations::close);
    metrics.observeRevocations(revocations::count);
    this.publishing =
        new Publishing(config.intake(), hub, revocations, bodies, metrics, tracing, clock, nanos);
    opened.push(secretFiles::close);
    this.rechecks = new Rechecks(nanos);
    opened.push(rechecks::close);
    this.admission = new Access.Lasting(revocations, bodies, watchdog, rechecks, clock, nanos);
    this.streaming =
        new Streaming(
            hub,
            rechecks,
            new Filters(HeapPlan.parsedEvents(config.heap())),
            watchdog,
            timeouts,
            metrics,
            () -> rules().origin,
            clock,
            nanos);
    opened.push(streaming::close);
    this.reloading = reload.apply(this);
    this.reloads = new Reloads(reloading, clock);
    opened.push(reloads::close);
    this.watch = new FileWatch(reloading::files, () -> reloads.soon(Reloads.By.FILE));
    opened.push(watch::close);
    this.rules = new Rules(config, types, this);
    opened.push(() -> rules().identity.close());
    streaming.observe(rules.streams);
    publishing.put(rules.publishing);
    this.troubles =
        new Troubles(
            hub, () -> rules().identity.issuers(), () -> rules().access.upstreams(), clock);
    observe(config.log());
  }

  /** Has monitoring told of all of it. */
  private void observe(LogConfig log) {
    Monitor monitor = Monitor.of(hub, streaming, nanos);
    monitor.observe(troubles);
    monitor.observeLoad();
    monitor.observeLog(log.onDisk());
    monitor.observeReloads(reloads);
    CommitMetrics.observe(io.helidon.metrics.api.Metrics.globalRegistry(), hub.commitTimes());
    monitor.observeProcess();
  }

  /** What was made of the configuration as it was read last. A request asks once. */
  Rules rules() {
    return rules;
  }

  /** Has this be in force from now on. By the thread of reloads. */
  void put(Rules next) {
    rules = next;
  }

  /** The bounds of what the hub holds, with as many streams as there are connections for. */
  Limits limits(GatewayConfig config) {
    return config.limits().withRoomFor(ConnectionLimit.forStreams(connections));
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
    rechecks.start();
    secretFiles.look(rules.secretFiles());
    lastMinute.start();
    heapTrim.start();
  }
}
