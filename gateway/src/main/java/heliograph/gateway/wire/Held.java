package heliograph.gateway.wire;

import io.helidon.webserver.CloseConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of one kind that a connection holds, in the room that all connections share for
 * that kind. The connection's own thread.
 */
final class Held {
  /** So many bytes are not counted: {@link HeapPlan} reckons them to the connection itself. */
  static final int UNCOUNTED = 2 * 1024;

  private final Room room;
  private final String owner;
  private final Runnable crowdedOut;
  private long bytes;
  private Room.@Nullable Place place;

  /**
   * @param owner whose share the bytes count in
   * @param crowdedOut called on any thread when another connection needs the room; must not wait
   */
  Held(Room room, String owner, Runnable crowdedOut) {
    this.room = room;
    this.owner = owner;
    this.crowdedOut = crowdedOut;
  }

  /**
   * Holds more bytes.
   *
   * @throws CloseConnectionException if there is no room for them
   */
  void add(int more) {
    bytes += more;
    if (bytes <= UNCOUNTED) {
      return;
    }
    long counted = more;
    if (place == null) {
      place = room.enter(owner, crowdedOut);
      counted = bytes;
    }
    if (!place.hold(counted)) {
      crowdedOut.run();
      // Unwinds whoever goes on reading or writing: the connection is refused and cut elsewhere.
      throw new CloseConnectionException("there is no room for what it holds");
    }
  }

  /** Gives back all that is held. */
  void release() {
    bytes = 0;
    if (place != null) {
      place.close();
      place = null;
    }
  }
}
