package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers to polls can be large, and whoever asked for one may not take it. */
class StalledPollTest {
  @RegisterExtension static final Stage stage = Stage.with("stream: { write-timeout: PT1S }\n");

  private static final int EVENTS = 24;
  // With the fifth event it is full: 1 MiB of events.
  private static final int FULL = 5;
  private static final int SLICE = 32 * 1024;
  private static final String DATA = "\"" + "x".repeat(250_000) + "\"";

  private static String before;

  @BeforeAll
  static void publish() throws Exception {
    before = stage.publish("acme", "small", "0");
    for (int i = 0; i < EVENTS; i++) {
      stage.publish("acme", "large", DATA);
    }
  }

  /** Asks for everything, through a receive buffer that is soon full. */
  private static Socket poll(String subject) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.setSoTimeout((int) Deadline.USUAL.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), stage.relay().port()));
    String request =
        "GET /v1/events?after=%s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(before, stage.token(subject, "acme"));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      assertTrue(b >= 0, head::toString);
      head.append((char) b);
    }
    assertTrue(head.toString().startsWith("HTTP/1.1 200 "), head::toString);
    return head.toString();
  }

  private static int length(String head) {
    return head.lines()
        .filter(line -> line.startsWith("Content-Length: "))
        .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError(head));
  }

  @Test
  void whoTakesNothingIsCut() throws Exception {
    try (Socket socket = poll("sloth")) {
      InputStream in = socket.getInputStream();
      int length = length(head(in));
      Deadline.await("its place is free", () -> stage.metric("heliograph_streams_open") == 0);
      assertTrue(rest(in) < length, "all of it came");
    }
    assertEquals(EVENTS, all("sloth"));
  }

  /** Asks again and again, as a client does, until there is nothing more. */
  private static int all(String subject) throws Exception {
    String after = before;
    int all = 0;
    int more = FULL;
    while (more > 0) {
      Answer answer = stage.http().get("/v1/events?after=" + after, bearer(subject));
      more = events(answer);
      assertTrue(more <= FULL, more + " events in one answer");
      all += more;
      after = (String) Json.object(answer.text()).get("cursor");
    }
    return all;
  }

  private static long rest(InputStream in) throws IOException {
    try {
      return in.readAllBytes().length;
    } catch (SocketException _) {
      // Cut by a reset.
      return 0;
    }
  }

  /** A slow line is not a hung one: what counts is that a write gets on. */
  @Test
  void whoReadsSlowlyButSteadilyGetsAll() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (Socket socket = poll("snail")) {
      InputStream in = socket.getInputStream();
      int length = length(head(in));
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (body.size() < length) {
        byte[] slice = in.readNBytes(Math.min(SLICE, length - body.size()));
        assertTrue(slice.length > 0, () -> "cut after " + body.size());
        body.writeBytes(slice);
        assertFalse(never.await(20, TimeUnit.MILLISECONDS), "only time passes");
      }
      assertEquals(FULL, events(body.toString(StandardCharsets.UTF_8)));
    }
  }

  private static String[] bearer(String subject) {
    return new String[] {"Authorization", "Bearer " + stage.token(subject, "acme")};
  }

  private static int events(Answer answer) {
    assertEquals(200, answer.status(), answer::toString);
    return events(answer.text());
  }

  private static int events(String json) {
    return ((List<?>) Json.object(json).get("events")).size();
  }
}
