package heliograph.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What a tenth of the subscribers does to the others, and to the relay, by not reading. */
final class Stalling {
  private static final String ROW = "10 % of 1000 subscribers stalled, 50/s";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // What the kernel holds for a stream is more than these events are in seconds. So the stalled are
  // sent something large first, which fills it.
  private static final String FILL = "fill";
  private static final int FILL_EVENTS = 40;
  private static final int FILL_BYTES = 100_000;
  private static final int RECEIVE_BUFFER = 4096;

  private final Settings settings;
  private final Relay relay;
  private final String token;

  Stalling(Settings settings, Relay relay, String token) {
    this.settings = settings;
    this.relay = relay;
    this.token = token;
  }

  void measure(Turns turns, Figures figures, Work all) throws IOException {
    int stalled = all.subscribers() / 10;
    Server server = relay.server(token);
    Turns.Turn reading =
        new Turns.Turn(server, new Work(all.subscribers() - stalled, all.topics(), all.rate()));
    for (int round = 1; round <= settings.span().rounds(); round++) {
      double without =
          turns.once(ROW + ", round " + round + ", none", reading).of("latency_us", "p99");
      double before = relay.residentMib();
      try (Crowd crowd = new Crowd(relay.port(), token, RECEIVE_BUFFER)) {
        List<Reader> readers = stall(crowd, stalled);
        double with = turns.once(ROW + ", round " + round, reading).of("latency_us", "p99");
        figures.add(ROW + ": p99 latency of the others, none stalled, ms", without / 1000);
        figures.add(ROW + ": p99 latency of the others, ms", with / 1000);
        figures.add(ROW + ": p99 latency of the others, with / without", with / without);
        figures.add(ROW + ": growth of the relay's memory, MiB", relay.residentMib() - before);
        long events = reading.work().events(settings.span().measured()) + reading.work().warmUp();
        figures.add(
            ROW + ": stalled and lost or doubled", wrongAfterResuming(crowd, readers, events));
        figures.add(ROW + ": stalled and cut by the relay", (double) crowd.broken());
      }
      server.awaitCalm();
    }
    figures.atMost(ROW + ": p99 latency of the others, with / without", 1.2);
    figures.target(
        ROW + ": growth of the relay's memory, MiB", "bounded: under 64", mib -> mib < 64);
    figures.never(ROW + ": stalled and lost or doubled");
  }

  /** Opens streams that are not read from then on, and fills what the kernel holds for them. */
  private List<Reader> stall(Crowd crowd, int count) throws IOException {
    String query = "topic=" + Server.TOPICS + "0&topic=" + FILL;
    List<Reader> readers = Stream.generate(() -> new Reader(query, false)).limit(count).toList();
    crowd.join(readers);
    try (Source source = new Source(relay.port())) {
      String data = "\"" + "x".repeat(FILL_BYTES) + "\"";
      for (int i = 0; i < FILL_EVENTS; i++) {
        source.publish(FILL, data);
      }
    }
    return readers;
  }

  /** Half of them read on, the others come back anew; counts what they did not get just once. */
  private static double wrongAfterResuming(Crowd crowd, List<Reader> readers, long events)
      throws IOException {
    for (Reader reader : readers.subList(0, readers.size() / 2)) {
      crowd.leave(reader, Duration.ZERO);
    }
    crowd.await(PATIENCE, () -> readers.stream().allMatch(reader -> reader.next() >= events));
    return readers.stream()
        .flatMapToLong(
            it -> LongStream.of(events - it.next(), it.lost(), it.doubled(), it.notices()))
        .map(Math::abs)
        .sum();
  }
}
