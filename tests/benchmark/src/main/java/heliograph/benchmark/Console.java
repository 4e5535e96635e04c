package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/** What it costs that operators look. */
final class Console implements Part {
  private static final int STREAMS = 10_000;
  private static final int VIEWERS = 10;
  private static final int LISTS = 10;
  private static final Duration IDLE = Duration.ofSeconds(15);
  private static final Work WORK = new Work(STREAMS, 1, 5);

  private static final String IDLE_ROW = "10,000 idle streams, % of a CPU: ";
  private static final String ROW = "10,000 subscribers, 5/s: CPU per delivery, ";
  private static final String LATE = "10,000 subscribers, 5/s: p99 of latency, ";
  private static final String WRONG = "10,000 subscribers, 5/s: lost or doubled";

  /** Who looks. */
  private enum Lookers {
    NOBODY("nobody looks", 0, 0),
    TEN("ten viewers", VIEWERS, 0),
    LISTING("ten viewers, ten lists a second", VIEWERS, LISTS);

    private final String words;
    private final int viewers;
    private final int lists;

    Lookers(String words, int viewers, int lists) {
      this.words = words;
      this.viewers = viewers;
      this.lists = lists;
    }
  }

  private final Settings settings;
  private final Issuer issuer;

  Console(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Console";
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("console");
    Filling.delete(data);
    String token = issuer.token(Events.tenant(0), "reader");
    try (Relay relay = Relay.start(settings, issuer, data)) {
      Server server = relay.server(token);
      Turns turns = new Turns(settings, figures);
      Turns.Turn turn = new Turns.Turn(server, WORK);
      turns.warmUp("console", turn);
      for (int round = 1; round <= settings.span().rounds(); round++) {
        double alone = 0;
        for (Lookers lookers : Lookers.values()) {
          double cost = deliver(figures, relay, turns, turn, lookers, round);
          if (lookers == Lookers.NOBODY) {
            alone = cost;
          } else {
            figures.add(ROW + lookers.words + " / nobody looks", cost / alone);
          }
        }
        for (Lookers lookers : List.of(Lookers.NOBODY, Lookers.TEN)) {
          idle(figures, relay, server, lookers, round);
        }
      }
    }
    figures.atMost(ROW + Lookers.TEN.words + " / nobody looks", 1.05);
    figures.atMost(ROW + Lookers.LISTING.words + " / nobody looks", 1.05);
    figures.never(WRONG);
    Filling.delete(data);
  }

  private static double deliver(
      Figures figures, Relay relay, Turns turns, Turns.Turn turn, Lookers lookers, int round)
      throws IOException {
    try (Operators _ = new Operators(relay.admin(), lookers.viewers, lookers.lists)) {
      Ssebench.Result result = turns.once("console, round " + round + ", " + lookers.words, turn);
      double cost = result.of("cpu", "us_per_delivery");
      figures.add(ROW + lookers.words + ", µs", cost);
      figures.add(LATE + lookers.words + ", ms", result.of("latency_us", "p99") / 1000);
      figures.add(WRONG, result.wrong());
      return cost;
    }
  }

  private void idle(Figures figures, Relay relay, Server server, Lookers lookers, int round)
      throws IOException {
    Benchmark.say("console, round " + round + ", idle: " + lookers.words);
    try (Operators _ = new Operators(relay.admin(), lookers.viewers, lookers.lists)) {
      Ssebench.Result result = new Ssebench(settings).idle(server, STREAMS, IDLE);
      figures.add(IDLE_ROW + lookers.words, 100 * result.of("cpu", "idle_s") / IDLE.toSeconds());
    }
    server.awaitCalm();
  }

  @Override
  public String how() {
    return """
    - One relay, warm; what it spends is all its CPU, so the console's own share is in each figure.
    - **Viewers** read `/admin/v1/live`, an event a second. **Lists** are `/admin/v1/streams?limit=100&sort=-late`, for which
      the relay looks at all %s streams.
    - Fan-out: each event for all %s subscribers, %s s for each measurement. Idle: the CPU of %s s after the last stream was
      open, heartbeats and all.
    """
        .formatted(STREAMS, STREAMS, settings.span().measured().toSeconds(), IDLE.toSeconds());
  }
}
