package heliograph.log.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as the log needs it: four families of keys, two writers, and memory in the low tens of
 * megabytes. An instance is one opening of the directory; after a failed write it is thrown away
 * and another one is opened. Any thread reads; the ledger is written by one thread of its own, the
 * rest by the log thread. Nobody uses an instance after {@link #close}.
 */
final class Store implements AutoCloseable {
  private static final long MIB = 1024 * 1024;
  private static final long CACHE = 8 * MIB;
  private static final int CACHE_SHARD_BITS = 2;
  private static final long WRITE_BUFFER = 16 * MIB;
  private static final long SMALL_WRITE_BUFFER = 4 * MIB;
  private static final long WAL = 64 * MIB;
  private static final int OPEN_FILES = 256;
  private static final int BLOOM_BITS = 10;
  // The part of a write buffer that a filter over its keys takes.
  private static final double MEMORY_FILTER = 0.05;

  // Numbers of RocksDB that are added up over the families, by the names that operators read.
  private static final Map<String, String> FIGURES =
      new TreeMap<>(
          Map.of(
              "tableBytes", "rocksdb.total-sst-files-size",
              "liveTableBytes", "rocksdb.live-sst-files-size",
              "memoryTableBytes", "rocksdb.cur-size-all-mem-tables",
              "keys", "rocksdb.estimate-num-keys",
              "compactionBytes", "rocksdb.estimate-pending-compaction-bytes",
              "compactions", "rocksdb.num-running-compactions",
              "flushes", "rocksdb.num-running-flushes",
              "backgroundErrors", "rocksdb.background-errors"));

  // RocksDB objects in the order in which they were made; they are closed in reverse.
  private final Deque<RocksObject> owned = new ArrayDeque<>();
  private final RocksDB db;
  private final ColumnFamilyHandle events;
  private final ColumnFamilyHandle seen;
  private final ColumnFamilyHandle meta;
  private final ColumnFamilyHandle ledger;
  private final WriteOptions write;
  private final WriteOptions synced;
  private final ReadOptions scan;

  /**
   * Opens a store for reading and writing, or makes one where there is none.
   *
   * @param sync whether a write returns only when it is on the disk
   * @throws RocksDBException if the directory cannot be opened or is not whole
   */
  Store(Path directory, boolean sync) throws RocksDBException {
    this(directory, sync, RocksDB::open);
  }

  /**
   * Opens a store for reading alone, which takes no room on the disk.
   *
   * @throws RocksDBException if the directory cannot be read or is not whole
   */
  static Store forReading(Path directory) throws RocksDBException {
    return new Store(directory, false, RocksDB::openReadOnly);
  }

  private Store(Path directory, boolean sync, Opening opening) throws RocksDBException {
    Native.load();
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(own(new LRUCache(CACHE, CACHE_SHARD_BITS)))
            .setFilterPolicy(own(new BloomFilter(BLOOM_BITS)))
            // Filters and indexes are in blocks like the data, and the cache holds those in use. A
            // filter in one piece would outgrow a shard of the cache, and be read for each lookup.
            .setCacheIndexAndFilterBlocks(true)
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setPartitionFilters(true)
            .setPinTopLevelIndexAndFilter(true);
    ColumnFamilyOptions records =
        family(table, WRITE_BUFFER).setCompressionType(CompressionType.LZ4_COMPRESSION);
    // Hashes do not compress. Most of them are looked for in vain, which a filter answers best.
    ColumnFamilyOptions hashes =
        family(table, SMALL_WRITE_BUFFER)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setMemtableWholeKeyFiltering(true)
            .setMemtablePrefixBloomSizeRatio(MEMORY_FILTER);
    ColumnFamilyOptions small = family(table, SMALL_WRITE_BUFFER);
    ColumnFamilyOptions pairs =
        family(table, SMALL_WRITE_BUFFER).setCompressionType(CompressionType.LZ4_COMPRESSION);
    List<ColumnFamilyHandle> families = new ArrayList<>();
    this.db =
        open(
            opening,
            directory,
            List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, records),
                new ColumnFamilyDescriptor("seen".getBytes(StandardCharsets.UTF_8), hashes),
                new ColumnFamilyDescriptor("meta".getBytes(StandardCharsets.UTF_8), small),
                new ColumnFamilyDescriptor("ledger".getBytes(StandardCharsets.UTF_8), pairs)),
            families);
    this.events = families.get(0);
    this.seen = families.get(1);
    this.meta = families.get(2);
    this.ledger = families.get(3);
    this.write = own(new WriteOptions().setSync(sync));
    this.synced = own(new WriteOptions().setSync(true));
    this.scan = own(new ReadOptions().setFillCache(false));
  }

  /** One of the ways in which RocksDB opens a directory. */
  private interface Opening {
    RocksDB open(
        DBOptions options,
        String directory,
        List<ColumnFamilyDescriptor> wanted,
        List<ColumnFamilyHandle> families)
        throws RocksDBException;
  }

  private RocksDB open(
      Opening opening,
      Path directory,
      List<ColumnFamilyDescriptor> wanted,
      List<ColumnFamilyHandle> families)
      throws RocksDBException {
    boolean opened = false;
    try {
      RocksDB open = opening.open(own(options()), directory.toString(), wanted, families);
      opened = true;
      return open;
    } finally {
      if (!opened) {
        release();
      }
    }
  }

  private void release() {
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }

  private ColumnFamilyOptions family(BlockBasedTableConfig table, long writeBuffer) {
    return own(
        new ColumnFamilyOptions()
            .setTableFormatConfig(table)
            .setWriteBufferSize(writeBuffer)
            // This style rewrites little. The other one would merge each small file, with a few
            // keys of every tenant, into everything that the tenants have.
            .setCompactionStyle(CompactionStyle.UNIVERSAL));
  }

  private static DBOptions options() {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setParanoidChecks(true)
        // A write at the end that a crash cut off was acknowledged to nobody and is dropped; any
        // other damage stops the start.
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        // Opening then writes no more than it must, on a disk that may just have been full.
        .setAvoidFlushDuringRecovery(true)
        .setMaxTotalWalSize(WAL)
        .setMaxOpenFiles(OPEN_FILES)
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0);
  }

  private <T extends RocksObject> T own(T object) {
    owned.push(object);
    return object;
  }

  /** Whether the directory holds files of a store, but not the one that every store has. */
  static boolean isTorn(Path directory) throws IOException {
    if (!Files.isDirectory(directory) || Files.exists(directory.resolve("CURRENT"))) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().matches(".*(\\.sst|\\.log|MANIFEST-\\d+)"));
    }
  }

  byte @Nullable [] event(int tenant, long sequence) throws RocksDBException {
    return db.get(events, Keys.event(tenant, sequence));
  }

  byte @Nullable [] seen(byte[] key) throws RocksDBException {
    return db.get(seen, key);
  }

  byte @Nullable [] meta(byte[] key) throws RocksDBException {
    return db.get(meta, key);
  }

  /** Makes an iterator over events that does not fill the cache. The caller closes it. */
  RocksIterator events() {
    return db.newIterator(events, scan);
  }

  /** Makes an iterator over what the log notes about itself. The caller closes it. */
  RocksIterator metas() {
    return db.newIterator(meta, scan);
  }

  /** Makes an iterator over the pairs of the ledger. The caller closes it. */
  RocksIterator ledger() {
    return db.newIterator(ledger, scan);
  }

  /** Changes that are written together: all of them are stored, or none. */
  final class Batch implements AutoCloseable {
    private final WriteBatch batch = new WriteBatch();

    void putEvent(int tenant, long sequence, byte[] record) throws RocksDBException {
      batch.put(events, Keys.event(tenant, sequence), record);
    }

    void putSeen(byte[] key, byte[] value) throws RocksDBException {
      batch.put(seen, key, value);
    }

    void putMeta(byte[] key, byte[] value) throws RocksDBException {
      batch.put(meta, key, value);
    }

    void putLedger(byte[] key, byte[] value) throws RocksDBException {
      batch.put(ledger, key, value);
    }

    void deleteLedger(byte[] key) throws RocksDBException {
      batch.delete(ledger, key);
    }

    void deleteEvent(int tenant, long sequence) throws RocksDBException {
      batch.delete(events, Keys.event(tenant, sequence));
    }

    void deleteSeen(byte[] key) throws RocksDBException {
      batch.delete(seen, key);
    }

    void deleteMeta(byte[] key) throws RocksDBException {
      batch.delete(meta, key);
    }

    void commit() throws RocksDBException {
      db.write(write, batch);
    }

    /**
     * Commits without waiting for the disk, for changes that are made again if a crash undoes them.
     */
    void commitLazily() throws RocksDBException {
      try (WriteOptions lazy = new WriteOptions().setSync(false)) {
        db.write(lazy, batch);
      }
    }

    /** Commits and waits for the disk, whether or not the store was opened with sync. */
    void commitSynced() throws RocksDBException {
      db.write(synced, batch);
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  Batch batch() {
    return new Batch();
  }

  /** Writes what lies in memory to tables, so that it does not depend on a journal any more. */
  void flush() throws RocksDBException {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      db.flush(wait, List.of(events, seen, meta, ledger));
    }
  }

  /** Deletes a tenant's events below a sequence. Whole files go at once, the rest later. */
  void deleteEventsBelow(int tenant, long sequence) throws RocksDBException {
    deleteRange(events, Keys.event(tenant, 0), Keys.event(tenant, sequence));
  }

  /** Deletes the dedup entries of all buckets below a bucket. */
  void deleteSeenBelow(long bucket) throws RocksDBException {
    deleteRange(seen, Keys.bucket(0), Keys.bucket(bucket));
  }

  private void deleteRange(ColumnFamilyHandle family, byte[] from, byte[] to)
      throws RocksDBException {
    db.deleteFilesInRanges(family, List.of(from, to), false);
    // Not synced, because what retention drops is dropped again if a crash undoes it.
    try (WriteOptions lazy = new WriteOptions().setSync(false)) {
      db.deleteRange(family, lazy, from, to);
    }
  }

  /** The bytes of the store's tables on the disk. */
  long size() throws RocksDBException {
    long size = 0;
    for (ColumnFamilyHandle family : List.of(events, seen, meta, ledger)) {
      size += db.getLongProperty(family, "rocksdb.total-sst-files-size");
    }
    return size;
  }

  /** What an operator is told of the store, by names of ours. */
  Map<String, Long> figures() throws RocksDBException {
    Map<String, Long> figures = new LinkedHashMap<>();
    for (Map.Entry<String, String> property : FIGURES.entrySet()) {
      long sum = 0;
      for (ColumnFamilyHandle family : List.of(events, seen, meta, ledger)) {
        sum += db.getLongProperty(family, property.getValue());
      }
      figures.put(property.getKey(), sum);
    }
    // This is one for all families.
    figures.put("writesStopped", db.getLongProperty(events, "rocksdb.is-write-stopped"));
    return figures;
  }

  /** Reads every byte on the disk and checks it against its checksum. */
  void verify() throws RocksDBException {
    db.verifyChecksum();
  }

  @Override
  public void close() {
    events.close();
    seen.close();
    meta.close();
    ledger.close();
    db.close();
    release();
  }
}
