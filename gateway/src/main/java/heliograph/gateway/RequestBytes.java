package heliograph.gateway;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.util.function.Supplier;

/**
 * What Helidon reads requests from, with the bounds that its own reader lacks: a line of a chunked
 * body (RFC 9112 section 7.1) may be as long as it likes there, and a chunk is gathered whole
 * before anybody can look at its size. The connection's own thread.
 */
final class RequestBytes extends DataReader {
  /** The longest line before a chunk, in bytes: its size and the extensions that nobody reads. */
  static final int MAX_CHUNK_LINE = 4096;

  private final int maxChunk;
  private final Runnable taken;

  /**
   * @param pull waits for more bytes; null at the end
   * @param maxChunk the most bytes of one chunk
   * @param taken called when the bytes of a body that were gathered are handed on
   */
  RequestBytes(Supplier<byte[]> pull, int maxChunk, Runnable taken) {
    super(pull);
    this.maxChunk = maxChunk;
    this.taken = taken;
  }

  /** A line between the chunks of a body; those of a head are read otherwise. */
  @Override
  public String readLine() {
    int end = findNewLine(MAX_CHUNK_LINE);
    if (end >= MAX_CHUNK_LINE) {
      throw refused(Status.BAD_REQUEST_400, "a chunk's line is too long");
    }
    String line = readAsciiString(end);
    skip(2);
    return line;
  }

  /** A piece of a body, gathered whole. */
  @Override
  public BufferData readBuffer(int length) {
    if (length > maxChunk) {
      throw refused(Status.REQUEST_ENTITY_TOO_LARGE_413, "a chunk is too large");
    }
    BufferData piece = super.readBuffer(length);
    taken.run();
    return piece;
  }

  /** Helidon would put all that came into the message of an exception that nobody reads. */
  @Override
  public String debugDataHex() {
    return "";
  }

  private static RequestException refused(Status status, String message) {
    return RequestException.builder()
        .type(DirectHandler.EventType.BAD_REQUEST)
        .status(status)
        .setKeepAlive(false)
        .message(message)
        .build();
  }
}
