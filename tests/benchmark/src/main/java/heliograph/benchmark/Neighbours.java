package heliograph.benchmark;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a tenant notices of others who ask as much of the relay as they may. */
final class Neighbours implements Part {
  private static final Duration WARM_UP = Duration.ofSeconds(2);

  private static final int SEARCHERS = 20;
  private static final int HISTORY = 3_000;
  private static final int HISTORY_BYTES = 14_000;
  private static final int USERS = 15;
  private static final int STREAMS_OF_EACH = 20;
  private static final int BATCH = 100;
  private static final int BATCH_BYTES = 12_000;
  private static final Duration EACH_BATCH = Duration.ofSeconds(2);
  private static final int TENANTS = 7;
  private static final int READERS_OF_EACH = 2;
  private static final int LARGE = 250_000;
  private static final Duration EACH_LARGE = Duration.ofMillis(100);

  private static final String ITEM = "{\"sku\":\"a-1234567\",\"price\":12.50,\"count\":3}";

  private final Settings settings;
  private final Issuer issuer;

  Neighbours(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  /** Begins what somebody does to the relay; it lasts until it is closed. */
  private interface Attack {
    Demand begin() throws IOException, GeneralSecurityException, InterruptedException;
  }

  private record Row(String name, Attack attack) {}

  @Override
  public String title() {
    return "Neighbours";
  }

  @Override
  public void measure(Figures figures) throws Exception {
    Path data = settings.work().resolve("neighbours");
    Filling.delete(data);
    try (Relay relay = Relay.start(settings, issuer, data)) {
      Server server = relay.server(issuer.token(Events.tenant(0), "reader"));
      new Turns(settings, figures)
          .warmUp(title(), new Turns.Turn(server, new Work(1, 1, Neighbour.RATE)));
      Neighbour neighbour = new Neighbour(relay.port(), issuer.token(Neighbour.TENANT, "nora"));
      makeHistory(relay);
      List<Row> rows =
          List.of(
              new Row("20 searches", () -> searching(relay)),
              new Row("300 filters", () -> filtering(relay)),
              new Row("14 stalled", () -> stalling(relay)));
      for (Row row : rows) {
        look(row, neighbour, WARM_UP, server);
      }
      for (int round = 1; round <= settings.span().rounds(); round++) {
        for (Row row : rows) {
          Benchmark.say(row.name() + ", round " + round);
          Neighbour.Seen alone = neighbour.look(settings.span().measured());
          Neighbour.Seen beside = look(row, neighbour, settings.span().measured(), server);
          add(figures, row.name(), alone, beside);
          figures.add(row.name() + ": the relay's memory, MiB", relay.residentMib());
        }
      }
      for (Row row : rows) {
        judge(figures, row.name());
      }
    }
    Filling.delete(data);
  }

  /** What the neighbour sees while the others are at it. */
  private Neighbour.Seen look(Row row, Neighbour neighbour, Duration time, Server server)
      throws Exception {
    try (Demand demand = row.attack().begin()) {
      Server.pause(settings.span().settle().dividedBy(10));
      Neighbour.Seen seen = neighbour.look(time);
      Benchmark.say(row.name() + ": done " + demand.done() + " times");
      return seen;
    } finally {
      server.awaitCalm();
    }
  }

  private static void add(
      Figures figures, String row, Neighbour.Seen alone, Neighbour.Seen beside) {
    figures.add(row + ": publish, median, alone, ms", alone.publish(0.5));
    figures.add(
        row + ": publish, median, beside / alone", beside.publish(0.5) / alone.publish(0.5));
    figures.add(row + ": publish, p99, alone, ms", alone.publish(0.99));
    figures.add(row + ": publish, p99, beside / alone", beside.publish(0.99) / alone.publish(0.99));
    figures.add(row + ": delivery, median, alone, ms", alone.delivery(0.5));
    figures.add(
        row + ": delivery, median, beside / alone", beside.delivery(0.5) / alone.delivery(0.5));
    figures.add(row + ": delivery, p99, alone, ms", alone.delivery(0.99));
    figures.add(
        row + ": delivery, p99, beside / alone", beside.delivery(0.99) / alone.delivery(0.99));
    figures.add(row + ": events that were due and not sent", alone.unsent() + beside.unsent());
    figures.add(row + ": events refused", alone.refused() + beside.refused());
    figures.add(row + ": events unseen", alone.unseen() + beside.unseen());
  }

  private static void judge(Figures figures, String row) {
    for (String what : List.of("publish", "delivery")) {
      figures.atMost(row + ": " + what + ", median, beside / alone", 2);
      figures.atMost(row + ": " + what + ", p99, beside / alone", 5);
    }
    figures.never(row + ": events refused");
    figures.never(row + ": events unseen");
  }

  private static void makeHistory(Relay relay) throws IOException {
    try (Source source = new Source(relay.port())) {
      for (int i = 0; i < HISTORY; i += BATCH) {
        source.send(batch(source, "past", HISTORY_BYTES));
      }
    }
  }

  private static String batch(Source source, String tenant, int bytes) {
    String data = data(bytes);
    return IntStream.range(0, BATCH)
        .mapToObj(_ -> source.event(tenant, "t", data))
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** Half of it takes time to parse, the other half to search. */
  private static String data(int bytes) {
    String items = String.join(",", Collections.nCopies(bytes / 2 / ITEM.length(), ITEM));
    return "{\"items\":[%s],\"note\":\"%s\"}".formatted(items, "a".repeat(bytes / 2));
  }

  /** Is never true, and each part of it is looked at; no two are the same. */
  private static String filter(int number) {
    String expression =
        IntStream.range(0, 4)
            .mapToObj(i -> "data.note.contains('aaab%d-%d')".formatted(number, i))
            .collect(Collectors.joining(" || "));
    return "filter=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
  }

  private String request(String query, String tenant, String subject)
      throws GeneralSecurityException {
    return "GET /v1/stream?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(query, issuer.token(tenant, subject));
  }

  private Demand searching(Relay relay) throws GeneralSecurityException {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < SEARCHERS; i++) {
      requests.add(request("replay=10000&" + filter(i), "past", "sue"));
    }
    Demand demand = new Demand(relay.port());
    demand.openAgainAndAgain(requests);
    return demand;
  }

  private Demand filtering(Relay relay)
      throws IOException, GeneralSecurityException, InterruptedException {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < USERS * STREAMS_OF_EACH; i++) {
      requests.add(request(filter(i), "dear", "user" + i / STREAMS_OF_EACH));
    }
    Demand demand = new Demand(relay.port());
    demand.read(requests);
    demand.repeat(
        () -> {
          try (Source source = new Source(relay.port())) {
            source.send(batch(source, "dear", BATCH_BYTES));
          }
          Server.pause(EACH_BATCH);
        });
    return demand;
  }

  private Demand stalling(Relay relay) throws IOException, GeneralSecurityException {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < TENANTS * READERS_OF_EACH; i++) {
      requests.add(request("topic=t", "stalled" + i % TENANTS, "reader"));
    }
    Demand demand = new Demand(relay.port());
    demand.stall(requests);
    String data = "\"" + "x".repeat(LARGE) + "\"";
    demand.repeat(
        () -> {
          try (Source source = new Source(relay.port())) {
            for (int i = 0; i < TENANTS; i++) {
              source.send(source.event("stalled" + i, "t", data));
              Server.pause(EACH_LARGE);
            }
          }
        });
    return demand;
  }

  @Override
  public String how() {
    return """
    - One relay with the log on disk. **The neighbour** publishes %s events a second over one connection and has one stream;
      a time is counted from when its event was due. It is looked at for %s s, alone and then beside what others do, %s
      times in turn. All others are of other tenants; this program is the clients of all, on the same CPUs.
    - **20 searches**: streams of one user with `replay=10000` and a filter that is never true, over %s events of %s bytes;
      when one has searched all, it begins again. **300 filters**: streams of %s users, each with a filter of its own, and
      a batch of %s events of %s bytes, and the next %s s after its answer. **14 stalled**: readers of %s tenants that read nothing,
      and %s events a second of %s bytes for these tenants by turns.
    - All filters are like `%s`, over data of which one half is a list of objects and the other half a text of `a`.
    """
        .formatted(
            Neighbour.RATE,
            settings.span().measured().toSeconds(),
            settings.span().rounds(),
            HISTORY,
            HISTORY_BYTES,
            USERS,
            BATCH,
            BATCH_BYTES,
            EACH_BATCH.toSeconds(),
            TENANTS,
            Duration.ofSeconds(1).dividedBy(EACH_LARGE),
            LARGE,
            "data.note.contains('aaab7-0') || data.note.contains('aaab7-1') || …");
  }
}
