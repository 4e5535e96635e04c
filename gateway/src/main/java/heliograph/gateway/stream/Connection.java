package heliograph.gateway.stream;

import heliograph.contract.Chunk;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.GzipStream;
import heliograph.gateway.wire.AcceptedSockets;
import heliograph.gateway.wire.PeerTimeout;
import heliograph.gateway.wire.ResponseHead;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.http.DateTime;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The TCP connection under a stream. A frame is written in the chunk that was made for all
 * subscribers, plain or compressed, and is not copied for each of them. Only a stream that ended in
 * order has a last chunk; an answer that was cut off lacks it. One thread writes, one waits for the
 * client to leave, any thread may cut.
 */
final class Connection implements AutoCloseable {
  /** The most bytes a client may send while it is being streamed to. */
  static final int MAX_INBOUND = 64 * 1024;

  // Shared by all connections, because nobody reads what is in it.
  private static final byte[] DROPPED = new byte[512];

  // Frames that are written together leave in one system call of up to this many bytes; what is
  // larger leaves in several.
  private static final int GATHER = 64 * 1024;
  private static final int FIRST_PIECE = 1024;

  // What nginx looks at before it gathers an answer to pass it on in large pieces.
  private static final HeaderName UNBUFFERED = HeaderNames.create("X-Accel-Buffering");

  private static final HeaderName STREAM = HeaderNames.create("Heliograph-Stream");

  private final HelidonSocket socket;
  // The socket under that one, where it has TLS.
  private final @Nullable Socket tls;
  private final LongSupplier nanos;
  // What the head has so far, until it is written; an idle stream keeps nothing of it.
  private @Nullable ResponseHead head;
  // When the current write or the closing began; zero while there is neither.
  private volatile long since;
  // Owned by the thread that writes. While gzip is null, frames are written as they are. The
  // connection is torn while a write has begun, or was counted as begun, and is not complete.
  private @Nullable GzipStream gzip;
  private boolean chunked = true;
  private boolean torn;
  // Owned by the thread that writes, and looked at by operators: what the kernel has taken.
  private long sent;
  private volatile boolean cut;

  /**
   * Makes a connection on which nothing was written.
   *
   * @param tls the socket under {@code socket}, where it has TLS
   * @param head what filters have put into the head
   * @param nanos a clock of elapsed nanoseconds, by which writes are timed
   */
  Connection(HelidonSocket socket, @Nullable Socket tls, ResponseHead head, LongSupplier nanos) {
    this.socket = socket;
    this.tls = tls;
    this.head = head;
    this.nanos = nanos;
  }

  /**
   * Has the answer end with the connection, for a client that speaks HTTP/1.0 and knows no chunks.
   * Nothing is compressed then, because what is compressed for all is in chunks.
   */
  void withoutChunks() {
    chunked = false;
  }

  /** Tells the stream's id in the head. Called before the head is sent. */
  void name(String stream) {
    Objects.requireNonNull(head, "the head is not sent yet").set(STREAM, stream);
  }

  /** Has the answer compressed by gzip if it is in chunks. Called before the head is sent. */
  void compress() {
    if (chunked) {
      gzip = new GzipStream();
    }
  }

  /** Sends the response's head and the first frames, in one write. */
  void open(List<Frame> first) {
    gather(opening(first));
  }

  /** Sends the response's head and the frames that end the stream at once, in one write. */
  void openAndEnd(List<Frame> only) {
    List<byte[]> parts = opening(only);
    parts.addAll(ending());
    gather(parts);
  }

  private List<byte[]> opening(List<Frame> first) {
    List<byte[]> parts = new ArrayList<>(4);
    parts.add(head());
    if (gzip != null) {
      parts.add(GzipStream.header());
    }
    first.forEach(frame -> parts.add(coded(frame)));
    return parts;
  }

  /** The bytes of the head; called once. */
  private byte[] head() {
    ResponseHead begun = Objects.requireNonNull(head, "a stream begins once");
    head = null;
    begun
        .set(HeaderNames.DATE, DateTime.rfc1123String())
        .set(HeaderNames.CONTENT_TYPE, "text/event-stream")
        .set(HeaderNames.CACHE_CONTROL, "no-cache, no-transform")
        .set(UNBUFFERED, "no")
        .set(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .add(HeaderNames.VARY, "Accept-Encoding")
        .set(HeaderNames.CONNECTION, "close");
    if (gzip != null) {
      begun.set(HeaderNames.CONTENT_ENCODING, "gzip");
    }
    if (chunked) {
      begun.set(HeaderNames.TRANSFER_ENCODING, "chunked");
    }
    return begun.bytes();
  }

  /** The bytes that follow the last frame of an answer that is whole. */
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

  /** Writes the frames in order; blocks until the kernel has all of them. */
  void write(List<Frame> frames) {
    gather(frames.stream().map(this::coded).toList());
  }

  /**
   * Writes one frame, without a copy unless it is a large one.
   *
   * @param nowNanos the time at which the write begins, by this connection's clock
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
   * Writes the frames that end the stream, unless the write before them stopped half way: the
   * client would take them for the rest of that write, and the answer for a whole one.
   */
  void writeLast(List<Frame> frames) {
    if (!torn) {
      List<byte[]> parts = new ArrayList<>(frames.size() + 2);
      frames.forEach(frame -> parts.add(coded(frame)));
      parts.addAll(ending());
      gather(parts);
    }
  }

  /** The bytes that stand for a frame on this connection; they are shared and never written to. */
  private byte[] coded(Frame frame) {
    if (gzip != null) {
      // From here on the frame is in the checksum, so it has to be sent.
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

  /** Writes one piece, which is timed by itself: a slow line is not a hung one. */
  private void send(BufferData piece) {
    send(piece, nanos.getAsLong());
  }

  private void send(BufferData piece, long nowNanos) {
    since = nowNanos;
    torn = true;
    int bytes = piece.available();
    socket.write(piece);
    sent += bytes;
    since = 0;
  }

  /**
   * When the current write began, by this connection's clock; 0 while there is none. Any thread.
   */
  long writingSince() {
    return since;
  }

  /** How many bytes were written, the head and the framing of HTTP included. Any thread. */
  long sent() {
    return sent;
  }

  /** Whether the answer is compressed. Any thread. */
  boolean isCompressed() {
    return gzip != null;
  }

  /**
   * Cuts the connection if the current write has taken too long. Any thread.
   *
   * @param nowNanos the time, by this connection's clock
   */
  void cutIfHeld(long nowNanos, Duration limit) {
    long began = since;
    if (began != 0 && nowNanos - began > limit.toNanos()) {
      cut();
    }
  }

  /**
   * Waits until the client closes its side. What it sends meanwhile has no meaning and is dropped.
   *
   * @return LEFT; or SLOW if the client vanished without a word, ERROR if it sent more than {@link
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
      // The client reset the connection, or we closed it, or the kernel gave the client up.
      return why(e);
    }
  }

  /** Closes the socket under a writer that is blocked in it. Any thread; this does not wait. */
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

  /** Tells why nothing can be read or written any more. */
  EndReason why(RuntimeException failure) {
    if (PeerTimeout.isReasonOf(failure)) {
      cut = true;
    }
    return cut ? EndReason.SLOW : EndReason.LEFT;
  }

  /** Closes the socket once everything is written; whoever waits for the client wakes up. */
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
      // With TLS, closing writes an alert, which may be held up like any other write.
      since = nanos.getAsLong();
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
