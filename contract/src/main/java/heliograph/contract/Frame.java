package heliograph.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * An SSE event on the wire (WHATWG HTML section 9.2), as one chunk. Made once, shared by every
 * stream that sends it; the array is not copied and nobody writes to it. Any thread.
 *
 * <p>A position is the {@code id} of a frame that has data: half of the clients forget an id
 * without.
 */
public final class Frame {
  /**
   * Said when nothing else was, so that proxies and clients see the connection alive. No empty line
   * follows: some clients would make an event of it that has nothing in it.
   */
  public static final Frame KEEPALIVE =
      new Frame(": keepalive\n".getBytes(StandardCharsets.US_ASCII));

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private final byte[] chunk;
  private volatile @Nullable DeflatedFrame deflated;

  private Frame(byte[] bytes) {
    this.chunk = Chunk.around(bytes);
  }

  /** The frame of an event that was stored at the cursor. */
  public static Frame of(Cursor cursor, Event event, Format format) {
    // An id, a cursor and a type hold no line break: their own constructors saw to it.
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
   * Browsers dispatch events of their own under some names, and handlers of those would run for
   * ours: a type {@code error} would look like a connection that broke.
   */
  private static String name(String type) {
    return switch (type) {
      case "error", "open", "message" -> "type." + type;
      default -> type;
    };
  }

  /** Moves the client's position past events that were not for it. */
  public static Frame position(Cursor cursor) {
    return ascii("id: " + cursor + "\nevent: system.position\ndata: {}\n\n");
  }

  /**
   * Said in place of {@link #KEEPALIVE} to who wants to hear it. It is a position as well, because
   * some clients take a frame without an id for having none.
   */
  public static Frame heartbeat(Cursor cursor) {
    return ascii("id: " + cursor + "\nevent: system.heartbeat\ndata: {}\n\n");
  }

  /**
   * The first frame of a stream.
   *
   * @param cursor where the stream starts, and where a client goes on that hears nothing else
   * @param retry how long the client should wait before it reconnects
   * @param heartbeat after how much silence a keepalive is sent
   */
  public static Frame connected(
      String stream, Tenant tenant, Cursor cursor, Duration heartbeat, Duration retry) {
    return ascii(
        "id: %1$s\nretry: %2$s\nevent: system.connected\ndata: {\"stream\":\"%3$s\",\"tenant\":\"%4$s\",\"cursor\":\"%1$s\",\"heartbeat\":%5$s}\n\n"
            .formatted(cursor, retry.toMillis(), stream, tenant, seconds(heartbeat)));
  }

  /**
   * Moves the client to where the gap ends, so that one that comes back is not told of it again.
   */
  public static Frame gap(Gap gap) {
    return ascii(
        "id: %3$s\nevent: system.gap\ndata: {\"reason\":\"%1$s\",\"from\":\"%2$s\",\"to\":\"%3$s\"}\n\n"
            .formatted(gap.reason().word(), gap.from(), gap.to()));
  }

  /** The token ends soon; the client should send another, or the stream ends with it. */
  public static Frame reauth(Instant expires) {
    return ascii("event: system.reauth\ndata: {\"expires\":\"%s\"}\n\n".formatted(expires));
  }

  /** The relay is stopping; the client should come back after the given time. */
  public static Frame shutdown(Duration reconnect) {
    return ascii(
        "retry: %1$s\nevent: system.shutdown\ndata: {\"reconnect\":%1$s}\n\n"
            .formatted(reconnect.toMillis()));
  }

  /** The last frame of a stream that ends for any reason but a shutdown. */
  public static Frame end(EndReason reason, Duration retry) {
    return ascii(
        "retry: %s\nevent: system.end\ndata: {\"reason\":\"%s\"}\n\n"
            .formatted(retry.toMillis(), reason.word()));
  }

  /**
   * The last frame of a stream that ends before it has begun, for a client that named a place to go
   * on after: some take a frame without an id, on a new connection, for having none.
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
   * The last frame of a stream that was superseded, with its final position; a client that comes
   * back there stays out.
   */
  public static Frame superseded(Cursor cursor, Duration retry) {
    return endAt(cursor + Cursor.FINAL, EndReason.SUPERSEDED, retry);
  }

  /** The frame as a chunk: the shared bytes, not a copy, so never write to them. */
  public byte[] chunk() {
    return chunk;
  }

  /** A copy of the frame's bytes, without the chunk around them. */
  public byte[] bytes() {
    return Chunk.content(chunk);
  }

  /** The frame compressed, made at the first call. */
  DeflatedFrame deflated() {
    DeflatedFrame made = deflated;
    return made == null ? deflate() : made;
  }

  // Those who want it first often come at once. One of them makes it; that the others wait costs
  // less than if each of them made one.
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

  // Of the formats above only %s is safe: %d writes the digits of the default locale.
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
      // Without a data line a browser would not dispatch the event at all; null is what a JSON
      // parser can read.
      case ABSENT -> writeLines(out, "null".getBytes(StandardCharsets.US_ASCII));
      case JSON, TEXT -> writeLines(out, payload.bytes());
      case BINARY -> writeLines(out, Base64.getEncoder().encode(payload.bytes()));
    }
  }

  /** Each line of the text becomes a data line; LF, CR LF and CR all end one. */
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
