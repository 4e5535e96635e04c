package heliograph.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import heliograph.contract.Tenant;
import heliograph.relay.EventLog;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

/**
 * A log that was written before publishers were part of records and of dedup keys: it goes on, and
 * what it held is still known for as long as its window says.
 */
class NamelessLogTest {
  private static final Tenant TENANT = new Tenant("t");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention RETENTION = new Retention(DAY, 1000, 1L << 30, DAY);

  private final Path folder = Folders.fresh();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  private EventLog open() {
    return DiskLog.open(folder, false, RETENTION, () -> now);
  }

  private static List<Receipt> append(EventLog log, String publisher, String... ids) {
    return log.append(
        Published.all(publisher, Arrays.stream(ids).map(DiskLogTest::event).toList(), 0));
  }

  private static Receipt stored(EventLog log, long sequence) {
    return new Receipt.Stored(log.cursor(sequence));
  }

  private static Receipt duplicate(EventLog log, long sequence) {
    return new Receipt.Duplicate(log.cursor(sequence));
  }

  /** One event, and then all of it in the form that it would have had. */
  @BeforeEach
  void writeNameless() throws RocksDBException {
    try (EventLog log = open()) {
      append(log, "shop", "old");
    }
    try (Store store = new Store(folder, false);
        Store.Batch batch = store.batch()) {
      int tenant = Tenants.registered(store).getFirst().id();
      byte[] record = store.event(tenant, 1);
      assertNotNull(record);
      batch.putEvent(tenant, 1, nameless(record));
      Dedup dedup = Dedup.of(store, DAY, now.toEpochMilli());
      Published published = new Published("shop", DiskLogTest.event("old"));
      batch.deleteSeen(dedup.key(tenant, Keys.hash(published), now.toEpochMilli()));
      batch.putSeen(
          dedup.key(tenant, Keys.namelessHash(published.event()), now.toEpochMilli()),
          Dedup.value(1, now.toEpochMilli()));
      batch.deleteMeta(Keys.DEDUP_PUBLISHERS);
      batch.commit();
    }
    now = now.plusSeconds(60);
  }

  /** The first version of a record: no publisher behind the head. */
  private static byte[] nameless(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    byte[] head = new byte[3 * Long.BYTES];
    in.get();
    in.get(head);
    in.position(in.position() + Integer.BYTES + "shop".length());
    return ByteBuffer.allocate(1 + head.length + in.remaining())
        .put((byte) 1)
        .put(head)
        .put(in)
        .array();
  }

  @Test
  void itsEventsAreReadAndItGoesOn() {
    try (EventLog log = open()) {
      assertEquals(List.of(stored(log, 2)), append(log, "shop", "new"));
      assertEquals(
          List.of(DiskLogTest.event("old"), DiskLogTest.event("new")),
          log.read(TENANT, 0, 10, Long.MAX_VALUE).events().stream().map(it -> it.event()).toList());
    }
  }

  @Test
  void whatCameBeforeIsADuplicateOfWhomeverSentItAndWhatComesSinceOfItsOwnPublisher() {
    try (EventLog log = open()) {
      assertEquals(List.of(duplicate(log, 1)), append(log, "shop", "old"));
      // Nobody can tell any more who sent it.
      assertEquals(List.of(duplicate(log, 1)), append(log, "till", "old"));
      assertEquals(List.of(stored(log, 2)), append(log, "shop", "new"));
      assertEquals(List.of(stored(log, 3)), append(log, "till", "new"));
    }
    now = now.plusSeconds(60);
    try (EventLog log = open()) {
      assertEquals(
          List.of(duplicate(log, 1), duplicate(log, 2)), append(log, "shop", "old", "new"));
      assertEquals(List.of(duplicate(log, 3)), append(log, "till", "new"));
    }
  }

  @Test
  void whenItsWindowIsOverPublishersAreApartForGood() {
    open().close();
    now = now.plus(DAY).plusMillis(1);
    try (EventLog log = open()) {
      assertEquals(List.of(stored(log, 2)), append(log, "shop", "old"));
      assertEquals(List.of(stored(log, 3)), append(log, "till", "old"));
    }
  }
}
