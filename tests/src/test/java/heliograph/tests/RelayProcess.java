package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * The packaged relay as a process of its own, on free loopback ports, with all it prints. One
 * configuration file each, in a folder that goes with it.
 */
final class RelayProcess implements AutoCloseable {
  private static final Pattern STARTED = Pattern.compile("started public=(\\d+) admin=(\\d+)");
  private static final Pattern KEYS = Pattern.compile("issuer-keys issuer=");
  private static final Duration START = Duration.ofSeconds(30);

  /** Where the logs of all relays are; the pom runs the tests of the log once for each. */
  private static final String DURABILITY =
      "-Drelay.log.durability=" + System.getProperty("heliograph.durability");

  private final Path folder;
  private final Process process;
  // Guarded by itself.
  private final StringBuilder log = new StringBuilder();
  private Thread listener;
  private Http http;
  private Http admin;

  private RelayProcess(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts a relay and waits until it is ready.
   *
   * @param relay the YAML under {@code relay}
   */
  static RelayProcess start(String relay) throws Exception {
    return start(relay, Map.of());
  }

  static RelayProcess start(String relay, Map<String, String> environment, String... jvmArguments)
      throws Exception {
    return ready(launch(yaml(relay), environment, jvmArguments));
  }

  private static RelayProcess ready(RelayProcess started) throws Exception {
    try {
      started.listen();
      started.awaitReady();
      return started;
    } catch (Exception | AssertionError e) {
      started.close();
      throw e;
    }
  }

  /**
   * Starts a relay that trusts one issuer, with a heap of its own size.
   *
   * @param most as {@code -Xmx} takes it, such as {@code 96m}
   * @param relay what stands under {@code relay} besides
   */
  static RelayProcess startWithHeap(String most, TestIssuer issuer, String relay) throws Exception {
    String identity = "identity: { issuers: [%s] }\n".formatted(issuer.yaml());
    return start(identity + relay, Map.of(), "-Xmx" + most);
  }

  /** Starts a relay that may have so few files and sockets open. */
  static RelayProcess startWithDescriptors(int descriptors, String relay) throws Exception {
    return startAfter("ulimit -n " + descriptors, relay);
  }

  /** Starts a relay by a shell that does something to itself first. */
  static RelayProcess startAfter(String command, String relay) throws Exception {
    List<String> shell = List.of("sh", "-c", command + " && exec \"$@\"", "sh");
    Path folder = Files.createTempDirectory("heliograph");
    Path config = Files.writeString(folder.resolve("application.yaml"), yaml(relay));
    List<String> java = java(List.of(), "--config", config.toString());
    RelayProcess started =
        launch(folder, Map.of(), Stream.concat(shell.stream(), java.stream()).toList());
    return ready(started);
  }

  /**
   * Starts a relay with resources before its own on the class path.
   *
   * @param resources the folder in which they are
   */
  static RelayProcess startWithResources(Path resources, String relay) throws Exception {
    Path folder = Files.createTempDirectory("heliograph");
    Path config = Files.writeString(folder.resolve("application.yaml"), yaml(relay));
    List<String> java = new ArrayList<>(java(List.of(), "--config", config.toString()));
    // What was learned of a start is good for the jar alone.
    java.remove(StartCache.ARGUMENT);
    int jar = java.indexOf("-jar");
    java.set(jar, "-cp");
    java.set(jar + 1, resources + File.pathSeparator + java.get(jar + 1));
    java.add(jar + 2, "heliograph.gateway.Main");
    return ready(launch(folder, Map.of(), java));
  }

  /** Starts a process without waiting for anything. */
  static RelayProcess launch(String yaml) throws IOException {
    return launch(yaml, Map.of());
  }

  static RelayProcess launch(String yaml, Map<String, String> environment, String... jvmArguments)
      throws IOException {
    Path folder = Files.createTempDirectory("heliograph");
    Path config = Files.writeString(folder.resolve("application.yaml"), yaml);
    return launch(folder, environment, java(List.of(jvmArguments), "--config", config.toString()));
  }

  /** Starts a process with arguments of its own. */
  static RelayProcess run(String... arguments) throws IOException {
    Path folder = Files.createTempDirectory("heliograph");
    return launch(folder, Map.of(), java(List.of(), arguments));
  }

  /** With the options of the JVM that deploy/run has. */
  private static List<String> java(List<String> jvmArguments, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + System.getProperty("heliograph.jvm.options"));
    // It lives for seconds, of which the second compiler would take one.
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(StartCache.ARGUMENT, DURABILITY));
    command.addAll(jvmArguments);
    command.addAll(List.of("-jar", System.getProperty("heliograph.jar")));
    command.addAll(List.of(arguments));
    return command;
  }

  private static RelayProcess launch(
      Path folder, Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    RelayProcess launched = new RelayProcess(folder, builder.start());
    // Also when the tests themselves are ended: no relay stays behind.
    Runtime.getRuntime().addShutdownHook(new Thread(launched.process::destroyForcibly));
    launched.listener = Thread.ofVirtual().start(launched::listenToLog);
    return launched;
  }

  /** A whole configuration: free loopback ports, and what is given under {@code relay}. */
  static String yaml(String relay) {
    return """
    server:
      host: 127.0.0.1
      port: 0
      sockets: { admin: { port: 0 } }
    relay:
    """
        + relay.indent(2);
  }

  private void listenToLog() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (log) {
          log.append(line).append('\n');
          log.notifyAll();
        }
      }
    } catch (IOException _) {
      // The process was ended by force, and its output with it.
    }
  }

  /** Waits for the line that names the ports. */
  void listen() throws InterruptedException {
    Matcher ports = await(STARTED);
    http = new Http(Integer.parseInt(ports.group(1)));
    admin = new Http(Integer.parseInt(ports.group(2)));
  }

  /** Waits for the line that names the ports of a relay whose public listener has TLS. */
  void listen(SSLContext context) throws InterruptedException {
    Matcher ports = await(STARTED);
    http = new Http(Integer.parseInt(ports.group(1)), context);
    admin = new Http(Integer.parseInt(ports.group(2)));
  }

  /** Waits for the line that names the ports of a relay whose two listeners have TLS. */
  void listenSecurely(SSLContext context) throws InterruptedException {
    Matcher ports = await(STARTED);
    http = new Http(Integer.parseInt(ports.group(1)), context);
    admin = new Http(Integer.parseInt(ports.group(2)), context);
  }

  /** Waits until it has the issuer's keys and says that it is ready. */
  void awaitReady() throws Exception {
    await(KEYS);
    Deadline.await("ready", () -> admin.get("/observe/health/ready").status() == 200);
  }

  /** What the pattern finds in the log, as soon as it is there. */
  Matcher await(Pattern pattern) throws InterruptedException {
    long until = System.nanoTime() + START.toNanos();
    synchronized (log) {
      while (true) {
        Matcher matcher = pattern.matcher(log.toString());
        if (matcher.find()) {
          return matcher;
        }
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new AssertionError("not in the log: " + pattern + "\n" + log + threads());
        }
        log.wait(Math.min(left, 100));
      }
    }
  }

  /**
   * Writes another configuration in place of the one that it was started with, all at once.
   *
   * @param relay the YAML under {@code relay}
   */
  void configure(String relay) throws IOException {
    write(yaml(relay));
  }

  /** Writes another text in place of its whole configuration. */
  void write(String text) throws IOException {
    Path next = Files.writeString(folder.resolve("next.yaml"), text);
    Files.move(next, folder.resolve("application.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Has it read its configuration again; the answer. */
  Answer reload(String query) throws IOException, InterruptedException {
    return admin.send("POST", "/admin/v1/config/reload" + query, new byte[0]);
  }

  /** Has it read its configuration again, which goes well; what it tells of that. */
  Map<String, Object> reload() throws IOException, InterruptedException {
    Answer answer = reload("?reason=tested");
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  /** Sends it a signal, such as {@code HUP}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertEquals(0, kill.waitFor());
  }

  /**
   * Lets none of its files grow beyond so many bytes, as a full disk does; or {@code unlimited}.
   */
  void limitFiles(String bytes) throws IOException, InterruptedException {
    String limit = "--fsize=" + bytes + ":unlimited";
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), limit)
            .inheritIO()
            .start();
    assertEquals(0, prlimit.waitFor());
  }

  /** Has its JVM do something, as an operator does. */
  void jcmd(String... command) throws IOException, InterruptedException {
    List<String> jcmd = new ArrayList<>();
    jcmd.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    jcmd.add(Long.toString(process.pid()));
    jcmd.addAll(List.of(command));
    Process asked = new ProcessBuilder(jcmd).redirectErrorStream(true).start();
    String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, asked.waitFor(), answer);
  }

  /** What it is at, if it is not gone. */
  private String threads() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    try {
      Process process =
          new ProcessBuilder("./threads", java.toString(), Long.toString(this.process.pid()))
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** All that was printed so far. */
  String log() {
    synchronized (log) {
      return log.toString();
    }
  }

  /** How often a text was printed so far. */
  int logged(String text) {
    return (int) log().lines().filter(line -> line.contains(text)).count();
  }

  /** What it prints is read by a thread of its own, which may come later than an answer. */
  void assertLogged(int times, String text) throws Exception {
    Deadline.await(text, () -> logged(text) >= times);
    assertEquals(times, logged(text), this::log);
  }

  /** The public listener. */
  Http http() {
    return http;
  }

  Http admin() {
    return admin;
  }

  int port() {
    return http.port();
  }

  /**
   * One figure of the metrics.
   *
   * @param labels those that tell it from its siblings, such as {@code reason="left"}
   */
  double metric(String name, String... labels) throws IOException, InterruptedException {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name + List.of(labels)));
  }

  /** The tenants that its metrics name, because streams of theirs had more than their share. */
  Set<String> late(String reason) throws IOException, InterruptedException {
    Pattern tenant = Pattern.compile("tenant=\"([^\"]*)\"");
    return metrics()
        .lines()
        .filter(line -> line.startsWith("heliograph_late_streams_total{"))
        .filter(line -> line.contains("reason=\"" + reason + "\""))
        .map(line -> tenant.matcher(line).results().findFirst().orElseThrow().group(1))
        .collect(Collectors.toSet());
  }

  String metrics() throws IOException, InterruptedException {
    return admin.get("/observe/metrics").text();
  }

  /** What can be seen of the process from outside. */
  Vitals vitals() {
    return new Vitals(process.pid());
  }

  /** Checks that it went well until now, and stops it in any case. */
  void stopWell() throws IOException, InterruptedException {
    try {
      assertWell();
    } finally {
      close();
    }
  }

  /** It answers, and nothing it met was a bug. */
  void assertWell() throws IOException, InterruptedException {
    assertEquals(200, admin.get("/observe/health/ready").status());
    assertEquals(200, admin.get("/observe/health/live").status());
    assertNoBugs();
    Secrets.assertNoneIn("the metrics", metrics());
  }

  /** Nothing that it printed is a stack trace, an error, or a secret. */
  void assertNoBugs() {
    String printed = log();
    boolean bug = printed.contains("level=SEVERE") || printed.contains("\tat ");
    assertFalse(bug, () -> printed.lines().limit(40).collect(Collectors.joining("\n")));
    Secrets.assertNoneIn("the log", printed);
  }

  /** Asks it to stop, as an operator does. */
  void terminate() {
    // By its handle: the process itself would close its output with it, and the last words be lost.
    process.toHandle().destroy();
  }

  /** Ends it without a word, as a crash does. */
  void kill() {
    process.destroyForcibly();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end, of the process and of what it prints. */
  int exitCode() throws InterruptedException {
    return exitCode(START);
  }

  int exitCode(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + limit + "\n" + log());
    }
    listener.join();
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    if (http != null) {
      http.close();
      admin.close();
    }
    process.onExit().join();
    // With the log that the relay kept there, if it did.
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
