package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A relay that has half of the machine: another program burns a processor all the while. */
final class Half implements Part {
  private static final Work WORK = new Work(20, 1, false, 1_000, 1_024);

  private final Settings settings;
  private final Issuer issuer;

  Half(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Half a machine";
  }

  @Override
  public void measure(Figures figures) throws Exception {
    Path data = settings.work().resolve("half");
    Filling.delete(data);
    Turns turns = new Turns(settings, figures);
    try (Relay relay = Relay.start(settings, issuer, data);
        Nchan nchan = Nchan.start(settings)) {
      List<Server> servers =
          List.of(relay.server(issuer.token(Events.tenant(0), "reader")), nchan.server());
      measure(turns, figures, "alone", servers);
      Process burner = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
      try {
        measure(turns, figures, "beside a program that burns a CPU", servers);
      } finally {
        Server.stop(burner);
      }
    }
    String beside = "beside a program that burns a CPU: ";
    figures.atMost(beside + "p99 latency, relay / nchan", 10);
    figures.atMost(beside + "CPU per delivery, relay / nchan", 3);
    figures.never(beside + "lost or doubled by the relay");
    Filling.delete(data);
  }

  private static void measure(Turns turns, Figures figures, String row, List<Server> servers)
      throws IOException {
    turns.run(
        row,
        servers.stream().map(server -> new Turns.Turn(server, WORK)).toList(),
        results -> {
          List<Double> costs = results.stream().map(it -> it.of("cpu", "us_per_delivery")).toList();
          List<Double> times = results.stream().map(it -> it.of("latency_us", "p99")).toList();
          for (int i = 0; i < servers.size(); i++) {
            String name = servers.get(i).name();
            figures.add(row + ": CPU per delivery, " + name + ", µs", costs.get(i));
            figures.add(row + ": p99 latency, " + name + ", ms", times.get(i) / 1000);
          }
          figures.add(row + ": CPU per delivery, relay / nchan", costs.get(0) / costs.get(1));
          figures.add(row + ": p99 latency, relay / nchan", times.get(0) / times.get(1));
          figures.add(row + ": lost or doubled by the relay", results.getFirst().wrong());
        });
  }

  @Override
  public String how() {
    return """
    - %s subscribers of one topic, %s events a second of %s bytes, for %s s in each round; the relay on disk with `fsync` and
      tokens, nchan in memory and without. Each event goes to all, so CPU per publish has the same ratio. Both are warm.
    - The other program is a shell that counts nothing in a loop.
    """
        .formatted(
            WORK.subscribers(), WORK.rate(), WORK.bytes(), settings.span().measured().toSeconds());
  }
}
