package heliograph.tests;

import static heliograph.tests.BadHttpTest.EVENT;
import static heliograph.tests.BadHttpTest.POST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that never end, or that nobody waits for: their time is bounded, and they leave nothing.
 */
class UnfinishedRequestTest {
  @RegisterExtension
  static final Stage stage =
      Stage.ofAcme("limits: { request-timeout: PT1S, publish-per-second: 1000000 }");

  @AfterEach
  void theRelayServes() throws Exception {
    stage.publish(EVENT);
    stage.relay().assertNoBugs();
  }

  @Test
  void aRequestThatDoesNotArriveIsAnsweredAndCut() throws Exception {
    String coded = POST + "Transfer-Encoding: chunked\r\n\r\n";
    String[] unfinished = {
      "GET /v1/stream HTTP/1.1\r\n",
      "GET /v1/stream HTTP/1.1\r\nHost: rel",
      "GET /v1/stream HTTP/1.1\r\nHost: relay\r\n",
      "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n\r\nab",
      POST + "Content-Length: 24\r\n\r\n",
      POST + "Content-Length: 24\r\n\r\n{\"topic\"",
      POST + "Content-Length: 25\r\n\r\n" + EVENT,
      coded,
      coded + "18",
      coded + "18\r\n{\"topic\"",
      coded + "18\r\n" + EVENT + "\r\n",
      coded + "18\r\n" + EVENT + "\r\n0\r\n",
    };
    double refused = stage.metric("heliograph_refusals_total", "code=\"REQUEST_TIMEOUT\"");
    long start = System.nanoTime();
    List<RawHttp> clients = new ArrayList<>();
    for (String request : unfinished) {
      clients.add(stage.connect().send(request));
    }
    for (int i = 0; i < clients.size(); i++) {
      try (RawHttp client = clients.get(i)) {
        Answer answer = client.answer();
        assertEquals(408, answer.status(), unfinished[i]);
        answer.assertProblem(408, "REQUEST_TIMEOUT");
        assertTrue(client.isClosed(), unfinished[i]);
      }
    }
    long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(waited >= 950, waited + " ms");
    assertEquals(
        refused + unfinished.length,
        stage.metric("heliograph_refusals_total", "code=\"REQUEST_TIMEOUT\""));
  }

  /** The answer may come before the body; then there is no other to give, and only the cut. */
  @Test
  void aRefusedRequestWhoseBodyDoesNotArriveIsCut() throws Exception {
    long start = System.nanoTime();
    try (RawHttp client = stage.connect()) {
      client.send("POST /v1/events HTTP/1.1\r\nHost: relay\r\nContent-Length: 24\r\n\r\n{");
      client.answer().assertProblem(401, "NO_CREDENTIALS");
      assertTrue(client.isClosed());
      long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(waited >= 950, waited + " ms");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestThatDripsIsCut(boolean head) throws Exception {
    String request = POST + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT;
    int from = head ? request.indexOf("\r\n") + 2 : request.length() - EVENT.length();
    try (RawHttp client = stage.connect()) {
      client.send(request.substring(0, from));
      // A byte every so often, which resets a careless clock.
      for (int i = from; i < request.length() && !client.hears(Duration.ofMillis(150)); i++) {
        client.send(request.substring(i, i + 1));
      }
      client.answer().assertProblem(408, "REQUEST_TIMEOUT");
      assertTrue(client.isClosed());
    }
  }

  @Test
  void aConnectionThatWaitsBetweenRequestsIsLeftAlone() throws Exception {
    try (RawHttp client = stage.connect()) {
      String event = POST + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT;
      client.send(event);
      assertEquals(202, client.answer().status());
      assertFalse(client.hears(Duration.ofMillis(1500)), "it was cut");
      client.send(event);
      assertEquals(202, client.answer().status());
    }
  }

  /**
   * A client that leaves is no error: nothing of it is in the log, but that it was refused where it
   * was before it left.
   */
  @Test
  void whoLeavesInMidSentenceLeavesNoTrace() throws Exception {
    String[] sentences = {
      "",
      "P",
      "POST /v1/ho",
      "POST /v1/hooks/backend HTTP/1.1\r\nHo",
      POST,
      POST + "Content-Length: 24\r\n\r\n",
      POST + "Content-Length: 24\r\n\r\n{\"topic\"",
      POST + "Transfer-Encoding: chunked\r\n\r\n18\r\n{\"topic\"",
      POST.replace("/v1/hooks/backend", "/v1/events") + "Content-Length: 24\r\n\r\n{",
      POST + "Expect: 100-continue\r\nContent-Length: 24\r\n\r\n",
      "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nContent-Length: 24\r\n\r\n{",
      "GET /openapi HTTP/1.1\r\nHost: relay\r\n\r\n",
      POST + "Content-Length: 24\r\n\r\n" + EVENT,
    };
    List<String> before = logOfAllButRefusals();
    for (String sentence : sentences) {
      for (boolean reset : new boolean[] {false, true}) {
        try (RawHttp client = stage.connect()) {
          client.send(sentence);
          if (reset) {
            client.reset();
          } else {
            client.finish();
            client.isClosed();
          }
        }
      }
    }
    theRelayServes();
    assertEquals(before, logOfAllButRefusals());
  }

  private static List<String> logOfAllButRefusals() {
    return stage.relay().log().lines().filter(line -> !line.contains(" publish-refused ")).toList();
  }

  /** Ten thousand bad requests, of all kinds in turn, leave no more behind than one. */
  @Test
  void badRequestsDoNotPileUp() throws Exception {
    send(2_000);
    Vitals.Heap before = stage.relay().vitals().heap();
    long residentBefore = stage.relay().vitals().residentBytes();
    send(10_000);
    // One object that each of one kind left behind would be seen, however small it is. Requests
    // that
    // did not end are forgotten when their time is over.
    stage.relay().vitals().awaitNoneLeft(1_000, before, Deadline.USUAL);
    long live = stage.relay().vitals().heap().bytes() - before.bytes();
    long resident = stage.relay().vitals().residentBytes() - residentBefore;
    System.out.printf(
        "10,000 bad requests: %+d KiB of live heap, %+d KiB resident%n",
        live / 1024, resident / 1024);
    assertTrue(live < 16L << 20, live / 1024 + " KiB");
    assertTrue(resident < 128L << 20, resident / 1024 + " KiB");
    stage.relay().assertWell();
  }

  private static void send(int requests) throws Exception {
    String[] bad = {
      "GARBAGE\r\n\r\n",
      "GET /v1/stream?topic=% HTTP/1.1\r\nHost: relay\r\n\r\n",
      POST + "Content-Length: 2\r\n\r\n{]",
      POST.replace(Stage.KEY, "wrong") + "Content-Length: 2\r\n\r\n{}",
      POST + "Content-Length: -1\r\n\r\n",
      POST + "Content-Length: 99999999\r\n\r\n",
      POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer a.b.c\r\n\r\n",
      "GET /openapi HTTP/1.1\r\nname: " + "x".repeat(20_000) + "\r\n\r\n",
      POST + "Content-Length: 24\r\n\r\n{",
    };
    try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        byte[] request = bad[i % bad.length].getBytes(StandardCharsets.US_ASCII);
        boolean whole = i % bad.length != bad.length - 1;
        sent.add(
            senders.submit(
                () -> {
                  try (RawHttp client = stage.connect()) {
                    client.sendWhatGoes(request);
                    return whole ? client.answer().status() : 400;
                  }
                }));
      }
      for (Future<?> status : sent) {
        assertTrue((int) status.get() >= 400);
      }
    }
  }
}
