package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log in memory keeps to the contract, and within its bounds a flood costs only its tenant. */
class MemoryLogTest extends EventLogContract {
  private static final Tenant THIRD = new Tenant("third");

  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    return new MemoryLog(retention, PLENTY, clock, limits);
  }

  @Test
  void everyLifeOfTheLogIsAnotherEpoch() {
    EventLog next = open(new Retention(DAY, 10, PLENTY, DAY), TenantLimits.ORDINARY, clock);

    assertTrue(next.epoch().matches("[a-z0-9]{8}"));
    assertNotEquals(log.epoch(), next.epoch());
  }

  @Test
  void atTheBoundOfAllTheLargestTenantIsCutAndTheOthersAreLeftAlone() {
    bounded(200_000);
    fill(OTHER, 2, 1000);
    fill(THIRD, 1, 1000);

    fill(ACME, 200, 1000);

    EventLog.Page kept = log.read(ACME, 0, 1000, Long.MAX_VALUE);
    long bytes = kept.events().stream().mapToLong(stored -> stored.event().size()).sum();
    assertTrue(bytes > 80_000 && bytes <= 100_000, "about what the bound leaves: " + bytes);
    assertEquals(200, kept.last());
    assertEquals(List.of(1L, 2L), sequences(log.read(OTHER, 0, 10, Long.MAX_VALUE)));
    assertEquals(List.of(1L), sequences(log.read(THIRD, 0, 10, Long.MAX_VALUE)));
  }

  @Test
  void whenTheLargestIsNotEnoughTheNextIsCut() {
    bounded(16_000);
    fill(OTHER, 5, 1000);

    fill(ACME, 1, 9500);

    assertEquals(new EventLog.Page(2, List.of()), log.read(ACME, 0, 10, Long.MAX_VALUE));
    assertTrue(log.read(OTHER, 0, 10, Long.MAX_VALUE).events().size() >= 4);
  }

  @Test
  void anEventLargerThanItsTenantMayHoldIsAcceptedAndGone() {
    reopen(new Retention(DAY, 10, 500, DAY), TenantLimits.ORDINARY);

    List<Receipt> receipts = append(AnEvent.ordinary().data(1000), AnEvent.ordinary());

    assertEquals(List.of(stored(1), stored(2)), receipts);
    assertEquals(List.of(2L), sequences(log.read(ACME, 0, 10, Long.MAX_VALUE)));
  }

  @Test
  void atMostAsManyDedupKeysAsEventsAreRemembered() {
    reopen(new Retention(DAY, 3, PLENTY, DAY), TenantLimits.ORDINARY);
    append(AnEvent.ordinary().id("a"));
    appendMany(2);
    List<Receipt> remembered = append(AnEvent.ordinary().id("a"));
    appendMany(1);

    List<Receipt> forgotten = append(AnEvent.ordinary().id("a"));

    assertEquals(List.of(new Receipt.Duplicate(log.cursor(1))), remembered);
    assertEquals(List.of(stored(5)), forgotten);
  }

  private void bounded(long totalBytes) {
    log.close();
    log = new MemoryLog(new Retention(DAY, 1000, PLENTY, DAY), totalBytes, clock);
  }

  private void fill(Tenant tenant, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      append(AnEvent.ordinary().of(tenant).data(bytes));
    }
  }
}
