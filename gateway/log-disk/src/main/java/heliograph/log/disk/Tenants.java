package heliograph.log.disk;

import heliograph.contract.Tenant;
import heliograph.relay.Departed;
import heliograph.relay.Departed.Departure;
import heliograph.relay.MostTenants;
import heliograph.relay.TenantLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The tenants a log has, by name and by the number that stands for them in keys, and of those that
 * it let go where they ended. The log thread adds and lets go, any thread looks up.
 */
final class Tenants {
  private final Map<Tenant, DiskTenant> known = new ConcurrentHashMap<>();
  private final Departed departed;
  // The log thread alone.
  private final MostTenants most;
  private long nextId;

  private Tenants(TenantLimits limits) {
    this.departed = new Departed(limits.departed());
    this.most = new MostTenants(limits.held());
  }

  /** Reads where every tenant's events begin and end. */
  static Tenants load(Store store, TenantLimits limits) throws RocksDBException {
    Tenants tenants = new Tenants(limits);
    byte[] next = store.meta(Keys.NEXT_TENANT);
    tenants.nextId = next == null ? 0 : ByteBuffer.wrap(next).getLong();
    try (RocksIterator events = store.events()) {
      for (DiskTenant tenant : registered(store)) {
        tenants.nextId = Math.max(tenants.nextId, tenant.id() + 1L);
        events.seekForPrev(Keys.event(tenant.id(), Long.MAX_VALUE));
        if (events.isValid() && Keys.tenantOf(events.key()) == tenant.id()) {
          Entry.Head newest = Entry.Head.read(events.value());
          tenant.advance(
              new DiskTenant.Mark(Keys.sequenceOf(events.key()), newest.at(), newest.total()));
          events.seek(Keys.event(tenant.id(), 0));
          tenant.startAt(Keys.sequenceOf(events.key()));
        }
        events.status();
        tenants.add(tenant);
      }
    }
    tenants.departed.raise(floor(store));
    each(
        store,
        Keys.DEPARTED,
        (tenant, head) ->
            tenants.departed.apply(tenants.departed.departure(tenant, head.getLong())));
    return tenants;
  }

  /** The tenants a store knows, none of their places looked up. */
  static List<DiskTenant> registered(Store store) throws RocksDBException {
    List<DiskTenant> found = new ArrayList<>();
    each(store, Keys.TENANTS, (tenant, id) -> found.add(new DiskTenant(tenant, id.getInt())));
    return found;
  }

  private static void each(Store store, byte[] prefix, BiConsumer<Tenant, ByteBuffer> found)
      throws RocksDBException {
    try (RocksIterator names = store.metas()) {
      for (names.seek(prefix);
          names.isValid() && Keys.hasPrefix(names.key(), prefix);
          names.next()) {
        found.accept(Keys.tenantNamed(names.key(), prefix), ByteBuffer.wrap(names.value()));
      }
      names.status();
    }
  }

  private static long floor(Store store) throws RocksDBException {
    byte[] floor = store.meta(Keys.FLOOR);
    return floor == null ? 0 : ByteBuffer.wrap(floor).getLong();
  }

  @Nullable DiskTenant get(Tenant tenant) {
    return known.get(tenant);
  }

  Collection<DiskTenant> all() {
    return known.values();
  }

  int count() {
    return known.size();
  }

  boolean isNew(Tenant tenant) {
    return !known.containsKey(tenant) && !departed.knows(tenant);
  }

  /** The sequence after which a tenant begins that the log does not hold; to be asked for first. */
  long floor() {
    return departed.floor();
  }

  /** Where a tenant ended that the log does not hold, above the floor of before. */
  long departedHead(Tenant tenant, long floor) {
    return departed.head(tenant, floor);
  }

  /** Whether there is room for one more beside those that are here and so many others. */
  boolean hasRoom(int others) {
    return most.hasRoom(known.size() + others);
  }

  /**
   * A tenant with a number of its own, not known before it is added. No number stands for two, as
   * identities of the first may still lie in the store.
   */
  DiskTenant make(Tenant tenant) {
    DiskTenant made = new DiskTenant(tenant, Math.toIntExact(nextId++));
    made.beginAfter(departed.head(tenant, departed.floor()));
    return made;
  }

  void add(DiskTenant tenant) {
    known.putIfAbsent(tenant.tenant(), tenant);
  }

  /** Lets a tenant go of which nothing is left but its mark; that becomes a head of its own. */
  void letGo(Store store, DiskTenant tenant) throws RocksDBException {
    Departure departure = departed.departure(tenant.tenant(), tenant.head());
    try (Store.Batch batch = store.batch()) {
      batch.deleteEvent(tenant.id(), tenant.head());
      batch.deleteMeta(Keys.tenant(tenant.tenant()));
      if (departure.kept()) {
        batch.putMeta(Keys.departed(tenant.tenant()), number(departure.head()));
      }
      if (departure.forgotten().isPresent()) {
        batch.deleteMeta(Keys.departed(departure.forgotten().get()));
      }
      putNumbers(batch, departure.floor());
      batch.commitLazily();
    }
    forget(departure);
  }

  private void forget(Departure departure) {
    departed.apply(departure);
    known.remove(departure.tenant());
  }

  /** Puts down where a tenant ended, if that is kept. */
  void putDeparted(Store.Batch batch, Tenant tenant) throws RocksDBException {
    if (departed.knows(tenant)) {
      batch.putMeta(Keys.departed(tenant), number(departed.head(tenant, 0)));
    }
  }

  /** Puts down the floor, and the numbers that no tenant will have again. */
  void putNumbers(Store.Batch batch) throws RocksDBException {
    putNumbers(batch, departed.floor());
  }

  private void putNumbers(Store.Batch batch, long floor) throws RocksDBException {
    batch.putMeta(Keys.FLOOR, number(floor));
    batch.putMeta(Keys.NEXT_TENANT, number(nextId));
  }

  /**
   * Lets those go that a store has let go by a write that was thought to have failed.
   *
   * @param registered the tenants of that store
   */
  void follow(Store store, Set<Tenant> registered) throws RocksDBException {
    for (DiskTenant tenant : known.values()) {
      if (!registered.contains(tenant.tenant())) {
        forget(departed.departure(tenant.tenant(), tenant.head()));
      }
    }
    departed.raise(floor(store));
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }
}
