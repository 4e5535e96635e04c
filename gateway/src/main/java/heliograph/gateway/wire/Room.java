package heliograph.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound of bytes for many holders who have proved nothing. Where it is reached, the one that has
 * been in for longest gives way and not the one that comes: a flood of slow ones starves itself,
 * and somebody quick finds room. Any thread.
 *
 * <p>The bytes of who gave way count as free at once, although its memory goes a moment later, when
 * its thread has heard of it. So that a flood cannot outrun these threads, what is there with all
 * that is on its way out has a bound too, {@link #most}; beyond it, who comes is refused.
 */
public final class Room {
  private final long bytes;
  private final AtomicLong entered = new AtomicLong();

  // Guarded by itself, as everything below and the fields of places. Those that hold something and
  // may be asked to give way, the oldest first.
  private final TreeSet<Place> holders = new TreeSet<>();
  private long held;
  private long leaving;

  public Room(long bytes) {
    this.bytes = bytes;
  }

  /** What the heap has to carry for a room of so many bytes: those, and half as many that leave. */
  static long most(long bytes) {
    return bytes + bytes / 2;
  }

  /** What one holds; its owner alone calls it, and closes it whatever became of it. */
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
     * Takes more of the room, from whoever has been in it for longer if there is no other way.
     *
     * @return false if it is out: it gave way, or nobody older is left who could
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

    /** Puts out no more than is needed, and nobody where that would not do. */
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

    /** Gives some of it back. */
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
     * From now on nobody asks it to give way: for who is about to be known, and whom nothing slow
     * can hold up.
     *
     * @return false if it is out
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
     * Gives everything back. Nobody asks it to give way from now on, but who did so just before may
     * still be about to say so.
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

    /** The oldest first. */
    @Override
    public int compareTo(Place other) {
      return Long.compare(number, other.number);
    }
  }

  /**
   * Begins to hold, nothing yet.
   *
   * @param evict called at most once, if it gives way to another, on that one's thread: it may cut
   *     or mark, and must not wait
   */
  public Place enter(Runnable evict) {
    return new Place(evict);
  }

  /** The bytes that count, of those who are in. */
  long held() {
    synchronized (holders) {
      return held;
    }
  }

  /** The bytes of those who gave way and are still there. */
  long leaving() {
    synchronized (holders) {
      return leaving;
    }
  }
}
