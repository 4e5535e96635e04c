package heliograph.store;

import heliograph.contract.Tenant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The tenants a log has, by name and by the number that stands for them in keys. The log thread
 * adds, any thread looks up.
 */
final class Tenants {
  /** The most tenants; events of a further one are refused. */
  static final int MAX = 100_000;

  private final Map<Tenant, DiskTenant> known = new ConcurrentHashMap<>();
  // The log thread alone.
  private long nextId;

  /** Reads where every tenant's events begin and end. */
  static Tenants load(Store store) throws RocksDBException {
    Tenants tenants = new Tenants();
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
    return tenants;
  }

  /** The tenants a store knows, none of their places looked up. */
  static List<DiskTenant> registered(Store store) throws RocksDBException {
    List<DiskTenant> found = new ArrayList<>();
    try (RocksIterator names = store.metas()) {
      for (names.seek(Keys.TENANTS); names.isValid(); names.next()) {
        if (Arrays.compareUnsigned(names.key(), Keys.AFTER_TENANTS) >= 0) {
          break;
        }
        int id = ByteBuffer.wrap(names.value()).getInt();
        found.add(new DiskTenant(Keys.tenantNamed(names.key()), id));
      }
      names.status();
    }
    return found;
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

  /** A tenant with a number of its own, not known before it is added. */
  DiskTenant make(Tenant tenant) {
    return new DiskTenant(tenant, Math.toIntExact(nextId++));
  }

  void add(DiskTenant tenant) {
    known.putIfAbsent(tenant.tenant(), tenant);
  }
}
