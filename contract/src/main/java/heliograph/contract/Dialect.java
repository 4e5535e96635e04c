package heliograph.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a stream speaks: the frames of events, and those of the relay's own words. What a stream says
 * and when is the relay's matter; what that looks like on the wire is the dialect's alone.
 *
 * <p>A dialect is a value: it does not change, and equal dialects make equal frames, which are
 * therefore made once and shared by the streams of equal dialects. Streams that share one instance
 * find their frames fastest. Any thread.
 *
 * <p>Each of the relay's own words may be several frames, which are sent in order, or none, if the
 * dialect does not say it. The position of a client is the {@code id} it was given last, so a
 * dialect that is silent about something with a place has a frame with that {@code id} instead.
 */
public interface Dialect {
  /**
   * What the first word of a stream tells.
   *
   * @param stream the id of the stream
   * @param subject who the subscriber is to its issuer or application
   * @param cursor where the stream starts, and where a client that hears nothing else goes on
   * @param heartbeat after how much silence a keepalive is sent
   * @param retry how long the client should wait before it reconnects
   */
  record Opening(
      String stream,
      Tenant tenant,
      String subject,
      Cursor cursor,
      Duration heartbeat,
      Duration retry) {}

  /**
   * What the last word of a stream tells, if it ends for any reason but a shutdown.
   *
   * @param place a cursor or a final position that becomes the client's; empty leaves the one that
   *     it has
   * @param retry how long the client should wait before it reconnects
   */
  record Ending(EndReason reason, Optional<String> place, Duration retry) {
    /** Throws IllegalArgumentException if the place is neither a cursor nor a final position. */
    public Ending {
      if (place.filter(at -> !Cursor.isPlace(at)).isPresent()) {
        throw new IllegalArgumentException("neither a cursor nor a final position");
      }
    }

    /** The end of a stream whose client knows its position. */
    public static Ending of(EndReason reason, Duration retry) {
      return new Ending(reason, Optional.empty(), retry);
    }

    /**
     * The end of a stream whose client is to stay away. It has a final position, with which a
     * client that comes back is not let in.
     */
    public static Ending forGood(EndReason reason, Cursor cursor, Duration retry) {
      return new Ending(reason, Optional.of(cursor + Cursor.FINAL), retry);
    }
  }

  /** Makes the frame of an event that was stored at the cursor. */
  Frame event(Cursor cursor, Event event);

  /** Makes the first frames of a stream. */
  List<Frame> connected(Opening opening);

  /**
   * The comment that is sent into silence, so that proxies and clients see that the connection
   * lives. Every dialect has one.
   */
  Frame keepalive();

  /**
   * Makes what replaces {@link #keepalive} for clients that ask for heartbeats as events. It moves
   * the client to the cursor as {@link #position} does.
   */
  List<Frame> heartbeat(Cursor cursor);

  /** Makes what moves the client's position past events that were not for it. */
  List<Frame> position(Cursor cursor);

  /**
   * Makes what tells of a gap. It moves the client to the gap's end, so that a client that comes
   * back is not told again.
   */
  List<Frame> gap(Gap gap);

  /** Makes what asks for a new token, because the stream ends with the one it has. */
  List<Frame> reauth(Instant expires);

  /**
   * Makes the last frames of a stream when the relay stops.
   *
   * @param reconnect after how long the client should come back
   */
  List<Frame> shutdown(Duration reconnect);

  /** Makes the last frames of a stream that ends for any reason but a shutdown. */
  List<Frame> end(Ending ending);
}
