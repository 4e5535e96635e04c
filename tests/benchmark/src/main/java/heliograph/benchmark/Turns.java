package heliograph.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Loads servers in turn, each of them warm. One thread. */
final class Turns {
  /**
   * What a server gets that was just started. A relay serves for days, so what its JVM compiles at
   * the beginning is not to be counted; it compiles what was done some ten thousand times,
   * publishes among them. In parts, each with streams of its own: the first streams that open after
   * publishes were compiled have much of that compiled again, and at 50 a second that takes
   * minutes.
   */
  static final Work FIRST = new Work(40, 1, 2000);

  static final int FIRST_PARTS = 5;

  private final Settings.Span span;
  private final Ssebench ssebench;
  private final Figures figures;
  private final Set<Server> warm = new HashSet<>();

  /** Who gets which load. */
  record Turn(Server server, Work work) {}

  /** What is done with the results of a round, which are in the order of the turns. */
  interface Round {
    void take(List<Ssebench.Result> results);
  }

  Turns(Settings settings, Figures figures) {
    this.span = settings.span();
    this.ssebench = new Ssebench(settings);
    this.figures = figures;
  }

  /** Warms the servers up, and takes turns as many times as there are rounds. */
  void run(String row, List<Turn> turns, Round round) throws IOException {
    Set<Server> warmed = new HashSet<>();
    for (Turn turn : turns) {
      if (warmed.add(turn.server())) {
        warmUp(row, turn);
      }
    }
    for (int i = 1; i <= span.rounds(); i++) {
      List<Ssebench.Result> results = new ArrayList<>();
      for (Turn turn : turns) {
        results.add(once(row + ", round " + i, turn));
      }
      round.take(results);
    }
  }

  /** A load of the kind that is measured next, after {@link #FIRST} where it is the first. */
  void warmUp(String row, Turn turn) throws IOException {
    Server server = turn.server();
    Benchmark.say(row + ": warming up " + server.name());
    if (warm.add(server)) {
      for (int i = 0; i < FIRST_PARTS; i++) {
        ssebench.run(server, FIRST, span.warmUp().dividedBy(FIRST_PARTS));
        server.awaitCalm();
      }
    }
    ssebench.run(server, turn.work(), span.settle());
    server.awaitCalm();
  }

  /** One measurement. */
  Ssebench.Result once(String what, Turn turn) throws IOException {
    Benchmark.say(what + ": " + turn.server().name());
    Ssebench.Result result = ssebench.run(turn.server(), turn.work(), span.measured());
    turn.server().awaitCalm();
    if (result.refused() > 0) {
      figures.note(
          "%s, %s: %s events were refused or not answered"
              .formatted(what, turn.server().name(), Samples.text(result.refused())));
    }
    return result;
  }
}
