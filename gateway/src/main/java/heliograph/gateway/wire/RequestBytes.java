package heliograph.gateway.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.Bytes;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.LazyString;
import io.helidon.http.Status;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The reader from which Helidon takes the bytes of requests, with the bounds and the rules of RFC
 * 9112 that Helidon's own reader lacks. In that one, a head may have as many fields as fit its
 * bytes, each of which becomes objects; a line of a chunked body has no bound, may hold nothing but
 * a size, and no trailer may follow the last; a chunk is gathered whole before its size is compared
 * with anything, and the bytes in place of its line end are not checked. This reader also tells the
 * client what could not be read. The connection's own thread.
 */
final class RequestBytes extends DataReader {
  /** The longest line before a chunk, in bytes: its size, and extensions that nobody reads. */
  static final int MAX_CHUNK_LINE = 4096;

  /** The most bytes of all extensions of a body's chunks. */
  static final int MAX_EXTENSIONS = 16 * 1024;

  /** The most fields of a head, and of a trailer. */
  static final int MAX_FIELDS = 200;

  /** The most bytes of a trailer. */
  static final int MAX_TRAILER = 16 * 1024;

  /** The most empty lines before a request (RFC 9112 section 2.2). */
  static final int MAX_EMPTY_LINES = 8;

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern SIZE = Pattern.compile("0*[0-9A-Fa-f]{1,7}");
  private static final String LINE_END =
      "a line has to end with CR and LF, and may have neither inside";

  private final int maxChunk;
  private final Reading reading;
  private RequestLine line = new RequestLine("", "", false);
  private boolean inHead;
  private int fields;
  private int extensions;
  private boolean lastChunk;
  private boolean chunkEnds;

  /** Is told what the bytes became. */
  interface Reading {
    /** Called when a field of a head begins. */
    void field();

    /** Called when a piece of a body was gathered and is handed on. */
    void taken();
  }

  /**
   * Makes the reader of a connection.
   *
   * @param pull waits for more bytes; null at the end
   * @param maxChunk the most bytes of one chunk
   */
  RequestBytes(Supplier<byte[]> pull, int maxChunk, Reading reading) {
    super(pull);
    this.maxChunk = maxChunk;
    this.reading = reading;
  }

  /** The first line of the latest request. */
  RequestLine line() {
    return line;
  }

  /**
   * Helidon calls this to find the end of a request's first line, and of each value of its head.
   */
  @Override
  public int findNewLine(int max) {
    if (!inHead) {
      skipEmptyLines();
    }
    int end = lineEnd(max);
    if (end >= max) {
      throw Malformed.refused(
          inHead ? "the head has too many bytes" : "the request line is too long");
    }
    if (inHead && hasControls(getBuffer(end))) {
      throw Malformed.refused("the value of a field has a control character");
    }
    return end;
  }

  private int lineEnd(int max) {
    try {
      return super.findNewLine(max);
    } catch (IncorrectNewLineException _) {
      throw Malformed.refused(LINE_END);
    }
  }

  /**
   * Skips line ends before a request: some clients send one after a body, which its length does not
   * count.
   */
  private void skipEmptyLines() {
    for (int skipped = 0; super.startsWithNewLine(); skipped++) {
      if (skipped == MAX_EMPTY_LINES) {
        throw Malformed.refused("too many empty lines before a request");
      }
      super.skip(2);
    }
  }

  private static boolean hasControls(BufferData value) {
    for (int i = 0; i < value.available(); i++) {
      int at = value.get(i);
      if ((at < ' ' && at != '\t') || at == 0x7F) {
        return true;
      }
    }
    return false;
  }

  /** Helidon reads a request's first line by this, and values of its head. */
  @Override
  public byte[] readBytes(int length) {
    byte[] bytes = super.readBytes(length);
    if (inHead) {
      return bytes;
    }
    line = RequestLine.of(bytes);
    inHead = true;
    extensions = 0;
    return line.text().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Helidon calls this before each field of a head, and before the empty line at its end. */
  @Override
  public boolean startsWithNewLine() {
    if (super.startsWithNewLine()) {
      if (fields == 0) {
        throw Malformed.refused(Framing.HOST);
      }
      inHead = false;
      fields = 0;
      return true;
    }
    byte first = lookup();
    if (first == ' ' || first == '\t') {
      throw Malformed.refused("a field is folded over several lines; it has to be in one");
    }
    fields++;
    reading.field();
    if (fields > MAX_FIELDS) {
      throw Malformed.refused("the head has over " + MAX_FIELDS + " fields");
    }
    return false;
  }

  /** Helidon calls this to find the colon after a field's name. */
  @Override
  public int findOrNewLine(byte wanted, int max) {
    int colon;
    try {
      colon = super.findOrNewLine(wanted, max);
    } catch (IncorrectNewLineException _) {
      throw Malformed.refused(LINE_END);
    }
    if (colon < 0) {
      throw Malformed.refused("a field has no colon");
    }
    if (colon == max) {
      throw Malformed.refused("the head has too many bytes");
    }
    return colon;
  }

  /** Helidon reads the name of a field by this. */
  @Override
  public String readAsciiString(int length) {
    String name = super.readAsciiString(length);
    if (!NAME.matcher(name).matches()) {
      throw Malformed.refused(
          "the name of a field is empty, or has a character that none may have");
    }
    return name;
  }

  /**
   * Reads a field's value as UTF-8, which senders write (RFC 9110 section 5.5 leaves it to them).
   * Helidon would read it as ASCII, and replace every other character by the same sign.
   */
  @Override
  public LazyString readLazyString(Charset charset, int length) {
    return super.readLazyString(StandardCharsets.UTF_8, length);
  }

  /**
   * Reads a line between the chunks of a body, without what nobody needs: the extensions of a size,
   * which have to be ignored (RFC 9112 section 7.1.1), and the fields of a trailer, which may be
   * ignored (section 7.1.2).
   */
  @Override
  public String readLine() {
    if (lastChunk) {
      skipTrailer();
      lastChunk = false;
      return "";
    }
    String text = bodyLine(MAX_CHUNK_LINE, "a chunk's line is too long");
    int semicolon = text.indexOf(';');
    String size = semicolon < 0 ? text : text.substring(0, semicolon).stripTrailing();
    extensions += text.length() - size.length();
    if (extensions > MAX_EXTENSIONS) {
      throw Malformed.refused("the chunks' extensions have over " + MAX_EXTENSIONS + " bytes");
    }
    if (!SIZE.matcher(size).matches()) {
      throw Malformed.refused("the size of a chunk is not hexadecimal digits alone");
    }
    int bytes = Integer.parseInt(size, 16);
    if (bytes > maxChunk) {
      throw Malformed.refused(Status.REQUEST_ENTITY_TOO_LARGE_413, "a chunk is too large");
    }
    lastChunk = bytes == 0;
    chunkEnds = bytes > 0;
    return size;
  }

  private void skipTrailer() {
    int left = MAX_TRAILER;
    for (int count = 0; ; count++) {
      String text = bodyLine(left, "the trailer has over " + MAX_TRAILER + " bytes");
      if (text.isEmpty()) {
        return;
      }
      if (count == MAX_FIELDS) {
        throw Malformed.refused("the trailer has over " + MAX_FIELDS + " fields");
      }
      int colon = text.indexOf(':');
      if (colon < 0 || !NAME.matcher(text.substring(0, colon)).matches()) {
        throw Malformed.refused("a line of the trailer is no field");
      }
      left -= text.length() + 2;
    }
  }

  private String bodyLine(int max, String tooLong) {
    int end = max <= 0 ? max : lineEnd(max);
    if (end >= max) {
      throw Malformed.refused(tooLong);
    }
    if (end > 0 && hasControls(getBuffer(end))) {
      throw Malformed.refused("a line between chunks has a control character");
    }
    String text = super.readAsciiString(end);
    super.skip(2);
    return text;
  }

  /** Helidon reads a piece of a body by this, which is gathered whole. */
  @Override
  public BufferData readBuffer(int length) {
    // What it skips while it gathers is not a chunk's line end.
    boolean chunk = chunkEnds;
    chunkEnds = false;
    BufferData piece = super.readBuffer(length);
    chunkEnds = chunk;
    reading.taken();
    return piece;
  }

  /** Helidon skips the line end after a chunk by this, without a look at it; here it is checked. */
  @Override
  public void skip(int length) {
    if (chunkEnds) {
      chunkEnds = false;
      if (read() != Bytes.CR_BYTE || read() != Bytes.LF_BYTE) {
        throw Malformed.refused("a chunk has more bytes than its size says");
      }
      return;
    }
    super.skip(length);
  }

  /**
   * Returns nothing: Helidon would put all bytes that came into the message of an exception that
   * nobody reads.
   */
  @Override
  public String debugDataHex() {
    return "";
  }
}
