package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a stream (WHATWG HTML, section 9.2) that is sent whole or not at all, as one chunk: an
 * SSE event or a comment. It is made once and shared by every stream that sends it; its array is
 * not copied and nobody writes to it. What is in it is up to a {@link Dialect}. Any thread.
 */
public final class Frame {
  /** This is enough for each of the relay's own words. */
  private static final int ROOM = 256;

  private final byte[] chunk;
  private volatile @Nullable DeflatedFrame deflated;

  private Frame(byte[] chunk) {
    this.chunk = chunk;
  }

  /** Begins the frame of an SSE event without data. */
  public static Builder builder() {
    return new Builder(ROOM);
  }

  /**
   * Begins the frame of an SSE event.
   *
   * @param bytes how many bytes the frame will have, more or less
   */
  public static Builder builder(int bytes) {
    return new Builder(bytes);
  }

  /**
   * Makes a comment, which clients skip. No empty line follows it, because some clients would make
   * an empty event of that.
   *
   * @param text all that stands behind the colon
   * @throws IllegalArgumentException if the text has a line break
   */
  public static Frame comment(String text) {
    return new Frame(Chunk.around((":" + oneLine(text) + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  private static String oneLine(String text) {
    if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a line break");
    }
    return text;
  }

  /** The frame as a chunk. The array is shared: never write to it. */
  public byte[] chunk() {
    return chunk;
  }

  /** Copies the frame's bytes, without the chunk around them. */
  public byte[] bytes() {
    return Chunk.content(chunk);
  }

  /** The compressed frame. It is made at the first call. */
  DeflatedFrame deflated() {
    DeflatedFrame made = deflated;
    return made == null ? deflate() : made;
  }

  // The first threads that want it often come at once. One of them makes it, and the others wait,
  // which costs less than if each of them made one.
  private synchronized DeflatedFrame deflate() {
    DeflatedFrame made = deflated;
    if (made == null) {
      made = DeflatedFrame.of(bytes());
      deflated = made;
    }
    return made;
  }

  @Override
  public String toString() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Writes the lines of one SSE event, in the order of the calls. One thread, for one frame. */
  public static final class Builder {
    // Some machines have no arrays that are longer.
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private static final byte[] ID = ascii("id: ");
    private static final byte[] RETRY = ascii("retry: ");
    private static final byte[] NAME = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");

    // Of a frame that is made anew for many streams each copy of it counts, so there is none that
    // need not be.
    private byte[] out;
    private int length;

    private Builder(int bytes) {
      this.out = new byte[bytes];
    }

    /**
     * Says what becomes the client's position.
     *
     * @param place a cursor or a final position
     * @throws IllegalArgumentException if the text has a line break
     */
    public Builder id(String place) {
      return line(ID, place);
    }

    /** Says how long the client should wait before it reconnects. */
    public Builder retry(Duration wait) {
      return line(RETRY, Long.toString(wait.toMillis()));
    }

    /**
     * Says under which name a client dispatches the event; without one it is {@code message}.
     *
     * @throws IllegalArgumentException if the text has a line break
     */
    public Builder name(String name) {
      return line(NAME, name);
    }

    /** Adds a text as data, which must be UTF-8. Each of its lines becomes one of the frame's. */
    public Builder data(byte[] text) {
      int start = 0;
      for (int i = 0; i < text.length; i++) {
        // A line ends with LF, CR LF or CR.
        if (text[i] == '\n' || text[i] == '\r') {
          line(DATA, text, start, i);
          if (text[i] == '\r' && i + 1 < text.length && text[i + 1] == '\n') {
            i++;
          }
          start = i + 1;
        }
      }
      return line(DATA, text, start, text.length);
    }

    /** Adds a text as data. Each of its lines becomes one of the frame's. */
    public Builder data(String text) {
      return data(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the frame with the empty line at which clients dispatch it. Called once. */
    public Frame build() {
      room(1);
      out[length++] = '\n';
      return new Frame(Chunk.around(out, length));
    }

    private Builder line(byte[] field, String value) {
      byte[] bytes = oneLine(value).getBytes(StandardCharsets.UTF_8);
      return line(field, bytes, 0, bytes.length);
    }

    private Builder line(byte[] field, byte[] value, int from, int to) {
      int more = to - from;
      room(field.length + more + 1);
      System.arraycopy(field, 0, out, length, field.length);
      System.arraycopy(value, from, out, length + field.length, more);
      length += field.length + more;
      out[length++] = '\n';
      return this;
    }

    private void room(int more) {
      int needed = Math.addExact(length, more);
      if (needed > out.length) {
        out = Arrays.copyOf(out, Math.max(needed, (int) Math.min(2L * out.length, MAX_ARRAY)));
      }
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
  }
}
