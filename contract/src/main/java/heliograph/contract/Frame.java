package heliograph.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * An SSE event on the wire (WHATWG HTML section 9.2), as one chunk. It is made once and shared by
 * every stream that sends it; its array is not copied and nobody writes to it. Any thread.
 *
 * <p>A position is the {@code id} of a frame that has data: half of the clients forget an id that
 * comes without data.
 */
public final class Frame {
  /**
   * A comment that is sent into silence, so that proxies and clients see that the connection lives.
   * No empty line follows it, because some clients would make an empty event of that.
   */
  public static final Frame KEEPALIVE =
      new Frame(": keepalive\n".getBytes(StandardCharsets.US_ASCII));

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private final byte[] chunk;
  private volatile @Nullable DeflatedFrame deflated;

  private Frame(byte[] bytes) {
    this.chunk = Chunk.around(bytes);
  }

  /** Makes the frame of an event that was stored at the cursor. */
  public static Frame of(Cursor cursor, Event event, Format format) {
    // A cursor and a type hold no line break, which their constructors ensure.
    String head =
        "id: " + cursor + "\n" + (format.isNamed() ? "event: " + name(event.type()) + "\n" : "");
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(head.length() + event.payload().length() + 64);
    out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    switch (format) {
      case PLAIN, PLAIN_UNNAMED -> writePlain(out, event.payload());
      case CLOUDEVENTS, CLOUDEVENTS_UNNAMED -> writeLines(out, StructuredEvent.json(event));
    }
    out.write('\n');
    return new Frame(out.toByteArray());
  }

  /**
   * The name of the SSE event for a type. Browsers dispatch events of their own under some names,
   * whose handlers would run for ours: a type {@code error} would look like a broken connection.
   */
  private static String name(String type) {
    return switch (type) {
      case "error", "open", "message" -> "type." + type;
      default -> type;
    };
  }

  /** Makes the frame that moves the client's position past events that were not for it. */
  public static Frame position(Cursor cursor) {
    return ascii("id: " + cursor + "\nevent: system.position\ndata: {}\n\n");
  }

  /**
   * Makes the frame that replaces {@link #KEEPALIVE} for clients that ask for heartbeats as events.
   * It is a position as well, because some clients forget theirs at a frame without an id.
   */
  public static Frame heartbeat(Cursor cursor) {
    return ascii("id: " + cursor + "\nevent: system.heartbeat\ndata: {}\n\n");
  }

  /**
   * Makes the first frame of a stream.
   *
   * @param cursor where the stream starts, and where a client that hears nothing else goes on
   * @param heartbeat after how much silence a keepalive is sent
   * @param retry how long the client should wait before it reconnects
   */
  public static Frame connected(
      String stream, Tenant tenant, Cursor cursor, Duration heartbeat, Duration retry) {
    return ascii(
        "id: %1$s\nretry: %2$s\nevent: system.connected\ndata: {\"stream\":\"%3$s\",\"tenant\":\"%4$s\",\"cursor\":\"%1$s\",\"heartbeat\":%5$s}\n\n"
            .formatted(cursor, retry.toMillis(), stream, tenant, seconds(heartbeat)));
  }

  /**
   * Makes the frame that tells of a gap. It moves the client to the gap's end, so that a client
   * that comes back is not told again.
   */
  public static Frame gap(Gap gap) {
    return ascii(
        "id: %3$s\nevent: system.gap\ndata: {\"reason\":\"%1$s\",\"from\":\"%2$s\",\"to\":\"%3$s\"}\n\n"
            .formatted(gap.reason().word(), gap.from(), gap.to()));
  }

  /** Makes the frame that asks for a new token, because the stream ends with the one it has. */
  public static Frame reauth(Instant expires) {
    return ascii("event: system.reauth\ndata: {\"expires\":\"%s\"}\n\n".formatted(expires));
  }

  /** Makes the last frame of a stream when the relay stops; it says when to come back. */
  public static Frame shutdown(Duration reconnect) {
    return ascii(
        "retry: %1$s\nevent: system.shutdown\ndata: {\"reconnect\":%1$s}\n\n"
            .formatted(reconnect.toMillis()));
  }

  /** Makes the last frame of a stream that ends for any reason but a shutdown. */
  public static Frame end(EndReason reason, Duration retry) {
    return ascii(
        "retry: %s\nevent: system.end\ndata: {\"reason\":\"%s\"}\n\n"
            .formatted(retry.toMillis(), reason.word()));
  }

  /**
   * Makes the last frame of a stream that ends before it has begun, for a client that named a place
   * to go on after. The frame repeats the place, because some clients forget theirs at a frame
   * without an id on a new connection.
   *
   * @param place a cursor, or a final position
   */
  public static Frame endAt(String place, EndReason reason, Duration retry) {
    if (!Cursor.isPlace(place)) {
      throw new IllegalArgumentException("neither a cursor nor a final position");
    }
    return ascii("id: " + place + "\n" + end(reason, retry));
  }

  /**
   * Makes the last frame of a stream that was superseded. It has a final position, with which a
   * client that comes back is not let in.
   */
  public static Frame superseded(Cursor cursor, Duration retry) {
    return endAt(cursor + Cursor.FINAL, EndReason.SUPERSEDED, retry);
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

  // The formats above use %s for numbers, because %d writes the digits of the default locale.
  private static Frame ascii(String text) {
    return new Frame(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0
        ? Long.toString(time.toSeconds())
        : Double.toString(time.toMillis() / 1000.0);
  }

  private static void writePlain(ByteArrayOutputStream out, Payload payload) {
    switch (payload.form()) {
      // A browser does not dispatch an event without a data line; null is one that a JSON parser
      // can read.
      case ABSENT -> writeLines(out, "null".getBytes(StandardCharsets.US_ASCII));
      case JSON, TEXT -> writeLines(out, payload.bytes());
      case BINARY -> writeLines(out, Base64.getEncoder().encode(payload.bytes()));
    }
  }

  /** Writes each line of the text as a data line. A line ends with LF, CR LF or CR. */
  private static void writeLines(ByteArrayOutputStream out, byte[] text) {
    int start = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n' || text[i] == '\r') {
        writeLine(out, text, start, i);
        if (text[i] == '\r' && i + 1 < text.length && text[i + 1] == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    writeLine(out, text, start, text.length);
  }

  private static void writeLine(ByteArrayOutputStream out, byte[] text, int from, int to) {
    out.writeBytes(DATA);
    out.write(text, from, to - from);
    out.write('\n');
  }
}
