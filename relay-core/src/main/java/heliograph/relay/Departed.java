package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the heads of the tenants that a log has let go, and nothing else of them. A tenant that
 * comes again goes on after its head, so that no sequence of a tenant is given out twice in the
 * life of a log. The thread that writes to the log changes this; any thread looks up.
 *
 * <p>When there are too many, the tenant with the lowest head is forgotten and the floor rises to
 * that head; a tenant that is not known begins above the floor. This keeps the floor as low as
 * possible: somebody who makes up tenants of one event each raises it by one only when they have
 * filled all the places here.
 *
 * <p>A tenant that has come again stays here with its former head, which is below any that it has
 * now. So nobody who looks it up in between finds it neither here nor in the log.
 */
public final class Departed {
  private record End(long head, Tenant tenant) {}

  private final int most;
  private final Map<Tenant, Long> heads = new ConcurrentHashMap<>();
  private volatile long floor;
  // Owned by the thread that writes to the log.
  private final NavigableSet<End> lowestFirst =
      new TreeSet<>(Comparator.comparingLong(End::head).thenComparing(end -> end.tenant().name()));

  /**
   * @param most the most heads that are kept
   */
  public Departed(int most) {
    this.most = most;
  }

  /** The sequence after which a tenant that is not known begins. */
  public long floor() {
    return floor;
  }

  /** Whether a tenant's head is kept. */
  public boolean knows(Tenant tenant) {
    return heads.containsKey(tenant);
  }

  /**
   * The sequence at which a tenant ended, or after which it will begin.
   *
   * @param floor the floor from before the caller looked whether the log holds the tenant. A floor
   *     that was raised since could lie above events of a tenant that has come meanwhile, and a
   *     subscriber that joined there would miss them; too low a place costs it a gap at most
   */
  public long head(Tenant tenant, long floor) {
    return Math.max(floor, heads.getOrDefault(tenant, 0L));
  }

  /**
   * What changes when a tenant is let go.
   *
   * @param kept whether its head is kept; if not, the floor is not below it
   * @param forgotten the tenant whose head is not kept any more, if there is one
   * @param floor the floor after the change
   */
  public record Departure(
      Tenant tenant, long head, boolean kept, Optional<Tenant> forgotten, long floor) {}

  /** Tells what letting a tenant go would change, and changes nothing yet. */
  public Departure departure(Tenant tenant, long head) {
    if (head <= floor) {
      return new Departure(tenant, head, false, Optional.empty(), floor);
    }
    if (heads.size() < most || heads.containsKey(tenant)) {
      return new Departure(tenant, head, true, Optional.empty(), floor);
    }
    End lowest = lowestFirst.first();
    if (head <= lowest.head()) {
      return new Departure(tenant, head, false, Optional.empty(), head);
    }
    return new Departure(
        tenant, head, true, Optional.of(lowest.tenant()), Math.max(floor, lowest.head()));
  }

  /** Makes the change that {@link #departure} has told. */
  public void apply(Departure departure) {
    // Raised before a head is forgotten: whoever looks for that in between must find something.
    raise(departure.floor());
    departure.forgotten().ifPresent(this::forget);
    if (departure.kept()) {
      Long before = heads.put(departure.tenant(), departure.head());
      if (before != null) {
        lowestFirst.remove(new End(before, departure.tenant()));
      }
      lowestFirst.add(new End(departure.head(), departure.tenant()));
    }
  }

  private void forget(Tenant tenant) {
    Long head = heads.remove(tenant);
    if (head != null) {
      lowestFirst.remove(new End(head, tenant));
    }
  }

  /** Raises the floor to a sequence, unless it is as high already. */
  public void raise(long to) {
    floor = Math.max(floor, to);
  }
}
