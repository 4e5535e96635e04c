package heliograph.log.disk;

import heliograph.relay.EventLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Where a log on disk lies, how it is opened, and which life of it that is. One thread at a time,
 * the one that writes to the store.
 *
 * <p>What is stored without sync is in the memory of the operating system first, and a loss of
 * power takes it. So the boot is noted in the store before anything else is stored like that, and
 * the note goes when all of it is on the disk. Who finds the note of another boot cannot know how
 * much is missing: sequences may be given out a second time, and only another epoch keeps the
 * cursors of before from naming other events.
 *
 * @param sync whether an append returns only when its events are on the disk
 * @param boot the kernel's name for the running boot; empty if it cannot be told, which is like
 *     none that was before
 */
record Directory(Path path, boolean sync, String boot) {
  /** The file by which an operator who put back a copy of the log asks for a new epoch. */
  static final String REQUEST = "NEW-EPOCH";

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final long VERIFIED_AT_START = 1L << 30;

  /** A directory as it is opened in the running boot. */
  static Directory of(Path path, boolean sync) {
    String boot;
    try {
      boot = Files.readString(BOOT_ID).strip();
    } catch (IOException _) {
      boot = "";
    }
    return new Directory(path, sync, boot);
  }

  /** Opens the store, or begins one where there is none; the caller closes it. */
  Store open() throws RocksDBException, IOException {
    make();
    if (Store.isTorn(path)) {
      throw new DamagedLogException(path, "its file CURRENT is missing");
    }
    Store store = recover();
    try {
      if (store.size() <= VERIFIED_AT_START) {
        store.verify();
      }
      return store;
    } catch (RocksDBException e) {
      store.close();
      throw e;
    }
  }

  /** Ours is for nobody else; one that was here before stays as its owner made it. */
  private void make() throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(path);
    } else if (!Files.isDirectory(path)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
    } else {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
      if (!PRIVATE.containsAll(mode)) {
        LOGGER.log(
            System.Logger.Level.WARNING,
            "log-not-private directory={0} mode={1}",
            path,
            PosixFilePermissions.toString(mode));
      }
    }
  }

  private Store recover() throws RocksDBException, IOException {
    // The store replays the journals that the last process left and syncs but those it writes. A
    // loss of power could then take the end of an old one and nothing of the next: a hole in the
    // sequences, at which every reader would stop.
    try (DirectoryStream<Path> journals = Files.newDirectoryStream(path, "*.log")) {
      for (Path journal : journals) {
        try (FileChannel file = FileChannel.open(journal, StandardOpenOption.READ)) {
          file.force(true);
        }
      }
    }
    return new Store(path, sync);
  }

  /**
   * The epoch of a store that was just opened; a new one if the store has none, if its end may be
   * lost, or if the operator asks for it. Nothing else is stored before this returns.
   */
  String epoch(Store store) throws RocksDBException, IOException {
    byte[] kept = store.meta(Keys.EPOCH);
    byte[] noted = store.meta(Keys.BOOT);
    if (kept == null && hasEvents(store)) {
      throw new RocksDBException("it has events but no epoch");
    }
    boolean uncertain = noted != null && !isRunning(noted);
    Path request = path.resolve(REQUEST);
    boolean asked = Files.exists(request);
    if (asked && !Files.isRegularFile(request)) {
      // Nor could it be deleted in the end, and each start would obey it anew.
      throw new IOException(REQUEST + " is not a file");
    }
    String epoch = kept == null || uncertain || asked ? EventLog.newEpoch() : text(kept);
    settleOrNote(store, epoch);
    if (uncertain) {
      LOGGER.log(
          System.Logger.Level.WARNING, "log-end-uncertain before={0} epoch={1}", text(kept), epoch);
    }
    if (asked) {
      // Only now: whatever ends the process before leaves the file, and the next start obeys it.
      Files.delete(request);
      LOGGER.log(System.Logger.Level.INFO, "log-new-epoch before={0} epoch={1}", text(kept), epoch);
    }
    return epoch;
  }

  /** Opens the store anew while its log lives on, which has its epoch until it is closed. */
  Store reopen(String epoch) throws RocksDBException, IOException {
    if (Store.isTorn(path)) {
      throw new RocksDBException("its file CURRENT is missing");
    }
    Store store = recover();
    try {
      checkEpoch(store, epoch);
      settleOrNote(store, epoch);
      return store;
    } catch (RocksDBException e) {
      store.close();
      throw e;
    }
  }

  /** Likewise, where it cannot be written to. */
  Store reopenForReading(String epoch) throws RocksDBException {
    Store store = Store.forReading(path);
    try {
      checkEpoch(store, epoch);
      return store;
    } catch (RocksDBException e) {
      store.close();
      throw e;
    }
  }

  private static void checkEpoch(Store store, String epoch) throws RocksDBException {
    if (!epoch.equals(text(store.meta(Keys.EPOCH)))) {
      throw new RocksDBException("the directory holds another log than the one that was open");
    }
  }

  /**
   * Waits until the disk has all that was stored, and takes the note away. After it nothing may be
   * stored without sync.
   */
  void settle(Store store) throws RocksDBException {
    if (store.meta(Keys.BOOT) == null) {
      return;
    }
    // From memory and not by a sync alone: of a journal that the system once failed to write, the
    // next sync says that all is well.
    store.flush();
    try (Store.Batch batch = store.batch()) {
      batch.deleteMeta(Keys.BOOT);
      batch.commitSynced();
    }
  }

  private void settleOrNote(Store store, String epoch) throws RocksDBException {
    byte[] name = epoch.getBytes(StandardCharsets.UTF_8);
    byte[] note = boot.getBytes(StandardCharsets.UTF_8);
    boolean named = Arrays.equals(name, store.meta(Keys.EPOCH));
    if (!named || (!sync && !Arrays.equals(note, store.meta(Keys.BOOT)))) {
      try (Store.Batch batch = store.batch()) {
        batch.putMeta(Keys.EPOCH, name);
        if (!sync) {
          batch.putMeta(Keys.BOOT, note);
        }
        batch.commitSynced();
      }
    }
    if (sync) {
      settle(store);
    }
  }

  private boolean isRunning(byte[] noted) {
    return !boot.isEmpty() && boot.equals(text(noted));
  }

  private static boolean hasEvents(Store store) throws RocksDBException {
    try (RocksIterator events = store.events()) {
      events.seekToFirst();
      events.status();
      return events.isValid();
    }
  }

  private static String text(byte @Nullable [] value) {
    return value == null ? "none" : new String(value, StandardCharsets.UTF_8);
  }
}
