package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of what was read from the log and is in the hands of streams and polls that have
 * not written it yet. What several hold, of one reading, counts once. It has no lock of its own;
 * that of {@link Readers} guards it.
 */
final class ReadingRoom {
  /** What a stream has in hand that has left: nothing any more. */
  static final Hold LEFT = new Hold(null, null, 0, 0, null);

  private static final int PAGES_OF_TENANT = 8;
  private static final long LARGEST_PAGE = 1L << 20;

  /** The most bytes of the heap that a step gives to its stream in more than one page. */
  static final long MOST_TOGETHER = 512 * 1024;

  private final long most;
  private final long mostPerTenant;
  private final long pageBytes;
  // Both with what is reserved for those who are reading.
  private final Map<Tenant, Long> held = new HashMap<>();
  private long total;
  // The one that was taken longest ago comes first.
  private final Set<Hold> holds = new LinkedHashSet<>();

  ReadingRoom(Limits.Memory memory) {
    this.most = memory.reading();
    this.mostPerTenant = memory.readingPerTenant();
    this.pageBytes = Math.clamp(mostPerTenant / PAGES_OF_TENANT / 2, 1, LARGEST_PAGE);
  }

  /**
   * What is reserved for a step before it is known what it reads.
   *
   * @param bytes the bytes that are reserved
   * @param together the most bytes of those pages that the step reads one after the other and keeps
   *     all; zero if it may keep one page alone
   */
  record Place(Tenant tenant, long bytes, long together) {
    /** What is reserved for a step that has not come to its turn. */
    static Place none(Tenant tenant) {
      return new Place(tenant, 0, 0);
    }
  }

  /** What one subscription has in hand, with what it took before that and holds as well. */
  static final class Hold {
    private final @Nullable Subscription holder;
    private final @Nullable Piece piece;
    private final long own;
    private final long sinceNanos;
    private final @Nullable Hold before;
    private boolean told;

    private Hold(
        @Nullable Subscription holder,
        @Nullable Piece piece,
        long own,
        long sinceNanos,
        @Nullable Hold before) {
      this.holder = holder;
      this.piece = piece;
      this.own = own;
      this.sinceNanos = sinceNanos;
      this.before = before;
    }
  }

  /** A stretch of the log as it was read, which several may hold. */
  static final class Piece {
    private final Tenant tenant;
    private final EventLog.Page page;
    private final long bytes;
    private int holders;

    /**
     * @param bytes what it takes of the heap
     */
    Piece(Tenant tenant, EventLog.Page page, long bytes) {
      this.tenant = tenant;
      this.page = page;
      this.bytes = bytes;
    }

    EventLog.Page page() {
      return page;
    }

    long bytes() {
      return bytes;
    }
  }

  /** The most bytes of events that are read at once; a single event may have more. */
  long pageBytes() {
    return pageBytes;
  }

  /** What is reserved for a page, of which it will rarely take all. */
  private long reserved() {
    return Pages.mostBytes(pageBytes);
  }

  /**
   * Whether the tenant may read another page. The room for one more page is there only for tenants
   * that hold nothing, so that none waits for what others hold for long.
   */
  boolean admits(Tenant tenant) {
    long own = of(tenant);
    return own == 0
        ? total == 0 || total + reserved() <= most
        : own + reserved() <= mostPerTenant && total + 2 * reserved() <= most;
  }

  /** Whether no tenant but one that holds nothing may read, whoever it is. */
  boolean isFull() {
    return total + 2 * reserved() > most;
  }

  /**
   * Takes the room for a step. It may keep several pages where more than half of the room stays
   * free; what is left is for many streams that hold little each.
   */
  Place reserve(Tenant tenant) {
    // While it reads the last one of several pages, it keeps no more than what another one takes.
    long two = 2 * reserved();
    boolean roomy = of(tenant) + two <= mostPerTenant / 2 && total + two <= most / 2;
    Place place =
        roomy
            ? new Place(tenant, two, Math.min(MOST_TOGETHER, reserved()))
            : new Place(tenant, reserved(), 0);
    count(tenant, place.bytes());
    return place;
  }

  /** Gives back what was reserved. */
  void release(Place place) {
    count(place.tenant(), -place.bytes());
  }

  /**
   * Notes that a subscription has a piece in hand.
   *
   * @param own the bytes that it holds beside the piece
   * @return what the subscription has in hand from now on
   */
  Hold hold(Subscription holder, @Nullable Hold before, Piece piece, long own, long nowNanos) {
    Hold hold = new Hold(holder, piece, own, nowNanos, before);
    count(piece.tenant, own + (piece.holders == 0 ? piece.bytes : 0));
    piece.holders++;
    holds.add(hold);
    return hold;
  }

  /** Gives back what a subscription has in hand. */
  void release(@Nullable Hold latest) {
    for (Hold hold = latest; hold != null; hold = hold.before) {
      Piece piece = hold.piece;
      if (piece != null && holds.remove(hold)) {
        piece.holders--;
        count(piece.tenant, -hold.own - (piece.holders == 0 ? piece.bytes : 0));
      }
    }
  }

  /**
   * The subscription that has held for longest, and for longer than is fit. It is named once.
   *
   * @param before the time since when holding is fit, by the clock of {@link #hold}
   * @param inTheWay whether those who wait would have more room without this tenant's
   */
  Optional<Subscription> stalled(long before, Predicate<Tenant> inTheWay) {
    for (Hold hold : holds) {
      if (hold.sinceNanos - before >= 0) {
        return Optional.empty();
      }
      Piece piece = hold.piece;
      Subscription holder = hold.holder;
      if (!hold.told && piece != null && holder != null && inTheWay.test(piece.tenant)) {
        for (Hold each = holder.inHand(); each != null; each = each.before) {
          each.told = true;
        }
        return Optional.of(holder);
      }
    }
    return Optional.empty();
  }

  private void count(Tenant tenant, long bytes) {
    total += bytes;
    held.merge(tenant, bytes, (one, other) -> one + other == 0 ? null : one + other);
  }

  /** The bytes in all hands, with what is reserved. */
  long total() {
    return total;
  }

  /** The bytes in the hands of one tenant's streams and polls, with what is reserved. */
  long of(Tenant tenant) {
    return held.getOrDefault(tenant, 0L);
  }
}
