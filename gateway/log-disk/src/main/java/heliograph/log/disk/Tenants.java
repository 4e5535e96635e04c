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
 * The tenants that a log has, each with the number that stands for it in keys, and the heads of the
 * tenants that it has let go. The log thread adds tenants and lets them go, any thread looks up.
 */
final class Tenants {
  private final Map<Tenant, DiskTenant> known = new ConcurrentHashMap<>();
  private final Departed departed;
  // Owned by the log thread.
  private final MostTenants most;
  private long nextId;

  private Tenants(TenantLimits limits) {
    this.departed = new Departed(limits.departed());
    this.most = new MostTenants(limits.held());
  }

  /** Loads the tenants of a store, and reads where the events of each begin and end. */
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

  /** Reads the tenants that a store knows, without the places where their events begin and end. */
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

  /** The tenants that are here, as they come and go. */
  Collection<Tenant> names() {
    return known.keySet();
  }

  int count() {
    return known.size();
  }

  boolean isNew(Tenant tenant) {
    return !known.containsKey(tenant) && !departed.knows(tenant);
  }

  /**
   * The sequence after which a tenant that is not known begins. It has to be read before a tenant
   * is looked up, as {@link Departed#head} says.
   */
  long floor() {
    return departed.floor();
  }

  /**
   * The head of a tenant that the log has let go, or after which it will begin.
   *
   * @param floor as it was before the tenant was looked up
   */
  long departedHead(Tenant tenant, long floor) {
    return departed.head(tenant, floor);
  }

  /** Whether there is room for one more tenant beside those that are here and so many others. */
  boolean hasRoom(int others) {
    return most.hasRoom(known.size() + others);
  }

  /**
   * Makes a tenant with a number of its own, which is not known before it is added. No number is
   * used for a second tenant, because dedup keys of the first may still lie in the store.
   */
  DiskTenant make(Tenant tenant) {
    DiskTenant made = new DiskTenant(tenant, Math.toIntExact(nextId++));
    made.beginAfter(departed.head(tenant, departed.floor()));
    return made;
  }

  void add(DiskTenant tenant) {
    known.putIfAbsent(tenant.tenant(), tenant);
  }

  /** Lets a tenant go of which only the mark is left, and keeps its head. */
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

  /** Writes a tenant's head down, if that is kept. */
  void putDeparted(Store.Batch batch, Tenant tenant) throws RocksDBException {
    if (departed.knows(tenant)) {
      batch.putMeta(Keys.departed(tenant), number(departed.head(tenant, 0)));
    }
  }

  /** Writes down the floor, and the first number that no tenant has had. */
  void putNumbers(Store.Batch batch) throws RocksDBException {
    putNumbers(batch, departed.floor());
  }

  private void putNumbers(Store.Batch batch, long floor) throws RocksDBException {
    batch.putMeta(Keys.FLOOR, number(floor));
    batch.putMeta(Keys.NEXT_TENANT, number(nextId));
  }

  /**
   * Lets the tenants go that a store has let go by a write that was taken to have failed.
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
