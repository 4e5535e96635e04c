package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream is sent in chunks, and each holds whole frames: clients that are handed a chunk at a
 * time wait for nothing. That a chunk ends where a frame does, {@link SseClient} sees to.
 */
class ChunksTest {
  private static final int EVENTS = 300;
  private static final int GZIP_ENDS = 10;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { heartbeat: PT0.2S, write-timeout: PT2S, queue: 16 }
          limits: { streams-per-user: 100 }
          """);

  private static void publish(String tenant, int events) throws Exception {
    List<String> batch = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      batch.add(
          "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"test.happened\",\"data\":%d}"
              .formatted(tenant, i));
    }
    assertEquals(202, stage.post("application/json", batch.toString()).status());
  }

  /** Live, from the log, gathered for a window, and chosen from: all are written differently. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "?replay=300", "?window=PT0.2S", "?window=PT0.2S&latest=true", "?type=test.*"})
  void eachChunkHoldsWholeFrames(String query) throws Exception {
    String tenant = "whole" + Integer.toHexString(query.hashCode());
    if (query.contains("replay")) {
      publish(tenant, EVENTS);
    }
    try (SseClient client = stage.join(stage.token("alice", tenant), query)) {
      if (!query.contains("replay")) {
        publish(tenant, EVENTS);
      }
      for (int i = 0; i < EVENTS; i++) {
        assertEquals(Integer.toString(i), client.next("test.happened").data());
      }
      client.awaitKeepalives(1, Deadline.USUAL);
    }
  }

  @Test
  void aFrameIsOneChunkHoweverLargeItIs() throws Exception {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    String data = "\"" + "x".repeat(200_000) + "\"";
    try (Socket socket = SseClient.connect(stage.relay(), 0)) {
      open(socket, "large", "");
      stage.publish("large", "t", data);
      readUntil(socket, new ChunkParser(content -> sizes.add(content.length)), 200_000);
    }
    assertTrue(sizes.stream().anyMatch(size -> size > data.length()), sizes::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?replay=300", "?window=PT0.2S"})
  void inGzipEachChunkIsAWholeFrameTheHeadOrTheEnd(String query) throws Exception {
    String tenant = "zipped" + Integer.toHexString(query.hashCode());
    publish(tenant, EVENTS);
    String expiring =
        stage.token("alice").with("tenant", tenant).at("exp", Duration.ofSeconds(4)).signed();
    List<byte[]> chunks = new ArrayList<>();
    ChunkParser parser = new ChunkParser(chunks::add);
    try (Socket socket = SseClient.connect(stage.relay(), 0)) {
      String head = open(socket, expiring, query, "Accept-Encoding: gzip");
      assertTrue(head.contains("\r\nContent-Encoding: gzip\r\n"), head);
      publish(tenant, EVENTS);
      readUntil(socket, parser, Integer.MAX_VALUE);
    }
    assertTrue(parser.isOver());
    assertEquals(GZIP_ENDS, chunks.getFirst().length);
    assertEquals(GZIP_ENDS, chunks.getLast().length);
    assertFrames(chunks.subList(1, chunks.size() - 1), query.contains("replay") ? 2 : 1);
  }

  private static void assertFrames(List<byte[]> chunks, int times) throws DataFormatException {
    int events = 0;
    Inflater inflater = new Inflater(true);
    try {
      for (byte[] chunk : chunks) {
        inflater.setInput(chunk);
        byte[] out = new byte[64 * 1024];
        String text = new String(out, 0, inflater.inflate(out), StandardCharsets.UTF_8);
        assertEquals(0, inflater.getRemaining());
        assertTrue(text.endsWith("\n\n") || text.equals(": keepalive\n"), text);
        events += text.contains("event: test.happened\n") ? 1 : 0;
      }
    } finally {
      inflater.end();
    }
    assertEquals(times * EVENTS, events);
  }

  /** What is cut in the middle of a chunk must not look like an answer that came to its end. */
  @Test
  void whoIsCutHasNoLastChunk() throws Exception {
    double slow = stage.metric("heliograph_stream_ends_total", "reason=\"slow\"");
    try (SseClient stalled = SseClient.stalled(stage.relay(), stage.token("sloth", "cut"), "")) {
      String data = "\"" + "x".repeat(250_000) + "\"";
      for (int i = 0; i < 30; i++) {
        stage.publish("cut", "t", data);
      }
      Deadline.await(
          "it is cut",
          () -> stage.metric("heliograph_stream_ends_total", "reason=\"slow\"") == slow + 1);
      stalled.readAll();
      assertTrue(stalled.hasEnded());
      assertFalse(stalled.isWhole());
    }
  }

  @Test
  void aSlowReaderIsSentWholeFramesToo() throws Exception {
    try (SseClient snail = SseClient.stalled(stage.relay(), stage.token("snail", "slow"), "")) {
      String data = "\"" + "x".repeat(3_000) + "\"";
      for (int i = 0; i < 400; i++) {
        stage.publish("slow", "t", data);
        // Slower than they come: it falls back to the log on the way.
        snail.readSome(2_000);
      }
      Thread.ofVirtual().start(snail::readAll);
      snail.next("system.connected");
      for (int i = 0; i < 400; i++) {
        assertEquals(data, snail.next("test.happened").data());
      }
    }
  }

  /** Opens a stream and returns the head. */
  private static String open(Socket socket, String who, String query, String... more)
      throws IOException {
    String token = who.contains(".") ? who : stage.token("alice", who);
    String lines = String.join("\r\n", more);
    String request =
        "GET /v1/stream%s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n%s%s\r\n"
            .formatted(query, token, lines, lines.isEmpty() ? "" : "\r\n");
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = socket.getInputStream().read();
      assertTrue(b >= 0, head::toString);
      head.append((char) b);
    }
    Matcher coding = Pattern.compile("\r\nTransfer-Encoding: (.*)\r\n").matcher(head);
    assertTrue(coding.find() && coding.group(1).equals("chunked"), head::toString);
    return head.toString();
  }

  /** Reads so many bytes of the body at least, or to its end. */
  private static void readUntil(Socket socket, ChunkParser parser, int bytes) throws IOException {
    socket.setSoTimeout((int) Deadline.USUAL.toMillis());
    byte[] some = new byte[16 * 1024];
    int left = bytes;
    while (left > 0 || parser.isWithinChunk()) {
      int n = socket.getInputStream().read(some);
      if (n < 0) {
        return;
      }
      left -= parser.read(Arrays.copyOf(some, n), n).length;
    }
  }
}
