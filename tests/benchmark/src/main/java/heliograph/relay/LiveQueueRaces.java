package heliograph.relay;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Event;
import heliograph.contract.Gap;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * What holds where a tenant's worker and a stream's thread meet in a {@link LiveQueue}, in
 * whichever order they come: an event that is offered is delivered, left to the log, or told as
 * missed, exactly once and in order; and a stream that looked too early is rung for. {@code
 * tests/benchmark/run races} runs it.
 */
final class LiveQueueRaces {
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MOST = 3;

  // Only for cursors: what is in the log, the head says.
  private static final EventLog LOG =
      new MemoryLog(new Retention(DAY, MOST, 1 << 20, DAY), 1 << 20, InstantSource.system());

  private static final List<StoredEvent> EVENTS =
      IntStream.rangeClosed(1, MOST).mapToObj(LiveQueueRaces::event).toList();

  private LiveQueueRaces() {}

  private static StoredEvent event(int sequence) {
    return new StoredEvent(
        new Event(
            Integer.toString(sequence),
            "/publishers/races",
            "race.run",
            new Tenant("acme"),
            new Topic("races"),
            new Audience.Everyone(),
            Attributes.NONE,
            Payload.ABSENT),
        LOG.cursor(sequence));
  }

  /**
   * A queue with both of its threads' sides, as {@link Tenancy} and {@link Subscription} have them.
   */
  abstract static class Stream extends LiveQueue {
    private volatile long head;
    private volatile long delivered;

    // The stream's own thread.
    private long position;
    private final StringBuilder had = new StringBuilder();

    Stream(int capacity, SlowPolicy slow) {
      super(
          LOG,
          InstantSource.system(),
          System::nanoTime,
          new Limits(capacity, MOST, MOST, MOST, MOST, MOST, slow, OverUserLimit.REFUSE),
          StreamOptions.of(StandardDialect.PLAIN));
    }

    @Override
    final long head() {
      return head;
    }

    @Override
    final long delivered(String epoch) {
      return delivered;
    }

    @Override
    final void stopReading() {
      // It reads the log where it stands, and waits for nobody.
    }

    /** Stores and delivers these, one after the other. As log and worker do. */
    final void publish(int from, int to) {
      for (int sequence = from; sequence <= to; sequence++) {
        head = sequence;
        offer(EVENTS.get(sequence - 1), WaitingBytes.Room.ENOUGH);
        delivered = sequence;
      }
    }

    /** Begins with what comes from now on; the place where that is. */
    final long join() {
      position = goLive();
      return position;
    }

    /** Takes what is next, or reads it from the log; false if there is nothing. */
    final boolean step() {
      return switch (take(position)) {
        case null -> {
          readLog();
          yield true;
        }
        case Delivery.Events(List<StoredEvent> events, Cursor through, boolean _) -> {
          events.forEach(stored -> had.append(stored.sequence()));
          position = through.sequence();
          yield true;
        }
        case Delivery.Missed(Gap gap) -> {
          for (long missed = gap.from().sequence() + 1; missed <= gap.to().sequence(); missed++) {
            had.append(missed);
          }
          position = Math.max(position, gap.to().sequence());
          yield true;
        }
        case Delivery.Quiet(Cursor through) -> {
          position = through.sequence();
          yield false;
        }
        case Delivery.Ended _ -> false;
      };
    }

    private void readLog() {
      long through = Math.min(readThrough(), head);
      while (position < through) {
        position++;
        had.append(position);
      }
      if (position >= head) {
        var _ = goLive();
      }
    }

    /** What the stream has had, and has when nothing is left for it. */
    final String all() {
      while (step()) {
        // What it has is kept.
      }
      return had.toString();
    }

    final boolean hadSome() {
      return !had.isEmpty();
    }
  }

  /** A stream that joins has all that is stored after the place it was told, and nothing before. */
  @JCStressTest
  @Outcome(
      id = {"0:123", "1:23", "2:3", "3:"},
      expect = ACCEPTABLE,
      desc = "All that comes after the place, once and in order.")
  @Outcome(expect = FORBIDDEN, desc = "An event is lost, doubled, or out of its order.")
  @State
  public static class Joining extends Stream {
    private long joined;

    /** A queue that no event fills. */
    public Joining() {
      super(MOST + 1, SlowPolicy.CATCH_UP);
    }

    /** The log, and the worker. */
    @Actor
    public void log() {
      publish(1, MOST);
    }

    /** The stream's thread. */
    @Actor
    public void stream() {
      joined = join();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(L_Result result) {
      result.r1 = joined + ":" + all();
    }
  }

  /** What is offered to a live stream is delivered. */
  @JCStressTest
  @Outcome(id = "123", expect = ACCEPTABLE, desc = "Each once and in order.")
  @Outcome(expect = FORBIDDEN, desc = "An event is lost, doubled, or out of its order.")
  @State
  public static class Taking extends Stream {
    /** A queue that no event fills. */
    public Taking() {
      super(MOST + 1, SlowPolicy.CATCH_UP);
      var _ = join();
    }

    /** The log, and the worker. */
    @Actor
    public void log() {
      publish(1, MOST);
    }

    /** The stream's thread. */
    @Actor
    public void stream() {
      var _ = step();
      var _ = step();
      var _ = step();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(L_Result result) {
      result.r1 = all();
    }
  }

  /** A stream whose queue is full falls back to the log, and is live again, without a loss. */
  @JCStressTest
  @Outcome(id = "123", expect = ACCEPTABLE, desc = "Each once and in order, from whichever side.")
  @Outcome(expect = FORBIDDEN, desc = "An event is lost, doubled, or out of its order.")
  @State
  public static class FallingBehind extends Stream {
    /** A queue that the second event fills. */
    public FallingBehind() {
      super(1, SlowPolicy.CATCH_UP);
      var _ = join();
    }

    /** The log, and the worker. */
    @Actor
    public void log() {
      publish(1, MOST);
    }

    /** The stream's thread. */
    @Actor
    public void stream() {
      var _ = step();
      var _ = step();
      var _ = step();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(L_Result result) {
      result.r1 = all();
    }
  }

  /** What is dropped from a full queue is told as missed, and nothing else is. */
  @JCStressTest
  @Outcome(id = "123", expect = ACCEPTABLE, desc = "Each is delivered or told as missed, once.")
  @Outcome(expect = FORBIDDEN, desc = "An event is lost in silence, or doubled.")
  @State
  public static class Dropping extends Stream {
    /** A queue that the second event fills. */
    public Dropping() {
      super(1, SlowPolicy.DROP_OLDEST);
      var _ = join();
    }

    /** The log, and the worker. */
    @Actor
    public void log() {
      publish(1, MOST);
    }

    /** The stream's thread. */
    @Actor
    public void stream() {
      var _ = step();
      var _ = step();
      var _ = step();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(L_Result result) {
      result.r1 = all();
    }
  }

  /**
   * A stream hangs its bell, looks once, and goes away: whatever it has not seen, it is rung for.
   */
  @JCStressTest
  @Outcome(
      id = {"true, true", "true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "It saw the event, or was rung for.")
  @Outcome(expect = FORBIDDEN, desc = "A wake-up is lost.")
  @State
  public static class Ringing extends Stream {
    private volatile boolean rung;

    /** A queue that no event fills. */
    public Ringing() {
      super(MOST + 1, SlowPolicy.CATCH_UP);
      var _ = join();
    }

    /** The log, and the worker. */
    @Actor
    public void log() {
      publish(1, 1);
    }

    /** The stream's thread. */
    @Actor
    public void stream(ZZ_Result result) {
      ringOnWork(_ -> rung = true);
      var _ = step();
      result.r1 = hadSome();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(ZZ_Result result) {
      result.r2 = rung;
    }
  }

  /** Of two ends that come at once, one is the stream's, and it is rung for once. */
  @JCStressTest
  @Outcome(
      id = {"REVOKED, 1", "EXPIRED, 1"},
      expect = ACCEPTABLE,
      desc = "One of the two, told once.")
  @Outcome(expect = FORBIDDEN, desc = "No end, or two.")
  @State
  public static class Ending extends Stream {
    private final AtomicInteger rings = new AtomicInteger();

    /** A queue that no event fills. */
    public Ending() {
      super(MOST + 1, SlowPolicy.CATCH_UP);
      var _ = join();
      ringOnWork(_ -> rings.incrementAndGet());
    }

    /** Who takes the token back. */
    @Actor
    public void revoke() {
      end(EndReason.REVOKED, Duration.ZERO);
    }

    /** Who sees that the token's time is over. */
    @Actor
    public void expire() {
      end(EndReason.EXPIRED, Duration.ZERO);
    }

    /** Afterwards. */
    @Arbiter
    public void judge(LI_Result result) {
      result.r1 = take(0) instanceof Delivery.Ended(EndReason reason, Duration _) ? reason : "none";
      result.r2 = rings.get();
    }
  }

  /** Who waits for an event does not sleep through it. */
  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "It is woken.")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "A wake-up is lost.")
  @State
  public static class Waiting extends Stream {
    /** A queue that no event fills. */
    public Waiting() {
      super(MOST + 1, SlowPolicy.CATCH_UP);
      var _ = join();
    }

    /** The stream's thread. */
    @Actor
    public void stream() {
      try {
        var _ = take(0, DAY);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    /** The log, and the worker. */
    @Signal
    public void log() {
      publish(1, 1);
    }
  }
}
