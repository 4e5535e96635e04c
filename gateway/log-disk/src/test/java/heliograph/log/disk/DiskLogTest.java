package heliograph.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.EventLog;
import heliograph.relay.EventLogContract;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The log on disk keeps to what every log does, and keeps it over a restart. */
class DiskLogTest extends EventLogContract {
  static final String PUBLISHER = "shop";

  private static final Tenant TENANT = new Tenant("t");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention PLENTY = new Retention(DAY, 1_000_000, 1L << 30, DAY);

  private final Path folder = Folders.fresh();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return DiskLog.open(Directory.of(Folders.fresh(), false), retention, limits, clock);
  }

  private EventLog reopened(Retention retention) {
    return DiskLog.open(folder, true, retention, () -> now);
  }

  @Test
  void everythingOfAnEventComesBackAfterARestart() {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("time", new Attribute.Text("2026-01-01T00:00:00Z"));
    attributes.put("whole", new Attribute.Whole(-7));
    attributes.put("truth", new Attribute.Truth(true));
    List<Event> events = new ArrayList<>();
    for (Payload payload :
        List.of(
            Payload.ABSENT,
            Payload.json("{\"a\":1.0}".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, 9),
            Payload.text("zwei\nZeilen 😀"),
            Payload.binary(new byte[] {0, -1, 10}))) {
      events.add(
          new Event(
              "id-" + events.size(),
              "/s",
              "t",
              TENANT,
              new Topic("a.b"),
              new Audience.Members(Set.of("r", "q"), Set.of("u")),
              new Attributes(attributes),
              payload));
    }
    String epoch;
    try (EventLog log = reopened(PLENTY)) {
      epoch = log.epoch();
      log.append(Published.all(PUBLISHER, events, 0));
    }

    try (EventLog log = reopened(PLENTY)) {
      assertEquals(epoch, log.epoch());
      assertEquals(4, log.head(TENANT));
      assertEquals(
          events,
          log.read(TENANT, 0, 10, Long.MAX_VALUE).events().stream()
              .map(it -> it.event())
              .toList());
      assertEquals(List.of(new Receipt.Duplicate(log.cursor(2))), append(log, events.get(1)));
      assertEquals(List.of(new Receipt.Stored(log.cursor(5))), append(log, event("new")));
    }
  }

  @Test
  void anEmptiedFolderIsAnotherLife() throws IOException {
    String epoch;
    try (EventLog log = reopened(PLENTY)) {
      epoch = log.epoch();
      append(log, event("a"));
    }
    Folders.empty(folder);

    try (EventLog log = reopened(PLENTY)) {
      assertNotEquals(epoch, log.epoch());
      assertEquals(0, log.head(TENANT));
    }
  }

  @Test
  void theHeadStaysWhenRetentionLeavesNothing() {
    Retention short_ = new Retention(Duration.ofSeconds(10), 1000, 1L << 30, Duration.ofMinutes(1));
    try (EventLog log = reopened(short_)) {
      append(log, event("a"), event("b"));
      now = now.plusSeconds(3600);
      log.trim();
      assertEquals(3, log.oldest(TENANT));
    }

    try (EventLog log = reopened(short_)) {
      assertEquals(2, log.head(TENANT));
      assertEquals(new EventLog.Page(3, List.of()), log.read(TENANT, 0, 10, Long.MAX_VALUE));
      assertEquals(List.of(new Receipt.Stored(log.cursor(3))), append(log, event("a")));
    }
  }

  @Test
  void retentionFreesTheDisk() {
    Retention few = new Retention(DAY, 1000, 1L << 30, Duration.ofMinutes(1));
    try (EventLog log = reopened(few)) {
      for (int i = 0; i < 400; i++) {
        List<Event> batch = new ArrayList<>();
        for (int j = 0; j < 100; j++) {
          batch.add(event(i + "-" + j, 3000));
        }
        log.append(Published.all(PUBLISHER, batch, 0));
        now = now.plusSeconds(1);
        log.trim();
      }
    }

    // Stored were 120 MB that do not compress; kept are 3.
    long bytes = Folders.bytes(folder);
    assertTrue(bytes < 100 << 20, "on the disk: " + bytes);
    try (EventLog log = reopened(few)) {
      assertEquals(39_001, log.read(TENANT, 0, 1, Long.MAX_VALUE).first());
    }
  }

  @Test
  void aSecondProcessIsToldThatTheFolderIsInUse() {
    try (EventLog _ = reopened(PLENTY)) {
      var refusal = assertThrows(DamagedLogException.class, () -> reopened(PLENTY));
      assertTrue(String.valueOf(refusal.getMessage()).contains("is open already"));
    }
  }

  @Test
  void aFolderWithoutItsFirstFileIsRefusedAndLeftAlone() throws IOException {
    storeSome();
    Files.delete(folder.resolve("CURRENT"));
    long bytes = Folders.bytes(folder);

    assertRefused("CURRENT is missing");

    assertEquals(bytes, Folders.bytes(folder));
  }

  @Test
  void aMissingTableIsRefused() throws IOException {
    storeTables();
    Files.delete(oneFile(".sst"));

    assertRefused("");
  }

  @Test
  void aFlippedBitInATableIsRefused() throws IOException {
    storeTables();
    flipBit(oneFile(".sst"), 0.5);

    assertRefused("");
  }

  @Test
  void aFlippedBitInTheJournalIsRefused() throws IOException {
    storeSome();
    try (EventLog log = reopened(PLENTY)) {
      for (int i = 0; i < 50; i++) {
        append(log, event("late-" + i, 500));
      }
    }
    flipBit(oneFile(".log"), 0.3);

    assertRefused("");
  }

  @Test
  void aWriteThatACrashCutOffIsLetGo() throws IOException {
    storeSome();
    try (EventLog log = reopened(PLENTY)) {
      append(log, event("whole", 500));
      append(log, event("cut", 500));
    }
    Path journal = newestJournal();
    byte[] bytes = Files.readAllBytes(journal);
    Files.write(journal, java.util.Arrays.copyOf(bytes, bytes.length - 100));

    try (EventLog log = reopened(PLENTY)) {
      assertEquals(21, log.head(TENANT));
      assertEquals(List.of(new Receipt.Stored(log.cursor(22))), append(log, event("cut", 500)));
    }
  }

  @Test
  void whatIsOpenedForReadingTakesNoRoom() throws Exception {
    storeSome();
    List<Path> files = Folders.list(folder, "");
    long bytes = Folders.bytes(folder);

    try (Store store = Store.forReading(folder)) {
      assertNotNull(store.event(0, 20));
      assertEquals(files, Folders.list(folder, ""));
      assertEquals(bytes, Folders.bytes(folder));
    }
  }

  @Test
  void aChangedWindowStillKnowsWhatCameBefore() {
    storeSome();
    Retention shorter = new Retention(DAY, 1_000_000, 1L << 30, Duration.ofHours(6));
    Retention longer = new Retention(DAY, 1_000_000, 1L << 30, Duration.ofDays(3));

    for (Retention changed : List.of(shorter, longer, PLENTY)) {
      try (EventLog log = reopened(changed)) {
        assertEquals(
            List.of(new Receipt.Duplicate(log.cursor(8))), append(log, event("id-7", 2000)));
      }
    }
  }

  @Test
  void aTimeIsFoundToTheMillisecond() {
    try (EventLog log = reopened(PLENTY)) {
      for (int i = 0; i < 10; i++) {
        append(log, event("id-" + i));
        now = now.plusMillis(1);
      }

      for (int i = 0; i < 10; i++) {
        assertEquals(i, log.before(TENANT, now.minusMillis(10 - i)));
      }
    }
  }

  @Test
  void aTimeFarFromEveryClockIsNoTrouble() {
    storeSome();
    try (EventLog log = reopened(PLENTY)) {
      assertEquals(0, log.before(TENANT, Instant.MIN));
      assertEquals(20, log.before(TENANT, Instant.MAX));
    }
  }

  private void storeSome() {
    try (EventLog log = reopened(PLENTY)) {
      for (int i = 0; i < 20; i++) {
        append(log, event("id-" + i, 2000));
      }
    }
  }

  /** More than the store holds in memory, until it has written a table that it keeps. */
  private void storeTables() throws IOException {
    for (int round = 0; round < 20 && !hasTable(); round++) {
      try (EventLog log = reopened(PLENTY)) {
        for (int i = 0; i < 12; i++) {
          append(log, event(round + "-" + i, 2 << 20));
        }
      }
      // What a closing store was still writing is cleared away here.
      reopened(PLENTY).close();
    }
  }

  private boolean hasTable() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".sst"));
    }
  }

  private Path newestJournal() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(java.util.Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private void assertRefused(String words) {
    var refusal = assertThrows(DamagedLogException.class, () -> reopened(PLENTY));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(folder.toString()) && message.contains(words), message);
    assertTrue(message.contains("Restore the directory from a copy"), message);
  }

  private Path oneFile(String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flipBit(Path file, double where) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (bytes.length * where)] ^= 1;
    Files.write(file, bytes);
  }

  private static List<Receipt> append(EventLog log, Event... events) {
    return log.append(Published.all(PUBLISHER, List.of(events), 0));
  }

  static Event event(String id) {
    return event(id, 10);
  }

  private static Event event(String id, int bytes) {
    byte[] noise = new byte[bytes];
    new java.util.Random(id.hashCode()).nextBytes(noise);
    return new Event(
        id,
        "/s",
        "t",
        TENANT,
        new Topic("a"),
        new Audience.Everyone(),
        Attributes.NONE,
        Payload.binary(noise));
  }
}
