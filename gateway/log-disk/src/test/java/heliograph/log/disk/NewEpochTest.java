package heliograph.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;

/**
 * Sequences that may be given out a second time are given out in a new epoch, and in no other case
 * is there one. A crash is a copy of the files of an open log; a loss of power is another boot, and
 * files without what was not synced.
 */
class NewEpochTest {
  private static final boolean FSYNC = true;
  private static final boolean OS = false;
  private static final String MONDAY = "monday";
  private static final String TUESDAY = "tuesday";
  private static final String UNKNOWN = "";
  private static final Tenant TENANT = new Tenant("t");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention PLENTY = new Retention(DAY, 1_000_000, 1L << 30, DAY);

  private final Path folder = Folders.fresh();
  // What the relay tells its operator, without the epochs' names.
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void listen() {
    Logger.getLogger("heliograph")
        .setFilter(
            line -> lines.add(line.getLevel() + " " + line.getMessage().replaceFirst(" .*", "")));
  }

  @AfterEach
  void leave() {
    Logger.getLogger("heliograph").setFilter(null);
  }

  private static DiskLog open(Path folder, boolean sync, String boot) {
    return DiskLog.open(
        new Directory(folder, sync, boot), PLENTY, TenantLimits.ORDINARY, InstantSource.system());
  }

  private static void store(DiskLog log, String... ids) {
    append(log, ids);
  }

  private static List<Receipt> append(DiskLog log, String... ids) {
    return log.append(
        Published.all(DiskLogTest.PUBLISHER, Arrays.stream(ids).map(DiskLogTest::event).toList(), 0));
  }

  private static List<String> stored(DiskLog log) {
    return log.read(TENANT, 0, 100, Long.MAX_VALUE).events().stream()
        .map(it -> it.event().id())
        .toList();
  }

  /** Opens a folder and tells its epoch; it has what was stored, and knows that it has. */
  private static String epochOf(Path folder, boolean sync, String boot, String... ids) {
    try (DiskLog log = open(folder, sync, boot)) {
      assertEquals(List.of(ids), stored(log));
      for (int i = 0; i < ids.length; i++) {
        assertEquals(List.of(new Receipt.Duplicate(log.cursor(i + 1))), append(log, ids[i]));
      }
      return log.epoch();
    }
  }

  @Test
  void aCrashOfTheRelayAloneKeepsTheEpoch() throws IOException {
    String epoch;
    Path crashed;
    try (DiskLog log = open(folder, OS, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
      crashed = Folders.crashed(folder);
    }
    Path again;
    try (DiskLog log = open(crashed, OS, MONDAY)) {
      assertEquals(epoch, log.epoch());
      store(log, "c");
      again = Folders.crashed(crashed);
    }

    assertEquals(epoch, epochOf(again, OS, MONDAY, "a", "b", "c"));
    assertEquals(List.of(), lines);
  }

  @Test
  void afterALossOfPowerWhatIsLeftHasANewEpoch() throws IOException {
    String epoch;
    Path crashed;
    long synced;
    try (DiskLog log = open(folder, OS, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
      synced = Files.size(journal(folder));
      store(log, "lost");
      crashed = Folders.crashed(folder);
      cut(journal(crashed), synced);
    }

    Path crashedAgain;
    try (DiskLog log = open(crashed, OS, TUESDAY)) {
      assertNotEquals(epoch, log.epoch());
      epoch = log.epoch();
      assertEquals(List.of("a", "b"), stored(log));
      assertEquals(
          log.cursor(2), log.read(TENANT, 1, 1, Long.MAX_VALUE).events().getFirst().cursor());
      assertEquals(
          List.of(new Receipt.Duplicate(log.cursor(1)), new Receipt.Stored(log.cursor(3))),
          append(log, "a", "lost"));
      crashedAgain = Folders.crashed(crashed);
    }
    // It is this boot now whose memory counts.
    assertEquals(epoch, epochOf(crashedAgain, OS, TUESDAY, "a", "b", "lost"));
    assertEquals(List.of("WARNING log-end-uncertain"), lines);
  }

  @ParameterizedTest
  @ValueSource(booleans = {FSYNC, OS})
  void aLossOfAllThatWasNeverSyncedIsNoticed(boolean syncLater) throws IOException {
    // With sync before, so that there is a log, and no note in it.
    String epoch = epochOf(folder, FSYNC, MONDAY);
    Path crashed;
    try (DiskLog log = open(folder, OS, MONDAY)) {
      long synced = Files.size(journal(folder));
      store(log, "lost", "lost too");
      crashed = Folders.crashed(folder);
      cut(journal(crashed), synced);
    }

    String later = epochOf(crashed, syncLater, TUESDAY);
    assertNotEquals(epoch, later);
    assertEquals(later, epochOf(crashed, syncLater, "wednesday"));
  }

  @ParameterizedTest
  @ValueSource(strings = {MONDAY, UNKNOWN})
  void aLogThatWasClosedKeepsItsEpochOverABoot(String boot) {
    String epoch;
    try (DiskLog log = open(folder, OS, boot)) {
      epoch = log.epoch();
      store(log, "a", "b");
    }

    assertEquals(epoch, epochOf(folder, OS, TUESDAY, "a", "b"));
    assertEquals(epoch, epochOf(folder, FSYNC, UNKNOWN, "a", "b"));
    assertEquals(List.of(), lines);
  }

  @Test
  void closingMakesSafeWhatACrashHadLeftToTheSystem() throws IOException {
    String epoch;
    Path crashed;
    try (DiskLog log = open(folder, OS, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
      crashed = Folders.crashed(folder);
    }
    List<Path> neverSynced = Folders.list(crashed, ".log");
    assertEquals(epoch, epochOf(crashed, OS, MONDAY, "a", "b"));
    lose(crashed, neverSynced);

    assertEquals(epoch, epochOf(crashed, OS, TUESDAY, "a", "b"));
  }

  @Test
  void fsyncMakesSafeWhatACrashHadLeftToTheSystem() throws IOException {
    String epoch;
    Path crashed;
    try (DiskLog log = open(folder, OS, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
      crashed = Folders.crashed(folder);
    }
    List<Path> neverSynced = Folders.list(crashed, ".log");
    Path again;
    try (DiskLog log = open(crashed, FSYNC, MONDAY)) {
      assertEquals(epoch, log.epoch());
      store(log, "c");
      again = Folders.crashed(crashed);
      lose(again, neverSynced);
    }

    assertEquals(epoch, epochOf(again, FSYNC, TUESDAY, "a", "b", "c"));
    assertEquals(List.of(), lines);
  }

  @ParameterizedTest
  @ValueSource(strings = {MONDAY, TUESDAY, UNKNOWN})
  void aCrashWithFsyncKeepsTheEpoch(String boot) throws IOException {
    String epoch;
    Path crashed;
    try (DiskLog log = open(folder, FSYNC, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
      crashed = Folders.crashed(folder);
    }

    assertEquals(epoch, epochOf(crashed, FSYNC, boot, "a", "b"));
    assertEquals(List.of(), lines);
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "'', monday", "monday, ''"})
  void aBootThatCannotBeToldIsNoneThatWasBefore(String before, String after) throws IOException {
    String epoch;
    Path crashed;
    try (DiskLog log = open(folder, OS, before)) {
      epoch = log.epoch();
      store(log, "a");
      crashed = Folders.crashed(folder);
    }

    assertNotEquals(epoch, epochOf(crashed, OS, after, "a"));
    assertEquals(List.of("WARNING log-end-uncertain"), lines);
  }

  @Test
  void aStoreThatIsOpenedAnewGoesOnWithTheEpochOfItsLog() throws Exception {
    Directory directory = new Directory(folder, OS, UNKNOWN);
    String epoch;
    try (Store store = directory.open()) {
      epoch = directory.epoch(store);
    }

    try (Store store = directory.reopen(epoch)) {
      assertNotNull(store.meta(Keys.BOOT));
    }
    assertThrows(RocksDBException.class, () -> directory.reopen("another1"));
    assertThrows(RocksDBException.class, () -> directory.reopenForReading("another1"));
    assertNotEquals(epoch, epochOf(folder, OS, UNKNOWN));
  }

  @ParameterizedTest
  @ValueSource(booleans = {FSYNC, OS})
  void anOperatorCanAskForANewEpoch(boolean sync) throws IOException {
    String epoch;
    try (DiskLog log = open(folder, sync, MONDAY)) {
      epoch = log.epoch();
      store(log, "a", "b");
    }
    Files.createFile(folder.resolve(Directory.REQUEST));

    String asked = epochOf(folder, sync, MONDAY, "a", "b");
    assertNotEquals(epoch, asked);
    assertFalse(Files.exists(folder.resolve(Directory.REQUEST)));
    assertEquals(asked, epochOf(folder, sync, MONDAY, "a", "b"));
    assertEquals(List.of("INFO log-new-epoch"), lines);
  }

  /** It could not be deleted in the end, and be obeyed at every start. */
  @Test
  void aRequestThatIsNoFileIsRefusedBeforeAnythingChanges() throws IOException {
    String epoch = epochOf(folder, FSYNC, MONDAY);
    Path request = Files.createDirectory(folder.resolve(Directory.REQUEST));
    Files.createFile(request.resolve("in-it"));

    DamagedLogException refused =
        assertThrows(DamagedLogException.class, () -> open(folder, FSYNC, MONDAY));
    assertTrue(refused.getMessage().contains("NEW-EPOCH is not a file"), refused::getMessage);

    Files.delete(request.resolve("in-it"));
    Files.delete(request);
    assertEquals(epoch, epochOf(folder, FSYNC, MONDAY));
  }

  @Test
  void aFolderWithNothingButTheRequestIsAnEmptyOne() throws IOException {
    Files.createFile(folder.resolve(Directory.REQUEST));

    String epoch = epochOf(folder, FSYNC, MONDAY);
    assertEquals(epoch, epochOf(folder, FSYNC, MONDAY));
    assertFalse(Files.exists(folder.resolve(Directory.REQUEST)));
  }

  @Test
  void aRequestDoesNotMakeATornFolderWhole() throws IOException {
    epochOf(folder, FSYNC, MONDAY);
    Files.delete(folder.resolve("CURRENT"));
    Files.createFile(folder.resolve(Directory.REQUEST));

    assertThrows(DamagedLogException.class, () -> open(folder, FSYNC, MONDAY));
  }

  private static Path journal(Path folder) throws IOException {
    return Folders.list(folder, ".log").getLast();
  }

  /** Leaves only the beginning of a file, as if the rest had never reached the disk. */
  private static void cut(Path file, long bytes) throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) bytes));
  }

  /** Deletes those of a folder's files that have the names of others. */
  private static void lose(Path folder, List<Path> named) throws IOException {
    for (Path file : named) {
      Files.deleteIfExists(folder.resolve(file.getFileName()));
    }
  }
}
