package heliograph.gateway.wire;

import io.helidon.webserver.CloseConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * What a connection holds of one kind, counted in the room that all of that kind share. The
 * connection's own thread.
 */
final class Held {
  /** What is not counted: it is part of what a connection is reckoned at ({@link HeapPlan}). */
  static final int UNCOUNTED = 2 * 1024;

  private final Room room;
  private final Runnable crowdedOut;
  private long bytes;
  private Room.@Nullable Place place;

  /**
   * @param crowdedOut called when what is held is needed for others, on any thread; must not wait
   */
  Held(Room room, Runnable crowdedOut) {
    this.room = room;
    this.crowdedOut = crowdedOut;
  }

  /**
   * Holds more.
   *
   * @throws CloseConnectionException if there is no room for it
   */
  void add(int more) {
    bytes += more;
    if (bytes <= UNCOUNTED) {
      return;
    }
    long counted = more;
    if (place == null) {
      place = room.enter(crowdedOut);
      counted = bytes;
    }
    if (!place.hold(counted)) {
      crowdedOut.run();
      throw new CloseConnectionException("there is no room for what it holds");
    }
  }

  /** Holds nothing any more. */
  void release() {
    bytes = 0;
    if (place != null) {
      place.close();
      place = null;
    }
  }
}
