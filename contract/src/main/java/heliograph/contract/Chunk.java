package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes the chunks that the body of a stream consists of (RFC 9112, section 7.1). A frame is made
 * as a chunk and sent as it is, so that nothing is framed for each stream anew. A client that is
 * handed one chunk at a time is handed whole frames.
 */
public final class Chunk {
  private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LINE_END = {'\r', '\n'};

  private Chunk() {}

  /** The chunk that ends a whole body. The array is shared: never write to it. */
  public static byte[] last() {
    return LAST;
  }

  /** Makes a chunk: the size, the content and a line end. */
  static byte[] around(byte[] content) {
    byte[] size =
        (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] chunk = Arrays.copyOf(size, size.length + content.length + LINE_END.length);
    System.arraycopy(content, 0, chunk, size.length, content.length);
    System.arraycopy(LINE_END, 0, chunk, size.length + content.length, LINE_END.length);
    return chunk;
  }

  /** Copies the content of a chunk. */
  static byte[] content(byte[] chunk) {
    int from = 0;
    while (chunk[from] != '\n') {
      from++;
    }
    return Arrays.copyOfRange(chunk, from + 1, chunk.length - LINE_END.length);
  }
}
