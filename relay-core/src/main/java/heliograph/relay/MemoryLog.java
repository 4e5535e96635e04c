package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A log that lives as long as the process. Each tenant is bounded by the retention, and all
 * together by {@code totalBytes}: at that bound the tenant that holds most loses its oldest events,
 * so that a flood of one tenant costs the others nothing. A tenant of which neither events nor
 * dedup keys are left is let go, and only its head is kept.
 */
public final class MemoryLog implements EventLog {
  // A cut goes below the bound and not just to it, so that the search for the largest tenant is
  // rare.
  private static final double CUT_TO = 0.95;

  private final String epoch = EventLog.newEpoch();
  private final Retention retention;
  private final long totalBytes;
  private final InstantSource clock;
  private final Map<Tenant, MemoryTenant> tenants = new ConcurrentHashMap<>();
  private final MostTenants most;
  private final Departed departed;
  private final AtomicLong heldBytes = new AtomicLong();
  private Consumer<Shown> follower = _ -> {};

  /**
   * @param totalBytes the most bytes of the heap for all tenants together
   */
  public MemoryLog(Retention retention, long totalBytes, InstantSource clock) {
    this(retention, totalBytes, clock, TenantLimits.ORDINARY);
  }

  MemoryLog(Retention retention, long totalBytes, InstantSource clock, TenantLimits limits) {
    this.retention = retention;
    this.totalBytes = totalBytes;
    this.clock = clock;
    this.most = new MostTenants(limits.held());
    this.departed = new Departed(limits.departed());
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public void follow(Consumer<Shown> shown) {
    follower = shown;
  }

  @Override
  public List<Receipt> append(List<Published> events) {
    Instant now = clock.instant();
    List<Receipt> receipts = new ArrayList<>(events.size());
    for (Published published : events) {
      receipts.add(append(published, now));
    }
    cutToTotal();
    return receipts;
  }

  private Receipt append(Published published, Instant now) {
    Tenant name = published.event().tenant();
    MemoryTenant tenant = tenants.get(name);
    if (tenant == null) {
      if (!most.hasRoom(tenants.size())) {
        return MostTenants.refusal();
      }
      tenant = new MemoryTenant(this, retention, head(name));
      tenants.put(name, tenant);
    }
    Receipt receipt = tenant.append(published, now);
    if (receipt instanceof Receipt.Stored(Cursor cursor)) {
      // Not the one that the ring keeps, which would keep what is made of it as well.
      follower.accept(new StoredEvent(published, cursor));
    }
    return receipt;
  }

  private void cutToTotal() {
    if (heldBytes.get() <= totalBytes) {
      return;
    }
    long target = (long) (totalBytes * CUT_TO);
    List<MemoryTenant> largestFirst = new ArrayList<>(tenants.values());
    largestFirst.sort(Comparator.comparingLong(MemoryTenant::bytes).reversed());
    largestFirst.forEach(tenant -> tenant.cut(() -> heldBytes.get() > target));
  }

  /** Counts the bytes of the heap that a tenant takes, or gives back. */
  void hold(long bytes) {
    heldBytes.addAndGet(bytes);
  }

  @Override
  public Page read(Tenant tenant, long after, int max, long maxBytes) {
    long floor = departed.floor();
    MemoryTenant held = tenants.get(tenant);
    return held == null
        ? new Page(departed.head(tenant, floor) + 1, List.of())
        : held.read(after, max, maxBytes, clock.instant());
  }

  @Override
  public long head(Tenant tenant) {
    long floor = departed.floor();
    MemoryTenant held = tenants.get(tenant);
    return held == null ? departed.head(tenant, floor) : held.head();
  }

  @Override
  public long oldest(Tenant tenant) {
    long floor = departed.floor();
    MemoryTenant held = tenants.get(tenant);
    return held == null ? departed.head(tenant, floor) + 1 : held.oldest();
  }

  @Override
  public long before(Tenant tenant, Instant time) {
    long floor = departed.floor();
    MemoryTenant held = tenants.get(tenant);
    return held == null ? departed.head(tenant, floor) : held.before(time);
  }

  @Override
  public boolean isNew(Tenant tenant) {
    return !tenants.containsKey(tenant) && !departed.knows(tenant);
  }

  @Override
  public int tenants() {
    return tenants.size();
  }

  @Override
  public Collection<Tenant> held() {
    return tenants.keySet();
  }

  @Override
  public Holding holding(Tenant tenant) {
    long floor = departed.floor();
    MemoryTenant held = tenants.get(tenant);
    if (held == null) {
      long head = departed.head(tenant, floor);
      return new Holding(head + 1, head);
    }
    return held.holding();
  }

  @Override
  public OptionalLong storedBytes(Tenant tenant) {
    MemoryTenant held = tenants.get(tenant);
    return OptionalLong.of(held == null ? 0 : held.storedBytes());
  }

  @Override
  public Optional<Instant> storedAt(Tenant tenant, long sequence) {
    MemoryTenant held = tenants.get(tenant);
    return held == null ? Optional.empty() : held.storedAt(sequence);
  }

  @Override
  public Map<String, Long> figures() {
    return Map.of("heldBytes", heldBytes.get(), "mostBytes", totalBytes);
  }

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }

  @Override
  public void trim() {
    Instant now = clock.instant();
    tenants.forEach(
        (name, tenant) -> {
          tenant.trim(now);
          if (tenant.isEmpty()) {
            // Added there before it is removed here: whoever looks in between finds it somewhere.
            departed.apply(departed.departure(name, tenant.head()));
            tenants.remove(name);
          }
        });
  }

  @Override
  public void close() {
    // Nothing is dropped, because streams may read to the end: an emptied log would tell them that
    // they are at its beginning.
  }
}
