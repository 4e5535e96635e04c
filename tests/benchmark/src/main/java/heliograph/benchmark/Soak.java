package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Many streams for a long time, some of them always leaving and coming back. */
final class Soak implements Part {
  private static final String ROW = "15,000 streams";
  private static final int STREAMS = 15_000;
  private static final int TOPICS = 100;
  private static final int EVENTS_PER_SECOND = 100;
  private static final int LEAVING_PER_SECOND = STREAMS / 100;
  private static final int MAX_AWAY_MILLIS = 3000;
  private static final int SAMPLES = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOPIC = "soak.";

  private final Settings settings;
  private final Issuer issuer;

  Soak(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Soak";
  }

  @Override
  public String how() {
    return """
    - %s on one relay for %s s, over %s topics, with %s events a second on these by turns, each of some 300 bytes.
    - Each second 1 %% of the streams leave and come back, each up to 3 s later, with `Last-Event-ID`. Each counts the numbers
      of its topic's events, and at the end has to have seen all of them, once. It runs when asked for, not by default.
    """
        .formatted(ROW, settings.span().soak().toSeconds(), TOPICS, EVENTS_PER_SECOND);
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("soak");
    Filling.delete(data);
    String token = issuer.token(Events.tenant(0), "reader");
    List<Reader> readers =
        IntStream.range(0, STREAMS)
            .mapToObj(i -> new Reader("topic=" + TOPIC + i % TOPICS, false))
            .toList();
    try (Relay relay = Relay.start(settings, issuer, data);
        Crowd crowd = new Crowd(relay.port(), token);
        Source source = new Source(relay.port())) {
      Benchmark.say(ROW + ": connecting");
      crowd.join(readers);
      long events = EVENTS_PER_SECOND * settings.span().soak().toSeconds();
      FutureTask<Boolean> publishing = publishing(source, events);
      Thread.ofPlatform().daemon().start(publishing);
      churn(figures, relay, crowd, readers);
      Benchmark.say(ROW + ": waiting for the last events");
      long each = events / TOPICS;
      crowd.await(
          PATIENCE,
          () ->
              publishing.isDone()
                  && crowd.isWhole()
                  && readers.stream().allMatch(reader -> reader.next() >= each));
      publishing.get();
      figures.add(ROW + ": events published", (double) events);
      figures.add(ROW + ": lost", sum(readers, it -> it.lost() + Math.max(0, each - it.next())));
      figures.add(ROW + ": doubled", sum(readers, Reader::doubled));
      figures.add(ROW + ": gaps and ends", sum(readers, Reader::notices));
      figures.add(ROW + ": connections broken", (double) crowd.broken());
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    }
    for (String never : List.of("lost", "doubled", "gaps and ends", "connections broken")) {
      figures.never(ROW + ": " + never);
    }
    Filling.delete(data);
  }

  private static FutureTask<Boolean> publishing(Source source, long events) {
    String pad = "x".repeat(180);
    Source.Script script =
        new Source.Script() {
          @Override
          public String topic(long number) {
            return TOPIC + number % TOPICS;
          }

          @Override
          public String data(long number) {
            return "{\"seq\":%s,\"pad\":\"%s\"}".formatted(number / TOPICS, pad);
          }
        };
    return new FutureTask<>(
        () -> {
          source.play(script, EVENTS_PER_SECOND, events);
          return true;
        });
  }

  /** Lets streams leave and come back for as long as the soak lasts, and takes the memory. */
  private void churn(Figures figures, Relay relay, Crowd crowd, List<Reader> readers)
      throws IOException {
    Random random = new Random(42);
    long soak = settings.span().soak().toNanos();
    long from = System.nanoTime();
    long left = 0;
    int samples = 0;
    double early = 0;
    double late = 0;
    while (samples < SAMPLES) {
      crowd.turn();
      long time = System.nanoTime() - from;
      while (left < time / 1e9 * LEAVING_PER_SECOND) {
        // By turns, so that each leaves as often as the others.
        Reader reader = readers.get((int) (left++ % STREAMS));
        crowd.leave(reader, Duration.ofMillis(random.nextInt(MAX_AWAY_MILLIS)));
      }
      if (time >= soak / SAMPLES * (samples + 1)) {
        samples++;
        double resident = relay.residentMib();
        Benchmark.say("%s: %s of %s, %.0f MiB".formatted(ROW, samples, SAMPLES, resident));
        figures.add(ROW + ": memory after %s s, MiB".formatted(time / 1_000_000_000), resident);
        if (samples <= SAMPLES / 2) {
          early = Math.max(early, resident);
        } else {
          late = Math.max(late, resident);
        }
      }
    }
    figures.add(ROW + ": times that one left", (double) left);
    figures.add(ROW + ": memory, most of the second half / most of the first", late / early);
    figures.target(
        ROW + ": memory, most of the second half / most of the first",
        "flat: at most 1.1",
        ratio -> ratio <= 1.1);
  }

  private static double sum(List<Reader> readers, ToLongFunction<Reader> of) {
    return readers.stream().mapToLong(of).sum();
  }
}
