package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A tenant that asks much of the relay is late itself, and its neighbour is not. No clock says so:
 * all that the neighbour does is done before the first of the others has what it asked for.
 */
class NeighboursTest {
  @RegisterExtension static final Stage stage = Stage.with("");

  // What the neighbour does: it publishes an event and waits for it on a stream, so many times.
  private static final int TRIPS = 20;

  private static final int SEARCHES = 20;
  private static final int HISTORY = 400;
  private static final int USERS = 5;
  private static final int STREAMS_OF_EACH = 20;
  private static final int BATCH = 100;
  private static final Duration LONG = Duration.ofSeconds(30);

  // Near what a filter looks into at most. To search in it takes longer than to parse it, which may
  // be done once for all.
  private static final String NOTE = "a".repeat(12_000);

  private static final AtomicInteger filters = new AtomicInteger();

  private static String origin;

  private static String event(String tenant, int number, String mark) {
    return """
    {"tenant":"%s","topic":"t","type":"test.happened","partitionkey":"k%d","data":{"mark":"%s","note":"%s"}}\
    """
        .formatted(tenant, number, mark, NOTE);
  }

  /**
   * Wants what is marked, and searches everything else in vain. No two are the same, as what one
   * finds may be remembered for its equals.
   */
  private static String filter() {
    int number = filters.incrementAndGet();
    String expression =
        IntStream.range(0, 4)
            .mapToObj(i -> "data.note.contains('aaab%d-%d')".formatted(number, i))
            .collect(Collectors.joining(" || ", "data.mark != '' || ", ""));
    return "filter=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
  }

  private static String publish(List<String> events) throws Exception {
    Answer answer = stage.post(Publisher.JSON, events.toString());
    assertEquals(202, answer.status(), answer::toString);
    return answer.text();
  }

  @BeforeAll
  static void makeHistory() throws Exception {
    origin = stage.publish("past", "t", "0");
    int half = HISTORY / 2;
    publish(IntStream.range(0, half).mapToObj(i -> event("past", i, "")).toList());
    publish(
        IntStream.range(half, HISTORY)
            .mapToObj(i -> event("past", i, i == HISTORY - 1 ? "newest" : ""))
            .toList());
  }

  /** Somebody who wants little. */
  private static final class Neighbour implements AutoCloseable {
    private final String tenant;
    private final String token;
    private final SseClient stream;
    private int number;

    Neighbour(String tenant) throws Exception {
      this.tenant = tenant;
      this.token = stage.token("nora", tenant);
      this.stream = stage.join(token, "?topic=trips");
    }

    /** Publishes, sees it on the stream, and is shown it again where it comes back. */
    void makeTrips() throws Exception {
      String before = stream.lastEventId();
      for (int i = 0; i < TRIPS; i++) {
        number++;
        stage.publish(tenant, "trips", Integer.toString(number));
        assertEquals(Integer.toString(number), stream.next("test.happened").data());
      }
      try (SseClient again = stage.join(token, "?topic=trips&lastEventId=" + before)) {
        for (int i = number - TRIPS + 1; i <= number; i++) {
          assertEquals(Integer.toString(i), again.next("test.happened").data());
        }
      }
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** Asks in a thread of its own. */
  private static FutureTask<String> begin(Callable<String> asking) {
    FutureTask<String> task = new FutureTask<>(asking);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static long over(List<FutureTask<String>> tasks) {
    return tasks.stream().filter(FutureTask::isDone).count();
  }

  /** All that a filter wants of the past. */
  private static String search(String target) throws Exception {
    String asked = target.replace("{origin}", origin) + "&" + filter();
    String token = stage.token("sue", "past");
    if (target.startsWith("/v1/events")) {
      return stage.http().get(asked, "Authorization", "Bearer " + token).text();
    }
    try (SseClient stream = stage.open(asked, "Authorization: Bearer " + token)) {
      stream.next("system.connected");
      return stream.next(LONG).data();
    }
  }

  /** Neither another tenant nor another user of the same one. */
  @ParameterizedTest
  @CsvSource({
    "/v1/stream?replay=10000, neighbour",
    "/v1/stream?since=2000-01-01T00:00:00Z, neighbour",
    "/v1/stream?snapshot=true, neighbour",
    "/v1/events?wait=60&after={origin}, neighbour",
    "/v1/stream?since=2000-01-01T00:00:00Z, past"
  })
  void whoSearchesThePastDelaysNobody(String target, String tenant) throws Exception {
    try (Neighbour neighbour = new Neighbour(tenant)) {
      neighbour.makeTrips();
      double open = stage.metric("heliograph_streams_open") + SEARCHES;
      List<FutureTask<String>> searches = new ArrayList<>();
      for (int i = 0; i < SEARCHES; i++) {
        searches.add(begin(() -> search(target)));
      }
      Deadline.await(
          "all are at it",
          () -> stage.metric("heliograph_streams_open") == open || over(searches) > 0);

      neighbour.makeTrips();

      assertEquals(0, over(searches), "of the searches were over before the neighbour was");
      for (FutureTask<String> search : searches) {
        assertTrue(search.get().contains("newest"), search::toString);
      }
      // Each was found once, and nothing of the past is still being read.
      Deadline.await(
          "all have left", () -> stage.metric("heliograph_streams_open") == open - SEARCHES);
    }
  }

  @Test
  void whoFiltersByMuchDelaysNobody() throws Exception {
    List<SseClient> streams = new ArrayList<>();
    try (Neighbour neighbour = new Neighbour("neighbour")) {
      for (int i = 0; i < USERS * STREAMS_OF_EACH; i++) {
        String token = stage.token("user" + i / STREAMS_OF_EACH, "dear");
        streams.add(stage.join(token, "?" + filter()));
      }
      neighbour.makeTrips();
      List<String> events = new ArrayList<>();
      events.add(event("dear", 0, "first"));
      for (int i = 1; i < BATCH - 1; i++) {
        events.add(event("dear", i, ""));
      }
      events.add(event("dear", BATCH - 1, "last"));

      FutureTask<String> batch = begin(() -> publish(events));
      assertTrue(streams.getFirst().next(LONG).data().contains("first"));
      List<FutureTask<String>> lasts = new ArrayList<>();
      lasts.add(begin(() -> streams.getFirst().next(LONG).data()));
      for (SseClient stream : streams.subList(1, streams.size())) {
        lasts.add(
            begin(
                () -> {
                  assertTrue(stream.next(LONG).data().contains("first"));
                  return stream.next(LONG).data();
                }));
      }
      neighbour.makeTrips();

      assertEquals(0, over(lasts), "of the streams had the whole batch before the neighbour was");
      for (FutureTask<String> last : lasts) {
        assertTrue(last.get().contains("last"), last::toString);
      }
      assertTrue(batch.get().contains("cursor"), batch::toString);
      streams.forEach(SseClient::assertExhausted);
      // The operator is told who is late by name, and that is nobody else.
      assertEquals(Set.of("dear"), stage.relay().late("filters"));
    } finally {
      for (SseClient stream : streams) {
        stream.close();
      }
    }
  }
}
