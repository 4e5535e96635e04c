package heliograph.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** What gzip costs the relay and saves on the wire, for those who ask for it. */
final class Compression {
  private static final String ROW = "1000 subscribers, gzip against plain, 10/s";
  private static final int SUBSCRIBERS = 1000;
  private static final int RATE = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Settings settings;
  private final Relay relay;
  private final String token;
  private int runs;

  /** What one run took for each delivery. */
  private record Cost(double micros, double bytes) {}

  Compression(Settings settings, Relay relay, String token) {
    this.settings = settings;
    this.relay = relay;
    this.token = token;
  }

  void measure(Figures figures) throws IOException {
    if (!isOffered()) {
      figures.note(ROW + ": skipped, as the relay answers without Content-Encoding");
      return;
    }
    Benchmark.say(ROW + ": warming up");
    run(true, settings.span().settle());
    run(false, settings.span().settle());
    for (int round = 1; round <= settings.span().rounds(); round++) {
      Benchmark.say(ROW + ", round " + round);
      Cost gzip = run(true, settings.span().measured());
      Cost plain = run(false, settings.span().measured());
      figures.add(ROW + ": CPU per delivery, gzip, µs", gzip.micros());
      figures.add(ROW + ": CPU per delivery, plain, µs", plain.micros());
      figures.add(ROW + ": CPU per delivery, gzip / plain", gzip.micros() / plain.micros());
      figures.add(ROW + ": bytes per delivery, gzip", gzip.bytes());
      figures.add(ROW + ": bytes per delivery, plain", plain.bytes());
      figures.add(ROW + ": bytes per delivery, gzip / plain", gzip.bytes() / plain.bytes());
    }
    figures.atMost(ROW + ": CPU per delivery, gzip / plain", 1.3);
    figures.atMost(ROW + ": bytes per delivery, gzip / plain", 0.35);
  }

  private boolean isOffered() throws IOException {
    try (Crowd crowd = new Crowd(relay.port(), token)) {
      Reader reader = new Reader("topic=github.probe", true);
      crowd.join(List.of(reader));
      return reader.isCompressed();
    }
  }

  private Cost run(boolean gzip, Duration time) throws IOException {
    String topic = "github." + runs++;
    long events = Math.max(1, RATE * time.toSeconds());
    List<Reader> readers =
        Stream.generate(() -> new Reader("topic=" + topic, gzip)).limit(SUBSCRIBERS).toList();
    try (Crowd crowd = new Crowd(relay.port(), token);
        Source source = new Source(relay.port())) {
      crowd.join(readers);
      relay.server(token).awaitCalm();
      long bytes = readers.stream().mapToLong(Reader::wireBytes).sum();
      Duration cpu = relay.cpu();
      FutureTask<Boolean> publishing = publishing(source, topic, events);
      Thread.ofPlatform().daemon().start(publishing);
      boolean whole =
          crowd.await(
              time.plus(PATIENCE),
              () -> publishing.isDone() && readers.stream().allMatch(it -> it.next() >= events));
      publishing.get();
      if (!whole || readers.stream().anyMatch(it -> it.lost() + it.doubled() > 0)) {
        throw new IOException("not all events arrived once");
      }
      double deliveries = (double) events * SUBSCRIBERS;
      double micros = relay.cpu().minus(cpu).toNanos() / 1000.0;
      long read = readers.stream().mapToLong(Reader::wireBytes).sum() - bytes;
      return new Cost(micros / deliveries, read / deliveries);
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static FutureTask<Boolean> publishing(Source source, String topic, long events) {
    Github github = new Github();
    Source.Script script =
        new Source.Script() {
          @Override
          public String topic(long number) {
            return topic;
          }

          @Override
          public String data(long number) {
            return github.push(number);
          }
        };
    return new FutureTask<>(
        () -> {
          source.play(script, RATE, events);
          return true;
        });
  }
}
