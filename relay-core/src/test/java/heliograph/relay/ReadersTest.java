package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps of reading take turns by what they cost, and what is in hand has bounds. */
class ReadersTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final long MILLI = 1_000_000;
  private static final long MIB = 1 << 20;
  private static final Limits.Memory MEMORY = new Limits.Memory(MIB, MIB, 3 * MIB, MIB);
  private static final int LARGE = 60 * 1024;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicBoolean live = new AtomicBoolean();
  private final MovableClock clock = new MovableClock();
  private final StagedLog log =
      new StagedLog(new MemoryLog(new Retention(DAY, 1_000_000, 1L << 30, DAY), 1L << 40, clock));
  // It is not started: its streams read by the readers of the test.
  private final Hub hub = new Hub(log, TestingRelay.limits(16), clock, nanos::get);
  private final Readers readers = new Readers(1, log, MEMORY, nanos::get, this::liveWaits);
  private final List<String> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    readers.close();
    hub.close();
  }

  private boolean liveWaits() {
    looks.incrementAndGet();
    return live.get();
  }

  private Subscription join(Tenant tenant, String subject) {
    Claims claims = new Claims(subject, tenant, Set.of(), Instant.MAX);
    return hub.subscribe(TestingRelay.everything(claims), StandardDialect.PLAIN, new Start.Live());
  }

  private void store(Tenant tenant, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      log.append(List.of(AnEvent.ordinary().of(tenant).data(bytes).published()));
    }
  }

  /** Asks for a step that takes a time, and waits until it is queued. */
  private Aside<Optional<String>> ask(Subscription reader, long cost) {
    String name = reader.claims().tenant() + " " + reader.claims().subject();
    return Aside.start(
            () ->
                readers.step(
                    reader,
                    _ -> {
                      nanos.addAndGet(cost);
                      done.add(name);
                      return name;
                    }))
        .awaitWaiting();
  }

  /** Reads one page after a place and has it in hand. */
  private Optional<Long> take(Subscription reader, long after) throws InterruptedException {
    return readers.step(
        reader,
        step -> {
          long last = step.read(after, 64).last();
          step.keep(0);
          return last;
        });
  }

  private Aside<Optional<Long>> taking(Subscription reader, long after) {
    return Aside.start(() -> take(reader, after));
  }

  @Test
  void aTenantWithDearStepsIsLateItselfAndNobodyElseIs() throws InterruptedException {
    List<Aside<Optional<String>>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(ask(join(ACME, "dear" + i), 2 * MILLI));
    }
    for (int i = 0; i < 20; i++) {
      asked.add(ask(join(OTHER, "cheap" + i), MILLI / 5));
    }

    readers.start();
    for (Aside<Optional<String>> step : asked) {
      assertTrue(step.outcome().isPresent());
    }

    // What the twenty cheap steps cost is what two of the dear ones do.
    int last = done.lastIndexOf("other cheap19");
    long dearBefore = done.subList(0, last).stream().filter(it -> it.startsWith("acme")).count();
    assertTrue(dearBefore <= 3, done.toString());
    assertEquals(40, done.size());
  }

  @Test
  void aSubjectWithDearStepsIsLateItselfAndNoOtherOfItsTenantIs() throws InterruptedException {
    List<Aside<Optional<String>>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(ask(join(ACME, "dear"), 2 * MILLI));
    }
    asked.add(ask(join(ACME, "cheap"), MILLI));

    readers.start();
    for (Aside<Optional<String>> step : asked) {
      step.outcome();
    }

    assertTrue(done.indexOf("acme cheap") <= 1, done.toString());
  }

  @Test
  void liveDeliveryGoesFirstButReadingDoesNotStarve() throws InterruptedException {
    live.set(true);
    Aside<Optional<String>> step = ask(join(ACME, "ada"), 0);
    assertEquals(0, looks.get());

    readers.start();

    assertTrue(step.outcome().isPresent());
    assertEquals(Readers.LONGEST_GIVING_WAY.dividedBy(Duration.ofNanos(50_000)), looks.get());
  }

  @Test
  void aTenantThatHoldsItsMostWaitsAndAnotherDoesNot() throws InterruptedException {
    readers.start();
    store(ACME, 40, LARGE);
    store(OTHER, 40, LARGE);
    List<Subscription> holding = fill(ACME);
    assertTrue(readers.held() <= MEMORY.readingPerTenant(), "held " + readers.held());

    Aside<Optional<Long>> waits = taking(join(ACME, "late"), 39).awaitWaiting();
    assertEquals(Optional.of(1L), take(join(OTHER, "bob"), 0));
    assertFalse(waits.isDone());
    readers.release(holding.getFirst());

    assertEquals(Optional.of(40L), waits.outcome());
  }

  /** Has streams of a tenant hold pages of one large event each, until another would wait. */
  private List<Subscription> fill(Tenant tenant) throws InterruptedException {
    List<Subscription> holding = new ArrayList<>();
    while (true) {
      int number = holding.size();
      Subscription next = join(tenant, "s" + number);
      assertEquals(Optional.of(number + 1L), take(next, number));
      holding.add(next);
      // Whoever holds something is told when there is no room for more.
      if (take(next, 39).isEmpty()) {
        return holding;
      }
      readers.release(next);
      take(next, number);
    }
  }

  @Test
  void whatManyHoldOfOneReadingCountsOnce() throws InterruptedException {
    readers.start();
    store(ACME, 65, 100);
    assertTrue(take(join(ACME, "first"), 0).isPresent());
    long one = readers.held();

    List<Subscription> more = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      more.add(join(ACME, "s" + i));
      assertEquals(Optional.of(64L), take(more.getLast(), 0));
    }

    assertEquals(one, readers.held());
    more.forEach(readers::release);
    assertEquals(one, readers.held());
  }

  /** Reads on and keeps all of it for as long as it may; the answer is how many pages that were. */
  private int takeMany(Subscription reader) throws InterruptedException {
    return readers
        .step(
            reader,
            step -> {
              int pages = 0;
              do {
                step.read(64L * pages, 64);
                step.keep(0);
                pages++;
              } while (step.readsOn());
              return pages;
            })
        .orElseThrow();
  }

  @Test
  void aStepKeepsSeveralPagesOnlyWhereHalfOfTheRoomIsFree() throws InterruptedException {
    readers.start();
    store(ACME, 640, 100);
    Subscription ada = join(ACME, "ada");

    int pages = takeMany(ada);

    assertTrue(pages > 1, pages + " pages");
    assertTrue(readers.held() <= MEMORY.readingPerTenant() / 4, "held " + readers.held());
    long each = readers.held() / pages;
    // The next one would go over what is reserved for a page.
    assertTrue(readers.held() + each > Pages.mostBytes(MEMORY.readingPerTenant() / 16));
    store(OTHER, 40, LARGE);
    assertTrue(takeMany(join(OTHER, "bob")) == 1, "large events come alone");
    readers.release(ada);
    store(ACME, 40, LARGE);
    int holding = 0;
    while (readers.held() < MEMORY.readingPerTenant() / 2) {
      take(join(ACME, "s" + holding), 640 + holding);
      holding++;
    }
    assertEquals(1, takeMany(join(ACME, "late")));
  }

  @Test
  void aStepReadsOnForNoLongerThanItMay() throws InterruptedException {
    readers.start();
    store(ACME, 640, 100);

    int pages =
        readers
            .step(
                join(ACME, "ada"),
                step -> {
                  int read = 0;
                  do {
                    step.read(64L * read, 64);
                    read++;
                    nanos.addAndGet(MILLI);
                  } while (step.readsOn());
                  return read;
                })
            .orElseThrow();

    assertEquals(2, pages);
    assertEquals(0, readers.held());
  }

  @Test
  void whoHoldsSeveralPagesGivesWayOnce() throws InterruptedException {
    readers.start();
    store(ACME, 64, 100);
    store(ACME, 64, 100);
    store(ACME, 40, LARGE);
    List<String> told = new CopyOnWriteArrayList<>();
    Subscription many = join(ACME, "many");
    // It is told and does not leave.
    many.ringOnWork(
        new Bell() {
          @Override
          public void ring(boolean soon) {}

          @Override
          public void giveUp() {
            told.add("many");
          }
        });
    assertTrue(takeMany(many) > 1);
    nanos.addAndGet(1);
    int holding = 0;
    List<Subscription> later = new ArrayList<>();
    do {
      later.add(join(ACME, "s" + holding));
      later.getLast().ringOnWork(bell(later.getLast(), "later", told));
      take(later.getLast(), 128 + holding);
      holding++;
    } while (take(later.getLast(), 167).isPresent());
    Aside<Optional<Long>> waits = taking(join(ACME, "late"), 160).awaitWaiting();

    nanos.addAndGet(Readers.PATIENCE.toNanos() + 1);

    assertEquals(Optional.of(161L), waits.outcome());
    assertEquals("many", told.getFirst());
    assertEquals(1, told.stream().filter("many"::equals).count());
  }

  @Test
  void whatIsInHandIsCountedUntilItIsWrittenOrTheStreamHasLeft() throws InterruptedException {
    readers.start();
    store(ACME, 3, 1000);
    Subscription ada = join(ACME, "ada");
    Subscription bob = join(ACME, "bob");
    take(ada, 0);
    take(ada, 1);
    take(bob, 2);
    long all = readers.held();

    readers.release(ada);
    long ofBob = readers.held();
    readers.leave(bob);

    assertTrue(all > ofBob && ofBob > 2000, all + " " + ofBob);
    assertEquals(0, readers.held());
    take(bob, 0);
    assertEquals(0, readers.held(), "it has left");
  }

  @Test
  void whoHoldsSomethingDoesNotWaitForRoom() throws InterruptedException {
    store(ACME, 40, LARGE);
    readers.start();
    List<Subscription> holding = fill(ACME);

    assertEquals(Optional.empty(), take(holding.getFirst(), 19));
  }

  /** There was room when it asked, and somebody else took it. */
  @Test
  void whoHoldsSomethingIsToldWhenTheRoomIsGoneMeanwhile() throws InterruptedException {
    store(ACME, 40, LARGE);
    readers.start();
    List<Subscription> holding = fill(ACME);
    Subscription last = holding.getLast();
    readers.release(last);
    Gate gate = new Gate();
    Aside<Optional<Long>> taking =
        Aside.start(
            () ->
                readers.step(
                    last,
                    step -> {
                      gate.run();
                      step.read(10, 64);
                      step.keep(0);
                      return 0L;
                    }));
    gate.awaitReached();
    readers.release(holding.get(0));
    readers.release(holding.get(1));
    Aside<Optional<Long>> one = taking(join(ACME, "one"), 11).awaitWaiting();
    Aside<Optional<Long>> another = taking(join(ACME, "another"), 12).awaitWaiting();
    Aside<Optional<Long>> asks = taking(holding.get(2), 13).awaitWaiting();
    assertFalse(asks.isDone());

    gate.open();

    assertTrue(taking.outcome().isPresent());
    assertTrue(one.outcome().isPresent());
    assertTrue(another.outcome().isPresent());
    assertEquals(Optional.empty(), asks.outcome());
  }

  @Test
  void whoHasHeldForLongestGivesWayToThoseWhoWait() throws InterruptedException {
    readers.start();
    store(ACME, 40, LARGE);
    List<String> told = new CopyOnWriteArrayList<>();
    Subscription oldest = join(ACME, "oldest");
    Subscription poll = join(ACME, "poll");
    take(poll, 20);
    oldest.ringOnWork(bell(oldest, "oldest", told));
    take(oldest, 21);
    nanos.addAndGet(1);
    List<Subscription> holding = fill(ACME);
    holding.forEach(it -> it.ringOnWork(bell(it, "later", told)));
    Aside<Optional<Long>> waits = taking(join(ACME, "late"), 18).awaitWaiting();
    assertEquals(List.of(), told);

    nanos.addAndGet(Readers.PATIENCE.toNanos());

    assertEquals(Optional.of(19L), waits.outcome());
    assertEquals(List.of("oldest"), told);
  }

  /** A stream that leaves as soon as it is told to give up. */
  private Bell bell(Subscription stream, String name, List<String> told) {
    return new Bell() {
      @Override
      public void ring(boolean soon) {}

      @Override
      public void giveUp() {
        told.add(name);
        readers.leave(stream);
      }
    };
  }

  @Test
  void nobodyGivesWayWhileNobodyWaitsForRoom() throws InterruptedException {
    readers.start();
    store(ACME, 40, LARGE);
    List<String> told = new CopyOnWriteArrayList<>();
    List<Subscription> holding = fill(ACME);
    holding.forEach(it -> it.ringOnWork(bell(it, "held", told)));

    nanos.addAndGet(Readers.PATIENCE.toNanos() * 10);
    for (int i = 0; i < 10; i++) {
      nanos.addAndGet(DAY.toNanos());
      ask(join(OTHER, "s" + i), 1).outcome();
    }

    assertEquals(List.of(), told);
  }

  @Test
  void whereAllIsFullThereIsStillRoomForOneThatHoldsNothing() throws InterruptedException {
    readers.start();
    List<Integer> held = new ArrayList<>();
    for (Tenant tenant : List.of(ACME, OTHER, new Tenant("third"))) {
      store(tenant, 40, LARGE);
      held.add(fill(tenant).size());
    }
    Tenant fourth = new Tenant("fourth");
    store(fourth, 1, LARGE);

    assertTrue(held.getLast() < held.getFirst(), "the third waits for the whole room: " + held);
    assertEquals(Optional.of(1L), take(join(fourth, "ada"), 0));
    assertTrue(readers.held() <= MEMORY.reading(), "held " + readers.held());
  }

  @Test
  void aClosedReaderReleasesThoseWhoWait() throws InterruptedException {
    Aside<Optional<String>> queued = ask(join(ACME, "ada"), 0);

    readers.close();

    assertEquals(ErrorCode.SHUTTING_DOWN, queued.refusal().code());
    Subscription late = join(ACME, "late");
    assertEquals(ErrorCode.SHUTTING_DOWN, Aside.start(() -> take(late, 0)).refusal().code());
    assertEquals(List.of(), done);
  }

  @Test
  void anInterruptedStreamWaitsNoLongerAndItsStepIsNotDone() throws InterruptedException {
    Aside<Optional<String>> first = ask(join(ACME, "ada"), 0);
    Aside<Optional<String>> second = ask(join(ACME, "bob"), 0);

    first.interrupt();
    first.failure(InterruptedException.class);
    readers.start();

    assertTrue(second.outcome().isPresent());
    assertEquals(List.of("acme bob"), done);
  }

  @Test
  void anInterruptedStreamHoldsNothingOnceItHasLeft() throws InterruptedException {
    readers.start();
    store(ACME, 3, 1000);
    Subscription ada = join(ACME, "ada");
    Gate gate = new Gate();
    log.beforeRead(gate);
    Aside<Optional<Long>> reading = taking(ada, 0);
    gate.awaitReached();

    reading.interrupt();
    reading.failure(InterruptedException.class);
    readers.leave(ada);
    gate.open();
    log.beforeRead(() -> {});

    // The reader is past that step once it has done another one.
    assertTrue(ask(join(ACME, "bob"), 0).outcome().isPresent());
    assertEquals(0, readers.held());
  }

  @Test
  void aStreamThatHasEndedWaitsNoLonger() throws InterruptedException {
    Subscription ada = join(ACME, "ada");
    Aside<Optional<String>> queued = ask(ada, 0);

    ada.end(EndReason.REVOKED);
    readers.cancel(ada);

    assertEquals(Optional.empty(), queued.outcome());
    readers.start();
    assertTrue(ask(join(ACME, "bob"), 0).outcome().isPresent());
    assertEquals(List.of("acme bob"), done);
  }

  @Test
  void aReadThatFailsIsToldToItsStreamAloneAndTakesNoRoom() throws InterruptedException {
    readers.start();
    store(ACME, 3, 1000);
    log.beforeRead(
        () -> {
          throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "staged");
        });
    Subscription ada = join(ACME, "ada");

    assertEquals(ErrorCode.LOG_UNAVAILABLE, Aside.start(() -> take(ada, 0)).refusal().code());
    log.beforeRead(() -> {});

    assertEquals(0, readers.held());
    assertEquals(Optional.of(3L), take(ada, 0));
  }

  @Test
  void aBugInAStepIsToldToItsStreamAlone() throws InterruptedException {
    readers.start();
    Subscription ada = join(ACME, "ada");

    Aside<Optional<String>> failing =
        Aside.start(
            () ->
                readers.step(
                    ada,
                    _ -> {
                      throw new OutOfMemoryError("staged");
                    }));

    assertEquals("staged", String.valueOf(failing.failure(OutOfMemoryError.class).getMessage()));
    assertTrue(readers.isAlive());
    assertTrue(ask(ada, 0).outcome().isPresent());
  }
}
