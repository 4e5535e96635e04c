package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A subscriber on a raw socket. A thread of its own reads, unless the subscriber stalls; it keeps
 * the raw bytes beside the events.
 */
final class SseClient implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  private final Socket socket;
  private final InputStream in;
  private final String head;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private final ChunkParser chunks = ChunkParser.ofFrames();
  private final SseParser parser;
  private int taken;
  private boolean ended;
  private AssertionError violation;

  private SseClient(Socket socket, String head, boolean bare) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.head = head;
    this.parser = new SseParser(bare);
  }

  /** Opens a stream and takes its first event. */
  static SseClient join(RelayProcess relay, String token, String query) throws Exception {
    SseClient client = open(relay, "/v1/stream" + query, "Authorization: Bearer " + token);
    client.next("system.connected");
    return client;
  }

  /**
   * Opens a stream.
   *
   * @param headers whole lines
   */
  static SseClient open(RelayProcess relay, String target, String... headers) throws IOException {
    SseClient client = request(relay, 0, target, headers);
    Thread.ofVirtual().start(client::readAll);
    return client;
  }

  /** Opens a stream, of which nothing is read, through a receive buffer that is soon full. */
  static SseClient stalled(RelayProcess relay, String token, String query) throws IOException {
    return stalledAt(relay, "/v1/stream" + query, "Authorization: Bearer " + token);
  }

  /**
   * Opens any stream in that way.
   *
   * @param headers whole lines
   */
  static SseClient stalledAt(RelayProcess relay, String target, String... headers)
      throws IOException {
    return request(relay, 16 * 1024, target, headers);
  }

  private static SseClient request(
      RelayProcess relay, int receiveBuffer, String target, String... headers) throws IOException {
    return request(connect(relay, receiveBuffer), target, headers);
  }

  /**
   * A connection to the public listener.
   *
   * @param receiveBuffer its size in bytes; 0 for the usual
   */
  static Socket connect(RelayProcess relay, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
    return socket;
  }

  /** Opens a stream on a connection of any kind; nothing of it is read before {@link #readAll}. */
  static SseClient request(Socket socket, String target, String... headers) throws IOException {
    String lines = "Host: relay\r\nCache-Control: no-cache\r\n" + String.join("\r\n", headers);
    String request = "GET " + target + " HTTP/1.1\r\n" + lines + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    SseClient client =
        new SseClient(socket, readHead(socket.getInputStream()), !target.startsWith("/v1/"));
    assertEquals("HTTP/1.1 200 OK", client.head.lines().findFirst().orElse(""), client.head);
    return client;
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new AssertionError("no stream, but: " + head);
      }
      head.append((char) b);
    }
    return head.toString();
  }

  /** Reads to the end of the stream; for a stalled subscriber, from the time it wakes up. */
  void readAll() {
    try {
      while (readSome(CHUNK) > 0) {
        // All that is to be done with the bytes is done.
      }
    } catch (IOException _) {
      end();
    }
  }

  /** Reads what is there, up to so many bytes, and returns how many; -1 at the end. */
  int readSome(int max) throws IOException {
    byte[] bytes = new byte[max];
    int n = in.read(bytes);
    if (n < 0) {
      end();
      return n;
    }
    lock.lock();
    try {
      byte[] body = chunks.read(bytes, n);
      raw.writeBytes(body);
      parser.read(body, body.length);
    } catch (AssertionError e) {
      violation = e;
    } finally {
      changed.signalAll();
      lock.unlock();
    }
    return n;
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The response's head, as it was sent. */
  String head() {
    return head;
  }

  /** The next event; waits for it. */
  SseParser.Event next() throws InterruptedException {
    return next(Deadline.USUAL);
  }

  SseParser.Event next(Duration limit) throws InterruptedException {
    lock.lock();
    try {
      await("an event", limit, () -> taken < parser.events().size());
      return parser.events().get(taken++);
    } finally {
      lock.unlock();
    }
  }

  /** The next event, which is of this type. */
  SseParser.Event next(String type) throws InterruptedException {
    SseParser.Event event = next();
    assertEquals(type, event.type(), event::toString);
    return event;
  }

  /** The data of the next event, which is of this type, as JSON. */
  Map<String, Object> nextData(String type) throws InterruptedException {
    return Json.object(next(type).data());
  }

  /** Waits until the client's position is there; it also moves where there is no event. */
  void awaitPosition(String id) throws InterruptedException {
    lock.lock();
    try {
      await("the position " + id, Deadline.USUAL, () -> parser.lastEventId().equals(id));
    } finally {
      lock.unlock();
    }
  }

  /** How many keepalives were heard. */
  int keepalives() {
    lock.lock();
    try {
      return parser.comments();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until so many keepalives were heard. */
  void awaitKeepalives(int count, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      await("keepalives", limit, () -> parser.comments() >= count);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the end of the stream, before which nothing more came. */
  void assertEnded() throws InterruptedException {
    lock.lock();
    try {
      await("the end", Deadline.USUAL, () -> ended);
      assertEquals(taken, parser.events().size(), () -> "left over: " + parser.events());
    } finally {
      lock.unlock();
    }
  }

  /** The relay ends the stream, saying why, and the answer is whole. */
  void assertEnded(String reason) throws InterruptedException {
    assertEquals(reason, nextData("system.end").get("reason"));
    assertEnded();
    assertTrue(isWhole(), "no last chunk");
  }

  /** Whether the answer ended with its last chunk. */
  boolean isWhole() {
    lock.lock();
    try {
      return chunks.isOver();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing came that was not taken. */
  void assertExhausted() {
    lock.lock();
    try {
      assertEquals(
          "[]", parser.events().subList(taken, parser.events().size()).toString(), "left over");
    } finally {
      lock.unlock();
    }
  }

  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** The milliseconds that the relay last asked a client to wait. */
  long retry() {
    lock.lock();
    try {
      return parser.retry();
    } finally {
      lock.unlock();
    }
  }

  String lastEventId() {
    lock.lock();
    try {
      return parser.lastEventId();
    } finally {
      lock.unlock();
    }
  }

  /** All that came after the head, without the chunks that it came in. */
  String raw() {
    lock.lock();
    try {
      return raw.toString(StandardCharsets.UTF_8);
    } finally {
      lock.unlock();
    }
  }

  private interface Reached {
    boolean yet();
  }

  private void await(String what, Duration limit, Reached condition) throws InterruptedException {
    long left = limit.toNanos();
    while (!condition.yet()) {
      if (violation != null) {
        throw violation;
      }
      boolean over = ended && !what.equals("the end");
      if (over || left <= 0) {
        throw new AssertionError(
            "no %s %s; heard: %s"
                .formatted(
                    what,
                    over ? "before the stream's end" : "in " + limit,
                    raw.toString(StandardCharsets.UTF_8)));
      }
      left = changed.awaitNanos(left);
    }
  }

  /** Goes away. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Goes away without a word: a reset, not an orderly end. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
