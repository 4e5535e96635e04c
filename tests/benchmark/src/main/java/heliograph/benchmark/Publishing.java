package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How fast events are taken in and made durable. */
final class Publishing implements Part {
  private static final List<Integer> CONNECTIONS = List.of(1, 16, 256);
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration MEASURED = Duration.ofSeconds(3);

  private final Settings settings;
  private final Issuer issuer;

  Publishing(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Publishing";
  }

  @Override
  public String how() {
    return """
    - **Publish**: kept-alive connections, one event of 300 bytes on its way on each, `POST /v1/hooks/bench` with the scheme
      `token`, `durability: fsync`, tenants by turns, no subscribers. The same program publishes to nchan, which checks
      nobody and keeps the newest message of a channel for a second. **Floor**: the relay's web server with a handler that
      appends each body to a file and answers once that is synced, one sync for all that wait (`StoreFloor`); it checks
      nobody, reads nothing out of the bodies, knows no duplicates and finds nothing again. They take turns in each round;
      3 s are counted after 1 s of warm-up. The load program runs on the same CPUs as what it measures.
    - **Events per commit**: `heliograph_events_published_total{result="stored"}` by `heliograph_log_commits_total`, over a
      run.
    """;
  }

  @Override
  public void measure(Figures figures) throws IOException {
    Path data = settings.work().resolve("published");
    Filling.delete(data);
    try (Relay relay = Relay.start(settings, issuer, data);
        StoreFloor floor = StoreFloor.start(settings);
        Nchan nchan = Nchan.start(settings)) {
      Load toRelay =
          new Load(
              relay.port(), "/v1/hooks/bench", "Authorization: Bearer " + Relay.SECRET + "\r\n");
      Load toFloor = new Load(floor.port(), "/", "");
      Load toNchan = new Load(nchan.port(), "/pub/%s", "");
      Benchmark.say("warming up");
      toRelay.run(64, Duration.ZERO, Duration.ofSeconds(10));
      toFloor.run(64, Duration.ZERO, Duration.ofSeconds(10));
      toNchan.run(64, Duration.ZERO, Duration.ofSeconds(2));
      for (int round = 0; round < settings.span().rounds(); round++) {
        figures.add("one fsync of 4 KiB, ms", Filling.syncMillis(settings.work()));
        for (int connections : CONNECTIONS) {
          Benchmark.say("publishing, round " + (round + 1) + ", connections: " + connections);
          publish(figures, relay, List.of(toRelay, toFloor, toNchan), connections);
        }
      }
    }
    figures.atLeast("publish at 16, relay / nchan", 0.4);
    figures.atLeast("publish at 256, events per commit", 10);
    Filling.delete(data);
  }

  private static void publish(Figures figures, Relay relay, List<Load> loads, int connections)
      throws IOException {
    String name = "publish at " + connections;
    double stored = relay.stored();
    double commits = relay.commits();
    double relayRate = loads.getFirst().run(connections, WARM_UP, MEASURED);
    double size = (relay.stored() - stored) / (relay.commits() - commits);
    double floorRate = loads.get(1).run(connections, WARM_UP, MEASURED);
    double nchanRate = loads.getLast().run(connections, WARM_UP, MEASURED);
    figures.add(name + ", relay, events/s", relayRate);
    figures.add(name + ", nchan, events/s", nchanRate);
    figures.add(name + ", floor, events/s", floorRate);
    figures.add(name + ", relay / nchan", relayRate / nchanRate);
    figures.add(name + ", relay / floor", relayRate / floorRate);
    figures.add(name + ", floor / nchan", floorRate / nchanRate);
    figures.add(name + ", events per commit", size);
  }
}
