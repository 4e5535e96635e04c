package heliograph.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.EventLog;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What the disk has of a tenant that was let go, and what becomes of it where a write fails. */
class LetGoTest {
  private static final Tenant TENANT = new Tenant("t");
  private static final Tenant OTHER = new Tenant("other");
  private static final Retention SHORT =
      new Retention(Duration.ofSeconds(10), 1000, 1L << 30, Duration.ofMinutes(1));

  private final Path folder = Folders.fresh();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  private DiskLog open(Path path) {
    return DiskLog.open(Directory.of(path, false), SHORT, TenantLimits.ORDINARY, () -> now);
  }

  private static Published event(String id, Tenant tenant) {
    Event event =
        new Event(
            id,
            "/s",
            "t",
            tenant,
            new Topic("a"),
            new Audience.Everyone(),
            Attributes.NONE,
            Payload.ABSENT);
    return new Published("till", event);
  }

  private static List<Receipt> store(EventLog log, Tenant tenant, String... ids) {
    return log.append(Arrays.stream(ids).map(id -> event(id, tenant)).toList());
  }

  private void pass(EventLog log) {
    now = now.plusSeconds(3600);
    for (int i = 0; i < 10; i++) {
      log.trim();
    }
  }

  @Test
  void nothingOfItIsLeftButItsHead() throws Exception {
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a", "b", "c");
      pass(log);
    }

    try (Store store = Store.forReading(folder);
        RocksIterator events = store.events()) {
      events.seekToFirst();
      assertFalse(events.isValid());
      assertNull(store.meta(Keys.tenant(TENANT)));
      assertNotNull(store.meta(Keys.departed(TENANT)));
    }
    try (EventLog log = open(folder)) {
      assertEquals(0, log.tenants());
      assertEquals(3, log.head(TENANT));
      assertEquals(List.of(new Receipt.Stored(log.cursor(4))), store(log, TENANT, "a"));
    }
  }

  /** The number stands in the keys of dedup entries, which a longer window would find again. */
  @Test
  void itsNumberIsNobodyElses() throws Exception {
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a");
      pass(log);
    }

    try (Store store = new Store(folder, false)) {
      assertEquals(1, Tenants.load(store, TenantLimits.ORDINARY).make(OTHER).id());
    }
  }

  @Test
  void aCrashAtAnyStepLeavesItsSequences() throws IOException {
    Path before;
    Path hidden;
    Path gone;
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a", "b");
      before = Folders.crashed(folder);
      now = now.plusSeconds(30);
      log.trim();
      hidden = Folders.crashed(folder);
      assertEquals(1, log.tenants());
      pass(log);
      assertEquals(0, log.tenants());
      gone = Folders.crashed(folder);
    }

    for (Path left : List.of(before, hidden, gone)) {
      try (EventLog log = open(left)) {
        assertEquals(2, log.head(TENANT));
        assertEquals(List.of(new Receipt.Stored(log.cursor(3))), store(log, TENANT, "c"));
      }
    }
  }

  /** The process knows that it went, the disk does not: a write that was not waited for. */
  @Test
  void whatTheDiskLostOfALettingGoIsPutDownAgain() throws Exception {
    Path lost;
    Tenants tenants;
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a", "b");
      lost = Folders.crashed(folder);
      pass(log);
    }
    try (Store store = new Store(folder, false)) {
      tenants = Tenants.load(store, TenantLimits.ORDINARY);
    }

    takeBack(lost, tenants);

    assertGone(lost);
  }

  /** The disk knows that it went, the process was told that the write failed. */
  @Test
  void whoTheDiskLetGoByAWriteThatFailedIsLetGo() throws Exception {
    Tenants tenants;
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a", "b");
    }
    try (Store store = new Store(folder, false)) {
      tenants = Tenants.load(store, TenantLimits.ORDINARY);
    }
    try (EventLog log = open(folder)) {
      pass(log);
    }
    assertNotNull(tenants.get(TENANT));

    takeBack(folder, tenants);

    assertNull(tenants.get(TENANT));
    assertFalse(tenants.isNew(TENANT));
    assertEquals(2, tenants.departedHead(TENANT, 0));
    assertGone(folder);
  }

  /** It came again by a write that failed: nothing of that stays, but where it had ended does. */
  @Test
  void whoCameAgainByAWriteThatFailedIsStillGone() throws Exception {
    Tenants tenants;
    try (EventLog log = open(folder)) {
      store(log, TENANT, "a", "b");
      pass(log);
    }
    try (Store store = new Store(folder, false)) {
      tenants = Tenants.load(store, TenantLimits.ORDINARY);
    }
    try (EventLog log = open(folder)) {
      store(log, TENANT, "c");
    }

    takeBack(folder, tenants);

    assertGone(folder);
  }

  private void takeBack(Path path, Tenants tenants) throws RocksDBException {
    try (Store store = new Store(path, false)) {
      Repair.takeBack(store, tenants, Dedup.of(store, SHORT.dedup(), now.toEpochMilli()));
    }
  }

  private void assertGone(Path path) {
    try (EventLog log = open(path)) {
      assertEquals(0, log.tenants());
      assertTrue(log.read(TENANT, 0, 10, Long.MAX_VALUE).events().isEmpty());
      assertEquals(List.of(new Receipt.Stored(log.cursor(3))), store(log, TENANT, "c"));
    }
  }
}
