package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the tenants ended that a log has let go: their heads, and nothing else of them. Who comes
 * again goes on there, so that no sequence of a tenant is given out twice in the life of a log. One
 * thread, the one that writes to the log, changes it; any thread looks up.
 *
 * <p>Of too many the one with the fewest events is forgotten, and the floor rises to its head:
 * below it no tenant begins that is not known. So the floor stays as low as it can: who makes up
 * tenants of one event each raises it by one whenever they fill all the places here.
 *
 * <p>A tenant that has come again stays here with the head of before, which is below any that it
 * has now. So nobody who looks in between finds it in neither place.
 */
public final class Departed {
  private record End(long head, Tenant tenant) {}

  private final int most;
  private final Map<Tenant, Long> heads = new ConcurrentHashMap<>();
  private volatile long floor;
  // The changing thread alone.
  private final NavigableSet<End> lowestFirst =
      new TreeSet<>(Comparator.comparingLong(End::head).thenComparing(end -> end.tenant().name()));

  /**
   * @param most the most heads that are kept apart from the floor
   */
  public Departed(int most) {
    this.most = most;
  }

  /** The sequence after which a tenant begins that is not known. */
  public long floor() {
    return floor;
  }

  /** Whether a tenant's head is kept. */
  public boolean knows(Tenant tenant) {
    return heads.containsKey(tenant);
  }

  /**
   * Where a tenant ended, or will begin.
   *
   * @param floor as it was before the caller looked whether the log holds the tenant. Raised since,
   *     it could lie above events of one that has come meanwhile, and who joined there would not be
   *     given them. A place that is too low costs a subscriber a gap at most
   */
  public long head(Tenant tenant, long floor) {
    return Math.max(floor, heads.getOrDefault(tenant, 0L));
  }

  /**
   * What changes when a tenant is let go.
   *
   * @param kept whether its head is kept; the floor is not below it otherwise
   * @param forgotten whose head is not kept any more
   * @param floor the floor from then on
   */
  public record Departure(
      Tenant tenant, long head, boolean kept, Optional<Tenant> forgotten, long floor) {}

  /** Tells what it would change; nothing is changed yet. */
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

  /** Makes the change. */
  public void apply(Departure departure) {
    // Before a head is forgotten, or who looks for that in between would find nothing.
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

  /** Raises the floor, unless it is as high already. */
  public void raise(long to) {
    floor = Math.max(floor, to);
  }
}
