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
import java.util.stream.LongStream;

/** The worst minute of a relay: it is killed under load, and everybody comes back. */
final class Worst implements Part {
  private static final int CLIENTS = 2_000;
  private static final int TOPICS = 100;
  private static final int SENDERS = 8;
  private static final int EVENTS_PER_SECOND = 200;
  private static final Duration APART = Duration.ofSeconds(SENDERS).dividedBy(EVENTS_PER_SECOND);
  private static final int BREAKS_EACH = 10;
  private static final int JITTER_MILLIS = 1_000;
  private static final Duration BEFORE = Duration.ofSeconds(10);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String LOST = "events lost, of all clients";
  private static final String DOUBLED = "events doubled";
  private static final String GAPS = "gaps";

  /** Of which clients it is told when they are served, in the order in which that is. */
  private static final List<Served> SERVED =
      List.of(
          new Served("the first client", 1),
          new Served("half of them", CLIENTS / 2),
          new Served("the last", CLIENTS));

  private record Served(String who, int count) {}

  private final Settings settings;
  private final Issuer issuer;
  private final Random random = new Random(42);

  Worst(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Worst minute";
  }

  @Override
  public String how() {
    return """
    - %s streams of one tenant over %s topics, and %s events a second on these by turns, each of some 300 bytes, with fsync;
      %s s after the last of them has come the relay is killed (SIGKILL) and started again at once, at the same address
      with the same log, and so again a minute later. All times are from the kill on.
    - **Clients** come back as `EventSource` does: they wait for as long as they were told last (`retry`, 3 s) and up to
      %s s more by chance, and again where they are refused, and send the id of their last event. *Served* is a stream
      with status 200 and its first frame. *Caught up* is when each has every event that was acknowledged when the
      last was served.
    - **Publishers** are %s senders with one event on its way each. What is not acknowledged they send again with the same
      id, after 50 ms, each time after twice as long, at most a second, and what was due meanwhile without a pause.
    - In the end each client has to have every acknowledged event of its topic, once and in order.
    """
        .formatted(
            CLIENTS, TOPICS, EVENTS_PER_SECOND, BEFORE.toSeconds(), JITTER_MILLIS / 1000, SENDERS);
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("worst");
    Filling.delete(data);
    String token = issuer.token(Events.tenant(0), "reader");
    List<Reader> readers =
        IntStream.range(0, CLIENTS)
            .mapToObj(i -> new Reader("topic=" + topic(i % TOPICS), false))
            .toList();
    Relay relay = Relay.start(settings, issuer, data);
    Crowd.Habit browsers =
        new Crowd.Habit(
            CLIENTS,
            CLIENTS * BREAKS_EACH * settings.span().rounds(),
            reader -> reader.retry().plusMillis(random.nextInt(JITTER_MILLIS)));
    List<Sender> senders = senders(relay.port());
    List<FutureTask<Void>> sending =
        senders.stream().map(it -> new FutureTask<>(it::send)).toList();
    try (Crowd crowd = new Crowd(relay.port(), token, browsers)) {
      Benchmark.say("worst minute: connecting");
      crowd.join(readers);
      for (FutureTask<Void> task : sending) {
        Thread.ofPlatform().daemon().start(task);
        // So that they do not all send at the same moment.
        Server.pause(APART.dividedBy(SENDERS));
      }
      turnFor(crowd, BEFORE);
      for (int round = 1; round <= settings.span().rounds(); round++) {
        Benchmark.say("worst minute: round " + round);
        long killed = System.nanoTime();
        relay.kill();
        Back back = comeBack(figures, crowd, relay, killed);
        relay = back.relay();
        awaitCaughtUp(figures, crowd, readers, senders, killed);
        turnFor(crowd, MINUTE.minusNanos(System.nanoTime() - killed));
        new Outage(killed, back.ready(), senders).addTo(figures);
        figures.add("CPU of the relay in the minute, s", relay.cpu().toNanos() / 1e9);
        figures.add("its memory after the minute, MiB", relay.residentMib());
      }
      senders.forEach(Sender::stop);
      crowd.await(PATIENCE, () -> sending.stream().allMatch(FutureTask::isDone));
      for (FutureTask<Void> task : sending) {
        task.get();
      }
      check(figures, crowd, readers, senders);
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    } finally {
      senders.forEach(Sender::stop);
      relay.close();
    }
    Filling.delete(data);
  }

  private static String topic(int number) {
    return "worst." + number;
  }

  /** The topics by turns: sender i has the topics i, i + SENDERS and so on. */
  private static List<Sender> senders(int port) {
    return IntStream.range(0, SENDERS)
        .mapToObj(
            i ->
                IntStream.iterate(i, topic -> topic < TOPICS, topic -> topic + SENDERS)
                    .mapToObj(Worst::topic)
                    .toList())
        .map(topics -> new Sender(port, topics, APART))
        .toList();
  }

  /** How many events each client has to have at least, by its place in the list. */
  private static long[] acknowledged(List<Sender> senders) {
    return IntStream.range(0, TOPICS)
        .mapToLong(topic -> senders.get(topic % SENDERS).acknowledged(topic / SENDERS))
        .toArray();
  }

  private static void turnFor(Crowd crowd, Duration time) throws IOException {
    crowd.await(time, () -> false);
  }

  /** A relay that was started again, and when it was ready. */
  private record Back(Relay relay, long ready) {}

  private static Back comeBack(Figures figures, Crowd crowd, Relay killed, long from)
      throws IOException, ExecutionException, InterruptedException {
    long served = crowd.served();
    long broken = crowd.broken();
    FutureTask<Back> starting = new FutureTask<>(() -> new Back(killed.again(), System.nanoTime()));
    Thread.ofPlatform().daemon().start(starting);
    for (Served part : SERVED) {
      long enough = served + part.count();
      if (!crowd.await(PATIENCE, () -> crowd.served() >= enough)) {
        throw new IOException("not all clients came back");
      }
      figures.add("until " + part.who() + " is served, s", secondsSince(from));
    }
    figures.add(
        "clients, connections refused or broken off", (double) crowd.broken() - broken - CLIENTS);
    Back back = starting.get();
    figures.add("until ready, s", (back.ready() - from) / 1e9);
    return back;
  }

  private static void awaitCaughtUp(
      Figures figures, Crowd crowd, List<Reader> readers, List<Sender> senders, long from)
      throws IOException {
    long[] enough = acknowledged(senders);
    if (!crowd.await(PATIENCE, () -> haveAll(readers, enough))) {
      throw new IOException("not all clients caught up");
    }
    figures.add("until the last client has caught up, s", secondsSince(from));
  }

  private static boolean haveAll(List<Reader> readers, long[] acknowledged) {
    return IntStream.range(0, CLIENTS)
        .allMatch(i -> readers.get(i).next() >= acknowledged[i % TOPICS]);
  }

  private static double secondsSince(long from) {
    return (System.nanoTime() - from) / 1e9;
  }

  private static void check(
      Figures figures, Crowd crowd, List<Reader> readers, List<Sender> senders) throws IOException {
    long[] acknowledged = acknowledged(senders);
    crowd.await(PATIENCE, () -> haveAll(readers, acknowledged));
    figures.add("events acknowledged", (double) LongStream.of(acknowledged).sum());
    long missing =
        IntStream.range(0, CLIENTS)
            .mapToLong(i -> Math.max(0, acknowledged[i % TOPICS] - readers.get(i).next()))
            .sum();
    figures.add(LOST, missing + sum(readers, Reader::lost));
    figures.add(DOUBLED, sum(readers, Reader::doubled));
    figures.add(GAPS, sum(readers, Reader::gaps));
    figures.add("streams that the relay ended", sum(readers, it -> it.notices() - it.gaps()));
    List.of(LOST, DOUBLED, GAPS).forEach(figures::never);
  }

  private static double sum(List<Reader> readers, ToLongFunction<Reader> of) {
    return readers.stream().mapToLong(of).sum();
  }
}
