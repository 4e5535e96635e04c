package heliograph.gateway;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.LazyString;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * What Helidon reads requests from, with the bounds that its own reader lacks: a head may have as
 * many fields as fit its bytes there, each of which is made into objects of its own; a line of a
 * chunked body (RFC 9112 section 7.1) may be as long as it likes; and a chunk is gathered whole
 * before anybody can look at its size. The connection's own thread.
 */
final class RequestBytes extends DataReader {
  /** The longest line before a chunk, in bytes: its size and the extensions that nobody reads. */
  static final int MAX_CHUNK_LINE = 4096;

  /** The most fields of a head. */
  static final int MAX_FIELDS = 200;

  private final int maxChunk;
  private final Reading reading;
  private int fields;

  /** Hears what is made of the bytes. */
  interface Reading {
    /** A field of a head was begun. */
    void field();

    /** A piece of a body was gathered, and is handed on. */
    void taken();
  }

  /**
   * @param pull waits for more bytes; null at the end
   * @param maxChunk the most bytes of one chunk
   */
  RequestBytes(Supplier<byte[]> pull, int maxChunk, Reading reading) {
    super(pull);
    this.maxChunk = maxChunk;
    this.reading = reading;
  }

  /** Asked before each field of a head, and before the end of it. */
  @Override
  public boolean startsWithNewLine() {
    boolean end = super.startsWithNewLine();
    if (end) {
      fields = 0;
    } else {
      fields++;
      reading.field();
      if (fields > MAX_FIELDS) {
        throw refused(Status.BAD_REQUEST_400, "a head has too many fields");
      }
    }
    return end;
  }

  /**
   * A field's value. Helidon takes it for ASCII, and puts the same sign in the place of all that is
   * none; senders write UTF-8 (RFC 9110 section 5.5 leaves it to them).
   */
  @Override
  public LazyString readLazyString(Charset charset, int length) {
    return super.readLazyString(StandardCharsets.UTF_8, length);
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
    reading.taken();
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
