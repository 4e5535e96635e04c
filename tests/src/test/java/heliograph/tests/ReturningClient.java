package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A subscriber that comes back as a browser's {@code EventSource} does: whenever its connection
 * breaks or is refused, after the time that it was told last, with the id of the last event that it
 * has; an answer that is not 200 it takes for final, and so that is a failure. It has a thread of
 * its own, and any thread may ask it.
 */
final class ReturningClient implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final int MAX_HEAD = 8 * 1024;
  private static final long UNTOLD_RETRY_MILLIS = 3000;

  private final int port;
  private final String token;
  private final String topic;
  private final CountDownLatch closed = new CountDownLatch(1);

  // Of its own thread.
  private String lastId = "";
  private long retry = UNTOLD_RETRY_MILLIS;

  // Guarded by this.
  private final List<String> seen = new ArrayList<>();
  private final List<SseParser.Event> notices = new ArrayList<>();
  private int opened;
  private Socket socket = new Socket();
  private AssertionError failure;

  private ReturningClient(int port, String token, String topic) {
    this.port = port;
    this.token = token;
    this.topic = topic;
  }

  /** Has one come for the events of a topic, from now on. */
  static ReturningClient of(int port, String token, String topic) {
    ReturningClient client = new ReturningClient(port, token, topic);
    Thread.ofVirtual().start(client::live);
    return client;
  }

  private void live() {
    boolean isOver = false;
    while (!isOver) {
      try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
        connected(connection);
        read(connection);
      } catch (IOException _) {
        // Refused, or broken off: it comes back.
      } catch (AssertionError e) {
        fail(e);
        return;
      }
      isOver = isClosedAfter(retry + ThreadLocalRandom.current().nextLong(retry));
    }
  }

  private boolean isClosedAfter(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void connected(Socket connection) throws IOException {
    socket = connection;
    if (closed.getCount() == 0) {
      connection.close();
    }
  }

  private synchronized void fail(AssertionError e) {
    failure = e;
  }

  private void read(Socket connection) throws IOException {
    String position = lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n";
    String request =
        "GET /v1/stream?topic=%s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n%s\r\n"
            .formatted(topic, token, position);
    connection.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    InputStream in = connection.getInputStream();
    String head = head(in);
    assertEquals("HTTP/1.1 200 OK", head.lines().findFirst().orElse(""), head);
    ChunkParser chunks = ChunkParser.ofFrames();
    SseParser parser = new SseParser(false);
    byte[] bytes = new byte[CHUNK];
    int taken = 0;
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      byte[] body = chunks.read(bytes, n);
      parser.read(body, body.length);
      take(parser.events().subList(taken, parser.events().size()));
      taken = parser.events().size();
      // What came of an event that is not whole moves no position.
      lastId = parser.lastEventId().isEmpty() ? lastId : parser.lastEventId();
      retry = parser.retry() < 0 ? retry : parser.retry();
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MAX_HEAD) {
        throw new EOFException("not a whole head: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private synchronized void take(List<SseParser.Event> events) {
    for (SseParser.Event event : events) {
      switch (event.type()) {
        case "system.connected" -> opened++;
        case "test.happened" -> seen.add(event.id() + " " + event.data());
        default -> notices.add(event);
      }
    }
  }

  /** How often it was served: an open stream, with its first frame. */
  synchronized int opened() {
    if (failure != null) {
      throw failure;
    }
    return opened;
  }

  String topic() {
    return topic;
  }

  /** The events that it has, in their order: cursor and data. */
  synchronized List<String> seen() {
    if (failure != null) {
      throw failure;
    }
    return List.copyOf(seen);
  }

  /** The last of them; empty if it has none. */
  synchronized String last() {
    return seen.isEmpty() ? "" : seen.getLast();
  }

  /** What else it was told by the relay: gaps, and ends of its stream. */
  synchronized List<SseParser.Event> notices() {
    return List.copyOf(notices);
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    synchronized (this) {
      socket.close();
    }
  }
}
