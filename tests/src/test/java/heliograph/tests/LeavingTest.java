package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How streams end: each with a reason, and nobody else notices. */
class LeavingTest {
  private static final int PER_USER = 3;
  private static final int PER_TENANT = 5;
  private static final int TOTAL = 7;
  private static final int SLICE = 32 * 1024;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { write-timeout: PT1S, retry: PT7S, reauth: PT0S }
          limits: { streams-per-user: %d, streams-per-tenant: %d, streams: %d }
          """
              .formatted(PER_USER, PER_TENANT, TOTAL));

  @BeforeEach
  void nobodyIsHere() throws Exception {
    awaitOpen(0);
  }

  private static void awaitOpen(int streams) throws Exception {
    Deadline.await(
        streams + " open streams", () -> stage.metric("heliograph_streams_open") == streams);
  }

  private static double ends(String reason) throws Exception {
    return stage.metric("heliograph_stream_ends_total", "reason=\"" + reason + "\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClientsLeavingIsNoticedSoon(boolean reset) throws Exception {
    List<SseClient> clients = new ArrayList<>();
    for (int i = 0; i < PER_TENANT; i++) {
      clients.add(stage.join(stage.token("user" + i, "acme"), ""));
    }
    awaitOpen(PER_TENANT);
    double left = ends("left");

    for (SseClient client : clients) {
      if (reset) {
        client.reset();
      } else {
        client.close();
      }
    }
    // Sooner than by the next heartbeat.
    awaitOpen(0);
    Deadline.await("counted", () -> ends("left") == left + PER_TENANT);
    assertTrue(
        stage.relay().log().contains("tenant=acme reason=left seconds="), stage.relay()::log);
  }

  @Test
  void whoStopsReadingIsCutAndNobodyElse() throws Exception {
    double slow = ends("slow");
    try (SseClient stalled = SseClient.stalled(stage.relay(), stage.token("sloth", "acme"), "");
        SseClient reader = stage.join(stage.token("reader", "acme"), "")) {
      String data = "\"" + "x".repeat(200_000) + "\"";
      for (int i = 0; i < 30; i++) {
        stage.publish("acme", "large", data);
      }
      for (int i = 0; i < 30; i++) {
        assertEquals(data, reader.next("test.happened").data());
      }
      Deadline.await("the stalled reader is cut", () -> ends("slow") == slow + 1);
      stage.relay().await(Pattern.compile("stream-end stream=s_[0-9a-f]+ tenant=acme reason=slow"));
      awaitOpen(1);

      stage.publish("acme", "small", "1");
      reader.next("test.happened");
      // What it missed while it was cut it gets when it comes back.
      stalled.readAll();
      assertTrue(stalled.hasEnded());
      try (SseClient back =
          stage.join(stage.token("sloth", "acme"), "?lastEventId=" + stalled.lastEventId())) {
        assertEquals(data, back.next("test.happened").data());
      }
    }
  }

  /** A slow line is not a hung one: what counts is that a write gets on. */
  @Test
  void whoReadsSlowlyButSteadilyIsNotCut() throws Exception {
    double slow = ends("slow");
    try (ExecutorService publishing = Executors.newVirtualThreadPerTaskExecutor();
        SseClient client = SseClient.stalled(stage.relay(), stage.token("snail", "acme"), "")) {
      String data = "\"" + "x".repeat(250_000) + "\"";
      int events = 24;
      // Meanwhile, so that the client reads from the start, however long the disk takes.
      Future<?> published =
          publishing.submit(
              () -> {
                for (int i = 0; i < events; i++) {
                  stage.publish("acme", "large", data);
                }
                return null;
              });
      // A megabyte and a half a second: all of it takes four times the write timeout. Of the last
      // slice only a part may come; that, and the frames' lines around the data, is read at once.
      CountDownLatch never = new CountDownLatch(1);
      int whole = events * data.length() / SLICE * SLICE;
      int read = 0;
      for (int due = SLICE; due <= whole; due += SLICE) {
        while (read < due) {
          int some = client.readSome(SLICE);
          assertTrue(some > 0, "cut after " + read);
          read += some;
        }
        assertFalse(never.await(20, TimeUnit.MILLISECONDS), "only time passes");
      }
      Thread.ofVirtual().start(client::readAll);
      published.get();
      client.next("system.connected");
      for (int i = 0; i < events; i++) {
        assertEquals(data, client.next("test.happened").data());
      }
    }
    assertEquals(slow, ends("slow"));
  }

  @Test
  void aLimitOnStreamsIsToldInTheStream() throws Exception {
    double limit = ends("limit");
    List<SseClient> clients = new ArrayList<>();
    for (int i = 0; i < PER_USER; i++) {
      clients.add(stage.join(stage.token("alice", "acme"), ""));
    }
    assertRefused("alice", "acme");
    assertRefusedAndKeepsItsPlace("alice", "acme");
    clients.add(stage.join(stage.token("bob", "acme"), ""));
    clients.add(stage.join(stage.token("bob", "acme"), ""));
    assertRefused("carol", "acme");
    clients.add(stage.join(stage.token("alice", "globex"), ""));
    clients.add(stage.join(stage.token("carol", "globex"), ""));
    assertRefused("dave", "globex");
    Deadline.await("counted", () -> ends("limit") == limit + 6);
    assertEquals(TOTAL, stage.metric("heliograph_streams_open"));

    stage.publish("acme", "a", "1");
    clients.getFirst().next("test.happened");
    for (SseClient client : clients) {
      client.close();
    }
    awaitOpen(0);
    stage.join(stage.token("alice", "acme"), "").close();
  }

  /** EventSource gives up for good on any status but 200, and this will pass. */
  private static void assertRefused(String subject, String tenant) throws Exception {
    String token = "Authorization: Bearer " + stage.token(subject, tenant);
    try (SseClient client = stage.open("/v1/stream", token)) {
      client.assertEnded("limit");
      assertEquals(
          "retry: 7000\nevent: system.end\ndata: {\"reason\":\"limit\"}\n\n", client.raw());
      assertTrue(client.head().contains("\r\nContent-Type: text/event-stream\r\n"), client.head());
    }
  }

  /** Some clients take a frame without an id, on a new connection, for having none. */
  private static void assertRefusedAndKeepsItsPlace(String subject, String tenant)
      throws Exception {
    String token = "Authorization: Bearer " + stage.token(subject, tenant);
    String[][] ways = {
      {"", token, "Last-Event-ID: k3f9-7"},
      {"?lastEventId=k3f9-7", token},
      {"?lastEventId=k3f9-9", token, "Last-Event-ID: k3f9-7"},
    };
    for (String[] way : ways) {
      String[] headers = List.of(way).subList(1, way.length).toArray(String[]::new);
      try (SseClient client = stage.open("/v1/stream" + way[0], headers)) {
        client.assertEnded("limit");
        assertEquals(
            "id: k3f9-7\nretry: 7000\nevent: system.end\ndata: {\"reason\":\"limit\"}\n\n",
            client.raw());
      }
    }
  }

  @Test
  void aStreamEndsWithItsToken() throws Exception {
    double expired = ends("expired");
    Token token = stage.token("alice").with("tenant", "acme").at("exp", Duration.ofSeconds(3));
    long start = System.nanoTime();
    try (SseClient client = stage.join(token.signed(), "")) {
      stage.publish("acme", "a", "1");
      client.next("test.happened");
      client.assertEnded("expired");
      long lived = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(lived > 1500, lived + " ms");
      assertEquals(7000, client.retry());
    }
    Deadline.await("counted", () -> ends("expired") == expired + 1);
    stage.relay().await(Pattern.compile("stream-end .*tenant=acme reason=expired"));
  }

  @Test
  void whoTalksWithoutEndIsCut() throws Exception {
    double errors = ends("error");
    try (RawHttp client = stage.connect()) {
      client.send(
          "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(stage.token("alice", "acme")));
      awaitOpen(1);
      byte[] noise = "GET / HTTP/1.1\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
      try {
        for (int i = 0; i < 100; i++) {
          client.send(noise);
        }
      } catch (SocketException _) {
        // That is how the relay says that it heard enough.
      }
      awaitOpen(0);
    }
    Deadline.await("counted", () -> ends("error") == errors + 1);
  }
}
