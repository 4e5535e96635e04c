package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the streams of a profile begin, and what becomes of those who read them slowly. */
class ProfileReadersTest {
  // Far more than the kernel holds for a client that takes nothing.
  private static final int EVENTS = 60;
  private static final String PADDING = "x".repeat(100_000);

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          limits: { streams-per-user: 1000 }
          stream: { write-timeout: PT60S, slow: catch-up, queue: 256 }
          streams:
            - { name: state, path: "/state/{id}", topics: ["state.{path.id}"], start: snapshot }
            - { name: since, path: /since, topics: [sync], start: { since: PT1H } }
            - { name: newest, path: /newest, topics: ["state.>"], window: PT0.5S, latest: true }
            - { name: catch-up, path: /slow/catch-up, topics: [sync], queue: 4 }
            - name: drop-oldest
              path: /slow/drop-oldest
              topics: [sync]
              slow: drop-oldest
              queue: 4
              frames: { gap: { event: refetch, data: '{"why":{reason}}' } }
            - { name: newest-of-key, path: /slow/latest, topics: [sync], slow: latest, queue: 4 }
            - name: disconnect
              path: /slow/disconnect
              topics: [sync]
              slow: disconnect
              queue: 4
              frames: { end: { slow: { event: too-slow, data: "{}" } } }
          """);

  private static String bearer(String tenant) {
    return "Authorization: Bearer " + stage.token("alice", tenant);
  }

  private static String publish(String tenant, String topic, String key, String data)
      throws Exception {
    return stage.publish(
        """
        {"tenant":"%s","topic":"%s","type":"changed","partitionkey":"%s","data":%s}\
        """
            .formatted(tenant, topic, key, data));
  }

  @Test
  void aSnapshotIsOfItsTopicsAlone() throws Exception {
    publish("snapshot", "state.7", "a", "1");
    publish("snapshot", "state.8", "b", "2");
    publish("snapshot", "state.7", "c", "3");
    publish("snapshot", "state.7", "a", "4");
    try (SseClient client = stage.open("/state/7", bearer("snapshot"))) {
      client.next("system.connected");
      assertEquals("3", client.next("changed").data());
      SseParser.Event last = client.next("changed");
      assertEquals("4", last.data());
      publish("snapshot", "state.7", "a", "5");
      assertEquals("5", client.next("changed").data());
      client.assertExhausted();
    }
  }

  /** Who comes back has a position, and so wants all since, not the state. */
  @Test
  void aSnapshotIsForWhoIsNew() throws Exception {
    String before = publish("return", "state.7", "a", "1");
    publish("return", "state.7", "a", "2");
    publish("return", "state.7", "a", "3");
    try (SseClient client = stage.open("/state/7", bearer("return"), "Last-Event-ID: " + before)) {
      client.next("system.connected");
      assertEquals("2", client.next("changed").data());
      assertEquals("3", client.next("changed").data());
      client.assertExhausted();
    }
  }

  @Test
  void aTimeBeforeNowIsWhereItBegins() throws Exception {
    publish("since", "sync", "a", "1");
    String second = publish("since", "sync", "a", "2");
    try (SseClient client = stage.open("/since", bearer("since"))) {
      client.next("system.connected");
      assertEquals("1", client.next("changed").data());
      assertEquals("2", client.next("changed").data());
    }
    try (SseClient client = stage.open("/since", bearer("since"), "Last-Event-ID: " + second)) {
      client.next("system.connected");
      publish("since", "sync", "a", "3");
      assertEquals("3", client.next("changed").data());
      client.assertExhausted();
    }
  }

  @Test
  void ofWhatIsGatheredOnlyTheNewestOfAKeyIsSeen() throws Exception {
    try (SseClient client = stage.open("/newest", bearer("newest"))) {
      client.next("system.connected");
      Answer answer =
          stage.post(
              Publisher.JSON,
              """
              [{"tenant":"newest","topic":"state.1","type":"changed","partitionkey":"a","data":1},
               {"tenant":"newest","topic":"state.1","type":"changed","partitionkey":"b","data":2},
               {"tenant":"newest","topic":"state.2","type":"changed","partitionkey":"a","data":3}]
              """);
      assertEquals(202, answer.status(), answer::toString);
      assertEquals("2", client.next("changed").data());
      assertEquals("3", client.next("changed").data());
      client.assertExhausted();
    }
  }

  /** A client of a profile that takes nothing while all is published. */
  private static SseClient stalledAt(String path, String tenant) throws Exception {
    SseClient client = SseClient.stalledAt(stage.relay(), path, bearer(tenant));
    for (int n = 0; n < EVENTS; n++) {
      publish(tenant, "sync", n % 2 == 0 ? "even" : "odd", data(n));
    }
    return client;
  }

  private static String data(int n) {
    return "\"" + n + " " + PADDING + "\"";
  }

  private static int number(SseParser.Event event) {
    return Integer.parseInt(event.data().substring(1, event.data().indexOf(' ')));
  }

  /** Which events it hears, up to the last; -1 stands for a gap, which has this name. */
  private static List<Integer> heard(SseClient client, String gap) throws Exception {
    Thread.ofVirtual().start(client::readAll);
    client.next("system.connected");
    List<Integer> heard = new ArrayList<>();
    do {
      SseParser.Event event = client.next();
      heard.add(event.type().equals(gap) ? -1 : number(event));
    } while (heard.getLast() != EVENTS - 1);
    client.assertExhausted();
    return heard;
  }

  private static List<Integer> all() {
    return IntStream.range(0, EVENTS).boxed().toList();
  }

  @Test
  void whoCatchesUpMissesNothing() throws Exception {
    try (SseClient client = stalledAt("/slow/catch-up", "catch-up")) {
      assertEquals(all(), heard(client, "system.gap"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop-oldest", "latest"})
  void whoIsLeftWithTheNewestIsToldSo(String slow) throws Exception {
    String gap = slow.equals("latest") ? "system.gap" : "refetch";
    try (SseClient client = stalledAt("/slow/" + slow, slow)) {
      List<Integer> heard = heard(client, gap);
      int told = heard.indexOf(-1);
      assertEquals(told, heard.lastIndexOf(-1), heard::toString);
      assertTrue(told > 0, heard::toString);
      // First what was under way, and then what its queue still has.
      assertEquals(all().subList(0, told), heard.subList(0, told));
      List<Integer> kept = heard.subList(told + 1, heard.size());
      // A queue that was just made room in by keys has less than it may have.
      assertTrue(kept.size() == 4 || (slow.equals("latest") && kept.size() >= 2), heard::toString);
      assertEquals(all().subList(EVENTS - kept.size(), EVENTS), kept);
      assertTrue(
          client.raw().contains(slow.equals("latest") ? "\"overflow\"" : "{\"why\":\"overflow\"}"));
    }
  }

  @Test
  void whoIsSentAwayComesBackToAll() throws Exception {
    List<Integer> heard = new ArrayList<>();
    String last;
    try (SseClient client = stalledAt("/slow/disconnect", "disconnect")) {
      Thread.ofVirtual().start(client::readAll);
      client.next("system.connected");
      for (SseParser.Event event = client.next();
          !event.type().equals("too-slow");
          event = client.next()) {
        heard.add(number(event));
      }
      client.assertEnded();
      assertTrue(client.isWhole());
      last = client.lastEventId();
    }
    assertFalse(heard.isEmpty());
    assertTrue(heard.size() < EVENTS, heard::toString);
    try (SseClient client =
        stage.open("/slow/disconnect", bearer("disconnect"), "Last-Event-ID: " + last)) {
      client.next("system.connected");
      while (heard.size() < EVENTS) {
        heard.add(number(client.next("changed")));
      }
    }
    assertEquals(all(), heard);
  }
}
