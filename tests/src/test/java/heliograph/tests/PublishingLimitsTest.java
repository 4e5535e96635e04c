package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a publisher at each limit: nothing is stored, and the next request is served. */
class PublishingLimitsTest {
  private static final String KEY = "limits-key-0123456789";
  private static final int EVENT_BYTES = 64 * 1024;
  private static final int BODY_BYTES = 4 * 1024 * 1024;
  private static final int BATCH_EVENTS = 12;
  private static final int PER_SECOND = 20;

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    // Each publisher has its own rate, so the tests do not disturb one another.
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%1$s] }
            publishers:
              - { name: large, scheme: token, secrets: [%2$s], tenants: [acme] }
              - { name: fast, scheme: token, secrets: [%2$s], tenants: [acme] }
              - { name: faster, scheme: token, secrets: [%2$s], tenants: [acme] }
            limits:
              event-bytes: 64KiB
              body-bytes: 4MiB
              batch-events: %3$d
              publish-per-second: %4$d
              request-timeout: PT2S
            """
                .formatted(issuer.yaml(), KEY, BATCH_EVENTS, PER_SECOND));
    publisher = Publisher.withKey(relay, "large", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  /** The relay still takes what is right, as soon as the rate lets it. */
  private static void assertServes() throws Exception {
    Deadline.await(
        "an event is taken", () -> publisher.post(Publisher.JSON, event("1")).status() == 202);
  }

  private static String event(String data) {
    return "{\"topic\":\"a\",\"type\":\"b\",\"data\":" + data + "}";
  }

  /** An event that counts exactly so many bytes: its data, and the text of all its attributes. */
  private static String eventOf(int bytes) {
    String attributes = "event-1" + "/a" + "b" + "acme" + "a" + "subject" + "ü€";
    int data = bytes - attributes.getBytes(StandardCharsets.UTF_8).length - 2;
    return """
    {"specversion":"1.0","id":"event-1","source":"/a","type":"b","topic":"a","subject":"ü€",\
    "data":"%s"}\
    """
        .formatted("x".repeat(data));
  }

  @Test
  void anEventMayHaveSoManyBytesAndNoMore() throws Exception {
    String structured = "application/cloudevents+json";
    Answer largest = publisher.post(structured, eventOf(EVENT_BYTES));
    assertEquals(202, largest.status(), largest::toString);

    publisher.post(structured, eventOf(EVENT_BYTES + 1)).assertProblem(413, "TOO_LARGE");
    publisher
        .post(
            "application/octet-stream",
            new byte[EVENT_BYTES],
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/a",
            "ce-type",
            "b",
            "ce-topic",
            "a")
        .assertProblem(413, "TOO_LARGE");
    byte[] zipped = Publisher.gzip(eventOf(EVENT_BYTES + 1).getBytes(StandardCharsets.UTF_8));
    publisher.post(structured, zipped, "Content-Encoding", "gzip").assertProblem(413, "TOO_LARGE");
    assertServes();
  }

  @Test
  void oneEventOfABatchOverItsLimitIsRefusedAlone() throws Exception {
    Answer answer =
        publisher.post(
            Publisher.JSON,
            "[" + event("\"" + "x".repeat(EVENT_BYTES) + "\"") + "," + event("2") + "]");

    assertEquals(202, answer.status(), answer::toString);
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> results = (List<Map<String, Object>>) answer.json().get("results");
    Answer.assertProblem(results.get(0), 413, "TOO_LARGE", "/0");
    assertEquals(false, results.get(1).get("duplicate"));
  }

  @Test
  void aBatchMayHaveSoManyEventsAndNoMore() throws Exception {
    List<String> events = new ArrayList<>(Collections.nCopies(BATCH_EVENTS, event("1")));
    double stored = stored();
    Answer most = publisher.post(Publisher.JSON, events.toString());
    assertEquals(202, most.status(), most::toString);
    assertEquals(stored + BATCH_EVENTS, stored());

    events.add(event("1"));
    publisher.post(Publisher.JSON, events.toString()).assertProblem(413, "TOO_LARGE");
    assertEquals(stored + BATCH_EVENTS, stored(), "nothing of it was stored");
    assertServes();
  }

  private static double stored() throws Exception {
    return relay.metric("heliograph_events_published_total", "result=\"stored\"");
  }

  @Test
  void aBodyThatAnnouncesTooMuchIsRefusedUnread() throws Exception {
    for (String announced : List.of(Integer.toString(BODY_BYTES + 1), "9999999999999")) {
      try (RawHttp client = RawHttp.connect(relay.port())) {
        client.send(head("Content-Length: " + announced) + "{\"top");

        Answer answer = client.answer();
        answer.assertProblem(413, "TOO_LARGE");
        assertEquals(Optional.of("close"), answer.header("Connection").map(String::toLowerCase));
        assertTrue(client.isClosed());
      }
    }
    assertServes();
  }

  @Test
  void whoAsksFirstIsToldBeforeItSends() throws Exception {
    try (RawHttp client = RawHttp.connect(relay.port())) {
      client.send(head("Content-Length: " + (BODY_BYTES + 1), "Expect: 100-continue"));
      client.answer().assertProblem(413, "TOO_LARGE");
    }
    String body = event("1");
    try (RawHttp client = RawHttp.connect(relay.port())) {
      client.send(head("Content-Length: " + body.length(), "Expect: 100-continue"));
      assertEquals(100, client.answer().status());
      client.send(body);
      assertEquals(202, client.answer().status());
    }
  }

  @Test
  void aBodyThatGoesOnAndOnIsCut() throws Exception {
    byte[] chunk = ("40000\r\n" + "x".repeat(0x40000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    try (RawHttp client = RawHttp.connect(relay.port())) {
      client.send(head("Transfer-Encoding: chunked"));
      for (int sent = 0; sent <= 2 * BODY_BYTES; sent += 0x40000) {
        client.sendWhatGoes(chunk);
      }
      client.answer().assertProblem(413, "TOO_LARGE");
      assertTrue(client.isClosed());
    }
    assertServes();
  }

  @Test
  void aBombOfGzipIsNotBlownUp() throws Exception {
    // A quarter of a gigabyte of blanks, as large as the relay's heap, in 260 KB.
    byte[] bomb = Publisher.gzip(new byte[256 * 1024 * 1024]);
    publisher
        .post(Publisher.JSON, bomb, "Content-Encoding", "gzip")
        .assertProblem(413, "TOO_LARGE");

    byte[] twice = Publisher.gzip(bomb);
    publisher
        .post(Publisher.JSON, twice, "Content-Encoding", "gzip")
        .assertProblem(400, "INVALID_JSON");
    assertServes();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void overItsRateAPublisherIsToldWhenToComeBack(boolean batches) throws Exception {
    Publisher fast = Publisher.withKey(relay, batches ? "faster" : "fast", KEY);
    String body = batches ? Collections.nCopies(BATCH_EVENTS, event("1")).toString() : event("1");
    Answer answer = fast.post(Publisher.JSON, body);
    assertEquals(202, answer.status(), answer::toString);
    long until = System.nanoTime() + Deadline.USUAL.toNanos();
    while (answer.status() == 202 && System.nanoTime() < until) {
      answer = fast.post(Publisher.JSON, body);
    }

    answer.assertProblem(429, "RATE_LIMITED");
    assertEquals(
        Optional.of("\"publish\";q=" + PER_SECOND + ";w=1"), answer.header("RateLimit-Policy"));
    String wait = answer.header("Retry-After").orElseThrow();
    assertEquals(Optional.of("\"publish\";r=0;t=" + wait), answer.header("RateLimit"));
    assertTrue(Integer.parseInt(wait) <= 1 + BATCH_EVENTS / PER_SECOND, wait);

    publisher.post(Publisher.JSON, "{}").assertProblem(422, "INVALID_EVENT", "/type");
    Deadline.await("its turn again", () -> fast.post(Publisher.JSON, body).status() == 202);
    assertServes();
  }

  @Test
  void bodiesInFlightHaveABoundTogether() throws Exception {
    // An eighth of the heap of 256 MiB is 32 MiB: eight bodies of almost 4 MiB fit, nine do not.
    byte[] most = new byte[BODY_BYTES - 1024];
    List<RawHttp> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 9; i++) {
        RawHttp client = RawHttp.connect(relay.port());
        clients.add(client);
        client.sendWhatGoes(
            head("Content-Length: " + BODY_BYTES).getBytes(StandardCharsets.US_ASCII));
        client.sendWhatGoes(most);
      }
      Deadline.await(
          "one body too many is refused",
          () -> relay.metric("heliograph_refusals_total", "code=\"OVERLOADED\"") > 0);
      Answer answer = publisher.post(Publisher.JSON, event("\"" + "x".repeat(60_000) + "\""));
      if (answer.status() != 202) {
        answer.assertProblem(503, "OVERLOADED");
      }
    } finally {
      for (RawHttp client : clients) {
        client.close();
      }
    }
    assertServes();
  }

  private static String head(String... headers) {
    return "POST /v1/hooks/large HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer "
        + KEY
        + "\r\nContent-Type: application/json\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }
}
