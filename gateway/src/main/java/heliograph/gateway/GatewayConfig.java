package heliograph.gateway;

import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.SubscribersConfig;
import heliograph.gateway.http.AddressRange;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.operator.AdminGuard;
import heliograph.gateway.operator.OperatorsConfig;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.publish.IntakeConfig;
import heliograph.gateway.revocation.RevocationsConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import heliograph.gateway.telemetry.LogFormat;
import heliograph.gateway.telemetry.TracingConfig;
import heliograph.gateway.types.TypesConfig;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.HeapPlan;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import io.helidon.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the operator wrote under {@code relay}, read once, checked, with every default filled in.
 *
 * @param trustedProxies the peers that are believed when they say what a browser called
 * @param adminHosts the hosts that the admin listener answers to; if empty, loopback names and its
 *     own address
 * @param watched whether the configuration is read again when its files change
 * @param logFormat in which form the lines of the log are written
 * @param operators who may use the admin listener, and where it is noted what they do
 * @param demo whether the demo's issuer, publisher and page exist in this process
 * @param heap bytes of the heap for what stays, of which some defaults are made
 */
record GatewayConfig(
    IdentityConfig identity,
    SubscribersConfig subscribers,
    RevocationsConfig revocations,
    List<PublisherConfig> publishers,
    TypesConfig types,
    LogConfig log,
    StreamConfig stream,
    List<ProfileConfig> profiles,
    Limits limits,
    IntakeConfig intake,
    ConnectionTimes times,
    ShutdownConfig shutdown,
    List<AddressRange> trustedProxies,
    List<String> adminHosts,
    boolean watched,
    TracingConfig tracing,
    LogFormat logFormat,
    OperatorsConfig operators,
    boolean demo,
    long heap) {

  /** Copies the lists. */
  GatewayConfig {
    publishers = List.copyOf(publishers);
    profiles = List.copyOf(profiles);
    trustedProxies = List.copyOf(trustedProxies);
    adminHosts = List.copyOf(adminHosts);
  }

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration TENANT_FILTERS = Duration.ofMillis(100);
  private static final Duration USER_FILTERS = Duration.ofMillis(25);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MAX_PROXIES = 100;
  private static final long KIB = 1024;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long MOST_MEMORY = 1024 * GIB;

  /** How safe an event is once its publisher is told that it is stored. */
  enum Durability {
    /** It survives a loss of power, because it is on the disk. */
    FSYNC,
    /** It survives a crash of the process, because the operating system has it. */
    OS,
    /** It is lost with the process. */
    MEMORY
  }

  /** Where events are stored, how safely, and for how long. */
  record LogConfig(Path directory, Durability durability, Retention retention) {
    /** The directory of the log; empty if the log is in memory. */
    Optional<Path> onDisk() {
      return durability == Durability.MEMORY ? Optional.empty() : Optional.of(directory);
    }
  }

  /** How long a stop drains streams, and over which time their clients come back. */
  record ShutdownConfig(Duration drain, Duration reconnectWindow) {}

  /**
   * Reads the configuration.
   *
   * @param merged every source, the environment included
   * @param written the file and the system properties, where an unknown key is a mistake
   * @throws BadConfiguration naming the key at fault
   */
  static GatewayConfig read(Config merged, Config written) {
    Settings relay = Settings.of(merged.get("relay"));
    GatewayConfig config = read(relay);
    relay.refuseUnknown(written.get("relay"));
    return config;
  }

  static GatewayConfig read(Settings relay) {
    Settings limits = relay.section("limits");
    long heap = HeapPlan.ofThisJvm();
    IntakeConfig intake = IntakeConfig.read(limits, heap);
    Settings stream = relay.section("stream");
    Settings shutdown = relay.section("shutdown");
    LogConfig log = log(relay.section("log"));
    StreamConfig streams = StreamConfig.read(stream);
    Limits bounds = bounds(stream, limits, heap, intake.eventBytes());
    IdentityConfig identity = IdentityConfig.read(relay.section("identity"));
    SubscribersConfig subscribers = SubscribersConfig.read(relay, identity);
    GatewayConfig config =
        new GatewayConfig(
            identity,
            subscribers,
            RevocationsConfig.read(
                relay, log.onDisk(), identity.issuers().size(), HeapPlan.usualRevocations(heap)),
            PublisherConfig.read(relay.list("publishers"), intake.most()),
            TypesConfig.read(relay),
            log,
            streams,
            ProfileConfig.readAll(
                relay,
                profile -> CredentialPolicy.read(profile, identity, subscribers.session()),
                streams,
                bounds),
            bounds,
            intake,
            ConnectionTimes.read(limits, streams.writeTimeout()),
            new ShutdownConfig(
                shutdown.duration("drain", SECOND.multipliedBy(10), Duration.ZERO, HOUR),
                shutdown.duration(
                    "reconnect-window", SECOND.multipliedBy(30), Duration.ZERO, HOUR)),
            trustedProxies(relay),
            adminHosts(relay.section("admin")),
            relay.section("reload").flag("watch", false),
            TracingConfig.read(relay.section("tracing"), TracingConfig.endpointOfEnvironment()),
            LogFormat.read(relay),
            OperatorsConfig.read(relay.section("admin"), log.onDisk()),
            relay.flag("demo", false),
            heap);
    // Or nobody could be known; and the demo is at home with its first issuer.
    boolean known = subscribers.session().isPresent() && !config.demo();
    if (identity.issuers().isEmpty() && !known) {
      throw relay.section("identity").bad("issuers", "at least one issuer is required");
    }
    return config;
  }

  /**
   * This, with what a running relay keeps of the configuration that it was started with.
   *
   * @param started the configuration in force, which has that still
   */
  GatewayConfig keeping(GatewayConfig started) {
    IntakeConfig first = started.intake;
    Limits bound = limits;
    return new GatewayConfig(
        identity,
        subscribers,
        started.revocations,
        publishers.stream().map(it -> it.keeping(intake.eventBytes(), first.eventBytes())).toList(),
        types,
        started.log,
        stream,
        profiles,
        new Limits(
            bound.queue(),
            bound.streams(),
            bound.streamsPerTenant(),
            bound.streamsPerUser(),
            bound.replayEvents(),
            bound.snapshotKeys(),
            bound.slow(),
            bound.overUserLimit(),
            started.limits.memory(),
            bound.filterTime()),
        new IntakeConfig(
            first.eventBytes(),
            first.bodyBytes(),
            intake.batchEvents(),
            intake.publishPerSecond(),
            intake.publishPerTenant(),
            intake.newTenantsPerMinute()),
        started.times,
        shutdown,
        trustedProxies,
        started.adminHosts,
        watched,
        started.tracing,
        started.logFormat,
        started.operators,
        started.demo,
        started.heap);
  }

  private static Limits bounds(Settings stream, Settings limits, long heap, int eventBytes) {
    return new Limits(
        stream.number("queue", 256, 1, 100_000),
        limits.number("streams", 20_000, 1, 10_000_000),
        limits.number("streams-per-tenant", 5000, 1, 10_000_000),
        limits.number("streams-per-user", 20, 1, 10_000_000),
        limits.number("replay-events", 100_000, 1, 1_000_000_000),
        limits.number("snapshot-keys", 1000, 1, 1_000_000),
        stream.choice("slow", SlowPolicy.CATCH_UP),
        stream.choice("over-user-limit", OverUserLimit.REFUSE),
        memory(limits, heap, eventBytes),
        filterTime(limits));
  }

  /**
   * The needs from which the heap is divided.
   *
   * @param tls whether the public listener ends TLS
   */
  HeapPlan.Needs heapNeeds(boolean tls) {
    return new HeapPlan.Needs(
        heap,
        log.durability() == Durability.MEMORY,
        intake.bodyBytes(),
        intake.eventBytes(),
        limits.memory().waiting() + limits.memory().reading(),
        revocations.heapBytes(),
        tls);
  }

  /** Reads times for one processor, and multiplies them by the number of those that there are. */
  private static Limits.FilterTime filterTime(Settings limits) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new Limits.FilterTime(
        limits
            .duration("filter-time-per-tenant", TENANT_FILTERS, MILLISECOND, SECOND)
            .multipliedBy(processors),
        limits
            .duration("filter-time-per-user", USER_FILTERS, MILLISECOND, SECOND)
            .multipliedBy(processors));
  }

  /**
   * Reads how much of the heap events may take on their way to subscribers. Everywhere there is
   * room for the largest event with its frames.
   */
  private static Limits.Memory memory(Settings limits, long heap, int eventBytes) {
    long least = Math.max(MIB, (long) HeapPlan.LEAST_EVENTS * eventBytes);
    long waiting =
        limits.bytes("waiting-bytes", HeapPlan.usualWaiting(heap, eventBytes), least, MOST_MEMORY);
    long reading =
        limits.bytes("reading-bytes", HeapPlan.usualReading(heap, eventBytes), least, MOST_MEMORY);
    return new Limits.Memory(
        waiting,
        limits.bytes(
            "waiting-bytes-per-tenant",
            HeapPlan.usualOfTenant(waiting, eventBytes),
            least,
            waiting),
        reading,
        limits.bytes(
            "reading-bytes-per-tenant",
            HeapPlan.usualOfTenant(reading, eventBytes),
            least,
            reading));
  }

  private static List<AddressRange> trustedProxies(Settings relay) {
    List<String> proxies = relay.texts("trusted-proxies", List.of());
    if (proxies.size() > MAX_PROXIES) {
      throw relay.bad("trusted-proxies", "at most " + MAX_PROXIES + " addresses and ranges");
    }
    return relay.all("trusted-proxies", proxies, AddressRange::of);
  }

  private static List<String> adminHosts(Settings admin) {
    List<String> hosts = admin.all("hosts", admin.texts("hosts", List.of()), AdminGuard::host);
    if (hosts.size() > AdminGuard.MAX_HOSTS
        || (hosts.size() > 1 && hosts.contains(AdminGuard.EVERY))) {
      throw admin.bad("hosts", "must be at most " + AdminGuard.MAX_HOSTS + " hosts, or * alone");
    }
    return hosts;
  }

  private static LogConfig log(Settings log) {
    return new LogConfig(
        Path.of(log.text("directory", "data")),
        log.choice("durability", Durability.FSYNC),
        retention(log));
  }

  private static Retention retention(Settings log) {
    Settings retention = log.section("retention");
    return new Retention(
        retention.duration("age", DAY, SECOND, DAY.multipliedBy(3650)),
        retention.number("events", 1_000_000, 1, Integer.MAX_VALUE),
        retention.bytes("bytes", GIB, 64 * KIB, 1024 * GIB),
        log.duration("dedup", DAY, MINUTE, DAY.multipliedBy(3650)));
  }
}
