package heliograph.gateway.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A bound of bytes that many holders share. Where it is reached, the owner that holds most gives
 * way, with what it has held for longest: so nobody is refused while it has less than an equal
 * share, and whoever wants more takes it from itself. All of whom nothing is known are one owner,
 * the strangers: among them the oldest gives way and not the one that comes, so that a flood of
 * slow clients starves itself, and a quick one finds room. Any thread.
 *
 * <p>The bytes of a holder that gave way count as free at once, although its memory goes a moment
 * later, when its thread notices. So that a flood cannot outrun these threads, the bytes that are
 * held and those that are on their way out have a bound together, {@link #most}; beyond it, the one
 * that comes is refused. An owner with a name can use up half of what is on its way out, so that
 * the rest is there for others.
 */
public final class Room {
  /** The owner of everything of which nobody knows whose it is. No other owner has this name. */
  public static final String STRANGERS = "";

  private final long bytes;

  // Guarded by itself, which also guards everything below, and the fields of owners and places.
  private final Map<String, Owner> owners = new HashMap<>();
  private long entered;
  private long held;
  private long kept;
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

  /** The bytes of this room. */
  long bytes() {
    return bytes;
  }

  private static final class Owner {
    private final String name;
    // These hold something and may be asked to give way; the oldest comes first.
    private final TreeSet<Place> yielding = new TreeSet<>();
    private int places;
    private long held;
    private long kept;
    private long leaving;

    Owner(String name) {
      this.name = name;
    }

    boolean isStranger() {
      return name.equals(STRANGERS);
    }
  }

  /** The place of one holder in the room. Only its holder calls it, and always closes it. */
  public final class Place implements AutoCloseable, Comparable<Place> {
    private final Owner owner;
    private final long number;
    private final Runnable evict;
    private long own;
    private boolean isKept;
    private boolean out;
    private boolean closed;

    private Place(Owner owner, long number, Runnable evict) {
      this.owner = owner;
      this.number = number;
      this.evict = evict;
    }

    /**
     * Takes more bytes of the room, from others if there is no other way.
     *
     * @return false if this place is out: it gave way, or there is nobody who has to
     */
    public boolean hold(long more) {
      List<Place> evicted = new ArrayList<>(0);
      boolean fits = take(more, evicted);
      evicted.forEach(place -> place.evict.run());
      return fits;
    }

    private boolean take(long more, List<Place> evicted) {
      synchronized (owners) {
        if (out || closed) {
          return false;
        }
        if (held + leaving + more > most(bytes)
            || !fitsAlone(more)
            || (isKept && !mayKeep(more))
            || !makeWay(more, evicted)) {
          putOut();
          return false;
        }
        count(more);
        if (own > 0 && !isKept) {
          owner.yielding.add(this);
        }
        return true;
      }
    }

    /** Whether what the owner has, with what is on its way out, leaves enough to others. */
    private boolean fitsAlone(long more) {
      return owner.isStranger() || owner.held + owner.leaving + more <= bytes + bytes / 4;
    }

    /**
     * Whether the owner may keep more. What is kept gives way to nobody, so an owner keeps no more
     * than it leaves to others, which is half of the room if it is alone.
     */
    private boolean mayKeep(long more) {
      return owner.isStranger() || owner.kept + more <= bytes - kept;
    }

    /** Puts out as few others as are needed, and none if all of them would not be enough. */
    private boolean makeWay(long more, List<Place> evicted) {
      while (held + more > bytes) {
        Place next = next(more);
        if (next == null) {
          evicted.forEach(Place::putBack);
          evicted.clear();
          return false;
        }
        next.putOut();
        evicted.add(next);
      }
      return true;
    }

    /** The one that has to give way next; null if nobody has to. */
    private @Nullable Place next(long more) {
      Place next = owner.yielding.isEmpty() ? null : owner.yielding.first();
      if (next != null && next.number >= number) {
        // What came after this place does not make way for it.
        next = null;
      }
      long most = owner.held + more;
      for (Owner other : owners.values()) {
        if (other != owner && other.held > most && !other.yielding.isEmpty()) {
          most = other.held;
          next = other.yielding.first();
        }
      }
      return next;
    }

    /** Counts more bytes, or fewer, where they belong. */
    private void count(long more) {
      own += more;
      if (out) {
        leaving += more;
        owner.leaving += more;
        return;
      }
      held += more;
      owner.held += more;
      if (isKept) {
        kept += more;
        owner.kept += more;
      }
    }

    /** Gives some bytes back. */
    public void release(long less) {
      synchronized (owners) {
        count(-less);
      }
    }

    /**
     * Keeps this place from giving way from now on; it is for holders that no slow client can hold
     * up any more.
     *
     * @return false if this place is out: it gave way, or its owner keeps too much already
     */
    public boolean keep() {
      synchronized (owners) {
        if (out || closed) {
          return false;
        }
        if (!mayKeep(own)) {
          putOut();
          return false;
        }
        long mine = own;
        count(-mine);
        isKept = true;
        count(mine);
        owner.yielding.remove(this);
        return true;
      }
    }

    private void putOut() {
      owner.yielding.remove(this);
      turn(true);
    }

    private void putBack() {
      turn(false);
      owner.yielding.add(this);
    }

    private void turn(boolean outNow) {
      long mine = own;
      count(-mine);
      out = outNow;
      count(mine);
    }

    /**
     * Gives everything back. No place is asked to give way after this, but an {@code evict} that
     * was decided just before may still be about to run.
     */
    @Override
    public void close() {
      synchronized (owners) {
        if (closed) {
          return;
        }
        closed = true;
        owner.yielding.remove(this);
        count(-own);
        owner.places--;
        if (owner.places == 0) {
          owners.remove(owner.name);
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
   * Makes a place of a stranger, which holds nothing yet.
   *
   * @param evict called at most once, when the place gives way to another, on that other's thread;
   *     it may cut or mark, and must not wait
   */
  public Place enter(Runnable evict) {
    return enter(STRANGERS, evict);
  }

  /**
   * Makes a place that holds nothing yet.
   *
   * @param owner whose share its bytes count in
   * @param evict called at most once, when the place gives way to another, on that other's thread;
   *     it may cut or mark, and must not wait
   */
  public Place enter(String owner, Runnable evict) {
    synchronized (owners) {
      Owner its = owners.computeIfAbsent(owner, Owner::new);
      its.places++;
      entered++;
      return new Place(its, entered, evict);
    }
  }

  /** The bytes of the holders that are in. */
  long held() {
    synchronized (owners) {
      return held;
    }
  }

  /** The bytes of the holders that gave way and have not closed yet. */
  long leaving() {
    synchronized (owners) {
      return leaving;
    }
  }
}
