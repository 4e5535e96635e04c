package heliograph.log.disk;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import heliograph.relay.MostTenants;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.rocksdb.RocksDBException;

/**
 * One append while it is being made. Nothing of it can be read before the store has all of it. On
 * the log thread.
 */
final class Commit implements AutoCloseable {
  private final Store store;
  private final Tenants tenants;
  private final Dedup dedup;
  private final long now;
  private final LongFunction<Cursor> cursor;
  private final Store.Batch batch;
  private final Map<Tenant, Ahead> ahead = new HashMap<>();
  // The sequences of dedup keys that this commit stores, by the store's keys for them.
  private final Map<ByteBuffer, Long> fresh = new HashMap<>();
  private final List<StoredEvent> stored = new ArrayList<>();
  // How many tenants this commit adds.
  private int made;

  Commit(Store store, Tenants tenants, Dedup dedup, long nowMillis, LongFunction<Cursor> cursor) {
    this.store = store;
    this.tenants = tenants;
    this.dedup = dedup;
    this.now = nowMillis;
    this.cursor = cursor;
    this.batch = store.batch();
  }

  /** The place where a tenant's log will end. */
  private static final class Ahead {
    private final DiskTenant tenant;
    private long head;
    private long at;
    private long total;

    Ahead(DiskTenant tenant) {
      this.tenant = tenant;
      DiskTenant.Mark mark = tenant.mark();
      this.head = mark.head();
      this.at = mark.at();
      this.total = mark.total();
    }
  }

  /** Adds an event, and tells what becomes of it if the commit succeeds. */
  Receipt add(Published published) throws RocksDBException {
    Event event = published.event();
    DiskTenant tenant = tenants.get(event.tenant());
    if (tenant == null && !ahead.containsKey(event.tenant()) && !tenants.hasRoom(made)) {
      return MostTenants.refusal();
    }
    Ahead to = ahead.get(event.tenant());
    if (to == null) {
      to = new Ahead(tenant == null ? register(event.tenant()) : tenant);
      ahead.put(event.tenant(), to);
    }
    to.at = Math.max(to.at, now);
    byte[] hash = Keys.hash(published);
    byte[] key = dedup.key(to.tenant.id(), hash, to.at);
    Long first = fresh.get(ByteBuffer.wrap(key));
    if (first != null) {
      return new Receipt.Duplicate(cursor.apply(first));
    }
    OptionalLong earlier = earlier(to, hash, event);
    if (earlier.isPresent()) {
      return new Receipt.Duplicate(cursor.apply(earlier.getAsLong()));
    }
    to.head++;
    to.total += event.size();
    batch.putEvent(to.tenant.id(), to.head, new Entry(to.at, to.total, published).bytes());
    batch.putSeen(key, Dedup.value(to.head, to.at));
    fresh.put(ByteBuffer.wrap(key), to.head);
    Cursor at = cursor.apply(to.head);
    stored.add(new StoredEvent(published, at));
    return new Receipt.Stored(at);
  }

  /** Finds the sequence of an earlier event with the dedup key, if one came within the window. */
  private OptionalLong earlier(Ahead to, byte[] hash, Event event) throws RocksDBException {
    OptionalLong named = dedup.find(store, to.tenant.id(), hash, to.at);
    return named.isPresent() || !dedup.mayBeNameless(to.at)
        ? named
        : dedup.find(store, to.tenant.id(), Keys.namelessHash(event), to.at);
  }

  private DiskTenant register(Tenant tenant) throws RocksDBException {
    DiskTenant begun = tenants.make(tenant);
    made++;
    batch.putMeta(
        Keys.tenant(tenant), ByteBuffer.allocate(Integer.BYTES).putInt(begun.id()).array());
    return begun;
  }

  /**
   * Stores everything that was added, and then lets it be read.
   *
   * @return the events that were stored, in order
   */
  List<StoredEvent> commit() throws RocksDBException {
    batch.commit();
    for (Ahead to : ahead.values()) {
      to.tenant.advance(new DiskTenant.Mark(to.head, to.at, to.total));
      tenants.add(to.tenant);
    }
    return stored;
  }

  @Override
  public void close() {
    batch.close();
  }
}
