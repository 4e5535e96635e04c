package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an operator is told of the hub. Nothing here takes a lock that publishing or delivery waits
 * for, so numbers may be a moment old, and of different moments. Any thread.
 */
public final class Inspection {
  private final EventLog log;
  private final OpenStreams streams;
  private final Spending spending;
  private final InstantSource clock;

  Inspection(EventLog log, OpenStreams streams, Spending spending, InstantSource clock) {
    this.log = log;
    this.streams = streams;
    this.spending = spending;
    this.clock = clock;
  }

  /** The tenants that the log holds something of, or that have open streams. */
  public Set<Tenant> tenants() {
    Set<Tenant> all = new LinkedHashSet<>(log.held());
    streams.tenancies().forEach(it -> all.add(it.tenant()));
    return all;
  }

  /**
   * What is open of a tenant.
   *
   * @param streams how many streams are open; polls that wait count as well
   * @param subjects of how many subjects these are
   * @param cohorts how many groups of equal interest they form
   * @param filterNanos for how long filters of the tenant were evaluated since the start
   */
  public record Opened(int streams, int subjects, int cohorts, long filterNanos) {}

  /** What is open of a tenant; all zeros but the last if nothing is. */
  public Opened opened(Tenant tenant) {
    Tenancy tenancy = streams.find(tenant);
    long filterNanos = spending.totalNanos(tenant);
    return tenancy == null
        ? new Opened(0, 0, 0, filterNanos)
        : new Opened(tenancy.streams(), tenancy.subjects(), tenancy.cohorts(), filterNanos);
  }

  /** What the log holds of a tenant. */
  public EventLog.Holding holding(Tenant tenant) {
    return log.holding(tenant);
  }

  /** The bytes of a tenant's events; empty if the log does not know. It may read from a disk. */
  public OptionalLong storedBytes(Tenant tenant) {
    return log.storedBytes(tenant);
  }

  /** When an event was stored; empty if it is gone, or the log does not know. */
  public Optional<Instant> storedAt(Tenant tenant, long sequence) {
    return log.storedAt(tenant, sequence);
  }

  /**
   * The event at a place; empty if none is there, or it is gone. It may read from a disk.
   *
   * @param place a place in the tenant's log
   */
  public Optional<StoredEvent> event(Tenant tenant, Cursor place) {
    long sequence = place.sequence();
    if (!place.epoch().equals(log.epoch()) || sequence < 1 || sequence > log.head(tenant)) {
      return Optional.empty();
    }
    return log.read(tenant, sequence - 1, 1, 1).events().stream()
        .filter(it -> it.cursor().equals(place))
        .findFirst();
  }

  /**
   * How many of a tenant's events were stored since a time. It asks the log for the times of some
   * twenty events.
   *
   * @param holding what the log holds of the tenant
   */
  public long storedSince(Tenant tenant, EventLog.Holding holding, Instant time) {
    long low = holding.oldest();
    long high = holding.head() + 1;
    while (low < high) {
      long middle = (low + high) >>> 1;
      // What is gone meanwhile is older than all that is left.
      if (log.storedAt(tenant, middle).map(at -> at.isBefore(time)).orElse(true)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return holding.head() + 1 - low;
  }

  /** The name of this life of the log. */
  public String epoch() {
    return log.epoch();
  }

  /** Since when events can be stored or cannot; empty if that was always so. */
  public Optional<Instant> troubleChanged() {
    return log.troubleChanged();
  }

  /** What the log's store tells of itself, in its own words. */
  public Map<String, Long> figures() {
    return log.figures();
  }

  /** The time by the hub's clock. */
  public Instant now() {
    return clock.instant();
  }
}
