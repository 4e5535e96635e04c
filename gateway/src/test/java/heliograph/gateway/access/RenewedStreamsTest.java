package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Rechecks.Finding;
import heliograph.gateway.access.Rechecks.Verdict;
import heliograph.relay.Delivery;
import heliograph.relay.Filter;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams go on with other claims, and with the checks that belong to these. */
class RenewedStreamsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration DAY = Duration.ofDays(1);

  private static final Set<Thread.State> WAITS =
      EnumSet.of(Thread.State.WAITING, Thread.State.BLOCKED);

  private final HeldFilter held = new HeldFilter();
  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(DAY, 10, 1 << 20, DAY), 1 << 20, InstantSource.system()),
          new Limits(10, 1000, 1000, 1000, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          System::nanoTime);
  private final AtomicLong now = new AtomicLong();
  private final Rechecks rechecks =
      new Rechecks(new QuestionRoom(Rechecks.MAX_AT_ONCE, Rechecks.MAX_WAITING), now::get);

  @BeforeEach
  void start() {
    hub.start();
    rechecks.start();
  }

  @AfterEach
  void close() {
    held.let(Integer.MAX_VALUE / 2);
    rechecks.close();
    hub.close();
  }

  /** A filter that takes until it is let, and with it the worker of the tenant. */
  private static final class HeldFilter implements Filter {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore let = new Semaphore(0);

    @Override
    public boolean wants(StoredEvent seen) {
      begun.release();
      let.acquireUninterruptibly();
      return true;
    }

    void awaitEvent() throws InterruptedException {
      assertTrue(begun.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS), "an event is there");
    }

    void let(int events) {
      let.release(events);
    }
  }

  private static Claims claims(String subject) {
    return new Claims(subject, new Tenant("acme"), Set.of(), Instant.MAX);
  }

  private Subscription open(String subject) {
    return open(subject, Filter.EVERY);
  }

  private Subscription open(String subject, Filter filter) {
    return hub.subscribe(
        new Interest(claims(subject), List.of(TopicPattern.ALL), List.of(), filter),
        StandardDialect.PLAIN,
        new Start.Live());
  }

  private static List<Check> checks(int count) {
    return Collections.nCopies(count, new Check(DAY, DAY, () -> new Finding(Verdict.STANDS, DAY)));
  }

  private void publish(String id) {
    Event event =
        new Event(
            id,
            "/shop",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.text("a"));
    assertEquals(1, hub.publish("backend", List.of(event)).size());
  }

  private static Thread start(Runnable work) {
    Thread thread = Thread.ofPlatform().daemon().start(work);
    await("it waits, in whichever way", () -> WAITS.contains(thread.getState()));
    return thread;
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos(), what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Between two events the worker sees to all that wait, so none waits for another event. */
  @Test
  void renewalsOfTwoStreamsDoNotWaitForOneAnother() throws Exception {
    Subscription ada = open("ada");
    Subscription bob = open("bob");
    var _ = open("eve", held);
    Thread first = Thread.ofPlatform().daemon().start(() -> publish("1"));
    held.awaitEvent();
    Thread one = start(() -> rechecks.renew(hub, ada, claims("ada"), checks(1)));
    Thread other = start(() -> rechecks.renew(hub, bob, claims("bob"), checks(1)));
    publish("2");
    held.let(1);
    held.awaitEvent();

    assertTrue(one.join(PATIENCE), "the first renewal is over");
    assertTrue(other.join(PATIENCE), "so is the second");
    held.let(1);
    assertTrue(first.join(PATIENCE), "who lent its thread has it again");
  }

  @Test
  void theChecksAreThoseOfTheClaimsThatTheStreamHas() {
    Subscription stream = open("ada");
    try (var _ = rechecks.watch(stream, checks(5))) {
      assertEquals(5, rechecks.waiting());

      Claims kept = claims("ada");
      rechecks.renew(hub, stream, kept, checks(2));
      assertEquals(2, rechecks.waiting());
      assertEquals(kept, stream.claims());
    }
    assertEquals(0, rechecks.waiting());
  }

  /** As one who was overtaken on the way back from the worker does. */
  @Test
  void whoWasOvertakenLeavesTheChecksAlone() {
    Subscription stream = open("ada");
    try (Rechecks.Watch watch = rechecks.watch(stream, checks(5))) {
      Claims overtaken = claims("ada");
      rechecks.renew(hub, stream, claims("ada"), checks(2));

      watch.replace(checks(3), overtaken);

      assertEquals(2, rechecks.waiting());
    }
  }

  @Test
  void aStreamThatIsOverIsAskedAboutNoMore() {
    Subscription stream = open("ada");
    rechecks.watch(stream, checks(5)).close();

    rechecks.renew(hub, stream, claims("ada"), checks(2));

    assertEquals(0, rechecks.waiting());
  }

  @Test
  void anAnswerAboutTheClaimsOfBeforeEndsNothing() throws Exception {
    Subscription stream = open("ada");
    CountDownLatch renewed = new CountDownLatch(1);
    CompletableFuture<Thread> asking = new CompletableFuture<>();
    Check before =
        new Check(
            Duration.ZERO,
            DAY,
            () -> {
              asking.complete(Thread.currentThread());
              awaitUninterrupted(renewed);
              return new Finding(Verdict.GONE, DAY);
            });
    try (var _ = rechecks.watch(stream, List.of(before))) {
      now.addAndGet(Rechecks.SHORTEST.toNanos());
      // A check that is new has the thread look which of them are due.
      rechecks.watch(open("bob"), checks(1)).close();
      Thread asks = asking.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);

      rechecks.renew(hub, stream, claims("ada"), checks(1));
      renewed.countDown();

      assertTrue(asks.join(PATIENCE), "it was answered");
      assertInstanceOf(Delivery.Quiet.class, stream.next(Duration.ZERO));
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertTrue(latch.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS), "it is renewed");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
