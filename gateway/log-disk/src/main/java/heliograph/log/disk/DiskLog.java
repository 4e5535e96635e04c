package heliograph.log.disk;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.relay.EventLog;
import heliograph.relay.Ledger;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.Shown;
import heliograph.relay.StoredEvent;
import heliograph.relay.TenantLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A log that survives the process and, with {@code sync}, a loss of power. Each append is one
 * commit of the store. At the start, the sequences, times and bytes of a tenant's events are read
 * off its newest record.
 *
 * <p>When a write fails, nothing of it is acknowledged. The log then refuses events, can still be
 * read, and tries to open its store anew; what the failed write may have left there is taken out
 * before anything else is stored.
 */
public final class DiskLog implements EventLog {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofSeconds(1);

  // Beyond every clock, and far from where milliseconds would overflow.
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.ofEpochSecond(1L << 40);

  private final Directory directory;
  private final Retention retention;
  private final InstantSource clock;
  private final Dedup dedup;
  private final String epoch;
  private final Tenants tenants;
  private final Trimmer trimmer;

  // Readers hold the read side while they use the store, so that it is never closed under them:
  // that
  // would crash the process instead of throwing.
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
  private @Nullable Store store; // Guarded by gate.
  private volatile @Nullable String trouble;
  private volatile @Nullable Instant troubleChanged;
  private Consumer<Shown> follower = _ -> {};

  private DiskLog(
      Directory directory,
      Retention retention,
      TenantLimits limits,
      InstantSource clock,
      Store store)
      throws RocksDBException, IOException {
    this.directory = directory;
    this.retention = retention;
    this.clock = clock;
    this.store = store;
    // First, because this may have to note something before anything else is stored.
    this.epoch = directory.epoch(store);
    this.dedup = Dedup.of(store, retention.dedup(), clock.millis());
    this.tenants = Tenants.load(store, limits);
    this.trimmer = new Trimmer(retention, dedup, tenants);
  }

  /**
   * Opens the log of a directory, or begins one where there is none.
   *
   * @param sync whether an append returns only when its events are on the disk
   * @throws DamagedLogException if the directory holds anything but a whole log
   */
  public static DiskLog open(Path path, boolean sync, Retention retention, InstantSource clock) {
    return open(Directory.of(path, sync), retention, TenantLimits.ORDINARY, clock);
  }

  static DiskLog open(
      Directory directory, Retention retention, TenantLimits limits, InstantSource clock) {
    try {
      Store store = directory.open();
      boolean opened = false;
      try {
        DiskLog log = new DiskLog(directory, retention, limits, clock, store);
        opened = true;
        return log;
      } finally {
        // Whatever stops it, such as a record of a later version, leaves no open store behind.
        if (!opened) {
          store.close();
        }
      }
    } catch (RocksDBException | IOException e) {
      throw refused(directory.path(), e);
    }
  }

  private static DamagedLogException refused(Path directory, Exception e) {
    String message = String.valueOf(e.getMessage());
    // RocksDB says so when a file is locked, by another process or by this one.
    boolean open = message.contains("While lock file") || message.contains("lock hold by");
    return open
        ? DamagedLogException.inUse(directory, message)
        : new DamagedLogException(directory, message, e);
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
    long floor = tenants.floor();
    DiskTenant held = tenants.get(tenant);
    return held == null ? tenants.departedHead(tenant, floor) : held.head();
  }

  @Override
  public long oldest(Tenant tenant) {
    long floor = tenants.floor();
    DiskTenant held = tenants.get(tenant);
    return held == null ? tenants.departedHead(tenant, floor) + 1 : held.oldest();
  }

  @Override
  public boolean isNew(Tenant tenant) {
    return tenants.isNew(tenant);
  }

  @Override
  public int tenants() {
    return tenants.count();
  }

  @Override
  public Optional<Instant> troubleChanged() {
    return Optional.ofNullable(troubleChanged);
  }

  @Override
  public Collection<Tenant> held() {
    return tenants.names();
  }

  @Override
  public Holding holding(Tenant tenant) {
    long floor = tenants.floor();
    DiskTenant held = tenants.get(tenant);
    if (held == null) {
      long head = tenants.departedHead(tenant, floor);
      return new Holding(head + 1, head);
    }
    long oldest = held.oldest();
    return new Holding(oldest, Math.max(held.head(), oldest - 1));
  }

  @Override
  public OptionalLong storedBytes(Tenant tenant) {
    DiskTenant held = tenants.get(tenant);
    if (held == null || held.oldest() > held.head()) {
      return OptionalLong.of(0);
    }
    DiskTenant.Mark mark = held.mark();
    Optional<Entry.Head> first = recordOf(held, held.oldest());
    return first.isPresent()
        ? OptionalLong.of(mark.total() - first.get().before())
        : OptionalLong.empty();
  }

  @Override
  public Optional<Instant> storedAt(Tenant tenant, long sequence) {
    DiskTenant held = tenants.get(tenant);
    return held == null
        ? Optional.empty()
        : recordOf(held, sequence).map(record -> Instant.ofEpochMilli(record.at()));
  }

  /** The head of a record, for an operator; empty if it is gone, or the store cannot be read. */
  private Optional<Entry.Head> recordOf(DiskTenant tenant, long sequence) {
    try {
      return inStore(
          opened -> Optional.ofNullable(opened.event(tenant.id(), sequence)).map(Entry.Head::read));
    } catch (RelayException _) {
      // The log is in trouble, which the operator is told beside this.
      return Optional.empty();
    }
  }

  @Override
  public Map<String, Long> figures() {
    try {
      return inStore(Store::figures);
    } catch (RelayException _) {
      return Map.of();
    }
  }

  @Override
  public void follow(Consumer<Shown> shown) {
    follower = shown;
  }

  @Override
  public List<Receipt> append(List<Published> events) {
    checkTrouble();
    List<Receipt> receipts = new ArrayList<>(events.size());
    List<StoredEvent> stored =
        inStore(
            opened -> {
              try (Commit commit =
                  new Commit(opened, tenants, dedup, clock.millis(), this::cursor)) {
                for (Published published : events) {
                  receipts.add(commit.add(published));
                }
                return commit.commit();
              }
            });
    stored.forEach(follower);
    return receipts;
  }

  @Override
  public Page read(Tenant tenant, long after, int max, long maxBytes) {
    long floor = tenants.floor();
    DiskTenant held = tenants.get(tenant);
    if (held == null) {
      return new Page(tenants.departedHead(tenant, floor) + 1, List.of());
    }
    return inStore(
        opened -> {
          // Trimming comes around only now and then, and what retention does not cover is not read.
          long oldest = Reach.retained(opened, held, retention, clock.millis());
          long first = Math.max(after + 1, oldest);
          long last = Math.min(held.head(), first + max - 1);
          return new Page(first, events(opened, held, first, last, maxBytes));
        });
  }

  private List<StoredEvent> events(
      Store opened, DiskTenant tenant, long first, long last, long maxBytes)
      throws RocksDBException {
    long left = maxBytes;
    List<StoredEvent> events = new ArrayList<>((int) Math.max(0, last - first + 1));
    try (RocksIterator records = opened.events()) {
      records.seek(Keys.event(tenant.id(), first));
      for (long sequence = first; sequence <= last; sequence++) {
        records.status();
        if (!records.isValid()
            || !Arrays.equals(records.key(), Keys.event(tenant.id(), sequence))) {
          // Retention deleted it while we were on the way to it; the reader starts again above it.
          if (tenant.oldest() > sequence) {
            return events;
          }
          throw new RocksDBException("record " + sequence + " is missing");
        }
        Entry entry = Entry.read(records.value(), tenant.tenant());
        left -= entry.published().event().size();
        if (left < 0 && !events.isEmpty()) {
          return events;
        }
        events.add(new StoredEvent(entry.published().event(), cursor(sequence)));
        records.next();
      }
    }
    return events;
  }

  @Override
  public long before(Tenant tenant, Instant time) {
    long floor = tenants.floor();
    DiskTenant held = tenants.get(tenant);
    if (held == null) {
      return tenants.departedHead(tenant, floor);
    }
    long millis = time.isBefore(FIRST) ? 0 : (time.isAfter(LAST) ? LAST : time).toEpochMilli();
    long low = held.oldest();
    long high = held.head();
    return inStore(opened -> Reach.first(opened, held, low, high, head -> head.at() >= millis) - 1);
  }

  /**
   * Opens a ledger that has a directory for itself, or begins it where there is none.
   *
   * @throws DamagedLogException if the directory cannot be used
   */
  public static Ledger openLedger(Path directory, InstantSource clock) {
    return DiskLedger.open(directory, clock);
  }

  /** The ledger beside the events, in the same store. */
  public Ledger ledger() {
    return DiskLedger.beside(this);
  }

  /** Throws while the log is in trouble, when nobody knows what is on the disk. */
  void checkTrouble() {
    if (trouble != null) {
      throw unavailable();
    }
  }

  /** Something to be done with the open store. */
  interface Work<T> {
    T with(Store opened) throws RocksDBException;
  }

  <T> T inStore(Work<T> work) {
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
      troubleChanged = clock.instant();
      LOGGER.log(System.Logger.Level.ERROR, "log-trouble cause={0}", message);
    }
    trouble = message;
  }

  private static RelayException unavailable() {
    return RelayException.retryAfter(
        ErrorCode.LOG_UNAVAILABLE, "the log cannot take or give events now", RETRY);
  }

  /**
   * Trims, or mends a log in trouble: this is called now and then even if nothing can be stored.
   */
  @Override
  public void trim() {
    if (trouble != null) {
      reopen();
      return;
    }
    try {
      inStore(
          opened -> {
            trimmer.trim(opened, clock.millis());
            return true;
          });
    } catch (RelayException _) {
      // Reported as trouble already, and tried again with the next call.
    }
  }

  /** Opens the store anew after a failed write, once the directory takes writes again. */
  private void reopen() {
    if (!Probe.takesWrites(directory.path())) {
      return;
    }
    gate.writeLock().lock();
    try {
      if (store != null) {
        store.close();
        store = null;
      }
      Store opened = directory.reopen(epoch);
      store = opened;
      Repair.takeBack(opened, tenants, dedup);
      trouble = null;
      troubleChanged = clock.instant();
      LOGGER.log(System.Logger.Level.INFO, "log-recovered");
    } catch (RocksDBException | IOException e) {
      trouble = String.valueOf(e.getMessage());
      if (store == null) {
        reopenForReading();
      }
    } finally {
      gate.writeLock().unlock();
    }
  }

  // The room that the probe found may be gone by now, and may not come back for long.
  private void reopenForReading() {
    try {
      store = directory.reopenForReading(epoch);
    } catch (RocksDBException _) {
      // Reported as trouble already; the next call tries everything again.
    }
  }

  @Override
  public void close() {
    gate.writeLock().lock();
    try {
      if (store != null) {
        settle(store);
        store.close();
        store = null;
      }
    } finally {
      gate.writeLock().unlock();
    }
  }

  private void settle(Store opened) {
    if (trouble != null) {
      // Nobody knows what is on the disk now, so the note of the boot stays there.
      return;
    }
    try {
      directory.settle(opened);
    } catch (RocksDBException e) {
      fail(e);
    }
  }
}
