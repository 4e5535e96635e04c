package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;

/**
 * Takes every figure several times, in turn, and prints a table of Markdown. Started by {@code
 * tests/benchmark/run}, with the relay's jar and a folder to work in.
 */
public final class Benchmark {
  private static final int ROUNDS = 3;
  private static final int STARTS = 3;
  private static final int STORED = 1_000_000;
  private static final int MANY = 100;
  private static final int MANY_EVENTS = 20_000;
  private static final int PAGE = 64;
  private static final List<Integer> CONNECTIONS = List.of(1, 16, 256);
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration MEASURED = Duration.ofSeconds(3);
  private static final double MIB = 1024 * 1024;

  private final Settings settings;
  private final Issuer issuer;
  private final Map<String, Samples> figures = new LinkedHashMap<>();
  private final Map<String, String> verdicts = new LinkedHashMap<>();

  private Benchmark(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  /** Arguments: the relay's jar, and a folder. */
  public static void main(String[] args) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Settings settings = new Settings(java, Path.of(args[0]), Path.of(args[1]));
    Files.createDirectories(settings.work());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroy)));
    try (Issuer issuer = new Issuer()) {
      Benchmark benchmark = new Benchmark(settings, issuer);
      benchmark.publishing();
      benchmark.storing();
      benchmark.print();
    }
  }

  private Samples figure(String name) {
    return figures.computeIfAbsent(name, _ -> new Samples());
  }

  private void target(String name, String target, DoublePredicate met) {
    boolean isMet = met.test(figure(name).median());
    verdicts.put(name, target + " | " + (isMet ? "met" : "**not met**"));
  }

  private static void say(String what) {
    System.err.println("benchmark: " + what);
  }

  private void publishing() throws IOException {
    Path data = settings.work().resolve("published");
    Filling.delete(data);
    try (Relay relay = Relay.start(settings, issuer, data);
        Nchan one = Nchan.start(settings, 1)) {
      Load toRelay =
          new Load(
              relay.port(), "/v1/hooks/bench", "Authorization: Bearer " + Relay.SECRET + "\r\n");
      Load toNchan = new Load(one.port(), "/pub/%s", "");
      say("warming up");
      toRelay.run(64, Duration.ZERO, Duration.ofSeconds(10));
      toNchan.run(64, Duration.ZERO, Duration.ofSeconds(2));
      for (int round = 0; round < ROUNDS; round++) {
        figure("one fsync of 4 KiB, ms").add(Filling.syncMillis(settings.work()));
        for (int connections : CONNECTIONS) {
          say("publishing, round " + (round + 1) + ", connections: " + connections);
          publish(relay, toRelay, toNchan, connections);
        }
      }
    }
    target("publish at 16, relay / nchan", "at least 0.4", ratio -> ratio >= 0.4);
    target("publish at 256, events per commit", "at least 10", events -> events >= 10);
    Filling.delete(data);
  }

  private void publish(Relay relay, Load toRelay, Load toNchan, int connections)
      throws IOException {
    String name = "publish at " + connections;
    double stored = relay.stored();
    double commits = relay.commits();
    double relayRate = toRelay.run(connections, WARM_UP, MEASURED);
    double size = (relay.stored() - stored) / (relay.commits() - commits);
    double nchanRate = toNchan.run(connections, WARM_UP, MEASURED);
    figure(name + ", relay, events/s").add(relayRate);
    figure(name + ", nchan, events/s").add(nchanRate);
    figure(name + ", relay / nchan").add(relayRate / nchanRate);
    figure(name + ", events per commit").add(size);
  }

  private void storing() throws IOException, GeneralSecurityException, InterruptedException {
    Path full = settings.work().resolve("full");
    Path empty = settings.work().resolve("empty");
    Filling.delete(full);
    Filling.delete(empty);
    say("storing " + STORED + " events");
    long bytes = Filling.fill(full, STORED);
    replay(full);
    Relay.start(settings, issuer, empty).close();
    for (int i = 0; i < STARTS; i++) {
      say("starting, round " + (i + 1));
      double with = start(full, "with 1 million events", PAGE);
      double without = start(empty, "with an empty log", 0);
      figure("memory, the difference, MiB").add(with - without);
      Filling.uncache(full);
      try (Relay relay = Relay.start(settings, issuer, full)) {
        figure("start with 1 million events, its files not in memory, s").add(relay.readySeconds());
      }
    }
    target("start with 1 million events, s", "under 3", seconds -> seconds < 3);
    target("memory, the difference, MiB", "under 64", mib -> mib < 64);
    double each = (double) Filling.size(full) / STORED;
    figure("size of an event as the log counts it, bytes").add((double) bytes / STORED);
    figure("disk for each event, bytes").add(each);
    figure("disk / size").add(each * STORED / bytes);
    figure("disk in all, MiB").add(Filling.size(full) / MIB);
    Filling.delete(full);
    Filling.delete(empty);
  }

  private void replay(Path full) throws IOException, GeneralSecurityException {
    try (Relay relay = Relay.start(settings, issuer, full)) {
      Replay replay = new Replay(relay.port(), issuer);
      int events = STORED / Events.TENANTS;
      replay.all(Events.tenant(0), events);
      for (int round = 0; round < ROUNDS; round++) {
        say("replaying, round " + (round + 1));
        figure("replay of 250,000 by 1, events/s").add(replay.all(Events.tenant(round), events));
        figure("replay of 20,000 by 100 at once, events/s over all")
            .add(replay.last(Events.tenant(round), MANY, MANY_EVENTS));
      }
    }
  }

  /** Starts the relay, replays a page, and returns its resident memory. */
  private double start(Path data, String what, int events)
      throws IOException, GeneralSecurityException {
    try (Relay relay = Relay.start(settings, issuer, data)) {
      figure("start " + what + ", s").add(relay.readySeconds());
      new Replay(relay.port(), issuer).page(Events.tenant(0), events);
      double resident = relay.residentMib();
      figure("memory " + what + ", MiB").add(resident);
      return resident;
    }
  }

  private void print() {
    System.out.println("| figure | median | range | runs | target | |");
    System.out.println("|---|---|---|---|---|---|");
    figures.forEach(
        (name, samples) ->
            System.out.println(
                "| "
                    + name
                    + " | "
                    + samples.cells()
                    + " | "
                    + verdicts.getOrDefault(name, " | ")
                    + " |"));
  }
}
