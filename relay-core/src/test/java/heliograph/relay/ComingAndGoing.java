package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tenants come, and those of which nothing is left go and leave no more behind than where they
 * ended. An implementation of the log passes by extending it.
 */
public abstract class ComingAndGoing {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Retention HOURS = new Retention(HOUR, 100, 1 << 20, HOUR.multipliedBy(2));
  private static final Tenant THIRD = new Tenant("third");
  private static final Tenant FOURTH = new Tenant("fourth");

  private final MovableClock clock = new MovableClock();
  private final List<String> lines = new ArrayList<>();
  private EventLog log;

  /** An empty log; the same clock tells the age of its events. Closed by this class. */
  protected abstract EventLog open(Retention retention, TenantLimits limits, InstantSource clock);

  @BeforeEach
  void openLog() {
    log = open(HOURS, new TenantLimits(3, 2), clock);
    Logger.getLogger("heliograph")
        .setFilter(line -> lines.add(line.getLevel() + " " + line.getMessage()));
  }

  @AfterEach
  void closeLog() {
    Logger.getLogger("heliograph").setFilter(null);
    log.close();
  }

  @Test
  void aTenantOfWhichNothingIsLeftIsLetGo() {
    publish(ACME, ACME);
    publish(OTHER);

    pass(HOUR.multipliedBy(3));

    assertEquals(0, log.tenants());
    assertFalse(log.isNew(ACME));
    assertEquals(2, log.head(ACME));
    assertEquals(3, log.oldest(ACME));
    assertEquals(2, log.before(ACME, Instant.EPOCH));
    assertEquals(new EventLog.Page(3, List.of()), log.read(ACME, 0, 10, Long.MAX_VALUE));
    assertEquals(1, log.head(OTHER));
    assertTrue(log.isNew(THIRD));
    assertEquals(0, log.head(THIRD));
  }

  @Test
  void aTenantStaysWhileWhatItSentIsKnown() {
    var sent = AnEvent.ordinary().published();
    log.append(List.of(sent));

    pass(HOUR.multipliedBy(2));

    assertEquals(1, log.tenants());
    assertEquals(2, log.oldest(ACME));
    assertEquals(List.of(new Receipt.Duplicate(log.cursor(1))), log.append(List.of(sent)));
  }

  @Test
  void aTenantThatComesAgainGoesOnWhereItEnded() {
    publish(ACME, ACME);
    pass(HOUR.multipliedBy(3));
    publish(OTHER);

    assertEquals(List.of(stored(3), stored(4)), publish(ACME, ACME));

    assertEquals(
        List.of(3L, 4L), EventLogContract.sequences(log.read(ACME, 2, 10, Long.MAX_VALUE)));
    assertEquals(3, log.read(ACME, 0, 10, Long.MAX_VALUE).first());
    pass(HOUR.multipliedBy(3));
    assertEquals(4, log.head(ACME));
    assertEquals(List.of(stored(5)), publish(ACME));
  }

  @Test
  void atTheMostANewTenantIsRefusedAndTheOthersGoOn() {
    publish(ACME, OTHER, THIRD);

    List<Receipt> receipts = publish(FOURTH, ACME);

    Receipt.Refused refused = assertInstanceOf(Receipt.Refused.class, receipts.getFirst());
    assertEquals(ErrorCode.LOG_UNAVAILABLE, refused.why().code());
    assertTrue(refused.why().retryAfter().isPresent());
    assertEquals(stored(2), receipts.getLast());
    assertEquals(0, log.head(FOURTH));
    assertTrue(log.isNew(FOURTH));
    assertEquals(3, log.tenants());
  }

  @Test
  void thatItIsFullIsToldOnceUntilThereWasRoom() {
    publish(ACME, OTHER, THIRD);
    publish(FOURTH, FOURTH);
    publish(FOURTH);
    List<String> once = List.copyOf(lines);

    pass(HOUR.multipliedBy(3));
    List<Receipt> receipts = publish(FOURTH, ACME, OTHER, THIRD);

    assertEquals(1, once.size(), once::toString);
    assertTrue(once.getFirst().startsWith("WARNING tenants-full"), once::toString);
    assertInstanceOf(Receipt.Stored.class, receipts.getFirst());
    assertInstanceOf(Receipt.Refused.class, receipts.getLast());
    assertEquals(2, lines.size(), lines::toString);
  }

  /** Those of a batch that are here already once took the room of new ones. */
  @Test
  void knownTenantsOfABatchTakeNoRoom() {
    publish(ACME, OTHER);

    assertEquals(List.of(stored(2), stored(2), stored(1)), publish(ACME, OTHER, THIRD));
  }

  @Test
  void ofTooManyThatWentTheOneWithTheFewestEventsIsForgottenAndTheFloorRises() {
    publish(ACME, ACME, OTHER, OTHER, OTHER, THIRD, THIRD, THIRD, THIRD);

    pass(HOUR.multipliedBy(3));

    assertTrue(log.isNew(ACME));
    assertEquals(2, log.head(ACME));
    assertEquals(2, log.head(new Tenant("nobody")));
    assertEquals(new EventLog.Page(3, List.of()), log.read(FOURTH, 0, 10, Long.MAX_VALUE));
    assertEquals(3, log.head(OTHER));
    assertEquals(List.of(stored(3), stored(4), stored(5)), publish(ACME, OTHER, THIRD));
    assertEquals(List.of(3L), EventLogContract.sequences(log.read(ACME, 0, 10, Long.MAX_VALUE)));
  }

  @Test
  void madeUpTenantsOfOneEventRaiseTheFloorByOneForEachTimeThatTheyAreTooMany() {
    for (int i = 0; i < 20; i++) {
      publish(new Tenant("made-up-" + i));
      pass(HOUR.multipliedBy(3));
    }

    assertEquals(0, log.tenants());
    assertTrue(log.head(ACME) <= 20 / 2, "the floor: " + log.head(ACME));
  }

  private List<Receipt> publish(Tenant... tenants) {
    return log.append(
        Arrays.stream(tenants).map(tenant -> AnEvent.ordinary().of(tenant).published()).toList());
  }

  private Receipt stored(long sequence) {
    return new Receipt.Stored(log.cursor(sequence));
  }

  /** Time passes, and the log has looked at all tenants after it. */
  private void pass(Duration time) {
    clock.advance(time);
    for (int i = 0; i < 10; i++) {
      log.trim();
    }
  }
}
