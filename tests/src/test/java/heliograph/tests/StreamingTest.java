package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream looks like to its subscriber. */
class StreamingTest {
  private static final Duration HEARTBEAT = Duration.ofMillis(200);
  private static final String KEEPALIVE = ": keepalive\n";

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { heartbeat: PT0.2S, retry: PT2.5S }
          limits: { request-timeout: PT1S, streams-per-user: 100 }
          """);

  @Test
  void theFirstFrameSaysWhereTheStreamStarts() throws Exception {
    String cursor = stage.publish("acme", "before", "1");
    try (SseClient client = stage.open("/v1/stream", bearer("alice", "acme"))) {
      client.next("system.connected");

      String first = client.raw();
      assertTrue(
          first.matches(
              "id: "
                  + cursor
                  + "\nretry: 2500\nevent: system.connected\n"
                  + "data: \\{\"stream\":\"s_[0-9a-f]{18}\",\"tenant\":\"acme\",\"cursor\":\""
                  + cursor
                  + "\",\"heartbeat\":0.2\\}\n\n(?s:.*)"),
          first);
      assertEquals(2500, client.retry());
      assertTrue(client.head().contains("\r\nContent-Type: text/event-stream\r\n"), client.head());
      assertTrue(
          client.head().contains("\r\nCache-Control: no-cache, no-transform\r\n"), client.head());
      assertTrue(client.head().contains("\r\nX-Accel-Buffering: no\r\n"), client.head());
      assertFalse(client.head().contains("Content-Length"), client.head());
      assertTrue(client.head().contains("\r\nTransfer-Encoding: chunked\r\n"), client.head());
    }
  }

  @Test
  void anEventsFrameHasItsCursorAndItsType() throws Exception {
    try (SseClient client = join("alice", "acme", "")) {
      String cursor = stage.publish("acme", "orders.42", "{\"order\":42}");
      client.next("test.happened");

      String frame = "id: " + cursor + "\nevent: test.happened\ndata: {\"order\":42}\n\n";
      String frames = client.raw().replace(KEEPALIVE, "");
      assertTrue(frames.contains("\n\n" + frame), client.raw());
    }
  }

  @Test
  void whatWasNotForASubscriberMovesItByAPosition() throws Exception {
    try (SseClient client = join("alice", "acme", "?topic=mine")) {
      stage.publish("acme", "theirs", "1");
      String last = stage.publish("acme", "theirs", "2");
      client.awaitPosition(last);

      String frame = "id: " + last + "\nevent: system.position\ndata: {}\n\n" + KEEPALIVE;
      assertTrue(client.raw().contains(frame), client.raw());
      client.assertExhausted();
    }
  }

  @Test
  void silenceIsBrokenByAComment() throws Exception {
    long start = System.nanoTime();
    try (SseClient client = join("alice", "acme", "?topic=quiet")) {
      client.awaitKeepalives(4, Deadline.USUAL);

      String raw = client.raw();
      Duration since = Duration.ofNanos(System.nanoTime() - start);
      String silence = raw.substring(raw.indexOf("\n\n") + 2);
      long heard = silence.lines().count();
      // The last one may be here in part, and nothing else is.
      assertTrue(KEEPALIVE.repeat((int) heard).startsWith(silence), silence);
      // Each is sent after as much silence, however late it is heard.
      assertTrue(HEARTBEAT.multipliedBy(heard).compareTo(since) <= 0, heard + " in " + since);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/event-stream",
        "*/*",
        "text/*",
        "application/json, text/event-stream;q=0.1",
        "text/html,application/xhtml+xml,*/*;q=0.8"
      })
  void whoAcceptsAnEventStreamGetsOne(String accept) throws Exception {
    try (SseClient client =
        stage.open("/v1/stream", bearer("alice", "acme"), "Accept: " + accept)) {
      client.next("system.connected");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/json", "text/plain, image/*"})
  void whoAcceptsNoEventStreamGetsNone(String accept) throws Exception {
    get("", "Authorization", "Bearer " + stage.token("alice", "acme"), "Accept", accept)
        .assertProblem(406, "NOT_ACCEPTABLE");
  }

  /** Some HTTP clients announce the body of a GET, though it is empty; the JDK's is one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 0\r\n\r\n",
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      })
  void aBodyThatAGetMayHaveDoesNotEndItsStream(String rest) throws Exception {
    try (SseClient client = stage.open("/v1/stream", bearer("alice", "acme"), rest)) {
      client.next("system.connected");
      // Longer than the request timeout.
      client.awaitKeepalives(8, Deadline.USUAL);
      stage.publish("acme", "still.there", "1");
      client.next("test.happened");
    }
  }

  /** However soon a connection breaks, who has heard that it was open has a place to return to. */
  @Test
  void theFirstFrameHasThePlaceToReturnTo() throws Exception {
    String cursor = stage.publish("acme", "before.it.began", "1");
    Socket socket = SseClient.connect(stage.relay(), 0);
    try (SseClient client = SseClient.request(socket, "/v1/stream", bearer("alice", "acme"))) {
      client.readSome(64 * 1024);
      assertEquals(cursor, client.nextData("system.connected").get("cursor"));
      assertEquals(cursor, client.lastEventId());
    }
  }

  @Test
  void twoStreamsOfOneUserAreTwo() throws Exception {
    List<SseClient> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      clients.add(stage.open("/v1/stream", bearer("alice", "acme")));
    }
    Object first = clients.get(0).nextData("system.connected").get("stream");
    Object second = clients.get(1).nextData("system.connected").get("stream");
    assertNotEquals(first, second);
    stage.publish("acme", "both", "1");
    for (SseClient client : clients) {
      client.next("test.happened");
      client.close();
    }
  }

  private static SseClient join(String subject, String tenant, String query, String... roles)
      throws Exception {
    return stage.join(stage.token(subject, tenant, roles), query);
  }

  private static Answer get(String query, String... headers) throws Exception {
    return stage.http().get("/v1/stream" + query, headers);
  }

  private static String bearer(String subject, String tenant) {
    return "Authorization: Bearer " + stage.token(subject, tenant);
  }
}
