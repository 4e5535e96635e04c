package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.StandardDialect;
import heliograph.gateway.wire.ResponseHead;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a connection writes is in chunks that are whole, or has no end. */
class ConnectionTest {
  private static final String LAST = "0\r\n\r\n";
  private static final Frame POSITION =
      StandardDialect.PLAIN.position(new Cursor("k3f9", 7)).getFirst();
  private static final Frame KEEPALIVE = StandardDialect.PLAIN.keepalive();
  private static final List<Frame> MANY = Collections.nCopies(5_000, POSITION);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Frame END =
      StandardDialect.PLAIN
          .end(Dialect.Ending.of(EndReason.EXPIRED, Duration.ofSeconds(3)))
          .getFirst();

  private final FailingSocket socket = new FailingSocket();
  private final AtomicLong nanos = new AtomicLong(1);
  private final Connection connection =
      new Connection(socket, null, ResponseHead.of(Status.OK_200), nanos::get);

  @Test
  void eachFrameIsAChunkAndTheLastOneEndsTheAnswer() {
    connection.open(List.of(POSITION));
    connection.write(List.of(POSITION, KEEPALIVE));
    connection.write(KEEPALIVE, 1);
    connection.writeLast(List.of(END));

    assertTrue(socket.head().contains("\r\nTransfer-Encoding: chunked\r\n"), socket.head());
    assertEquals(
        chunk(POSITION) + chunk(POSITION) + chunk(KEEPALIVE) + chunk(KEEPALIVE) + chunk(END) + LAST,
        socket.body());
    assertEquals(4, socket.writes);
  }

  @Test
  void itsHeadHasWhatFiltersHaveSet() {
    WritableHeaders<?> response = WritableHeaders.create();
    response.add(HeaderNames.VARY, "Origin");
    response.set(HeaderNames.create("X-Trace"), "7");
    response.set(HeaderNames.CONTENT_LENGTH, "5");
    response.set(HeaderNames.CACHE_CONTROL, "public");
    new Connection(socket, null, ResponseHead.of(Status.OK_200, response), nanos::get)
        .openAndEnd(List.of(END));

    String head = socket.head() + "\r\n";
    assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
    for (String line :
        List.of(
            "X-Trace: 7",
            "Vary: Origin",
            "Vary: Accept-Encoding",
            "Content-Type: text/event-stream",
            "Cache-Control: no-cache, no-transform",
            "X-Accel-Buffering: no",
            "X-Content-Type-Options: nosniff",
            "Transfer-Encoding: chunked",
            "Connection: close")) {
      assertTrue(head.contains("\r\n" + line + "\r\n"), head);
    }
    assertTrue(head.contains("\r\nDate: "), head);
    assertFalse(head.contains("Content-Length"), head);
    assertFalse(head.contains("public"), head);
  }

  @Test
  void aStreamThatEndsBeforeItBeginsIsOneWriteAndWhole() {
    connection.openAndEnd(List.of(END));

    assertEquals(chunk(END) + LAST, socket.body());
    assertEquals(1, socket.writes);
  }

  /** A dialect may have no words for the end, or for what comes before it. */
  @Test
  void anEndWithoutWordsIsAnEndAllTheSame() {
    connection.open(List.of());
    assertEquals("", socket.body());
    connection.write(List.of());
    assertEquals(1, socket.writes);
    connection.writeLast(List.of());

    assertEquals(LAST, socket.body());
  }

  /** A dialect may say the end in several frames, which are written as one. */
  @Test
  void anEndInSeveralFramesIsOneWrite() {
    connection.open(List.of(POSITION));
    connection.writeLast(List.of(POSITION, END));

    assertEquals(chunk(POSITION) + chunk(POSITION) + chunk(END) + LAST, socket.body());
    assertEquals(2, socket.writes);
  }

  @Test
  void whoKnowsNoChunksGetsNoneAndNothingCompressed() {
    connection.withoutChunks();
    connection.compress();
    connection.open(List.of(POSITION));
    connection.write(KEEPALIVE, 1);
    connection.writeLast(List.of(END));

    assertFalse(socket.head().contains("Transfer-Encoding"), socket.head());
    assertFalse(socket.head().contains("Content-Encoding"), socket.head());
    assertTrue(socket.head().contains("\r\nConnection: close\r\n"), socket.head());
    assertEquals(POSITION + ": keepalive\n" + END, socket.body());
  }

  @Test
  void afterAWriteThatFailedNothingIsWritten() {
    connection.open(List.of(POSITION));
    socket.failsAt(2);
    assertFails(() -> connection.write(KEEPALIVE, 1));
    connection.writeLast(List.of(END));

    assertEquals(chunk(POSITION), socket.body());
  }

  /** The first 64 KiB are sent, and of the rest of its chunk nothing. */
  @Test
  void halfAChunkIsNotFollowedByALastOne() {
    connection.open(List.of(POSITION));
    socket.failsAt(3);
    assertFails(() -> connection.write(MANY));
    connection.writeLast(List.of(END));

    assertEquals(chunk(POSITION).length() + 64 * 1024, socket.body().length());
  }

  @Test
  void inGzipNeitherIsAFrameThatIsCountedAndWasNotSent() {
    connection.compress();
    connection.open(List.of(POSITION));
    int sent = socket.body().length();
    socket.failsAt(2);
    assertFails(() -> connection.write(List.of(KEEPALIVE)));
    connection.writeLast(List.of(END));

    assertEquals(sent, socket.body().length());
  }

  @Test
  void aWriteIsCutWhenItHasTakenTooLongByTheClockThatWasPassedIn() {
    connection.open(List.of(POSITION));
    List<Integer> closed = new ArrayList<>();
    socket.during =
        () -> {
          // Each of several pieces has its own time.
          nanos.addAndGet(LIMIT.toNanos());
          connection.cutIfHeld(nanos.get(), LIMIT);
          closed.add(socket.closed);
        };
    connection.write(MANY);
    assertTrue(closed.size() > 1, "it leaves in several pieces");
    assertEquals(0, socket.closed);

    closed.clear();
    socket.during =
        () -> {
          nanos.addAndGet(LIMIT.toNanos() + 1);
          connection.cutIfHeld(nanos.get(), LIMIT);
          closed.add(socket.closed);
        };
    connection.write(KEEPALIVE, nanos.get());
    assertEquals(List.of(1), closed);
  }

  private static void assertFails(Runnable write) {
    assertNotNull(assertThrows(IllegalStateException.class, write::run));
  }

  private static String chunk(Frame frame) {
    return new String(frame.chunk(), StandardCharsets.UTF_8);
  }

  /** Keeps what is written, and breaks at a write. */
  private static final class FailingSocket implements HelidonSocket {
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private int writes;
    private int fails = Integer.MAX_VALUE;
    private int closed;
    private Runnable during = () -> {};

    void failsAt(int write) {
      fails = write;
    }

    String head() {
      return text().substring(0, text().indexOf("\r\n\r\n") + 4);
    }

    String body() {
      return text().substring(head().length());
    }

    private String text() {
      return wire.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void write(BufferData buffer) {
      if (++writes >= fails) {
        throw new IllegalStateException("broken");
      }
      during.run();
      buffer.writeTo(wire);
    }

    @Override
    public int read(BufferData buffer) {
      return -1;
    }

    @Override
    public byte[] get() {
      return new byte[0];
    }

    @Override
    public void close() {
      closed++;
    }

    @Override
    public void idle() {}

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public PeerInfo remotePeer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public PeerInfo localPeer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isSecure() {
      return false;
    }

    @Override
    public String socketId() {
      return "0";
    }

    @Override
    public String childSocketId() {
      return "0";
    }
  }
}
