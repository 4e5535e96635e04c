package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.wire.HeapPlan.Needs;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All that may be held at once fits the heap, and limits that cannot fit stop the start. */
class HeapPlanTest {
  private static final long MIB = 1 << 20;
  private static final int EVENT = 256 * 1024;

  private static Needs needs(long xmx, boolean memoryLog, boolean tls) {
    long stays = xmx * MIB - HeapPlan.PASSING;
    long revocations = HeapPlan.usualRevocations(stays) / 68 * 68;
    return new Needs(
        stays,
        memoryLog,
        (int) HeapPlan.usualBody(stays, EVENT),
        EVENT,
        HeapPlan.usualWaiting(stays, EVENT) + HeapPlan.usualReading(stays, EVENT),
        revocations,
        tls);
  }

  @ParameterizedTest
  @CsvSource({
    // -Xmx in MiB, log in memory, TLS, KiB of a body, connections, those of the admin listener
    "64,   false, false, 576, 457, 56",
    "64,   true,  false, 576, 158, 56",
    "96,   false, false, 1280, 1268, 120",
    "256,  false, false, 4672, 5505, 256",
    "256,  true,  false, 4672, 3158, 256",
    "512,  false, false, 8192, 12502, 256",
    "512,  false, true,  8192, 6251, 256",
    "4096, false, false, 8192, 110465, 256",
  })
  void withTheDefaultsARelayStartsOnAnyHeapThatIsNotTiny(
      long xmx, boolean memoryLog, boolean tls, int bodyKib, int connections, int admin) {
    Needs needs = needs(xmx, memoryLog, tls);

    HeapPlan plan = HeapPlan.of(needs);

    assertEquals(bodyKib, needs.bodyBytes() / 1024);
    assertEquals(connections, plan.connections());
    assertEquals(admin, plan.admin().connections());
  }

  @Test
  void allThatMayBeHeldAtOnceFitsWhateverTheLimitsAre() {
    SplittableRandom random = new SplittableRandom(18);
    int made = 0;
    for (int i = 0; i < 10_000; i++) {
      int event = (64 * 1024) << random.nextInt(8);
      int body = event << random.nextInt(4);
      boolean tls = random.nextBoolean();
      long delivery = random.nextLong(200 * MIB);
      long revocations = random.nextLong(100 * MIB);
      Needs needs =
          new Needs(
              random.nextLong(8192) * MIB,
              random.nextBoolean(),
              body,
              event,
              delivery,
              revocations,
              tls);
      try {
        HeapPlan plan = HeapPlan.of(needs);
        made++;
        assertTrue(
            HeapPlan.BASE + delivery + revocations + held(plan, tls) <= needs.stays(),
            needs + " " + plan);
        assertTrue(plan.connections() >= HeapPlan.FEWEST);
        assertTrue(plan.unproven() >= 2L * body && plan.known() >= 4L * body, "the largest body");
        assertTrue(plan.answers() >= 3L * event, "the largest event");
      } catch (BadConfiguration tooLarge) {
        assertFits(needs, tooLarge.getMessage());
      }
    }
    assertTrue(made > 1000, made + " of them fit");
  }

  /** As the operator adds it up. */
  private static long held(HeapPlan plan, boolean tls) {
    HeapPlan.Admin admin = plan.admin();
    long rooms =
        plan.heads()
            + plan.answers()
            + plan.unproven()
            + plan.known()
            + admin.heads()
            + admin.answers()
            + admin.bodies();
    return rooms * 3 / 2
        + plan.connections() * (tls ? 32L : 16L) * 1024
        + admin.connections() * 16L * 1024
        + plan.log();
  }

  private static void assertFits(Needs needs, String message) {
    if (message.startsWith("relay.limits.body-bytes: ")) {
      int fits = Integer.parseInt(message.replaceFirst(".*at most ([0-9]+) fit.*", "$1"));
      assertTrue(fits < needs.bodyBytes(), message);
      HeapPlan.of(
          new Needs(
              needs.stays(),
              needs.memoryLog(),
              fits,
              needs.eventBytes(),
              needs.delivery(),
              needs.revocations(),
              needs.tls()));
    } else if (message.startsWith("relay.limits.waiting-bytes: ")) {
      long fits = Long.parseLong(message.replaceFirst(".*at most ([0-9]+) fit.*", "$1"));
      assertTrue(fits < needs.delivery(), message);
      HeapPlan.of(
          new Needs(
              needs.stays(),
              needs.memoryLog(),
              needs.bodyBytes(),
              needs.eventBytes(),
              fits,
              needs.revocations(),
              needs.tls()));
    } else {
      assertTrue(message.startsWith("-Xmx: "), message);
    }
  }

  @Test
  void aBodyThatIsTooLargeForTheHeapStopsTheStartAndIsToldWhatFits() {
    Needs needs = new Needs(232 * MIB, false, (int) (64 * MIB), EVENT, 20 * MIB, 0, false);

    String message = assertThrows(BadConfiguration.class, () -> HeapPlan.of(needs)).getMessage();

    assertEquals(
        "relay.limits.body-bytes: at most 15794176 fit the heap; a larger one (-Xmx) has room for"
            + " more",
        message);
  }

  @Test
  void eventsOnTheirWayThatAreTooManyForTheHeapStopTheStartAndAreToldWhatFits() {
    Needs needs = new Needs(232 * MIB, false, (int) (8 * MIB), EVENT, 200 * MIB, 0, false);

    String message = assertThrows(BadConfiguration.class, () -> HeapPlan.of(needs)).getMessage();

    assertEquals(
        "relay.limits.waiting-bytes: with relay.limits.reading-bytes, at most 88145920 fit the"
            + " heap; a larger one (-Xmx) has room for more",
        message);
  }

  @Test
  void withTheDefaultsEveryTenantHasRoomForTheLargestEventWithItsFrames() {
    for (long xmx : new long[] {64, 512, 4096}) {
      long stays = xmx * MIB - HeapPlan.PASSING;
      for (long all :
          new long[] {HeapPlan.usualWaiting(stays, EVENT), HeapPlan.usualReading(stays, EVENT)}) {
        long ofTenant = HeapPlan.usualOfTenant(all, EVENT);
        assertTrue(ofTenant >= MIB && ofTenant <= all, all + " of which " + ofTenant);
        assertTrue(ofTenant >= 3L * EVENT);
      }
    }
    assertEquals(3 * MIB, HeapPlan.usualReading(40 * MIB, MIB));
    assertEquals(3 * MIB, HeapPlan.usualOfTenant(3 * MIB, MIB));
  }

  @Test
  void aHeapThatIsTooSmallForAnythingStopsTheStart() {
    String message =
        assertThrows(BadConfiguration.class, () -> HeapPlan.of(needs(40, false, false)))
            .getMessage();

    assertEquals(
        "-Xmx: the heap has room for fewer than 64 connections; a larger one is needed", message);
  }
}
