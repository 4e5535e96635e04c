package heliograph.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The packaged relay as a process of its own, with the log of a directory. */
final class Relay implements AutoCloseable {
  static final String SECRET = "benchmark-only-static-token";

  /**
   * The options of the JVM: those of deploy, and a heap with room for the 15,000 streams of the
   * soak.
   */
  static final List<String> JVM = List.of("@deploy/jvm.options", "-Xmx704m");

  /** What it learned of a start; tests/benchmark/run sees to it, as deploy/run does. */
  static final String START_CACHE = "-XX:AOTCache=gateway/target/heliograph.aot";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ProcessBuilder command;
  private final Process process;
  private final int port;
  private final int admin;
  private final double readySeconds;

  private Relay(ProcessBuilder command, Process process, int port, int admin, double readySeconds) {
    this.command = command;
    this.process = process;
    this.port = port;
    this.admin = admin;
    this.readySeconds = readySeconds;
  }

  /** Starts it and waits until it says that it is ready. */
  static Relay start(Settings settings, Issuer issuer, Path data) throws IOException {
    return start(settings, issuer, data, "");
  }

  /**
   * Starts it with more configuration, and waits until it says that it is ready.
   *
   * @param more what its configuration has besides, lines of YAML under {@code relay}
   */
  static Relay start(Settings settings, Issuer issuer, Path data, String more) throws IOException {
    int port = Server.freePort();
    int admin = Server.freePort();
    Files.createDirectories(settings.work());
    Path file = settings.work().resolve(data.getFileName() + ".yaml");
    Files.writeString(file, configuration(port, admin, issuer, data) + more.indent(2));
    Path log = settings.work().resolve(data.getFileName() + ".log");
    Files.deleteIfExists(log);
    ProcessBuilder command = new ProcessBuilder(settings.java().toString());
    command.command().addAll(JVM);
    command.command().add(START_CACHE);
    command
        .command()
        .addAll(List.of("-jar", settings.jar().toString(), "--config", file.toString()));
    command
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return start(command, port, admin);
  }

  private static Relay start(ProcessBuilder command, int port, int admin) throws IOException {
    long started = System.nanoTime();
    Process process = command.start();
    while (!isReady(admin)) {
      long waited = System.nanoTime() - started;
      if (!process.isAlive() || waited > PATIENCE.toNanos()) {
        process.destroyForcibly();
        throw new IllegalStateException("the relay did not start: " + command.redirectOutput());
      }
      Server.pause(Duration.ofMillis(5));
    }
    return new Relay(command, process, port, admin, (System.nanoTime() - started) / 1e9);
  }

  private static String configuration(int port, int admin, Issuer issuer, Path data) {
    return """
    server:
      host: 127.0.0.1
      port: %s
      sockets: [{ name: admin, host: 127.0.0.1, port: %s }]
    relay:
      identity:
        issuers: [{ issuer: "%s", audience: %s, jwks-uri: "%s/keys", logout-audience: web }]
      publishers:
        - { name: bench, scheme: token, secrets: [%s], tenants: ["*"] }
      log: { directory: "%s", durability: fsync }
      limits:
        publish-per-second: 10000000
        new-tenants-per-minute: 10000000
        replay-events: 1000000000
        revocations: 2000000
        streams: 20000
        streams-per-tenant: 20000
        streams-per-user: 20000
      shutdown: { drain: PT1S, reconnect-window: PT0S }
    """
        .formatted(
            port,
            admin,
            issuer.url(),
            Issuer.AUDIENCE,
            issuer.url(),
            SECRET,
            data.toAbsolutePath());
  }

  private static boolean isReady(int admin) {
    try {
      return get(admin, "/observe/health/ready").statusCode() == 200;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  private static HttpResponse<String> get(int port, String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends it without a word, as a crash does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts one like it at the same address, with the same log, and waits until it is ready. */
  Relay again() throws IOException {
    return start(command, port, admin);
  }

  int port() {
    return port;
  }

  /** The port of the admin listener. */
  int admin() {
    return admin;
  }

  /** As ssebench sees it: each of its groups is a topic, and all subscribers have one token. */
  Server server(String token) {
    return server("relay", "topic=" + Server.TOPICS + "{i}", token);
  }

  /**
   * The relay as ssebench sees it, with a query: each of its groups is a topic, and all subscribers
   * have one token.
   *
   * @param query what its subscribers ask for, in which {@code {i}} is the number of their group
   */
  Server server(String name, String query, String token) {
    return at(name, "/v1/stream?" + query, token);
  }

  /**
   * The relay as ssebench sees it, whose subscribers ask at some path.
   *
   * @param target a path and a query, in which {@code {n}} is the number of a subscriber
   */
  Server at(String name, String target, String token) {
    return new Server(
        name,
        process.pid(),
        port,
        List.of(
            "--path",
            target,
            "-H",
            "Authorization: Bearer " + token,
            "--pub-path",
            "/v1/hooks/bench",
            "--pub-header",
            "Authorization: Bearer " + SECRET));
  }

  /** The processor time that the relay has taken so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** From the start of the process to ready. */
  double readySeconds() {
    return readySeconds;
  }

  /** The value of a counter now. */
  double metric(String name, String label) {
    return get(admin, "/observe/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  double commits() {
    return metric("heliograph_log_commits_total", "");
  }

  double stored() {
    return metric("heliograph_events_published_total", "\"stored\"");
  }

  /** The memory of the process that is resident, in MiB. */
  double residentMib() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }

  @Override
  public void close() {
    Server.stop(process);
  }
}
