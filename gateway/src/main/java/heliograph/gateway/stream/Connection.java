package heliograph.gateway.stream;

import heliograph.contract.Chunk;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.GzipStream;
import heliograph.gateway.http.Cors;
import heliograph.gateway.wire.AcceptedSockets;
import heliograph.gateway.wire.PeerTimeout;
import heliograph.gateway.wire.RequestingConnection;
import io.helidon.common.GenericType;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.http.DateTime;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TCP connection under a stream. Frames are written to it as they are, or compressed as they
 * are for all, with the chunk that each was made with and without a copy per subscriber. What is
 * cut off lacks the last chunk, which only a stream has that ended in order. One thread writes, one
 * waits for the client to leave, any thread may cut.
 */
final class Connection implements Sink<Frame> {
  static final GenericType<Connection> TYPE = GenericType.create(Connection.class);

  /** The most bytes a client may send while it is being streamed to. */
  static final int MAX_INBOUND = 64 * 1024;

  // Of all connections; nobody reads what is in it.
  private static final byte[] DROPPED = new byte[512];

  // Frames that wait together leave in one system call, up to this many bytes; a larger one leaves
  // in several.
  private static final int GATHER = 64 * 1024;
  private static final int FIRST_PIECE = 1024;

  private final HelidonSocket socket;
  // What is under it, where it has TLS.
  private final @Nullable Socket tls;
  private final String allowed;
  // When the write that it is at began, or its closing; zero between writes.
  private volatile long since;
  // The thread that writes. Without it, frames are written as they are.
  private @Nullable GzipStream gzip;
  private boolean chunked = true;
  // Likewise. Something is to be written, or counted as written, of which the rest was not sent.
  private boolean torn;
  private volatile boolean cut;

  Connection(SinkProviderContext context) {
    this(
        context.connectionContext().serverSocket(),
        context.connectionContext() instanceof RequestingConnection request ? request.tls() : null,
        Cors.lines(context.serverResponse().headers()));
    if (context.connectionContext() instanceof RequestingConnection request && request.isOld()) {
      withoutChunks();
    }
  }

  /**
   * @param tls what is under the socket, where it has TLS
   * @param allowed lines of the head for pages of other origins
   */
  Connection(HelidonSocket socket, @Nullable Socket tls, String allowed) {
    this.socket = socket;
    this.tls = tls;
    this.allowed = allowed;
  }

  /**
   * The client knows no chunks, as it speaks HTTP/1.0: the end of the connection is the answer's.
   * It is not compressed either, since what is compressed for all is in chunks.
   */
  void withoutChunks() {
    chunked = false;
  }

  /** From the head on, the answer is to be in gzip, where it is in chunks. */
  void compress() {
    if (chunked) {
      gzip = new GzipStream();
    }
  }

  /** Sends the response's head and the first frames, in one write. */
  void open(List<Frame> first) {
    gather(opening(first));
  }

  /** Sends the response's head and a frame that ends the stream at once, in one write. */
  void openAndEnd(Frame only) {
    List<byte[]> parts = opening(List.of(only));
    parts.addAll(ending());
    gather(parts);
  }

  private List<byte[]> opening(List<Frame> first) {
    String head =
        "HTTP/1.1 200 OK\r\n"
            + "Date: "
            + DateTime.rfc1123String()
            + "\r\nContent-Type: text/event-stream\r\n"
            + "Cache-Control: no-cache, no-transform\r\n"
            + "X-Accel-Buffering: no\r\n"
            + "X-Content-Type-Options: nosniff\r\n"
            + "Vary: Accept-Encoding\r\n"
            + (gzip == null ? "" : "Content-Encoding: gzip\r\n")
            + (chunked ? "Transfer-Encoding: chunked\r\n" : "")
            + allowed
            + "Connection: close\r\n\r\n";
    List<byte[]> parts = new ArrayList<>(4);
    parts.add(head.getBytes(StandardCharsets.US_ASCII));
    if (gzip != null) {
      parts.add(GzipStream.header());
    }
    first.forEach(frame -> parts.add(coded(frame)));
    return parts;
  }

  /** What comes after the last frame. */
  private List<byte[]> ending() {
    List<byte[]> parts = new ArrayList<>(2);
    if (gzip != null) {
      parts.add(gzip.trailer());
    }
    if (chunked) {
      parts.add(Chunk.last());
    }
    return parts;
  }

  @Override
  public Connection emit(Frame frame) {
    write(frame, System.nanoTime());
    return this;
  }

  /** Writes the frames in order; blocks until the kernel has them all. */
  void write(List<Frame> frames) {
    gather(frames.stream().map(this::coded).toList());
  }

  /**
   * Writes one frame, without a copy if it is not a large one.
   *
   * @param nowNanos the time, from which on the write is held up
   */
  void write(Frame frame, long nowNanos) {
    byte[] bytes = coded(frame);
    if (bytes.length <= GATHER) {
      send(BufferData.create(bytes), nowNanos);
      torn = false;
    } else {
      gather(List.of(bytes));
    }
  }

  /**
   * Writes the frame that ends the stream, unless the write before it stopped half way: what came
   * then would be taken for the rest of that, and its end for the end of a whole answer.
   */
  void writeLast(Frame frame) {
    if (!torn) {
      List<byte[]> parts = new ArrayList<>(3);
      parts.add(coded(frame));
      parts.addAll(ending());
      gather(parts);
    }
  }

  /** The bytes of a frame on this connection, not to be written to. */
  private byte[] coded(Frame frame) {
    if (gzip != null) {
      // It is in the checksum from here on, so it has to be sent.
      torn = true;
      return gzip.add(frame);
    }
    return chunked ? frame.chunk() : frame.bytes();
  }

  private void gather(List<byte[]> parts) {
    BufferData piece = BufferData.growing(FIRST_PIECE);
    for (byte[] part : parts) {
      int from = 0;
      while (from < part.length) {
        int length = Math.min(part.length - from, GATHER - piece.available());
        piece.write(part, from, length);
        from += length;
        if (piece.available() == GATHER) {
          send(piece);
          piece = BufferData.growing(GATHER);
        }
      }
    }
    if (piece.available() > 0) {
      send(piece);
    }
    torn = false;
  }

  /** One piece at a time is timed: a slow line is not a hung one. */
  private void send(BufferData piece) {
    send(piece, System.nanoTime());
  }

  private void send(BufferData piece, long nowNanos) {
    since = nowNanos;
    torn = true;
    socket.write(piece);
    since = 0;
  }

  /** Cuts the connection if the write that it is at has taken too long. Any thread. */
  void cutIfHeld(long nowNanos, Duration limit) {
    long began = since;
    if (began != 0 && nowNanos - began > limit.toNanos()) {
      cut();
    }
  }

  /**
   * Waits until the client closes its side. What it sends meanwhile has no meaning and is dropped.
   *
   * @return LEFT; SLOW if it vanished without a word; ERROR if it sent more than {@link
   *     #MAX_INBOUND} bytes
   */
  EndReason awaitLeft() {
    BufferData dropped = BufferData.create(DROPPED);
    int inbound = 0;
    try {
      while (inbound <= MAX_INBOUND) {
        int bytes = socket.read(dropped.reset());
        if (bytes < 0) {
          return EndReason.LEFT;
        }
        inbound += bytes;
      }
      return EndReason.ERROR;
    } catch (UncheckedIOException e) {
      // A reset, or our own close(), unless the kernel gave the client up.
      return why(e);
    }
  }

  /** Closes the socket under a writer that is blocked in it. Does not wait. */
  void cut() {
    Socket under = tls;
    if (under == null) {
      cut = true;
      closeSocket();
    } else if (!cut) {
      cut = true;
      Thread.ofVirtual().start(() -> AcceptedSockets.cut(under));
    }
  }

  /** Why nothing can be read or written any more. */
  EndReason why(RuntimeException failure) {
    if (PeerTimeout.isReasonOf(failure)) {
      cut = true;
    }
    return cut ? EndReason.SLOW : EndReason.LEFT;
  }

  /** Closes the socket once everything is written; who waits for the client wakes up. */
  void hangUp() {
    closeSocket();
  }

  /** Ends the response, and with it the connection. */
  @Override
  public void close() {
    closeSocket();
  }

  private void closeSocket() {
    if (tls != null) {
      // With TLS that writes a last word, which may be held up as any other.
      since = System.nanoTime();
    }
    try {
      socket.close();
    } catch (UncheckedIOException _) {
      // A socket that cannot be closed any more is closed.
    } finally {
      since = 0;
    }
  }
}
