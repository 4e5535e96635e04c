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
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private Chunk() {}

  /** The chunk that ends a whole body. The array is shared: never write to it. */
  public static byte[] last() {
    return LAST;
  }

  /** Makes a chunk: the size, the content and a line end. */
  static byte[] around(byte[] content) {
    return around(content, content.length);
  }

  /**
   * Makes a chunk of what is at the beginning of an array.
   *
   * @param length the bytes of the content, at least one
   */
  static byte[] around(byte[] content, int length) {
    int digits = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 3) / 4;
    int begin = digits + LINE_END.length;
    byte[] chunk = new byte[begin + length + LINE_END.length];
    for (int i = 0, left = length; i < digits; i++, left >>>= 4) {
      chunk[digits - 1 - i] = HEX[left & 0xf];
    }
    System.arraycopy(LINE_END, 0, chunk, digits, LINE_END.length);
    System.arraycopy(content, 0, chunk, begin, length);
    System.arraycopy(LINE_END, 0, chunk, begin + length, LINE_END.length);
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
