package heliograph.relay;

import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log for streams, polls and snapshots, and evaluates for them what was read, on a few
 * platform threads and a step at a time. Tenants take turns by what their steps cost, and so do the
 * subjects within a tenant; live delivery goes first. The bytes that were read and are not written
 * yet are bounded: at the bound reads wait, and a stream that has held on for too long gives way.
 *
 * <p>The threads are platform threads because a read of the disk holds the thread that it is on,
 * and an evaluation takes it as long; either would take a carrier from all virtual threads.
 */
final class Readers implements AutoCloseable {
  /** How long a step goes on evaluating; the event with which it is over is evaluated whole. */
  static final Duration QUANTUM = Duration.ofMillis(2);

  /** How long a step gives way to live delivery at most, so that reading does not starve. */
  static final Duration LONGEST_GIVING_WAY = Duration.ofNanos(200_000);

  /** How long a stream may hold what it was given while others wait for room. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofNanos(50_000);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Pages pages;
  private final LongSupplier nanos;
  private final BooleanSupplier liveWaits;
  private final List<Thread> threads;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  // All of these are guarded by the lock, and so is what subscriptions have in hand.
  private final FairQueue<Asked<?>> waiting = new FairQueue<>();
  private final Map<Subscription, Asked<?>> asked = new HashMap<>();
  // Those who must not wait for room.
  private final Set<Asked<?>> holders = new HashSet<>();
  private final ReadingRoom room;
  private int idle;
  private boolean blocked;
  private volatile Runnable ended = () -> {};
  private volatile boolean closed;

  /**
   * Makes the readers; it starts no thread.
   *
   * @param nanos a clock of elapsed nanoseconds, by which steps are charged
   * @param liveWaits whether live events wait for their delivery now; it must not wait itself
   */
  Readers(EventLog log, Limits.Memory memory, LongSupplier nanos, BooleanSupplier liveWaits) {
    // The other half of the processors is for those who publish and write.
    this(
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2), log, memory, nanos, liveWaits);
  }

  /** Has this be called on each of the threads when it ends, for whatever reason. */
  void atEnd(Runnable told) {
    ended = told;
  }

  Readers(
      int count,
      EventLog log,
      Limits.Memory memory,
      LongSupplier nanos,
      BooleanSupplier liveWaits) {
    this.room = new ReadingRoom(memory);
    this.pages = new Pages(log, room.pageBytes(), Math.min(Pages.MAX_BYTES, memory.reading()));
    this.nanos = nanos;
    this.liveWaits = liveWaits;
    this.threads =
        IntStream.range(0, count)
            .mapToObj(
                _ ->
                    Thread.ofPlatform().name("heliograph-reader").daemon(true).unstarted(this::run))
            .toList();
  }

  /** Begins to read, first for those who wait already. Called once. */
  void start() {
    threads.forEach(Thread::start);
  }

  /** Whether it reads, or has not begun to. */
  boolean isAlive() {
    return threads.stream().noneMatch(thread -> thread.getState() == Thread.State.TERMINATED);
  }

  /** A step that a subscription has asked for, which counts against its tenant and subject. */
  private final class Asked<T> {
    private final Subscription reader;
    private final Tenant tenant;
    private final String subject;
    private final FutureTask<T> task;
    private volatile boolean begun;
    // Written under the lock by the reader that takes it.
    private ReadingRoom.Place place;

    Asked(Subscription reader, Step.Work<T> step) {
      this.reader = reader;
      this.tenant = reader.claims().tenant();
      this.subject = reader.claims().subject();
      this.place = ReadingRoom.Place.none(tenant);
      this.task = new FutureTask<>(() -> run(step));
    }

    private T run(Step.Work<T> work) {
      begun = true;
      Step step = new Step(pages, tenant, place.together(), nanos);
      try {
        return work.run(step);
      } finally {
        // This comes before its thread learns the result, so nobody holds what is not counted.
        settle(this, step.usedNanos(), step.kept());
      }
    }

    /** Does the step, unless nobody waits for it any more. */
    void run() {
      task.run();
      if (!begun) {
        settle(this, 0, List.of());
      }
    }
  }

  /**
   * Has a step done when it is the subscription's turn, and waits for it. A subscription that has
   * something in hand does not wait for room, as others may wait for what it holds.
   *
   * @return what the step came to; empty if it was not done, because there is no room for more than
   *     the subscription holds, or because its stream has ended
   * @throws RelayException whatever the step throws; SHUTTING_DOWN if nothing is read any more
   */
  <T> Optional<T> step(Subscription reader, Step.Work<T> work) throws InterruptedException {
    Asked<T> step = new Asked<>(reader, work);
    if (!ask(step)) {
      return Optional.empty();
    }
    try {
      return Optional.of(step.task.get());
    } catch (CancellationException _) {
      if (closed) {
        throw RelayException.stopping();
      }
      return Optional.empty();
    } catch (ExecutionException failed) {
      throw thrown(failed.getCause());
    } catch (InterruptedException e) {
      cancel(reader);
      throw e;
    }
  }

  private static RuntimeException thrown(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException failure -> failure;
      case Error error -> throw error;
      case null, default -> new IllegalStateException(cause);
    };
  }

  /** Queues a step; false if there is no room for it and it must not wait for room. */
  private boolean ask(Asked<?> step) {
    lock.lock();
    try {
      if (closed) {
        throw RelayException.stopping();
      }
      if (step.reader.inHand() != null) {
        if (!room.admits(step.tenant)) {
          return false;
        }
        holders.add(step);
      }
      asked.put(step.reader, step);
      waiting.add(step.tenant, step.subject, step);
      wake();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    if (idle > 0) {
      work.signal();
    }
  }

  /**
   * Has whoever waits for a step of this subscription wait no longer, as its stream has ended. A
   * step that has begun is soon done.
   */
  void cancel(Subscription ended) {
    lock.lock();
    try {
      Asked<?> step = asked.get(ended);
      if (step != null && !step.begun) {
        cancel(step);
      }
    } finally {
      lock.unlock();
    }
  }

  private void cancel(Asked<?> step) {
    asked.remove(step.reader, step);
    holders.remove(step);
    waiting.remove(step.tenant, step.subject, step);
    step.task.cancel(false);
  }

  /** Takes back what a subscription has in hand: it has written that. */
  void release(Subscription reader) {
    release(reader, null);
  }

  /** Takes back what a subscription has in hand, and will not have from a step that runs still. */
  void leave(Subscription reader) {
    release(reader, ReadingRoom.LEFT);
  }

  private void release(Subscription reader, ReadingRoom.@Nullable Hold from) {
    lock.lock();
    try {
      long before = room.total();
      room.release(reader.inHand());
      reader.hasInHand(from);
      if (room.total() < before && !waiting.isEmpty()) {
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Charges for a step, and notes what its subscription has in hand now. */
  private void settle(Asked<?> asking, long usedNanos, List<Step.Kept> kept) {
    lock.lock();
    try {
      asked.remove(asking.reader, asking);
      waiting.charge(asking.tenant, asking.subject, usedNanos);
      room.release(asking.place);
      ReadingRoom.Hold hold = asking.reader.inHand();
      if (hold != ReadingRoom.LEFT) {
        long now = nanos.getAsLong();
        for (Step.Kept each : kept) {
          hold = room.hold(asking.reader, hold, each.piece(), each.own(), now);
        }
        asking.reader.hasInHand(hold);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      long looked = nanos.getAsLong();
      while (!closed) {
        Asked<?> next = take();
        if (next != null) {
          giveWay();
          next.run();
        }
        long now = nanos.getAsLong();
        if (next == null || now - looked >= LOOK_AGAIN.toNanos()) {
          looked = now;
          stalled(now).ifPresent(Subscription::giveUp);
        }
      }
    } finally {
      // If this thread ends by a bug, nobody must wait for it.
      ended.run();
      close();
    }
  }

  /** Takes what is next; null if there was nothing for a while, or nothing that may be read. */
  private @Nullable Asked<?> take() {
    lock.lock();
    try {
      Asked<?> next = poll();
      long left = LOOK_AGAIN.toNanos();
      while (next == null && left > 0 && !closed) {
        idle++;
        try {
          // Room that is held for too long is asked for, which needs a look now and then.
          long most = waiting.isEmpty() ? Long.MAX_VALUE : Math.min(left, LOOK_AGAIN.toNanos());
          left = work.awaitNanos(most);
        } catch (InterruptedException _) {
          // Only close() interrupts.
          left = 0;
        } finally {
          idle--;
        }
        next = poll();
      }
      if (blocked) {
        refuseHolders();
      }
      if (next != null) {
        holders.remove(next);
        next.place = room.reserve(next.tenant);
        if (!waiting.isEmpty()) {
          wake();
        }
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Asked<?> poll() {
    blocked = false;
    return closed ? null : waiting.poll(this::admits);
  }

  private boolean admits(Tenant tenant) {
    if (room.admits(tenant)) {
      return true;
    }
    blocked = true;
    return false;
  }

  /** Has those go on with what they hold who would wait for room with that in hand. */
  private void refuseHolders() {
    List.copyOf(holders).stream().filter(it -> !room.admits(it.tenant)).forEach(this::cancel);
  }

  /** The stream that has to give way, if others wait for room. */
  private Optional<Subscription> stalled(long nowNanos) {
    lock.lock();
    try {
      if (!blocked) {
        return Optional.empty();
      }
      long fit = nowNanos - PATIENCE.toNanos();
      return room.stalled(
          fit, tenant -> room.isFull() || (waiting.waits(tenant) && !room.admits(tenant)));
    } finally {
      lock.unlock();
    }
  }

  /** Lets live delivery go first, for as long as it may. */
  private void giveWay() {
    long began = nanos.getAsLong();
    long pauses = LONGEST_GIVING_WAY.dividedBy(PAUSE);
    // A pause takes longer than it should where there is much to do, so the time counts as well.
    while (pauses > 0
        && liveWaits.getAsBoolean()
        && nanos.getAsLong() - began < LONGEST_GIVING_WAY.toNanos()) {
      LockSupport.parkNanos(this, PAUSE.toNanos());
      pauses--;
    }
  }

  /** The bytes that are in all hands, with what is reserved for those who are reading. */
  long held() {
    lock.lock();
    try {
      return room.total();
    } finally {
      lock.unlock();
    }
  }

  /** Ends all reading but the steps that run. Whoever waits for a turn, or asks, is refused. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      List.copyOf(asked.values()).stream().filter(step -> !step.begun).forEach(this::cancel);
      work.signalAll();
    } finally {
      lock.unlock();
    }
    // A thread that closes because it ends itself has others to close after this.
    threads.stream().filter(it -> it != Thread.currentThread()).forEach(Thread::interrupt);
  }
}
