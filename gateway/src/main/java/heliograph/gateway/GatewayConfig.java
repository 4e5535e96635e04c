package heliograph.gateway;

import heliograph.contract.RelayException;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import io.helidon.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * What the operator wrote under {@code relay}, read once, checked, with every default filled in.
 *
 * @param trustedProxies the peers that are believed when they say what a browser called
 * @param adminHosts those that the admin listener answers to; none for its own
 * @param demo whether the demo's issuer, publisher and page exist in this process
 */
record GatewayConfig(
    IdentitySettings identity,
    SubscribersConfig subscribers,
    RevocationsConfig revocations,
    List<Publisher> publishers,
    TypeRules types,
    LogConfig log,
    StreamConfig stream,
    Limits limits,
    IntakeConfig intake,
    ConnectionTimes times,
    ShutdownConfig shutdown,
    List<AddressRange> trustedProxies,
    List<String> adminHosts,
    boolean demo) {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MAX_PROXIES = 100;
  private static final long KIB = 1024;
  private static final long GIB = 1L << 30;

  /** How safe an event is when its publisher is told that it is stored. */
  enum Durability {
    /** It survives the power: it is on the disk. */
    FSYNC,
    /** It survives the process: the operating system has it. */
    OS,
    /** It survives nothing. */
    MEMORY
  }

  record LogConfig(Path directory, Durability durability, Retention retention) {}

  /** What streams are compressed with for clients that accept it. */
  enum Compression {
    GZIP,
    NONE
  }

  /**
   * @param maxWindow the longest time that a subscriber can have events gathered
   * @param reauth how long before its token's end a stream is told; zero for never
   */
  record StreamConfig(
      Duration heartbeat,
      Duration retry,
      Duration writeTimeout,
      Duration maxWindow,
      Duration reauth,
      Compression compression) {}

  /**
   * The bounds of what publishers send.
   *
   * @param eventBytes the most bytes of one event
   * @param bodyBytes the most bytes of a request body, before and after inflation
   * @param publishPerSecond the most events of a publisher in a second
   * @param publishPerTenant the most events for a tenant in a second, whoever sends them
   * @param newTenantsPerMinute the most tenants that the log does not know of a publisher for all
   */
  record IntakeConfig(
      int eventBytes,
      int bodyBytes,
      int batchEvents,
      int publishPerSecond,
      int publishPerTenant,
      int newTenantsPerMinute) {
    Rates.Most rates() {
      return new Rates.Most(publishPerSecond, publishPerTenant, newTenantsPerMinute);
    }
  }

  /**
   * How long a connection waits for its client.
   *
   * @param head from a request's first byte, or that of the connection, to the end of its head
   * @param request from its first byte to its last; not less than for the head
   * @param answer for a piece of an answer to be taken
   * @param keepAlive between an answer and the next request
   */
  record ConnectionTimes(Duration head, Duration request, Duration answer, Duration keepAlive) {
    ConnectionTimes {
      head = head.compareTo(request) < 0 ? head : request;
    }
  }

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
    IntakeConfig intake = intake(limits);
    Settings stream = relay.section("stream");
    Settings shutdown = relay.section("shutdown");
    LogConfig log = log(relay.section("log"));
    StreamConfig streams = streams(stream);
    IdentitySettings identity = IdentitySettings.read(relay.section("identity"));
    GatewayConfig config =
        new GatewayConfig(
            identity,
            SubscribersConfig.read(relay, identity),
            RevocationsConfig.read(relay, log, identity.issuers().size()),
            PublisherSettings.read(relay.list("publishers"), intake),
            TypeSettings.read(relay),
            log,
            streams,
            new Limits(
                stream.number("queue", 256, 1, 100_000),
                limits.number("streams", 20_000, 1, 10_000_000),
                limits.number("streams-per-tenant", 5000, 1, 10_000_000),
                limits.number("streams-per-user", 20, 1, 10_000_000),
                limits.number("replay-events", 100_000, 1, 1_000_000_000),
                limits.number("snapshot-keys", 1000, 1, 1_000_000),
                stream.choice("slow", SlowPolicy.CATCH_UP),
                stream.choice("over-user-limit", OverUserLimit.REFUSE)),
            intake,
            times(limits, streams),
            new ShutdownConfig(
                shutdown.duration("drain", SECOND.multipliedBy(10), Duration.ZERO, HOUR),
                shutdown.duration(
                    "reconnect-window", SECOND.multipliedBy(30), Duration.ZERO, HOUR)),
            trustedProxies(relay),
            adminHosts(relay.section("admin")),
            relay.flag("demo", false));
    if (config.identity().issuers().isEmpty()) {
      throw relay.section("identity").bad("issuers", "at least one issuer is required");
    }
    return config;
  }

  private static List<AddressRange> trustedProxies(Settings relay) {
    List<String> proxies = relay.texts("trusted-proxies", List.of());
    if (proxies.size() > MAX_PROXIES) {
      throw relay.bad("trusted-proxies", "at most " + MAX_PROXIES + " addresses and ranges");
    }
    return all(relay, "trusted-proxies", proxies, AddressRange::of);
  }

  private static List<String> adminHosts(Settings admin) {
    List<String> hosts = all(admin, "hosts", admin.texts("hosts", List.of()), AdminGuard::host);
    if (hosts.size() > AdminGuard.MAX_HOSTS
        || (hosts.size() > 1 && hosts.contains(AdminGuard.EVERY))) {
      throw admin.bad("hosts", "must be at most " + AdminGuard.MAX_HOSTS + " hosts, or * alone");
    }
    return hosts;
  }

  private static StreamConfig streams(Settings stream) {
    return new StreamConfig(
        stream.duration("heartbeat", SECOND.multipliedBy(15), TENTH, HOUR),
        stream.duration("retry", SECOND.multipliedBy(3), TENTH, HOUR),
        stream.duration("write-timeout", SECOND.multipliedBy(15), SECOND, HOUR),
        stream.duration("max-window", SECOND.multipliedBy(10), Duration.ZERO, HOUR),
        stream.duration("reauth", SECOND.multipliedBy(60), Duration.ZERO, HOUR),
        stream.choice("compression", Compression.GZIP));
  }

  private static IntakeConfig intake(Settings limits) {
    // CloudEvents 1.0 section 5: an intermediary forwards events of up to 64 KiB.
    int event = (int) limits.bytes("event-bytes", 256 * KIB, 64 * KIB, 64 * KIB * KIB);
    long usual = HeapPlan.usualBody(HeapPlan.ofThisJvm(), event);
    int body = (int) limits.bytes("body-bytes", usual, 64 * KIB, 256 * KIB * KIB);
    if (body < event) {
      throw limits.bad("body-bytes", "must not be less than relay.limits.event-bytes, " + event);
    }
    return new IntakeConfig(
        event,
        body,
        limits.number("batch-events", 500, 1, 10_000),
        limits.number("publish-per-second", 5000, 1, 10_000_000),
        limits.number("publish-per-second-per-tenant", 20_000, 1, 10_000_000),
        limits.number("new-tenants-per-minute", 60, 1, 10_000_000));
  }

  private static ConnectionTimes times(Settings limits, StreamConfig stream) {
    return new ConnectionTimes(
        limits.duration("head-timeout", SECOND.multipliedBy(10), SECOND, HOUR),
        limits.duration("request-timeout", SECOND.multipliedBy(20), SECOND, HOUR),
        stream.writeTimeout(),
        limits.duration("keep-alive-timeout", SECOND.multipliedBy(75), SECOND, HOUR));
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

  static <T> List<T> all(
      Settings settings, String key, List<String> texts, Function<String, T> make) {
    return texts.stream().map(text -> made(settings, key, text, make)).toList();
  }

  static <T> T checked(Settings settings, String key, Function<String, T> make) {
    return made(settings, key, settings.required(key), make);
  }

  private static <T> T made(Settings settings, String key, String text, Function<String, T> make) {
    try {
      return make.apply(text);
    } catch (RelayException rule) {
      throw settings.bad(key, rule.detail());
    } catch (IllegalArgumentException rule) {
      throw settings.bad(key, String.valueOf(rule.getMessage()));
    }
  }
}
