package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Rechecks.Finding;
import heliograph.gateway.access.Rechecks.Verdict;
import heliograph.gateway.access.Rechecks.Watch;
import heliograph.relay.Delivery;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import heliograph.relay.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an open stream is asked about again, and what ends it, by a clock that the test moves. */
class RechecksTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration LATER = Duration.ofDays(1);
  private static final Duration NANO = Duration.ofNanos(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final AtomicLong now = new AtomicLong(TimeUnit.DAYS.toNanos(3));
  private Rechecks rechecks =
      new Rechecks(new QuestionRoom(Rechecks.MAX_AT_ONCE, Rechecks.MAX_WAITING), now::get);
  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(LATER, 10, 1 << 20, LATER), 1 << 20, InstantSource.system()),
          new Limits(10, 1000, 1000, 1000, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          System::nanoTime);

  private final Subscription stream = open();
  private final Subscription witness = open();
  private final Subscription passer = open();
  private final Answer answer = new Answer();

  @BeforeEach
  void start() {
    rechecks.start();
    hub.start();
  }

  @AfterEach
  void close() {
    rechecks.close();
    hub.close();
  }

  private Subscription open() {
    return open("alice", "acme");
  }

  private Subscription open(String subject, String tenant) {
    return hub.subscribe(
        new Interest(
            new Claims(subject, new Tenant(tenant), Set.of(), Instant.MAX),
            List.of(TopicPattern.ALL),
            List.of()),
        StandardDialect.PLAIN,
        new Start.Live());
  }

  /** What somebody who is asked says at the moment, and how often that was. */
  private static final class Answer implements Supplier<Finding> {
    private final Semaphore asked = new Semaphore(0);
    private volatile Finding finding = new Finding(Verdict.STANDS, TTL);

    void is(Verdict verdict, Duration next) {
      finding = new Finding(verdict, next);
    }

    @Override
    public Finding get() {
      Finding now = finding;
      asked.release();
      return now;
    }

    void assertAsked(int times) throws InterruptedException {
      assertTrue(asked.tryAcquire(times, PATIENCE_NANOS, TimeUnit.NANOSECONDS), "it is asked");
      assertEquals(0, asked.availablePermits(), "how often it was asked besides");
    }

    void assertNotAsked() {
      assertEquals(0, asked.availablePermits(), "how often it was asked");
    }
  }

  private Check check(Duration first) {
    return new Check(first, GRACE, answer);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE_NANOS, what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Moves the clock; whoever waits by it looks at it again. */
  private void move(Duration time) {
    now.addAndGet(time.toNanos());
    // A new check wakes the thread that waits for the next one to be due.
    rechecks.watch(passer, List.of(new Check(LATER, GRACE, answer))).close();
  }

  /**
   * Lets so much time pass, and returns when all that was due by then was taken to be asked: checks
   * are taken in order of their time, and the last of them is the one that is made here.
   */
  private void pass(Duration time) throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(1);
    Check last =
        new Check(
            time,
            GRACE,
            () -> {
              taken.countDown();
              return new Finding(Verdict.STANDS, LATER);
            });
    try (Watch _ = rechecks.watch(witness, List.of(last))) {
      move(time);
      assertTrue(taken.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS), "the time has passed");
    }
  }

  /** Lets time pass until a check is due that was not due before, and waits until it was asked. */
  private void passUntilAsked(Duration time) throws InterruptedException {
    int waiting = rechecks.waiting();
    pass(time.minus(NANO));
    assertEquals(waiting, rechecks.waiting(), "how many wait until just before their time");
    answer.assertNotAsked();
    move(NANO);
    answer.assertAsked(1);
  }

  /** Waits until what was asked is to be asked again. */
  private void awaitNext() {
    await("it is to be asked again", () -> rechecks.waiting() == 1);
  }

  private void assertOpen(Subscription open) {
    assertEquals(Optional.empty(), end(open));
  }

  private static Optional<EndReason> end(Subscription of) {
    return of.nextInMemory() instanceof Delivery.Ended(EndReason reason, Duration _)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private static void awaitEnd(Subscription of, EndReason reason) {
    await("the stream ends", () -> end(of).isPresent());
    assertEquals(Optional.of(reason), end(of));
  }

  @Test
  void whatStandsIsAskedAgainAtTheTimeThatWasSaid() throws Exception {
    rechecks.watch(stream, List.of(check(TTL)));

    passUntilAsked(TTL);
    awaitNext();
    answer.is(Verdict.STANDS, TTL.multipliedBy(3));
    passUntilAsked(TTL);
    awaitNext();
    passUntilAsked(TTL.multipliedBy(3));
    awaitNext();

    assertOpen(stream);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.099999999S", "PT-1S"})
  void betweenTwoQuestionsLiesTheShortestTimeAtLeast(Duration shorter) throws Exception {
    answer.is(Verdict.STANDS, shorter);
    Semaphore passed = new Semaphore(0);
    Check before =
        new Check(
            Rechecks.SHORTEST,
            GRACE,
            () -> {
              passed.release();
              return new Finding(Verdict.STANDS, LATER);
            });
    Watch watch = rechecks.watch(witness, List.of(before));
    // The witness waits for the shortest time from a nanosecond before the stream does.
    Supplier<Finding> question =
        () -> {
          watch.replace(List.of(before), witness.claims());
          now.incrementAndGet();
          return answer.get();
        };
    now.incrementAndGet();
    rechecks.watch(stream, List.of(new Check(shorter, GRACE, question)));

    for (int i = 0; i < 3; i++) {
      await("both wait", () -> rechecks.waiting() == 2);
      move(Rechecks.SHORTEST.minus(NANO));
      assertTrue(passed.tryAcquire(PATIENCE_NANOS, TimeUnit.NANOSECONDS), "the time has passed");
      await("the stream still waits", () -> rechecks.waiting() == 2);
      answer.assertNotAsked();
      move(NANO);
      answer.assertAsked(1);
    }
  }

  @Test
  void whatIsDeniedLaterEndsTheStreamAtOnceAndIsAskedNoMore() throws Exception {
    rechecks.watch(stream, List.of(check(TTL)));
    passUntilAsked(TTL);
    awaitNext();
    assertOpen(stream);

    answer.is(Verdict.GONE, TTL);
    passUntilAsked(TTL);

    awaitEnd(stream, EndReason.REVOKED);
    assertEquals(0, rechecks.waiting());
  }

  @Test
  void withoutAnAnswerAStreamStaysForItsGraceAndNoLonger() throws Exception {
    answer.is(Verdict.UNKNOWN, TTL);
    rechecks.watch(stream, List.of(check(TTL)));

    // The grace begins with the first question that has no answer.
    for (int i = 0; i < 3; i++) {
      passUntilAsked(TTL);
      awaitNext();
      assertOpen(stream);
    }
    passUntilAsked(TTL);

    awaitEnd(stream, EndReason.UNAVAILABLE);
    assertEquals(0, rechecks.waiting());
  }

  @Test
  void graceEndsWithTheFirstQuestionAtOrAfterItsEnd() throws Exception {
    answer.is(Verdict.UNKNOWN, GRACE.minus(NANO));
    rechecks.watch(stream, List.of(check(TTL)));
    passUntilAsked(TTL);
    awaitNext();
    passUntilAsked(GRACE.minus(NANO));
    awaitNext();
    assertOpen(stream);

    passUntilAsked(GRACE.minus(NANO));

    awaitEnd(stream, EndReason.UNAVAILABLE);
  }

  @Test
  void withoutGraceTheFirstMissingAnswerEndsTheStream() throws Exception {
    answer.is(Verdict.UNKNOWN, TTL);
    rechecks.watch(stream, List.of(new Check(TTL, Duration.ZERO, answer)));

    passUntilAsked(TTL);

    awaitEnd(stream, EndReason.UNAVAILABLE);
  }

  @Test
  void anAnswerAfterNoneGivesTheWholeGraceBack() throws Exception {
    rechecks.watch(stream, List.of(check(TTL)));
    for (int times = 0; times < 2; times++) {
      answer.is(Verdict.UNKNOWN, TTL);
      for (int i = 0; i < 3; i++) {
        passUntilAsked(TTL);
        awaitNext();
      }
      answer.is(Verdict.STANDS, TTL);
      passUntilAsked(TTL);
      awaitNext();
      assertOpen(stream);
    }
  }

  @Test
  void whatIsDeniedAfterNoAnswerIsDenied() throws Exception {
    answer.is(Verdict.UNKNOWN, TTL);
    rechecks.watch(stream, List.of(check(TTL)));
    passUntilAsked(TTL);
    awaitNext();

    answer.is(Verdict.GONE, TTL);
    passUntilAsked(TTL);

    awaitEnd(stream, EndReason.REVOKED);
  }

  @Test
  void aBugIsAsGoodAsNoAnswer() throws Exception {
    Supplier<Finding> broken =
        () -> {
          var _ = answer.get();
          throw new IllegalStateException("a bug, as this test wants it");
        };
    rechecks.watch(stream, List.of(new Check(TTL, Rechecks.SHORTEST.multipliedBy(2), broken)));
    passUntilAsked(TTL);
    awaitNext();
    for (int i = 0; i < 2; i++) {
      assertOpen(stream);
      move(Rechecks.SHORTEST);
      answer.assertAsked(1);
      if (i == 0) {
        awaitNext();
      }
    }

    awaitEnd(stream, EndReason.UNAVAILABLE);
  }

  @Test
  void eachCheckOfAStreamHasItsOwnTimeAndOneThatIsGoneDecides() throws Exception {
    Answer rare = new Answer();
    rechecks.watch(
        stream, List.of(check(TTL), new Check(TTL.multipliedBy(2), Duration.ZERO, rare)));
    passUntilAsked(TTL);
    await("both are to be asked", () -> rechecks.waiting() == 2);
    rare.assertNotAsked();

    rare.is(Verdict.GONE, TTL);
    pass(TTL);

    answer.assertAsked(1);
    rare.assertAsked(1);
    awaitEnd(stream, EndReason.REVOKED);
  }

  @Test
  void aStreamThatIsOverIsAskedAboutNoMore() throws Exception {
    Watch watch = rechecks.watch(stream, List.of(check(TTL), check(TTL)));
    watch.close();

    assertEquals(0, rechecks.waiting());
    pass(TTL);
    answer.assertNotAsked();
    // And nothing brings it back.
    watch.replace(List.of(check(TTL)), stream.claims());
    assertEquals(0, rechecks.waiting());
  }

  @Test
  void whatIsBeingAskedWhenItsStreamIsOverIsNotAskedAgain() throws Exception {
    Held held = new Held();
    Watch watch = rechecks.watch(stream, List.of(new Check(TTL, GRACE, held)));
    pass(TTL);
    held.awaitAsked(1);

    watch.close();
    held.release();

    held.awaitAnswered(1);
    assertEquals(0, rechecks.waiting());
    assertOpen(stream);
  }

  @Test
  void newChecksStandInThePlaceOfThoseBefore() throws Exception {
    Answer before = new Answer();
    Watch watch = rechecks.watch(stream, List.of(new Check(TTL, GRACE, before)));

    watch.replace(List.of(check(TTL)), stream.claims());
    assertEquals(1, rechecks.waiting());
    passUntilAsked(TTL);
    awaitNext();
    watch.replace(List.of(), stream.claims());

    assertEquals(0, rechecks.waiting());
    before.assertNotAsked();
    pass(TTL.multipliedBy(2));
    answer.assertNotAsked();
    assertOpen(stream);
  }

  /** A caller that is alone has a third of all turns. */
  @Test
  void soManyAreAskedAtOnceAndTheOthersAfterThem() throws Exception {
    Held held = new Held();
    int share = Rechecks.MAX_AT_ONCE / 3 + 1;
    int all = share + 2;
    rechecks.watch(stream, Collections.nCopies(all, new Check(TTL, GRACE, held)));
    move(TTL);
    held.awaitAsked(share);
    await("the others wait for their turn", () -> rechecks.waiting() == 0);

    held.release();

    held.awaitAnswered(all);
    assertEquals(share, held.most());
    await("all are to be asked again", () -> rechecks.waiting() == all);
  }

  @Test
  void whoseChecksTakeLongIsLateItselfAndOthersAreAsked() throws Exception {
    Held held = new Held();
    Subscription other = open("bob", "globex");
    rechecks.watch(
        stream, Collections.nCopies(Rechecks.MAX_AT_ONCE * 2, new Check(TTL, GRACE, held)));
    rechecks.watch(open("carol", "acme"), List.of(new Check(TTL, GRACE, held)));
    rechecks.watch(other, List.of(check(TTL.plus(NANO))));
    move(TTL);
    held.awaitAsked(Rechecks.MAX_AT_ONCE / 3 + 2);

    move(NANO);

    answer.assertAsked(1);
    assertOpen(other);
    held.release();
  }

  /** A caller that is alone has one of three turns; so one is asked, two wait, and one is late. */
  @Test
  void whatMayNotEvenWaitIsAskedLaterAndOtherTenantsAreAsked() throws Exception {
    rechecks.close();
    rechecks = new Rechecks(new QuestionRoom(3, 2), now::get);
    rechecks.start();
    Held held = new Held();
    rechecks.watch(stream, Collections.nCopies(4, new Check(TTL, GRACE, held)));
    rechecks.watch(open("bob", "globex"), List.of(check(TTL)));
    move(TTL);
    held.awaitAsked(1);
    answer.assertAsked(1);
    await("one is to be asked later, as is the other tenant", () -> rechecks.waiting() == 2);

    held.release();

    held.awaitAnswered(3);
    await("all are to be asked again", () -> rechecks.waiting() == 5);
    pass(Rechecks.LATE.minus(NANO));
    assertEquals(5, rechecks.waiting(), "how many wait until just before the time of the late one");
    move(NANO);
    held.awaitAnswered(4);
    assertOpen(stream);
  }

  @Test
  void afterTheEndNothingIsAsked() throws Exception {
    Held held = new Held();
    rechecks.watch(stream, List.of(new Check(TTL, GRACE, held), check(TTL.multipliedBy(2))));
    pass(TTL);
    held.awaitAsked(1);

    rechecks.close();
    held.release();
    held.awaitAnswered(1);
    rechecks.watch(witness, List.of(check(TTL)));

    assertEquals(0, rechecks.waiting());
    now.addAndGet(LATER.toNanos());
    answer.assertNotAsked();
    assertOpen(stream);
  }

  /** Keeps whoever asks waiting, and counts how many there are. */
  private static final class Held implements Supplier<Finding> {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger asking = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    @Override
    public Finding get() {
      most.accumulateAndGet(asking.incrementAndGet(), Math::max);
      try {
        assertTrue(gate.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS), "it is released");
      } catch (InterruptedException _) {
        throw new AssertionError("nobody interrupts it");
      }
      asking.decrementAndGet();
      answered.incrementAndGet();
      return new Finding(Verdict.STANDS, TTL);
    }

    void awaitAsked(int times) {
      await("it is asked", () -> asking.get() == times);
    }

    void release() {
      gate.countDown();
    }

    void awaitAnswered(int times) {
      await("it is answered", () -> answered.get() == times);
    }

    int most() {
      return most.get();
    }
  }
}
