package heliograph.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound of bytes that many holders share, of whom nothing is known. Where it is reached, the
 * holder that has been in for longest gives way, and not the one that comes: a flood of slow
 * clients starves itself, and a quick one finds room. Any thread.
 *
 * <p>The bytes of a holder that gave way count as free at once, although its memory goes a moment
 * later, when its thread notices. So that a flood cannot outrun these threads, the bytes that are
 * held and those that are on their way out have a bound together, {@link #most}; beyond it, the one
 * that comes is refused.
 */
public final class Room {
  private final long bytes;
  private final AtomicLong entered = new AtomicLong();

  // Guarded by itself, which also guards everything below and the fields of places. These hold
  // something and may be asked to give way; the oldest comes first.
  private final TreeSet<Place> holders = new TreeSet<>();
  private long held;
  private long leaving;

  /** Makes a room of so many bytes. */
  public Room(long bytes) {
    this.bytes = bytes;
  }

  /**
   * The bytes of heap that a room needs at most: its own, and half as many that are on their way
   * out.
   */
  static long most(long bytes) {
    return bytes + bytes / 2;
  }

  /** The place of one holder in the room. Only its owner calls it, and always closes it. */
  public final class Place implements AutoCloseable, Comparable<Place> {
    private final long number = entered.incrementAndGet();
    private final Runnable evict;
    private long own;
    private boolean kept;
    private boolean out;
    private boolean closed;

    private Place(Runnable evict) {
      this.evict = evict;
    }

    /**
     * Takes more bytes of the room, from older holders if there is no other way.
     *
     * @return false if this place is out: it gave way, or no older holder is left who could
     */
    public boolean hold(long more) {
      List<Place> evicted = new ArrayList<>(0);
      boolean fits = take(more, evicted);
      evicted.forEach(place -> place.evict.run());
      return fits;
    }

    private boolean take(long more, List<Place> evicted) {
      synchronized (holders) {
        if (out || closed) {
          return false;
        }
        if (held + leaving + more > most(bytes) || !makeWay(more, evicted)) {
          putOut();
          return false;
        }
        held += more;
        own += more;
        if (own > 0 && !kept) {
          holders.add(this);
        }
        return true;
      }
    }

    /** Puts out as few older holders as are needed, and none if all of them would not be enough. */
    private boolean makeWay(long more, List<Place> evicted) {
      long wanting = held + more - bytes;
      for (Place place : holders) {
        if (wanting <= 0 || place.number >= number) {
          break;
        }
        evicted.add(place);
        wanting -= place.own;
      }
      if (wanting > 0) {
        evicted.clear();
      }
      evicted.forEach(Place::putOut);
      return wanting <= 0;
    }

    /** Gives some bytes back. */
    public void release(long less) {
      synchronized (holders) {
        own -= less;
        if (out) {
          leaving -= less;
        } else {
          held -= less;
        }
      }
    }

    /**
     * Keeps this place from giving way from now on; it is for holders that no slow client can hold
     * up any more.
     *
     * @return false if this place is out already
     */
    public boolean keep() {
      synchronized (holders) {
        if (out || closed) {
          return false;
        }
        kept = true;
        holders.remove(this);
        return true;
      }
    }

    private void putOut() {
      holders.remove(this);
      out = true;
      held -= own;
      leaving += own;
    }

    /**
     * Gives everything back. No place is asked to give way after this, but an {@code evict} that
     * was decided just before may still be about to run.
     */
    @Override
    public void close() {
      synchronized (holders) {
        if (!closed) {
          closed = true;
          holders.remove(this);
          release(own);
        }
      }
    }

    /** Orders places by their age, the oldest first. */
    @Override
    public int compareTo(Place other) {
      return Long.compare(number, other.number);
    }
  }

  /**
   * Makes a place that holds nothing yet.
   *
   * @param evict called at most once, when the place gives way to another, on that other's thread;
   *     it may cut or mark, and must not wait
   */
  public Place enter(Runnable evict) {
    return new Place(evict);
  }

  /** The bytes of the holders that are in. */
  long held() {
    synchronized (holders) {
      return held;
    }
  }

  /** The bytes of the holders that gave way and have not closed yet. */
  long leaving() {
    synchronized (holders) {
      return leaving;
    }
  }
}
