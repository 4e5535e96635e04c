package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page that shows the state of things asks for: windows, the latest, snapshots. */
@Tag("log")
class DashboardTest {
  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { heartbeat: PT60S, max-window: PT30S, queue: 16, reauth: PT0S }
          """);

  private static String publish(String tenant, String key, int number) throws Exception {
    return stage.publish(
        "{\"tenant\":\"%s\",\"topic\":\"gauges.%s\",\"type\":\"gauge\",\"partitionkey\":\"%s\",\"data\":%d}"
            .formatted(tenant, key, key, number));
  }

  private static SseClient open(String tenant, String query) throws Exception {
    return stage.join(stage.token("alice", tenant, "viewer"), query);
  }

  private static List<String> take(SseClient client, int count) throws Exception {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(client.next("gauge").data());
    }
    return taken;
  }

  @Test
  void aWindowKeepsEveryEventInOrder() throws Exception {
    try (SseClient client = open("window", "?window=PT0.3S")) {
      for (int i = 1; i <= 5; i++) {
        publish("window", "a", i);
      }

      assertEquals(List.of("1", "2", "3", "4", "5"), take(client, 5));
      client.assertExhausted();
    }
  }

  @Test
  void inAWindowOnlyTheLatestOfEachKeyIsSent() throws Exception {
    try (SseClient client = open("latest", "?window=PT1S&latest=true")) {
      for (int i = 1; i <= 30; i++) {
        publish("latest", i % 2 == 0 ? "even" : "odd", i);
      }
      publish("latest", "end", 31);

      // However many windows it took, the last word on each key is right and comes in order.
      List<String> told = untilData(client, "31");
      assertTrue(told.size() < 31, told::toString);
      assertEquals(List.of("29", "30", "31"), told.subList(told.size() - 3, told.size()));
    }
  }

  private static List<String> untilData(SseClient client, String last) throws Exception {
    List<String> told = new ArrayList<>();
    while (!told.contains(last)) {
      told.add(client.next("gauge").data());
    }
    return told;
  }

  @Test
  void aFullQueueEndsAWindowEarlyAndLosesNothing() throws Exception {
    try (SseClient client = open("early", "?window=PT30S")) {
      for (int i = 1; i <= 40; i++) {
        publish("early", "k" + i, i);
      }

      List<String> first = take(client, 32);

      assertEquals("1", first.getFirst());
      assertEquals("32", first.getLast());
    }
  }

  @Test
  void theEndDoesNotWaitForAWindow() throws Exception {
    try (SseClient client =
        stage.join(
            stage.token("alice").with("tenant", "ending").at("exp", Duration.ofSeconds(3)).signed(),
            "?window=PT30S")) {
      client.assertEnded("expired");
    }
  }

  @Test
  void aSnapshotIsTheNewestOfEachKeyAndThenWhatFollows() throws Exception {
    publish("snap", "a", 1);
    publish("snap", "b", 2);
    publish("snap", "a", 3);
    publish("snap", "c", 4);

    try (SseClient all = open("snap", "?snapshot=true");
        SseClient some = open("snap", "?snapshot=true&topic=gauges.b&topic=gauges.c")) {
      assertEquals(List.of("2", "3", "4"), take(all, 3));
      assertEquals(List.of("2", "4"), take(some, 2));
      publish("snap", "b", 5);
      assertEquals(List.of("5"), take(all, 1));
      assertEquals(List.of("5"), take(some, 1));
    }
  }

  @Test
  void aClientThatComesBackInTheMiddleGoesOnFromThere() throws Exception {
    publish("middle", "a", 1);
    String second = publish("middle", "b", 2);
    publish("middle", "c", 3);

    try (SseClient again =
        stage.open(
            "/v1/stream?snapshot=true",
            "Authorization: Bearer " + stage.token("alice", "middle", "viewer"),
            "Last-Event-ID: " + second)) {
      again.next("system.connected");
      assertEquals(List.of("3"), take(again, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "window=1",
        "window=",
        "window=-PT1S",
        "window=PT",
        "latest=yes",
        "snapshot=1",
        "latest="
      })
  void whatIsWrittenWrongIsRefused(String query) throws Exception {
    Answer answer =
        stage
            .http()
            .send(
                "GET",
                "/v1/stream?" + query,
                new byte[0],
                "Authorization",
                "Bearer " + stage.token("alice", "acme", "viewer"));

    assertEquals(400, answer.status());
    assertEquals("INVALID_REQUEST", answer.json().get("code"));
  }
}
