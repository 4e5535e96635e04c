package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What it costs to bring events to many streams, beside nchan and beside the least it can cost. */
final class Fanout implements Part {
  private static final Work MANY = new Work(1_000, 1, 50);
  private static final Work VERY_MANY = new Work(10_000, 1, 5);
  private static final Work TOPICS = new Work(10_000, 1_000, 2_000);
  private static final Work FEW_ON_TOPICS = new Work(100, 1_000, 2_000);
  private static final Work FEW_ON_FEW = new Work(100, 10, 2_000);
  private static final Work FLAT_OUT = new Work(100, 1, 0);

  // One process of a server differs from the next more than its rounds from each other.
  private static final int MOST_STARTS = 3;

  private final int starts;
  private final Settings settings;
  private final Issuer issuer;

  Fanout(Settings settings, Issuer issuer) {
    this.starts = Math.min(MOST_STARTS, settings.span().rounds());
    this.settings = settings.spreadOver(starts);
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Fan-out";
  }

  @Override
  public void measure(Figures figures) throws Exception {
    for (int start = 1; start <= starts; start++) {
      Benchmark.say("start " + start);
      measureOneStart(figures);
    }
  }

  private void measureOneStart(Figures figures) throws Exception {
    Path data = settings.work().resolve("fanned-out");
    Filling.delete(data);
    Turns turns = new Turns(settings, figures);
    try (Relay relay = Relay.start(settings, issuer, data);
        Nchan nchan = Nchan.start(settings);
        Floor floor = Floor.start(settings)) {
      String token = issuer.token(Events.tenant(0), "reader");
      List<Server> servers = List.of(relay.server(token), nchan.server(), floor.server());
      // Slow loads first: what a fast one leaves to the store to do would be counted with them.
      oneTopic(turns, figures, "1000 subscribers, 50/s", MANY, servers);
      new Stalling(settings, relay, token).measure(turns, figures, MANY);
      new Compression(settings, relay, token).measure(figures);
      oneTopic(turns, figures, "10,000 subscribers, 5/s", VERY_MANY, servers);
      manyTopics(turns, figures, servers);
      flatOut(turns, figures, servers);
    }
    Filling.delete(data);
  }

  private static void oneTopic(
      Turns turns, Figures figures, String row, Work work, List<Server> servers)
      throws IOException {
    turns.run(
        row,
        servers.stream().map(server -> new Turns.Turn(server, work)).toList(),
        results -> {
          String cpu = row + ": CPU per delivery, ";
          String p99 = row + ": p99 latency, ";
          List<Double> costs = results.stream().map(it -> it.of("cpu", "us_per_delivery")).toList();
          List<Double> times = results.stream().map(it -> it.of("latency_us", "p99")).toList();
          for (int i = 0; i < servers.size(); i++) {
            figures.add(cpu + servers.get(i).name() + ", µs", costs.get(i));
          }
          figures.add(cpu + "relay / nchan", costs.get(0) / costs.get(1));
          figures.add(cpu + "relay / floor", costs.get(0) / costs.get(2));
          for (int i = 0; i < servers.size(); i++) {
            figures.add(p99 + servers.get(i).name() + ", ms", times.get(i) / 1000);
          }
          figures.add(p99 + "relay / nchan", times.get(0) / times.get(1));
          figures.add(row + ": lost or doubled by the relay", results.getFirst().wrong());
        });
    figures.atMost(row + ": CPU per delivery, relay / nchan", 0.75);
    figures.atMost(row + ": CPU per delivery, relay / floor", 1.5);
    figures.atMost(row + ": p99 latency, relay / nchan", 1);
    figures.never(row + ": lost or doubled by the relay");
  }

  private static void manyTopics(Turns turns, Figures figures, List<Server> servers)
      throws IOException {
    String row = "10,000 subscribers over 1000 topics, 2000/s";
    Server relay = servers.get(0);
    Server nchan = servers.get(1);
    turns.run(
        row,
        List.of(
            new Turns.Turn(relay, TOPICS),
            new Turns.Turn(nchan, TOPICS),
            new Turns.Turn(relay, FEW_ON_TOPICS),
            new Turns.Turn(relay, FEW_ON_FEW)),
        results -> {
          List<Double> costs = results.stream().map(it -> it.of("cpu", "us_per_publish")).toList();
          figures.add(row + ": CPU per publish, relay, µs", costs.get(0));
          figures.add(row + ": CPU per publish, nchan, µs", costs.get(1));
          figures.add(row + ": CPU per publish, relay / nchan", costs.get(0) / costs.get(1));
          figures.add(row + ": the same with 100 subscribers, µs", costs.get(2));
          figures.add(row + ": with 10,000 / with 100 subscribers", costs.get(0) / costs.get(2));
          figures.add(row + ": 100 subscribers, 10 topics, as many deliveries, µs", costs.get(3));
          figures.add(row + ": with 10,000 / with as many deliveries", costs.get(0) / costs.get(3));
          figures.add(row + ": lost or doubled by the relay", results.getFirst().wrong());
        });
    figures.atMost(row + ": CPU per publish, relay / nchan", 1);
    figures.atMost(row + ": with 10,000 / with 100 subscribers", 1.3);
    figures.never(row + ": lost or doubled by the relay");
  }

  private static void flatOut(Turns turns, Figures figures, List<Server> servers)
      throws IOException {
    String row = "100 subscribers, flat out";
    List<Server> both = servers.subList(0, 2);
    turns.run(
        row,
        both.stream().map(server -> new Turns.Turn(server, FLAT_OUT)).toList(),
        results -> {
          List<Double> rates = results.stream().map(it -> it.of("deliveries_per_s")).toList();
          for (int i = 0; i < both.size(); i++) {
            String name = both.get(i).name();
            figures.add(row + ": " + name + ", deliveries/s", rates.get(i));
            figures.add(row + ": " + name + ", events/s", results.get(i).of("publish_per_s"));
          }
          figures.add(row + ": deliveries, relay / nchan", rates.get(0) / rates.get(1));
          for (int i = 0; i < both.size(); i++) {
            figures.add(
                row + ": " + both.get(i).name() + ", share of a CPU that the load program took",
                results.get(i).of("client", "busy"));
          }
          figures.add(row + ": lost or doubled by the relay", results.getFirst().wrong());
        });
    figures.atLeast(row + ": deliveries, relay / nchan", 1);
    figures.never(row + ": lost or doubled by the relay");
  }

  @Override
  public String how() {
    Settings.Span span = settings.span();
    return """
    - `ssebench` (`src/main/c`) opens the subscribers, publishes, and counts what each of them gets; it takes from the same
      CPUs. **Relay**: tokens verified for each stream, tenant filter, log on disk with `durability: fsync`, metrics on.
      **nchan**: 1 worker, the newest 10 messages of a channel for 10 s, in memory, nobody checked. **Floor**:
      `src/main/c/floor.c`, one thread that writes what is posted to all sockets and does nothing else.
    - All get the same posts of %s bytes. The relay writes the data of an event with its id and type, some 240 bytes; nchan
      and the floor write the whole post, over 300 bytes.
    - All three are started %s times anew, with nothing stored. One process of each for all rows, in the order of the
      table. First each gets %s s of %s events a second for %s subscribers, who come anew %s times in it, so that the
      relay's JVM has compiled what it compiles. Before each row it gets %s s of the row's load with nothing else on it;
      then relay, nchan and floor take turns, %s rounds for each start. A measurement is %s s after a second that does
      not count, and begins when all subscribers are there.
    - **CPU** is the server's, user and system, from the first event that counts to the last delivery. **Latency** is from when
      an event was due to be sent until its last byte was read, over all deliveries.
    - **1000 topics**: each event goes to one topic, so to 10 of the 10,000 subscribers. With 100 subscribers nine of ten
      events have none, so that ratio is also one of 10 deliveries for each event against 0.1. The row with 10 topics has 10
      deliveries for each event.
    - **Flat out**: 16 connections that publish as fast as they are answered, at most 128 events ahead of the deliveries.
    - **Stalled**: 100 streams of another client that do not read, with small buffers, which were sent 40 events of 100 kB so
      that writing to them blocks; 900 that read, in both runs. Afterwards half of the stalled read on and half come back with
      `Last-Event-ID`, until they have all events. How the relay cuts those that take nothing for 15 s is tested elsewhere.
    - **gzip**: JSON of near 8 KB like that of GitHub's webhooks; a client in Java that inflates.

    ```
    ssebench --pid-tree $RELAY --path '/v1/stream?topic=orders.{i}' -H "Authorization: Bearer $TOKEN" \\
      --pub-path /v1/hooks/bench --pub-header "Authorization: Bearer $KEY" \\
      --body '{"id":"$RUN-{seq}","tenant":"tenant0","topic":"orders.{g}","type":"bench.paid","data":{"seq":{seq},"ts":{ts},"note":"abc","pad":"{pad}"}}'
    ssebench --pid-tree $NGINX --path '/sub/orders{i}' --pub-path '/fan/orders{g}' --body …
    ssebench --pid $FLOOR --path /sub --pub-path /pub --body …
    %s
    ```
    """
        .formatted(
            Events.BYTES,
            starts,
            span.warmUp().toSeconds(),
            Turns.FIRST.rate(),
            Turns.FIRST.subscribers(),
            Turns.FIRST_PARTS,
            span.settle().toSeconds(),
            span.rounds(),
            span.measured().toSeconds(),
            commands(span.measured()));
  }

  /** The further options of each load. */
  private static String commands(Duration measured) {
    return Stream.of(MANY, VERY_MANY, TOPICS, FEW_ON_TOPICS, FEW_ON_FEW, FLAT_OUT)
        .map(work -> "  … " + String.join(" ", work.options(measured)))
        .collect(Collectors.joining("\n"));
  }
}
