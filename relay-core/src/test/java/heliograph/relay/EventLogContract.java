package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every event log keeps to: order without holes, duplicates known, tenants apart, the past as
 * long as retention says. An implementation passes by extending it.
 */
public abstract class EventLogContract {
  static final Duration HOUR = Duration.ofHours(1);
  static final Duration DAY = Duration.ofDays(1);
  static final long PLENTY = 1L << 30;

  final MovableClock clock = new MovableClock();
  EventLog log;

  /** An empty log; the same clock tells the age of its events. Closed by this class. */
  protected abstract EventLog open(Retention retention, TenantLimits limits, InstantSource clock);

  @BeforeEach
  void openLog() {
    log = open(new Retention(DAY, 1_000_000, PLENTY, DAY), TenantLimits.ORDINARY, clock);
  }

  @AfterEach
  void closeLog() {
    log.close();
  }

  private void reopen(Retention retention) {
    reopen(retention, TenantLimits.ORDINARY);
  }

  final void reopen(Retention retention, TenantLimits limits) {
    log.close();
    log = open(retention, limits, clock);
  }

  @Test
  void aNewLogIsEmpty() {
    assertEquals(0, log.head(ACME));
    assertEquals(new EventLog.Page(1, List.of()), log.read(ACME, 0, 10, Long.MAX_VALUE));
  }

  @Test
  void receiptsComeInOrderAndTheirCursorsCountFromOne() {
    List<Receipt> receipts = append(AnEvent.ordinary(), AnEvent.ordinary());
    List<Receipt> more = append(AnEvent.ordinary());

    assertEquals(List.of(stored(1), stored(2)), receipts);
    assertEquals(List.of(stored(3)), more);
    assertEquals(3, log.head(ACME));
  }

  @Test
  void anOperatorIsToldWhatIsHeldAndSinceWhen() {
    assertEquals(new EventLog.Holding(1, 0), log.holding(ACME));
    assertEquals(0, log.holding(ACME).events());
    assertEquals(OptionalLong.of(0), log.storedBytes(ACME));
    Instant first = clock.instant();
    long size = AnEvent.ordinary().event().size();
    append(AnEvent.ordinary(), AnEvent.ordinary());
    clock.advance(HOUR);
    append(AnEvent.ordinary());

    assertEquals(new EventLog.Holding(1, 3), log.holding(ACME));
    assertEquals(OptionalLong.of(3 * size), log.storedBytes(ACME));
    assertEquals(Optional.of(first), log.storedAt(ACME, 2));
    assertEquals(Optional.of(first.plus(HOUR)), log.storedAt(ACME, 3));
    assertEquals(Optional.empty(), log.storedAt(ACME, 4));
    assertEquals(Optional.empty(), log.storedAt(OTHER, 1));
    assertEquals(Set.of(ACME), Set.copyOf(log.held()));

    clock.advance(DAY.minus(HOUR).plusMillis(1));
    log.trim();
    assertEquals(new EventLog.Holding(3, 3), log.holding(ACME));
    assertEquals(OptionalLong.of(size), log.storedBytes(ACME));
    assertEquals(Optional.of(first.plus(HOUR)), log.storedAt(ACME, 3));
  }

  @Test
  void whatIsStoredIsShownInOrderWithThePlaceThatItHas() {
    List<Shown> shown = new ArrayList<>();
    List<Long> heads = new ArrayList<>();
    log.follow(
        it -> {
          shown.add(it);
          heads.add(log.head(ACME));
        });
    Published first = new Published("shop", AnEvent.ordinary().id("1").event(), 17);

    log.append(
        List.of(
            first,
            AnEvent.ordinary().id("1").published(),
            AnEvent.ordinary().of(OTHER).published(),
            AnEvent.ordinary().published()));
    log.append(List.of(AnEvent.ordinary().published()));

    List<StoredEvent> events = shown.stream().map(StoredEvent.class::cast).toList();
    assertEquals(
        List.of("acme 1", "other 1", "acme 2", "acme 3"),
        events.stream().map(it -> it.event().tenant() + " " + it.sequence()).toList());
    assertEquals(first.event(), events.getFirst().event());
    assertEquals(log.cursor(1), events.getFirst().cursor());
    assertEquals(17, events.getFirst().publishedNanos());
    for (int i = 0; i < events.size(); i++) {
      boolean ofAcme = events.get(i).event().tenant().equals(ACME);
      assertTrue(!ofAcme || heads.get(i) >= events.get(i).sequence(), "the head had moved before");
    }
  }

  @Test
  void whatIsReadIsWhatWasStored() {
    Published published = AnEvent.ordinary().forRole("admin").ephemeral().data(10).published();

    log.append(List.of(published));

    StoredEvent read = log.read(ACME, 0, 10, Long.MAX_VALUE).events().getFirst();
    assertEquals(published.event(), read.event());
    assertEquals(log.cursor(1), read.cursor());
  }

  @Test
  void anEmptyCommitStoresNothing() {
    assertEquals(List.of(), append());
    assertEquals(0, log.head(ACME));
  }

  @Test
  void theEpochStaysAndIsInEveryCursor() {
    String epoch = log.epoch();

    Receipt receipt = append(AnEvent.ordinary()).getFirst();
    clock.advance(DAY.multipliedBy(3));
    log.trim();

    assertEquals(new Receipt.Stored(new Cursor(epoch, 1)), receipt);
    assertEquals(epoch, log.epoch());
  }

  @Test
  void aPageEndsBeforeItHasTooManyBytes() {
    for (int bytes : new int[] {10, 10, 5000, 10, 10}) {
      log.append(List.of(AnEvent.ordinary().data(bytes).published()));
    }
    long small = log.read(ACME, 0, 1, Long.MAX_VALUE).events().getFirst().event().size();

    assertEquals(List.of(1L, 2L), sequences(log.read(ACME, 0, 10, 2 * small + 1)));
    assertEquals(List.of(1L), sequences(log.read(ACME, 0, 10, 2 * small - 1)));
    assertEquals(List.of(1L, 2L), sequences(log.read(ACME, 0, 2, 1L << 40)));
    assertEquals(List.of(3L), sequences(log.read(ACME, 2, 10, 1)), "one comes in any case");
    assertEquals(List.of(4L, 5L), sequences(log.read(ACME, 3, 10, 2 * small + 1)));
    assertEquals(new EventLog.Page(6, List.of()), log.read(ACME, 5, 10, 1));
  }

  @Test
  void pagesFollowOneAnother() {
    appendMany(10);

    assertEquals(List.of(1L, 2L, 3L, 4L), sequences(log.read(ACME, 0, 4, Long.MAX_VALUE)));
    assertEquals(List.of(5L, 6L, 7L, 8L), sequences(log.read(ACME, 4, 4, Long.MAX_VALUE)));
    assertEquals(List.of(9L, 10L), sequences(log.read(ACME, 8, 4, Long.MAX_VALUE)));
    assertEquals(new EventLog.Page(11, List.of()), log.read(ACME, 10, 4, Long.MAX_VALUE));
    assertEquals(10, log.read(ACME, 10, 4, Long.MAX_VALUE).last());
  }

  @Test
  void theSameSourceAndIdIsADuplicateOfTheFirst() {
    append(AnEvent.ordinary(), AnEvent.ordinary().id("a"));

    List<Receipt> again = append(AnEvent.ordinary().id("a").type("order.changed"));

    assertEquals(List.of(new Receipt.Duplicate(log.cursor(2))), again);
    assertEquals(2, log.head(ACME));
  }

  @Test
  void aDuplicateIsKnownWithinOneCommit() {
    List<Receipt> receipts =
        append(AnEvent.ordinary().id("a"), AnEvent.ordinary().id("a"), AnEvent.ordinary());

    assertEquals(List.of(stored(1), new Receipt.Duplicate(log.cursor(1)), stored(2)), receipts);
  }

  @Test
  void theSameIdOfAnotherTenantOrSourceIsNoDuplicate() {
    List<Receipt> receipts =
        append(
            AnEvent.ordinary().id("a"),
            AnEvent.ordinary().id("a").of(OTHER),
            AnEvent.ordinary().id("a").source("/till"),
            AnEvent.ordinary().id("A"));

    assertEquals(List.of(stored(1), stored(1), stored(2), stored(3)), receipts);
  }

  @Test
  void theSameSourceAndIdOfAnotherPublisherIsNoDuplicate() {
    List<Receipt> receipts =
        append(
            AnEvent.ordinary().id("a").by("shop"),
            AnEvent.ordinary().id("a").by("till"),
            AnEvent.ordinary().id("a").by("shop"));
    List<Receipt> again =
        append(AnEvent.ordinary().id("a").by("till"), AnEvent.ordinary().id("a").by("sho"));

    assertEquals(List.of(stored(1), stored(2), new Receipt.Duplicate(log.cursor(1))), receipts);
    assertEquals(List.of(new Receipt.Duplicate(log.cursor(2)), stored(3)), again);
  }

  /** However the texts of a dedup key are put together, none ends where another could begin. */
  @Test
  void noPublisherCanSpellAnothersKey() {
    List<Receipt> receipts =
        append(
            AnEvent.ordinary().by("ab").source("c").id("d"),
            AnEvent.ordinary().by("a").source("bc").id("d"),
            AnEvent.ordinary().by("a").source("b").id("cd"));

    assertEquals(List.of(stored(1), stored(2), stored(3)), receipts);
  }

  @Test
  void aDuplicateIsForgottenAfterItsTime() {
    reopen(new Retention(DAY, 1000, PLENTY, HOUR));
    append(AnEvent.ordinary().id("a"));
    clock.advance(HOUR);
    List<Receipt> justInTime = append(AnEvent.ordinary().id("a"));
    clock.advance(Duration.ofMillis(1));

    List<Receipt> late = append(AnEvent.ordinary().id("a"));

    assertEquals(List.of(new Receipt.Duplicate(log.cursor(1))), justInTime);
    assertEquals(List.of(stored(2)), late);
  }

  @Test
  void aDuplicateIsKnownLongerThanItsFirstIsKept() {
    reopen(new Retention(HOUR, 1000, PLENTY, DAY));
    append(AnEvent.ordinary().id("a"));
    clock.advance(HOUR.multipliedBy(2));
    log.trim();

    assertEquals(List.of(new Receipt.Duplicate(log.cursor(1))), append(AnEvent.ordinary().id("a")));
    assertEquals(List.of(), sequences(log.read(ACME, 0, 10, Long.MAX_VALUE)));
  }

  @Test
  void tenantsDoNotSeeEachOther() {
    appendMany(3);
    append(AnEvent.ordinary().of(OTHER));

    assertEquals(3, log.head(ACME));
    assertEquals(1, log.head(OTHER));
    assertEquals(List.of(1L), sequences(log.read(OTHER, 0, 10, Long.MAX_VALUE)));
    assertEquals(
        OTHER, log.read(OTHER, 0, 10, Long.MAX_VALUE).events().getFirst().event().tenant());
    assertEquals(0, log.head(new Tenant("othe")));
  }

  @Test
  void eventsBeyondTheirNumberAreGone() {
    reopen(new Retention(DAY, 4, PLENTY, DAY));

    appendMany(10);
    log.trim();

    assertKept(7, 10);
  }

  @Test
  void eventsBeyondTheirBytesAreGone() {
    long each = AnEvent.ordinary().id("1").data(1000).event().size();
    reopen(new Retention(DAY, 1000, 3 * each, DAY));

    for (int i = 0; i < 9; i++) {
      append(AnEvent.ordinary().id(Integer.toString(i)).data(1000));
    }
    log.trim();

    assertKept(7, 9);
  }

  @Test
  void eventsBeyondTheirAgeAreGone() {
    reopen(new Retention(HOUR, 1000, PLENTY, DAY));
    appendMany(2);
    clock.advance(Duration.ofMinutes(1));
    appendMany(3);

    clock.advance(HOUR.minusMinutes(1));
    log.trim();
    List<Long> inTime = sequences(log.read(ACME, 0, 100, Long.MAX_VALUE));
    clock.advance(Duration.ofMillis(1));
    log.trim();

    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), inTime);
    assertKept(3, 5);
  }

  @Test
  void aLogThatHasLetGoOfAllKeepsItsHeadAndCountsOn() {
    appendMany(3);

    clock.advance(DAY.multipliedBy(2));
    log.trim();
    EventLog.Page nothing = log.read(ACME, 0, 10, Long.MAX_VALUE);
    List<Receipt> next = append(AnEvent.ordinary());

    assertEquals(new EventLog.Page(4, List.of()), nothing);
    assertEquals(List.of(stored(4)), next);
    assertKept(4, 4);
  }

  @Test
  void theRetentionOfOneTenantIsNotAnothers() {
    reopen(new Retention(DAY, 4, PLENTY, DAY));
    append(AnEvent.ordinary().of(OTHER));

    appendMany(10);
    log.trim();

    assertEquals(List.of(1L), sequences(log.read(OTHER, 0, 10, Long.MAX_VALUE)));
  }

  @Test
  void readersBesideAnAppenderSeeNoHolesAndNothingTwice() throws InterruptedException {
    int last = 5000;
    List<Aside<Long>> readers =
        IntStream.range(0, 3).mapToObj(_ -> Aside.start(() -> followTo(last))).toList();

    for (int from = 1; from <= last; from += 50) {
      log.append(
          IntStream.range(from, from + 50)
              .mapToObj(i -> AnEvent.ordinary().id("n-" + i).published())
              .toList());
    }

    for (Aside<Long> reader : readers) {
      assertEquals(last, reader.outcome());
    }
  }

  /** Reads page after page until {@code last}, which may not have been stored yet. */
  private Long followTo(long last) {
    long position = 0;
    while (position < last) {
      long head = log.head(ACME);
      EventLog.Page page = log.read(ACME, position, 64, Long.MAX_VALUE);
      assertEquals(position + 1, page.first());
      assertTrue(page.last() >= Math.min(head, position + 64), "the head was shown before");
      for (StoredEvent stored : page.events()) {
        position++;
        assertEquals(position, stored.sequence());
        assertEquals("n-" + position, stored.event().id());
      }
    }
    return position;
  }

  final List<Receipt> append(AnEvent... events) {
    return log.append(Arrays.stream(events).map(AnEvent::published).toList());
  }

  final void appendMany(int count) {
    List<Published> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(AnEvent.ordinary().published());
    }
    log.append(events).forEach(receipt -> assertInstanceOf(Receipt.Stored.class, receipt));
  }

  final Receipt stored(long sequence) {
    return new Receipt.Stored(log.cursor(sequence));
  }

  static List<Long> sequences(EventLog.Page page) {
    return page.events().stream().map(StoredEvent::sequence).toList();
  }

  /** Exactly these are kept, wherever a reader begins. */
  private void assertKept(long first, long last) {
    List<Long> kept = LongStream.rangeClosed(first, last).boxed().toList();
    for (long after = 0; after < first; after++) {
      EventLog.Page page = log.read(ACME, after, 1000, Long.MAX_VALUE);
      assertEquals(first, page.first());
      assertEquals(kept, sequences(page));
    }
    assertEquals(last, log.head(ACME));
  }
}
