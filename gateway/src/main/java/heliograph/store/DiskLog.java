package heliograph.store;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.relay.EventLog;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A log that survives the process, and with {@code sync} the power. One commit of the store for
 * each append; sequences, the time and the bytes of a tenant's events are read off its newest
 * record at the start.
 *
 * <p>When a write fails, nothing of it is acknowledged. The log then refuses events, goes on to be
 * read, and tries to open its store anew; what the failed write may have left there is taken out
 * before anything else is stored.
 */
public final class DiskLog implements EventLog {
  /** The most tenants; events of a further one are refused. */
  static final int MAX_TENANTS = 100_000;

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final long TRIM_BUDGET_NANOS = Duration.ofMillis(2).toNanos();
  private static final long DELETE_CHUNK = 1024;
  private static final long DELETE_PATIENCE = Duration.ofSeconds(30).toMillis();
  private static final long VERIFIED_AT_START = 1L << 30;

  private final Path directory;
  private final boolean sync;
  private final Retention retention;
  private final InstantSource clock;
  private final Dedup dedup;
  private final String epoch;
  private final Map<Tenant, DiskTenant> tenants = new ConcurrentHashMap<>();

  // Readers hold the read side while they are in the store, so that it is never closed under them:
  // that would crash the process and not throw.
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
  private @Nullable Store store; // Guarded by gate.
  private volatile @Nullable String trouble;

  // The log thread alone.
  private long nextTenant;
  private long liveBucket;
  private Iterator<DiskTenant> toTrim = Collections.emptyIterator();

  private DiskLog(
      Path directory, boolean sync, Retention retention, InstantSource clock, Store store)
      throws RocksDBException {
    this.directory = directory;
    this.sync = sync;
    this.retention = retention;
    this.clock = clock;
    this.dedup = new Dedup(retention.dedup());
    this.store = store;
    this.epoch = epochOf(store);
    load(store);
  }

  /**
   * Opens the log of a directory, or begins one where there is none.
   *
   * @param sync whether an append returns only when its events are on the disk
   * @throws DamagedLogException if the directory holds anything but a whole log
   */
  public static DiskLog open(
      Path directory, boolean sync, Retention retention, InstantSource clock) {
    try {
      Files.createDirectories(directory);
      if (Store.isTorn(directory)) {
        throw new DamagedLogException(directory, "its file CURRENT is missing");
      }
      Store store = new Store(directory, sync);
      try {
        if (store.size() <= VERIFIED_AT_START) {
          store.verify();
        }
        return new DiskLog(directory, sync, retention, clock, store);
      } catch (RocksDBException e) {
        store.close();
        throw e;
      }
    } catch (RocksDBException | IOException e) {
      throw new DamagedLogException(directory, told(e), e);
    }
  }

  private static String told(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("lock") ? "another process has it open (" + message + ")" : message;
  }

  private String epochOf(Store opened) throws RocksDBException {
    byte[] kept = opened.meta(Keys.EPOCH);
    if (kept != null) {
      return new String(kept, StandardCharsets.UTF_8);
    }
    try (RocksIterator events = opened.events()) {
      events.seekToFirst();
      if (events.isValid()) {
        throw new RocksDBException("it has events but no epoch");
      }
    }
    String fresh = EventLog.newEpoch();
    try (Store.Batch batch = opened.batch()) {
      batch.putMeta(Keys.EPOCH, fresh.getBytes(StandardCharsets.UTF_8));
      batch.commit();
    }
    return fresh;
  }

  /** Reads where every tenant's events begin and end. */
  private void load(Store opened) throws RocksDBException {
    try (RocksIterator events = opened.events()) {
      for (DiskTenant tenant : registered(opened)) {
        nextTenant = Math.max(nextTenant, tenant.id() + 1L);
        events.seekForPrev(Keys.event(tenant.id(), Long.MAX_VALUE));
        if (events.isValid() && Keys.tenantOf(events.key()) == tenant.id()) {
          Entry.Head newest = Entry.Head.read(events.value());
          tenant.advance(
              new DiskTenant.Mark(Keys.sequenceOf(events.key()), newest.at(), newest.total()));
          events.seek(Keys.event(tenant.id(), 0));
          tenant.startAt(Keys.sequenceOf(events.key()));
        }
        events.status();
        tenants.put(tenant.tenant(), tenant);
      }
    }
  }

  private static List<DiskTenant> registered(Store opened) throws RocksDBException {
    List<DiskTenant> found = new ArrayList<>();
    try (RocksIterator names = opened.metas()) {
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

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  @Override
  public long head(Tenant tenant) {
    DiskTenant held = tenants.get(tenant);
    return held == null ? 0 : held.head();
  }

  @Override
  public long oldest(Tenant tenant) {
    DiskTenant held = tenants.get(tenant);
    return held == null ? 1 : held.oldest();
  }

  @Override
  public List<Receipt> append(List<Event> events) {
    if (trouble != null) {
      throw unavailable();
    }
    return inStore(
        opened -> {
          try (Commit commit = new Commit(opened)) {
            List<Receipt> receipts = new ArrayList<>(events.size());
            for (Event event : events) {
              receipts.add(commit.add(event));
            }
            commit.commit();
            return receipts;
          }
        });
  }

  /** One append on its way: nothing of it shows before the store has it. */
  private final class Commit implements AutoCloseable {
    private final Store opened;
    private final Store.Batch batch;
    private final long now = clock.millis();
    private final Map<Tenant, Ahead> ahead = new HashMap<>();
    private final Map<ByteBuffer, Long> fresh = new HashMap<>();

    Commit(Store opened) {
      this.opened = opened;
      this.batch = opened.batch();
    }

    /** A tenant's head as it will be. */
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

    Receipt add(Event event) throws RocksDBException {
      Ahead to = ahead.get(event.tenant());
      if (to == null) {
        DiskTenant known = tenants.get(event.tenant());
        if (known == null && tenants.size() + ahead.size() >= MAX_TENANTS) {
          return new Receipt.Refused(
              RelayException.retryAfter(
                  ErrorCode.LOG_UNAVAILABLE, "the log holds its most tenants", RETRY));
        }
        to = new Ahead(known == null ? register(event.tenant()) : known);
        ahead.put(event.tenant(), to);
      }
      to.at = Math.max(to.at, now);
      byte[] identity = Keys.identity(event);
      byte[] key = dedup.key(to.tenant.id(), identity, to.at);
      Long first = fresh.get(ByteBuffer.wrap(key));
      if (first != null) {
        return new Receipt.Duplicate(cursor(first));
      }
      OptionalLong earlier = dedup.find(opened, to.tenant.id(), identity, to.at);
      if (earlier.isPresent()) {
        return new Receipt.Duplicate(cursor(earlier.getAsLong()));
      }
      to.head++;
      to.total += event.size();
      batch.putEvent(to.tenant.id(), to.head, new Entry(to.at, to.total, event).bytes());
      batch.putSeen(key, Dedup.value(to.head, to.at));
      fresh.put(ByteBuffer.wrap(key), to.head);
      return new Receipt.Stored(cursor(to.head));
    }

    private DiskTenant register(Tenant tenant) throws RocksDBException {
      DiskTenant registered = new DiskTenant(tenant, Math.toIntExact(nextTenant++));
      batch.putMeta(
          Keys.tenant(tenant), ByteBuffer.allocate(Integer.BYTES).putInt(registered.id()).array());
      return registered;
    }

    void commit() throws RocksDBException {
      batch.commit();
      for (Ahead to : ahead.values()) {
        to.tenant.advance(new DiskTenant.Mark(to.head, to.at, to.total));
        tenants.putIfAbsent(to.tenant.tenant(), to.tenant);
      }
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  @Override
  public Page read(Tenant tenant, long after, int max) {
    DiskTenant held = tenants.get(tenant);
    if (held == null) {
      return new Page(1, List.of());
    }
    return inStore(
        opened -> {
          // Trimming comes around now and then; what retention does not cover is not read before.
          long oldest = Reach.retained(opened, held, retention, clock.millis());
          long first = Math.max(after + 1, oldest);
          long last = Math.min(held.head(), first + max - 1);
          return new Page(first, events(opened, held, first, last));
        });
  }

  private List<StoredEvent> events(Store opened, DiskTenant tenant, long first, long last)
      throws RocksDBException {
    List<StoredEvent> events = new ArrayList<>((int) Math.max(0, last - first + 1));
    try (RocksIterator records = opened.events()) {
      records.seek(Keys.event(tenant.id(), first));
      for (long sequence = first; sequence <= last; sequence++) {
        records.status();
        if (!records.isValid()
            || !Arrays.equals(records.key(), Keys.event(tenant.id(), sequence))) {
          // Deleted by retention while we were on the way to it: the reader starts again above.
          if (tenant.oldest() > sequence) {
            return events;
          }
          throw new RocksDBException("record " + sequence + " is missing");
        }
        Event event = Entry.read(records.value(), tenant.tenant()).event();
        events.add(new StoredEvent(event, cursor(sequence)));
        records.next();
      }
    }
    return events;
  }

  @Override
  public long before(Tenant tenant, Instant time) {
    DiskTenant held = tenants.get(tenant);
    if (held == null) {
      return 0;
    }
    long millis = time.toEpochMilli();
    long low = held.oldest();
    long high = held.head();
    return inStore(
        opened -> Reach.first(opened, held.id(), low, high, head -> head.at() >= millis) - 1);
  }

  /** Work that needs the open store. */
  private interface Work<T> {
    T with(Store opened) throws RocksDBException;
  }

  private <T> T inStore(Work<T> work) {
    gate.readLock().lock();
    try {
      if (store == null) {
        throw unavailable();
      }
      return work.with(store);
    } catch (RocksDBException e) {
      fail(e);
      throw unavailable();
    } finally {
      gate.readLock().unlock();
    }
  }

  private void fail(RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    if (trouble == null) {
      LOGGER.log(System.Logger.Level.ERROR, "log-trouble cause={0}", message);
    }
    trouble = message;
  }

  private static RelayException unavailable() {
    return RelayException.retryAfter(
        ErrorCode.LOG_UNAVAILABLE, "the log cannot take or give events now", RETRY);
  }

  /** Also mends: it is called every now and then, also when nothing can be stored. */
  @Override
  public void trim() {
    if (trouble != null) {
      reopen();
      return;
    }
    try {
      inStore(
          opened -> {
            trim(opened);
            return true;
          });
    } catch (RelayException _) {
      // Told as trouble, and tried again with the next call.
    }
  }

  private void trim(Store opened) throws RocksDBException {
    long now = clock.millis();
    long bucket = dedup.oldest(now);
    if (bucket > liveBucket) {
      opened.deleteSeenBelow(bucket);
      liveBucket = bucket;
    }
    if (!toTrim.hasNext()) {
      toTrim = tenants.values().iterator();
    }
    long deadline = System.nanoTime() + TRIM_BUDGET_NANOS;
    while (toTrim.hasNext() && System.nanoTime() - deadline < 0) {
      trim(opened, toTrim.next(), now);
    }
  }

  private void trim(Store opened, DiskTenant tenant, long now) throws RocksDBException {
    tenant.hideBelow(Reach.retained(opened, tenant, retention, now));
    if (tenant.isDeletionDue(now, DELETE_CHUNK, DELETE_PATIENCE)) {
      opened.deleteEventsBelow(tenant.id(), tenant.delete(now));
    }
  }

  /** After a failed write: opens the store anew once the directory takes writes again. */
  private void reopen() {
    if (!Probe.takesWrites(directory)) {
      return;
    }
    gate.writeLock().lock();
    try {
      if (store != null) {
        store.close();
        store = null;
      }
      Store opened = new Store(directory, sync);
      store = opened;
      takeBack(opened);
      trouble = null;
      LOGGER.log(System.Logger.Level.INFO, "log-recovered");
    } catch (RocksDBException e) {
      trouble = String.valueOf(e.getMessage());
    } finally {
      gate.writeLock().unlock();
    }
  }

  /** Takes out what a failed write left behind: its publisher was told that nothing was stored. */
  private void takeBack(Store opened) throws RocksDBException {
    try (Store.Batch batch = opened.batch();
        RocksIterator events = opened.events()) {
      for (DiskTenant found : registered(opened)) {
        DiskTenant known = tenants.get(found.tenant());
        long head = known == null ? 0 : known.head();
        for (events.seek(Keys.event(found.id(), head + 1));
            events.isValid() && Keys.tenantOf(events.key()) == found.id();
            events.next()) {
          Entry entry = Entry.read(events.value(), found.tenant());
          batch.deleteEvent(found.id(), Keys.sequenceOf(events.key()));
          batch.deleteSeen(dedup.key(found.id(), Keys.identity(entry.event()), entry.at()));
        }
        if (known == null) {
          batch.deleteMeta(Keys.tenant(found.tenant()));
        }
      }
      events.status();
      batch.commit();
    }
  }

  @Override
  public void close() {
    gate.writeLock().lock();
    try {
      if (store != null) {
        store.close();
        store = null;
      }
    } finally {
      gate.writeLock().unlock();
    }
  }
}
