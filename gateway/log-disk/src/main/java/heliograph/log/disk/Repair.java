package heliograph.log.disk;

import heliograph.contract.Tenant;
import java.util.HashSet;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Repairs a store that is opened anew after a failed write. */
final class Repair {
  private Repair() {}

  /**
   * Takes out what the failed write has left behind. Its publisher was told that nothing was
   * stored, and live subscribers have not seen it.
   *
   * <p>Tenants are let go without waiting for the disk. So a tenant that was let go may be there
   * again: it is removed, and its head is written down anew. A tenant that the failed write let go
   * may be missing: it is let go here, too.
   *
   * @param tenants where every tenant's log ends, as far as it was acknowledged
   */
  static void takeBack(Store store, Tenants tenants, Dedup dedup) throws RocksDBException {
    try (Store.Batch batch = store.batch();
        RocksIterator events = store.events()) {
      Set<Tenant> registered = new HashSet<>();
      for (DiskTenant found : Tenants.registered(store)) {
        registered.add(found.tenant());
        DiskTenant known = tenants.get(found.tenant());
        long head = known == null ? 0 : known.head();
        for (events.seek(Keys.event(found.id(), head + 1));
            events.isValid() && Keys.tenantOf(events.key()) == found.id();
            events.next()) {
          Entry entry = Entry.read(events.value(), found.tenant());
          batch.deleteEvent(found.id(), Keys.sequenceOf(events.key()));
          batch.deleteSeen(dedup.key(found.id(), Keys.hash(entry.published()), entry.at()));
        }
        events.status();
        if (known == null) {
          batch.deleteMeta(Keys.tenant(found.tenant()));
          tenants.putDeparted(batch, found.tenant());
        }
      }
      tenants.follow(store, registered);
      tenants.putNumbers(batch);
      batch.commit();
    }
  }
}
