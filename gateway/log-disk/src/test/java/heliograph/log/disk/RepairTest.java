package heliograph.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Cursor;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.TenantLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

/** What a failed write left behind is taken back as if it had never been there. */
class RepairTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();

  private final List<Published> refused =
      List.of(
          new Published("shop", DiskLogTest.event("a")),
          new Published("till", DiskLogTest.event("a")),
          new Published("shop", DiskLogTest.event("b")));

  private static List<Receipt> commit(
      Store store, Tenants tenants, Dedup dedup, List<Published> events) throws RocksDBException {
    try (Commit commit =
        new Commit(store, tenants, dedup, NOW, sequence -> new Cursor("epoch", sequence))) {
      List<Receipt> receipts = new ArrayList<>();
      for (Published published : events) {
        receipts.add(commit.add(published));
      }
      commit.commit();
      return receipts;
    }
  }

  private static Receipt stored(long sequence) {
    return new Receipt.Stored(new Cursor("epoch", sequence));
  }

  private static Receipt duplicate(long sequence) {
    return new Receipt.Duplicate(new Cursor("epoch", sequence));
  }

  @Test
  void eachPublishersEventsAreAsNewAsBeforeTheyFailed() throws RocksDBException {
    try (Store store = new Store(Folders.fresh(), false)) {
      Dedup dedup = Dedup.of(store, Duration.ofDays(1), NOW);
      Tenants acknowledged = Tenants.load(store, TenantLimits.ORDINARY);
      List<Published> kept = List.of(new Published("till", DiskLogTest.event("kept")));
      commit(store, acknowledged, dedup, kept);
      commit(store, Tenants.load(store, TenantLimits.ORDINARY), dedup, refused);

      Repair.takeBack(store, acknowledged, dedup);

      assertEquals(List.of(duplicate(1)), commit(store, acknowledged, dedup, kept));
      assertEquals(
          List.of(stored(2), stored(3), stored(4)), commit(store, acknowledged, dedup, refused));
      assertEquals(
          List.of(duplicate(2), duplicate(3), duplicate(4)),
          commit(store, acknowledged, dedup, refused));
    }
  }
}
