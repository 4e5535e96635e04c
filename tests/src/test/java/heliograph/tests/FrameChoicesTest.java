package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a subscriber chooses of its frames: their names, and what is said in silence. */
class FrameChoicesTest {
  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { heartbeat: PT0.2S }
          limits: { streams-per-user: 100 }
          types: [ { type: "secret.*", masks: [ { fields: [/iban], roles: [billing] } ] } ]
          """);

  private static SseClient join(String tenant, String query) throws Exception {
    return stage.join(stage.token("alice", tenant), query);
  }

  private static String publish(String tenant, String type, String data) throws Exception {
    return stage.publish(
        "{\"tenant\":\"%s\",\"topic\":\"t.1\",\"type\":\"%s\",\"partitionkey\":\"k\",\"data\":%s}"
            .formatted(tenant, type, data));
  }

  /** A page can listen to what it does not know by name, as onmessage has it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&window=PT0.1S&latest=true",
        "&type=order.*&topic=t.*",
        "&filter=data.order%20%3D%3D%2042",
        "&replay=1",
        "&snapshot=true",
      })
  void withoutNamesEventsAreMessagesAndTheRelaysOwnFramesKeepTheirs(String more) throws Exception {
    String tenant = "unnamed" + Integer.toHexString(more.hashCode());
    boolean past = more.contains("replay") || more.contains("snapshot");
    String cursor = past ? publish(tenant, "order.paid", "{\"order\":42}") : "";
    try (SseClient client = join(tenant, "?event=none" + more)) {
      cursor = past ? cursor : publish(tenant, "order.paid", "{\"order\":42}");
      assertEquals(
          new SseParser.Event("message", "{\"order\":42}", cursor), client.next("message"));
      String frames = client.raw().replace(": keepalive\n", "");
      assertTrue(frames.contains("\n\nid: " + cursor + "\ndata: {\"order\":42}\n\n"), client::raw);
      client.awaitKeepalives(1, Deadline.USUAL);
      client.assertExhausted();
    }
  }

  @Test
  void aWholeEventWithoutANameStillSaysItsType() throws Exception {
    try (SseClient client = join("whole", "?event=none&format=cloudevents")) {
      publish("whole", "order.paid", "1");
      assertEquals("order.paid", client.nextData("message").get("type"));
    }
  }

  /** One event, and each of its variants at once, masked and not. */
  @Test
  void whoChoosesOtherwiseIsNotTouched() throws Exception {
    String[] queries = {
      "", "?event=type", "?event=none", "?format=cloudevents", "?event=none&format=cloudevents"
    };
    SseClient[] clients = new SseClient[queries.length];
    for (int i = 0; i < queries.length; i++) {
      clients[i] = join("beside", queries[i]);
    }
    publish("beside", "secret.told", "{\"iban\":\"DE02\",\"n\":1}");
    for (int i = 0; i < queries.length; i++) {
      SseParser.Event heard =
          clients[i].next(queries[i].contains("none") ? "message" : "secret.told");
      Map<String, Object> data = Json.object(heard.data());
      Object shown = queries[i].contains("cloudevents") ? data.get("data") : data;
      assertEquals(Map.of("n", 1L), shown);
      clients[i].close();
    }
  }

  @ParameterizedTest
  @CsvSource({"error", "open", "message"})
  void aTypeThatIsABrowsersNameHasAnotherAndIsAskedForByItsOwn(String type) throws Exception {
    try (SseClient named = join("browsers", "?type=" + type);
        SseClient unnamed = join("browsers", "?event=none&type=" + type);
        SseClient whole = join("browsers", "?format=cloudevents&type=" + type)) {
      publish("browsers", "other", "0");
      publish("browsers", type, "1");
      assertEquals("1", named.next("type." + type).data());
      assertEquals("1", unnamed.next("message").data());
      assertEquals(type, whole.nextData("type." + type).get("type"));
    }
  }

  /** With its position, so that one frame tells of both. */
  @ParameterizedTest
  @ValueSource(strings = {"?heartbeat=event&topic=mine", "?heartbeat=event&event=none&topic=mine"})
  void aHeartbeatThatIsAnEventCanBeHeardAndIsAPosition(String query) throws Exception {
    try (SseClient client = join("beats", query)) {
      String passed = publish("beats", "order.paid", "1");
      SseParser.Event beat = client.next("system.heartbeat");
      while (!beat.id().equals(passed)) {
        beat = client.next("system.heartbeat");
      }
      assertEquals(beat, client.next("system.heartbeat"));
      assertEquals("{}", beat.data());
      assertFalse(client.raw().contains("keepalive"), client::raw);
      assertFalse(client.raw().contains("system.position"), client::raw);
    }
  }

  @Test
  void aHeartbeatIsACommentWhereNothingElseIsAskedFor() throws Exception {
    try (SseClient client = join("quiet", "?heartbeat=comment")) {
      client.awaitKeepalives(2, Deadline.USUAL);
      client.assertExhausted();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "event=message, event: type or none",
    "event=, event: type or none",
    "event=None, event: type or none",
    "heartbeat=none, heartbeat: comment or event",
    "heartbeat=, heartbeat: comment or event",
    "heartbeat=PT5S, heartbeat: comment or event",
    "format=plain_unnamed, format: plain or cloudevents",
  })
  void anythingElseIsRefusedAndSaysWhatThereIs(String query, String detail) throws Exception {
    Answer answer =
        stage
            .http()
            .get("/v1/stream?" + query, "Authorization", "Bearer " + stage.token("alice", "acme"));
    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals(detail, answer.json().get("detail"));
  }
}
