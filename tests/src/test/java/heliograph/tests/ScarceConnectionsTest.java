package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A heap with room for few connections: one tenant asks for more of them than there are, and its
 * neighbour publishes, polls and has streams all the same.
 */
class ScarceConnectionsTest {
  private static final String KEY = "scarce-key-0123456789";
  private static final Pattern STARTED =
      Pattern.compile("started .* connections=(\\d+) streams=(\\d+) streams-per-tenant=(\\d+)");

  // These are limits by default.
  private static final int STREAMS = 20_000;
  private static final int STREAMS_OF_USER = 20;

  private static final int MORE = 10;

  private final List<RawHttp> greedy = new ArrayList<>();
  private TestIssuer issuer;
  private RelayProcess relay;
  private int connections;
  private int streams;
  private int ofTenant;

  @BeforeEach
  void startIssuer() throws Exception {
    issuer = TestIssuer.start();
  }

  private void start(String more) throws Exception {
    relay =
        RelayProcess.startWithHeap(
            "64m",
            issuer,
            "publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [\"*\"] } ]\n"
                    .formatted(KEY)
                + more);
    Matcher started = relay.await(STARTED);
    connections = Integer.parseInt(started.group(1));
    streams = Integer.parseInt(started.group(2));
    ofTenant = Integer.parseInt(started.group(3));
  }

  @AfterEach
  void stop() throws Exception {
    for (RawHttp connection : greedy) {
      connection.close();
    }
    relay.stopWell();
    issuer.close();
  }

  /** Asks on a connection of its own, which stays open. */
  private RawHttp ask(String target) throws IOException {
    String token = issuer.token("user" + greedy.size() / STREAMS_OF_USER, "greedy");
    RawHttp connection = RawHttp.connect(relay.port());
    greedy.add(connection);
    return connection.send(
        "GET %s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(target, token));
  }

  /** Asks as often as there are connections, and some times more. */
  private void askForAll(String target) throws IOException {
    for (int i = 0; i < connections + MORE; i++) {
      ask(target);
    }
  }

  /** Those that hear something, once it is so many. */
  private List<RawHttp> awaitAnswered(int answered) throws Exception {
    List<RawHttp> hearing = new ArrayList<>();
    Deadline.await(
        answered + " are answered",
        () -> {
          hearing.clear();
          for (RawHttp connection : greedy) {
            if (connection.hears(Duration.ofMillis(1))) {
              hearing.add(connection);
            }
          }
          return hearing.size() == answered;
        });
    return hearing;
  }

  private void publish(int number) throws IOException {
    String body =
        "{\"tenant\":\"neighbour\",\"topic\":\"a\",\"type\":\"test.happened\",\"data\":%d}"
            .formatted(number);
    try (RawHttp backend = RawHttp.connect(relay.port())) {
      backend.send(
          "POST /v1/hooks/backend HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(Secrets.key(KEY), body.length(), body));
      assertEquals(202, backend.answer().status());
    }
  }

  /** All that it does is on connections that are new. */
  private void assertNeighbourIsServed() throws Exception {
    String token = issuer.token("nora", "neighbour");
    publish(0);
    try (SseClient stream = SseClient.join(relay, token, "")) {
      for (int i = 1; i < 4; i++) {
        publish(i);
        assertEquals(Integer.toString(i), stream.next("test.happened").data());
      }
    }
    try (RawHttp poll = RawHttp.connect(relay.port())) {
      poll.send(
          "GET /v1/events?replay=3 HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(token));
      assertEquals(200, poll.answer().status());
    }
  }

  @Test
  void oneTenantsStreamsLeaveConnectionsToOthers() throws Exception {
    start("");
    askForAll("/v1/stream");

    assertNeighbourIsServed();

    // It has its share, and was told that the rest is too much.
    int refused = greedy.size() - ofTenant;
    Deadline.await(
        "the others are refused",
        () -> relay.metric("heliograph_stream_ends_total", "reason=\"limit\"") == refused);
    assertEquals(ofTenant, relay.metric("heliograph_streams_open"));
  }

  @Test
  void soDoItsPollsThatWait() throws Exception {
    start("");
    askForAll("/v1/events?wait=60");

    assertNeighbourIsServed();

    for (RawHttp connection : awaitAnswered(greedy.size() - ofTenant)) {
      connection.answer().assertProblem(429, "TOO_MANY_STREAMS");
      assertTrue(connection.isClosed());
    }
    assertEquals(ofTenant, relay.metric("heliograph_streams_open"));
  }

  /** They ask for nothing at the moment, but each has kept its connection. */
  @Test
  void soDoItsPollsThatWereAnswered() throws Exception {
    start("");
    for (int i = 0; i < connections + MORE; i++) {
      assertEquals(200, ask("/v1/events").answer().status());
    }

    assertNeighbourIsServed();

    assertTrue(relay.metric("heliograph_connections_cut_total", "reason=\"idle\"") > 0);
  }

  /** All tenants together leave some to publishers. */
  @Test
  void streamsOfManyTenantsLeaveConnectionsToPublishers() throws Exception {
    start("");
    List<SseClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < streams; i++) {
        String token = issuer.token("user", "tenant" + i / STREAMS_OF_USER);
        open.add(SseClient.join(relay, token, ""));
      }
      String token = "Authorization: Bearer " + issuer.token("user", "late");
      try (SseClient refused = SseClient.open(relay, "/v1/stream", token)) {
        refused.assertEnded("limit");
      }
      Publisher publisher = Publisher.withKey(relay, "backend", KEY);
      publisher.publish("tenant0", "a", "1");
      assertEquals("1", open.getFirst().next("test.happened").data());
    } finally {
      for (SseClient stream : open) {
        stream.close();
      }
    }
  }

  @Test
  void anOperatorWhoAskedForMoreIsTold() throws Exception {
    start("");
    assertTrue(streams < connections && ofTenant == streams / 2, relay::log);
    // Nobody has asked for more.
    assertEquals(0, relay.logged("streams-lowered"));
    relay.stopWell();

    start("limits: { streams: %d, streams-per-tenant: %d }\n".formatted(STREAMS, STREAMS / 2));

    assertEquals(streams / 2, ofTenant);
    String line = "level=WARNING logger=heliograph streams-lowered key=relay.limits.";
    relay.assertLogged(1, line + "streams asked=" + STREAMS + " taken=" + streams);
    relay.assertLogged(1, line + "streams-per-tenant asked=" + STREAMS / 2 + " taken=" + ofTenant);
  }

  /** Who has one tenant alone keeps all streams for it. */
  @ParameterizedTest
  @ValueSource(strings = {"streams-per-tenant: 20000", "streams: 5000"})
  void aTenantThatMayHaveAllStreamsMayHaveAllThatFit(String limits) throws Exception {
    start("limits: { " + limits + " }\n");

    assertTrue(streams < connections, relay::log);
    assertEquals(streams, ofTenant);
  }
}
