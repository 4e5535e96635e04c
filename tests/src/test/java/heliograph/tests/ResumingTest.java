package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coming back, and joining while events flow: nothing is lost, doubled, or lost in silence. */
@Tag("log")
class ResumingTest {
  private static final int KEPT = 500;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          log: { retention: { events: %d } }
          stream: { heartbeat: PT0.1S }
          limits: { streams-per-user: 1000, publish-per-second: 1000000 }
          """
              .formatted(KEPT));

  /** Publishes so many events, whose data are their numbers, and returns their cursors. */
  private static List<String> publish(String tenant, int from, int to) throws Exception {
    List<String> cursors = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      cursors.add(stage.publish(tenant, "numbers", Integer.toString(i)));
    }
    return cursors;
  }

  private static SseClient open(String tenant, String query, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Authorization: Bearer " + stage.token("alice", tenant, "reader"));
    return stage.open("/v1/stream" + query, all.toArray(String[]::new));
  }

  private static void assertNumbers(SseClient client, int from, int to) throws Exception {
    for (int i = from; i <= to; i++) {
      assertEquals(Integer.toString(i), client.next("test.happened").data());
    }
  }

  @Test
  void aClientGoesOnAfterTheLastEventItHad() throws Exception {
    List<String> cursors = publish("resume", 1, 5);
    String third = cursors.get(2);
    String[][] ways = {
      {"", "Last-Event-ID: " + third},
      {"", "last-event-id:" + third + "  "},
      {"?lastEventId=" + third},
      {"?lastEventId=" + cursors.getFirst(), "Last-Event-ID: " + third},
      {"?lastEventId=garbage", "Last-Event-ID: " + third},
    };
    List<SseClient> clients = new ArrayList<>();
    for (String[] way : ways) {
      SseClient client =
          open("resume", way[0], List.of(way).subList(1, way.length).toArray(String[]::new));
      clients.add(client);
      assertEquals(third, client.nextData("system.connected").get("cursor"));
      assertNumbers(client, 4, 5);
    }
    String live = publish("resume", 6, 6).getFirst();
    for (SseClient client : clients) {
      assertNumbers(client, 6, 6);
      assertEquals(live, client.lastEventId());
      client.assertExhausted();
      client.close();
    }
  }

  @Test
  void fromTheStartAllIsReplayedAndFromTheHeadNothing() throws Exception {
    List<String> cursors = publish("ends", 1, 3);
    String epoch = cursors.getFirst().replaceFirst("-.*", "");
    try (SseClient client = open("ends", "", "Last-Event-ID: " + epoch + "-0")) {
      client.next("system.connected");
      assertNumbers(client, 1, 3);
    }
    try (SseClient client = open("ends", "", "Last-Event-ID: " + cursors.getLast())) {
      client.next("system.connected");
      publish("ends", 4, 4);
      assertNumbers(client, 4, 4);
    }
    try (SseClient client = open("ends", "", "Last-Event-ID: ")) {
      client.next("system.connected");
      publish("ends", 5, 5);
      assertNumbers(client, 5, 5);
      client.assertExhausted();
    }
  }

  @Test
  void aReplayHoldsOnlyWhatMayBeSeen() throws Exception {
    String first = publish("audience", 1, 1).getFirst();
    String event = "{\"tenant\":\"%s\",\"topic\":\"numbers\",\"type\":\"%s\",\"data\":%d%s}";
    stage.publish(event.formatted("audience", "test.happened", 2, ",\"roles\":\"reader\""));
    stage.publish(event.formatted("audience", "test.happened", -1, ",\"roles\":\"writer\""));
    stage.publish(event.formatted("audience", "test.happened", -2, ",\"users\":\"bob\""));
    stage.publish(event.formatted("audience", "test.happened", -3, ",\"ephemeral\":true"));
    stage.publish(
        event.formatted(
            "audience", "test.happened", -4, ",\"expirytime\":\"2020-01-01T00:00:00Z\""));
    stage.publish(event.formatted("somebody-else", "test.happened", -5, ""));
    stage.publish(event.formatted("audience", "other", -6, ""));
    stage.publish(event.formatted("audience", "test.happened", 3, ""));
    String last = stage.publish(event.formatted("audience", "other", -7, ""));

    try (SseClient client =
        open("audience", "?topic=numbers&type=test.*", "Last-Event-ID: " + first)) {
      client.next("system.connected");
      assertNumbers(client, 2, 3);
      client.awaitPosition(last);
      client.assertExhausted();
    }
  }

  @Test
  void aCursorOfAnotherLifeOfTheLogIsAGapAndThenAllThereIs() throws Exception {
    List<String> cursors = publish("epoch", 1, 3);
    String epoch = cursors.getFirst().replaceFirst("-.*", "");
    double gaps = stage.metric("heliograph_gaps_total", "reason=\"epoch\"");
    for (String foreign : List.of("0ldl1fe-2", "0ldl1fe-999999999999999999", epoch + "-4")) {
      try (SseClient client = open("epoch", "?lastEventId=" + foreign)) {
        SseParser.Event connected = client.next("system.connected");
        // Cut in between, it is told of the gap when it comes back, and cut after it not again.
        assertEquals(foreign, connected.id());
        assertEquals(foreign, Json.object(connected.data()).get("cursor"));
        SseParser.Event gap = client.next("system.gap");
        assertEquals(
            Map.of("reason", "epoch", "from", foreign, "to", epoch + "-0"),
            Json.object(gap.data()));
        assertEquals(epoch + "-0", gap.id());
        assertNumbers(client, 1, 3);
        client.assertExhausted();
      }
    }
    Deadline.await(
        "three gaps are counted",
        () -> stage.metric("heliograph_gaps_total", "reason=\"epoch\"") == gaps + 3);
  }

  @Test
  void aCursorOlderThanTheLogIsAGapAndThenWhatIsLeft() throws Exception {
    List<String> cursors = publish("retention", 1, KEPT + 100);
    String second = cursors.get(1);
    String lost = cursors.get(99);
    double gaps = stage.metric("heliograph_gaps_total", "reason=\"retention\"");
    try (SseClient client = open("retention", "", "Last-Event-ID: " + second)) {
      assertEquals(second, client.next("system.connected").id());
      SseParser.Event gap = client.next("system.gap");
      assertEquals(
          Map.of("reason", "retention", "from", second, "to", lost), Json.object(gap.data()));
      assertEquals(lost, gap.id());
      assertNumbers(client, 101, KEPT + 100);
      client.assertExhausted();
    }
    // The gap has moved the client, so that it is not told of it again.
    try (SseClient client = open("retention", "", "Last-Event-ID: " + lost)) {
      client.next("system.connected");
      assertNumbers(client, 101, 101);
    }
    assertEquals(gaps + 1, stage.metric("heliograph_gaps_total", "reason=\"retention\""));
  }

  @Test
  void aTenantsCursorTellsNothingOfAnother() throws Exception {
    publish("chatty", 1, 50);
    List<String> cursors = publish("quiet", 1, 2);
    assertTrue(cursors.get(0).endsWith("-1") && cursors.get(1).endsWith("-2"), cursors::toString);
    try (SseClient client = open("newcomer", "")) {
      String start = (String) client.nextData("system.connected").get("cursor");
      assertTrue(start.endsWith("-0"), start);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "k3f9",
        "-",
        "-1",
        "k3f9-",
        "k3f9--1",
        "k3f9-01",
        "k3f9-1.5",
        "k3f9-1e3",
        "k3f9-+1",
        "k3f9-1234567890123456789",
        "K3F9-1",
        "k3f9-1-2",
        "k3f9-1,k3f9-2",
        "k3f9_1",
        "\"k3f9-1\"",
        "k3f9-\u0661",
        "\u00e9-1",
        "abcdefghijklmnopqrstuvwxyz0123456-1",
        "../../etc/passwd",
        "' OR 1=1 --",
        "null",
        "{}",
      })
  void aCursorThatCannotBeOursIsRefused(String garbage) throws Exception {
    String token = "Authorization: Bearer " + stage.token("alice", "acme");
    try (RawHttp client = stage.connect()) {
      client.send(
          "GET /v1/stream HTTP/1.1\r\nHost: relay\r\n%s\r\nLast-Event-ID: %s\r\n\r\n"
              .formatted(token, garbage));
      client.answer().assertProblem(400, "BAD_CURSOR");
      String encoded =
          java.net.URLEncoder.encode(garbage, java.nio.charset.StandardCharsets.UTF_8)
              .replace("+", "%20");
      client.send(
          "GET /v1/stream?lastEventId=%s HTTP/1.1\r\nHost: relay\r\n%s\r\n\r\n"
              .formatted(encoded, token));
      client.answer().assertProblem(400, "BAD_CURSOR");
    }
  }

  /**
   * Hundreds join and leave while one publisher sends without a pause. Each must have every event
   * after the cursor it was told, once and in order; whether it joins live or from a place before.
   */
  @Test
  void joiningWhileEventsFlowLosesAndDoublesNothing() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread flow =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (int i = 1; !done.get(); i++) {
                      publish("race", i, i);
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
    try {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
      for (int round = 0; round < 40; round++) {
        List<SseClient> clients = new ArrayList<>();
        List<Long> next = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          SseClient client = join(random);
          clients.add(client);
        }
        for (SseClient client : clients) {
          next.add(sequence((String) client.nextData("system.connected").get("cursor")) + 1);
        }
        for (int i = 0; i < clients.size(); i++) {
          try (SseClient client = clients.get(i)) {
            for (long expected = next.get(i); expected < next.get(i) + 20; expected++) {
              SseParser.Event event = client.next("test.happened");
              assertEquals(expected, sequence(event.id()));
              assertEquals(Long.toString(expected), event.data());
            }
          }
        }
      }
    } finally {
      done.set(true);
      flow.join();
    }
    assertEquals(null, failure.get());
    assertNotEquals(0, stage.metric("heliograph_deliveries_total"));
    assertEquals(0, stage.metric("heliograph_gaps_total", "reason=\"overflow\""));
  }

  /** Joins live, or up to fifty events before the newest that was seen. */
  private static SseClient join(RandomGenerator random) throws Exception {
    if (random.nextBoolean()) {
      return open("race", "");
    }
    try (SseClient scout = open("race", "")) {
      String cursor = (String) scout.nextData("system.connected").get("cursor");
      long before = Math.max(0, sequence(cursor) - random.nextInt(50));
      return open("race", "?lastEventId=" + cursor.replaceFirst("-.*", "-" + before));
    }
  }

  private static long sequence(String cursor) {
    return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
  }
}
