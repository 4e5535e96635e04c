package heliograph.tests;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a body in chunks (RFC 9112, section 7.1) as it comes, and refuses what the relay never
 * sends: extensions, trailers, anything behind the last chunk.
 */
final class ChunkParser {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final Whole whole;
  private Place place = Place.SIZE;
  private ByteArrayOutputStream chunk = new ByteArrayOutputStream();
  private int left;

  private enum Place {
    SIZE,
    CONTENT,
    BEHIND,
    LAST,
    OVER
  }

  /** Looks at a chunk that has come whole. */
  interface Whole {
    void look(byte[] content);
  }

  ChunkParser(Whole whole) {
    this.whole = whole;
  }

  /** For a stream of text: each chunk holds whole frames, and nothing else. */
  static ChunkParser ofFrames() {
    return new ChunkParser(
        content -> {
          String text = new String(content, StandardCharsets.UTF_8);
          if (!text.endsWith("\n\n") && !text.endsWith(": keepalive\n")) {
            throw new AssertionError("a chunk that ends within a frame: " + text);
          }
        });
  }

  /** What the bytes hold of the body. */
  byte[] read(byte[] bytes, int length) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int at = 0;
    while (at < length) {
      if (place == Place.CONTENT) {
        int some = Math.min(left, length - at);
        content.write(bytes, at, some);
        chunk.write(bytes, at, some);
        left -= some;
        at += some;
        if (left == 0) {
          whole.look(chunk.toByteArray());
          chunk = new ByteArrayOutputStream();
          place = Place.BEHIND;
        }
      } else {
        control(bytes[at++]);
      }
    }
    return content.toByteArray();
  }

  private void control(byte next) {
    line.write(next);
    byte[] read = line.toByteArray();
    boolean complete = read.length >= 2 && next == '\n' && read[read.length - 2] == '\r';
    if (place == Place.OVER || read.length > 10) {
      throw new AssertionError("no chunk: " + Arrays.toString(read));
    }
    if (complete) {
      line.reset();
      lineEnd(new String(read, 0, read.length - 2, StandardCharsets.US_ASCII));
    }
  }

  private void lineEnd(String text) {
    if (place == Place.SIZE) {
      if (!text.matches("0|[1-9a-f][0-9a-f]{0,6}")) {
        throw new AssertionError("no size: " + text);
      }
      left = Integer.parseInt(text, 16);
      place = left == 0 ? Place.LAST : Place.CONTENT;
    } else if (text.isEmpty()) {
      place = place == Place.LAST ? Place.OVER : Place.SIZE;
    } else {
      throw new AssertionError("not the end of a chunk: " + text);
    }
  }

  /** Whether the last chunk came: the answer is whole. */
  boolean isOver() {
    return place == Place.OVER;
  }

  /** Whether a chunk has begun and has not ended. */
  boolean isWithinChunk() {
    return place == Place.CONTENT || place == Place.BEHIND || line.size() > 0;
  }
}
