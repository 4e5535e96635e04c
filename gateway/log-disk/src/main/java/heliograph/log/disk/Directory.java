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
 * The directory of a log on disk: it opens the store there and finds out which life of the log that
 * is. One thread at a time, the one that writes to the store.
 *
 * <p>What is stored without sync is in the memory of the operating system first, and a loss of
 * power takes it. So the boot is noted in the store before anything else is stored without sync,
 * and the note is taken away when everything is on the disk. Whoever finds the note of another boot
 * cannot know how much is missing. Sequences may then be given out a second time, and only another
 * epoch keeps cursors from before the loss from naming other events.
 *
 * @param sync whether an append returns only when its events are on the disk
 * @param boot the kernel's name for the running boot; it is empty if it cannot be told, and then
 *     counts as a boot that has not been before
 */
record Directory(Path path, boolean sync, String boot) {
  /** The file by which an operator who put back a copy of the log asks for a new epoch. */
  static final String REQUEST = "NEW-EPOCH";

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final long VERIFIED_AT_START = 1L << 30;

  /** Makes a directory that is opened in the running boot. */
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

  /** Makes a directory that is for nobody else; one that was there stays as its owner made it. */
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
    // The store replays the journals that the last process left, and syncs only those that it
    // writes
    // itself. A loss of power could then take the end of an old journal and nothing of the next
    // one,
    // and leave a hole in the sequences, at which every reader would stop.
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
      // A folder may not be deleted in the end, and then each start would obey it anew.
      throw new IOException(REQUEST + " is not a file");
    }
    String epoch = kept == null || uncertain || asked ? EventLog.newEpoch() : text(kept);
    settleOrNote(store, epoch);
    if (uncertain) {
      LOGGER.log(
          System.Logger.Level.WARNING, "log-end-uncertain before={0} epoch={1}", text(kept), epoch);
    }
    if (asked) {
      // Deleted last: if the process ends before this, the file is left and the next start obeys
      // it.
      Files.delete(request);
      LOGGER.log(System.Logger.Level.INFO, "log-new-epoch before={0} epoch={1}", text(kept), epoch);
    }
    return epoch;
  }

  /** Opens the store anew for a log that has been open all the time and keeps its epoch. */
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

  /** Opens the store anew for reading alone, for a log that keeps its epoch. */
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
   * Waits until everything that was stored is on the disk, and takes the note of the boot away.
   * After this nothing may be stored without sync.
   */
  void settle(Store store) throws RocksDBException {
    if (store.meta(Keys.BOOT) == null) {
      return;
    }
    // Written from memory and not only synced: once the system has failed to write a journal, the
    // next sync of it reports success all the same.
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
