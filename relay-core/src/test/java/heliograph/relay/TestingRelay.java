package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A hub over a log in memory, its clock in the hand of the test. */
final class TestingRelay implements AutoCloseable {
  static final Tenant ACME = new Tenant("acme");
  static final Tenant OTHER = new Tenant("other");

  private static final Duration OFFERED = Duration.ofSeconds(5);
  static final String PUBLISHER = "shop";

  private static final int LARGE = 2000;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention KEEPS_ALL = keeping(1_000_000);
  private static final Limits ROOMY = limits(256);

  private final MovableClock clock = new MovableClock();
  private final List<String> storms = new CopyOnWriteArrayList<>();
  private final StagedLog log;
  private final Hub hub;

  private TestingRelay(Limits limits, Retention retention, boolean ticking) {
    log = new StagedLog(new MemoryLog(retention, 1L << 30, clock));
    hub =
        new Hub(
            log,
            limits,
            Masks.NONE,
            Lateness.UNTOLD,
            (profile, tenant) -> storms.add(profile + " " + tenant),
            clock,
            ticking ? System::nanoTime : clock::nanos);
    hub.start();
  }

  static TestingRelay roomy() {
    return new TestingRelay(ROOMY, KEEPS_ALL, false);
  }

  /** Has the log begin a new life, with nothing in it. */
  void beginNewEpoch() {
    log.beginAnew(new MemoryLog(KEEPS_ALL, 1L << 30, clock));
  }

  static TestingRelay with(Limits limits) {
    return new TestingRelay(limits, KEEPS_ALL, false);
  }

  /** Room for so many events before a subscriber falls behind. */
  static TestingRelay withQueue(int queue) {
    return with(limits(queue));
  }

  static Limits limits(int queue) {
    return new Limits(
        queue, 1000, 1000, 1000, 1_000_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE);
  }

  /** Room for so many events before a subscriber falls behind, and in the log. */
  static TestingRelay withQueueAndLog(int queue, int events) {
    return new TestingRelay(limits(queue), keeping(events), false);
  }

  /** Has room as {@link #withQueueAndLog}, and waits that real time ends. */
  static TestingRelay ticking(int queue, int events) {
    return new TestingRelay(limits(queue), keeping(events), true);
  }

  private static Retention keeping(int events) {
    return new Retention(DAY, events, 1L << 30, DAY);
  }

  MovableClock clock() {
    return clock;
  }

  StagedLog log() {
    return log;
  }

  /** The profile and tenant of each storm that was told of. */
  List<String> storms() {
    return storms;
  }

  Hub hub() {
    return hub;
  }

  /** Publishes so many ordinary events of ACME, for everybody. */
  void publish(int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(AnEvent.ordinary().event());
    }
    publish(events);
  }

  /** Publishes as {@link #publish(int)} does, with data so large that a step reads one page. */
  void publishInPages(int count) {
    for (int i = 0; i < count; i++) {
      publish(AnEvent.ordinary().data(LARGE));
    }
  }

  List<Receipt> publish(AnEvent... events) {
    return publish(Arrays.stream(events).map(AnEvent::event).toList());
  }

  private List<Receipt> publish(List<Event> events) {
    return publish(hub, events);
  }

  /**
   * Publishes, and waits until what was stored has been offered to those who are there: a worker
   * may be about it when the publisher is answered. A test that keeps the workers from it goes on.
   */
  static List<Receipt> publish(Hub hub, List<Event> events) {
    List<Receipt> receipts = hub.publish(PUBLISHER, events);
    long until = System.nanoTime() + OFFERED.toNanos();
    while (!hub.isDraining()
        && !isOffered(hub, events, receipts)
        && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(100_000);
    }
    return receipts;
  }

  private static boolean isOffered(Hub hub, List<Event> events, List<Receipt> receipts) {
    for (Subscription open : hub.subscriptions()) {
      for (int i = 0; i < receipts.size(); i++) {
        if (receipts.get(i) instanceof Receipt.Stored(Cursor cursor)
            && open.claims().tenant().equals(events.get(i).tenant())
            && open.tenancy().delivered(cursor.epoch()) < cursor.sequence()) {
          return false;
        }
      }
    }
    return true;
  }

  /** Ada, who has no role, sees what comes from now on. */
  Subscription join() {
    return hub.subscribe(everything(claims("ada")), StandardDialect.PLAIN, new Start.Live());
  }

  /** Ada goes on after a place in this log. */
  Subscription joinAfter(long sequence) {
    return joinAfter(log.cursor(sequence));
  }

  Subscription joinAfter(Cursor cursor) {
    return hub.subscribe(everything(claims("ada")), StandardDialect.PLAIN, new Start.After(cursor));
  }

  /** Ada begins where she asks to. */
  Subscription join(Start start) {
    return hub.subscribe(everything(claims("ada")), StandardDialect.PLAIN, start);
  }

  static Interest everything(Claims claims) {
    return new Interest(claims, List.of(TopicPattern.ALL), List.of());
  }

  /** Of a user of ACME. */
  static Claims claims(String subject, String... roles) {
    return new Claims(subject, ACME, Set.of(roles), Instant.MAX);
  }

  /** Those who ask for this, which has no filter that somebody would pay for. */
  static Cohort cohort(Interest shared) {
    return new Cohort(
        shared,
        _ -> {
          throw new AssertionError("there is no filter");
        });
  }

  @Override
  public void close() {
    hub.close();
  }
}
