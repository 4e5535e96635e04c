package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections in masses, which say little or nothing: those who are served do not feel them. */
class FloodTest {
  private static final String KEY = "flood-key-0123456789";
  private static final int FLOOD = 2000;
  private static final int EVENTS = 100;
  private static final Duration LONG = Duration.ofSeconds(60);

  // How far requests get that go no further.
  private static final List<String> SILENT = List.of("", "G", "GET /v1/stream HTTP/1.");
  private static final List<String> HALF =
      List.of(
          "GET /v1/stream HTTP/1.1\r\n",
          "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nAuthorization: Bea",
          "POST /v1/hooks/backend HTTP/1.1\r\nHost: relay\r\nContent-Length: 24\r\n");

  private final List<RawHttp> flood = new ArrayList<>();
  private TestIssuer issuer;
  private RelayProcess relay;
  private Publisher publisher;

  @BeforeEach
  void startIssuer() throws Exception {
    issuer = TestIssuer.start();
  }

  @AfterEach
  void stop() throws Exception {
    ebb();
    relay.stopWell();
    issuer.close();
  }

  private String configuration(String requestTimeout) {
    return """
    identity: { issuers: [%2$s] }
    publishers:
      - { name: backend, scheme: token, secrets: [%3$s], tenants: [acme] }
    limits: { request-timeout: %1$s, head-timeout: %1$s }
    """
        .formatted(requestTimeout, issuer.yaml(), KEY);
  }

  private void start(RelayProcess started) throws Exception {
    relay = started;
    publisher = Publisher.withKey(relay, "backend", KEY);
    // Its connection is there before the flood is, as that of a backend or a proxy would be.
    publisher.publish("acme", "a", "0");
  }

  private SseClient subscriber() throws Exception {
    return SseClient.join(relay, issuer.token("alice", "acme"), "");
  }

  private void flood(int connections, List<String> beginnings) throws IOException {
    for (int i = 0; i < connections; i++) {
      RawHttp connection = RawHttp.connect(relay.port());
      flood.add(connection);
      connection.send(beginnings.get(i % beginnings.size()));
    }
  }

  private void ebb() throws IOException {
    for (RawHttp connection : flood) {
      connection.close();
    }
    flood.clear();
  }

  private void assertServed(SseClient live) throws Exception {
    for (int i = 1; i <= EVENTS; i++) {
      publisher.publish("acme", "a", Integer.toString(i));
      assertEquals(Integer.toString(i), live.next("test.happened").data());
    }
  }

  @Test
  void thousandsOfHalfOpenRequestsAreNotFelt() throws Exception {
    start(RelayProcess.start(configuration("PT1H")));
    try (SseClient live = subscriber()) {
      long before = relay.vitals().openDescriptors();
      List<String> all = new ArrayList<>(SILENT);
      all.addAll(HALF);
      flood(FLOOD, all);
      Deadline.await("all are let in", () -> relay.vitals().openDescriptors() >= before + FLOOD);

      assertServed(live);
      try (SseClient another = subscriber();
          RawHttp backend = RawHttp.connect(relay.port())) {
        String event = "{\"topic\":\"a\",\"type\":\"test.happened\",\"data\":\"fresh\"}";
        backend.send(
            "POST /v1/hooks/backend HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(KEY, event.length(), event));
        assertEquals(202, backend.answer().status());
        assertEquals("\"fresh\"", live.next("test.happened").data());
        assertEquals("\"fresh\"", another.next("test.happened").data());
      }
      relay.assertWell();
      ebb();
      Deadline.await("all is given back", () -> relay.vitals().openDescriptors() <= before + 2);
      live.assertExhausted();
    }
  }

  @Test
  void whatStaysHalfOpenIsCut() throws Exception {
    start(RelayProcess.start(configuration("PT1S")));
    try (SseClient live = subscriber()) {
      flood(300, SILENT);
      flood(300, HALF);
      assertServed(live);

      for (RawHttp silent : flood.subList(0, 300)) {
        assertTrue(silent.isClosed(), "cut without a word");
      }
      for (RawHttp half : flood.subList(300, 600)) {
        half.answer().assertProblem(408, "REQUEST_TIMEOUT");
        assertTrue(half.isClosed());
      }
      assertEquals(300, relay.metric("heliograph_refusals_total", "code=\"REQUEST_TIMEOUT\""));
      assertServed(live);
    }
  }

  /**
   * A head may be 32 KiB long, and as long as it lasts a byte at a time costs many times itself.
   * All that connections hold of heads is bounded, and who has held something for longest gives
   * way.
   */
  @Test
  void headsThatNeverEndStarveThemselves() throws Exception {
    start(RelayProcess.start(configuration("PT1H"), Map.of(), "-Xmx80m", "-Xmn16m", "-Xss256k"));
    String line = "GET /v1/stream?" + "a".repeat(14_000) + " HTTP/1.1\r\nHost: relay\r\n";
    String header = "x-a: " + "b".repeat(14_000);
    try (SseClient live = subscriber()) {
      for (int i = 0; i < FLOOD; i++) {
        RawHttp connection = RawHttp.connect(relay.port());
        flood.add(connection);
        connection.sendWhatGoes((line + header).getBytes(StandardCharsets.US_ASCII));
        if (i % 200 == 0) {
          // In small pieces, each of which is an object of its own in the relay.
          for (int j = 0; j < 500; j++) {
            connection.sendWhatGoes(new byte[] {'c'});
          }
        }
      }
      assertServed(live);
      assertTrue(
          relay.metric("heliograph_connections_cut_total", "reason=\"memory\"") > FLOOD / 2.0);
      try (RawHttp fresh = RawHttp.connect(relay.port())) {
        fresh.send("GET /v1/status HTTP/1.1\r\nHost: relay\r\n\r\n");
        fresh.answer().assertProblem(401, "NO_CREDENTIALS");
      }
      relay.assertWell();
    }
  }

  @Test
  void whoComesAndGoesLeavesNothingBehind() throws Exception {
    start(RelayProcess.start(configuration("PT1H")));
    try (SseClient live = subscriber()) {
      long before = relay.vitals().openDescriptors();
      // The first of them load what the relay needs for them, and keeps.
      comeAndGo(FLOOD / 10, live);
      Vitals.Heap heap = relay.vitals().heap();
      comeAndGo(FLOOD, live);
      Deadline.await("all is given back", () -> relay.vitals().openDescriptors() <= before + 2);
      // One object that each left behind would be seen, however small it is.
      relay.vitals().awaitNoneLeft(FLOOD / SILENT.size(), heap, LONG);
      assertTrue(relay.vitals().heap().bytes() - heap.bytes() < 16L << 20);
    }
  }

  private void comeAndGo(int passers, SseClient live) throws Exception {
    for (int i = 0; i < passers; i++) {
      try (RawHttp passer = RawHttp.connect(relay.port())) {
        passer.send(SILENT.get(i % SILENT.size()));
        if (i % 2 == 0) {
          passer.reset();
        }
      }
      // Not too often: the log keeps what is published.
      if (i % (FLOOD / 10) == 0) {
        publisher.publish("acme", "a", Integer.toString(i));
        assertEquals(Integer.toString(i), live.next("test.happened").data());
      }
    }
  }

  /**
   * Without a limit of its own, a listener would take the last file descriptor, and Helidon would
   * close it for good, with every stream.
   */
  @Test
  void whatIsBeyondTheFileDescriptorsWaitsOutside() throws Exception {
    start(RelayProcess.startWithDescriptors(600, configuration("PT1S")));
    try (SseClient live = subscriber()) {
      flood(1000, SILENT);
      assertServed(live);
      assertTrue(relay.vitals().openDescriptors() < 600);
      // The waiting ones come in, and are cut, in turn.
      Deadline.await(
          "there is room again",
          LONG,
          () -> {
            try (SseClient another = subscriber()) {
              publisher.publish("acme", "b", "1");
              another.next("test.happened");
              return true;
            }
          });
      assertEquals("1", live.next("test.happened").data());
      for (RawHttp silent : flood) {
        assertTrue(silent.isClosed());
      }
      assertServed(live);
    }
  }
}
