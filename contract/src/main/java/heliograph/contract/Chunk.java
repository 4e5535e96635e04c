package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The chunks of which the body of a stream is made (RFC 9112, section 7.1). A frame is made as a
 * chunk and sent as it is, so nothing of the framing is done for each stream; and a client that is
 * handed a chunk at a time is handed whole frames.
 */
public final class Chunk {
  private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LINE_END = {'\r', '\n'};

  private Chunk() {}

  /** What ends a body that is whole; shared, never to be written to. */
  public static byte[] last() {
    return LAST;
  }

  /** The content with its size before it and a line end behind it. */
  static byte[] around(byte[] content) {
    byte[] size =
        (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] chunk = Arrays.copyOf(size, size.length + content.length + LINE_END.length);
    System.arraycopy(content, 0, chunk, size.length, content.length);
    System.arraycopy(LINE_END, 0, chunk, size.length + content.length, LINE_END.length);
    return chunk;
  }

  /** A copy of what a chunk is around. */
  static byte[] content(byte[] chunk) {
    int from = 0;
    while (chunk[from] != '\n') {
      from++;
    }
    return Arrays.copyOfRange(chunk, from + 1, chunk.length - LINE_END.length);
  }
}
