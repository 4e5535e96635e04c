package heliograph.gateway.stream;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * What holds of the {@link Turns} of a stream, whoever rings and whoever writes at the same time: a
 * turn follows each ring, and no two threads have a turn at once. {@code tests/benchmark/run races}
 * runs it.
 */
final class TurnsRaces {
  private static final String KEPT = "true, false";
  private static final String KEPT_SAYS = "A turn followed each ring, and one thread had it.";
  private static final String BROKEN_SAYS = "A ring is lost, or two threads wrote at once.";

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LITTLE_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long PAUSE_NANOS = 1_000;

  // One for all, as in a relay. Its thread has the turns that the actors leave to it.
  private static final Lane LANE = new Lane(System::nanoTime, () -> {});

  // Once a ring was lost, that others are is no news worth waiting for.
  private static volatile boolean broken;

  static {
    LANE.start();
  }

  private TurnsRaces() {}

  /** A stream that takes all that was offered, and sees whether another thread does so too. */
  abstract static class Stream extends Turns {
    private final boolean gathers;
    private final AtomicInteger offered = new AtomicInteger();
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private volatile int taken;
    private volatile boolean together;
    private volatile boolean timed;

    Stream(boolean gathers) {
      super(LANE);
      this.gathers = gathers;
    }

    @Override
    Turn write(boolean alone, long nowNanos) {
      if (writing.getAndIncrement() > 0) {
        together = true;
      }
      turns.incrementAndGet();
      taken = offered.get();
      writing.decrementAndGet();
      return Turn.DONE;
    }

    @Override
    final boolean gathers() {
      return gathers;
    }

    @Override
    final void startWindow() {
      timed = true;
    }

    @Override
    final long nanos() {
      return System.nanoTime();
    }

    final int turns() {
      return turns.get();
    }

    /** Something more is to be written. */
    final void ring(boolean urgent) {
      offered.incrementAndGet();
      ready(urgent);
    }

    /** A turn as a lane has it. */
    final void inLane() {
      if (turn(nanos())) {
        pause();
      }
    }

    final void endWindow() {
      timed = false;
      windowOver();
    }

    /** Lets time go on, so that windows end, until all is written or nothing more can come. */
    final void judge(ZZ_Result result) {
      long start = System.nanoTime();
      long patience = broken ? LITTLE_PATIENCE_NANOS : PATIENCE_NANOS;
      while (taken != offered.get() && System.nanoTime() - start < patience) {
        if (timed) {
          endWindow();
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      result.r1 = taken == offered.get();
      result.r2 = together;
      if (!result.r1) {
        broken = true;
      }
    }
  }

  /** Whoever opens a stream writes first, and is rung for meanwhile. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class Opening extends Stream {
    /** Without windows. */
    public Opening() {
      super(false);
    }

    /** Who opens it. */
    @Actor
    public void opener() {
      onOwnThread();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(false);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** A ring comes while a lane's turn begins, or ends. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class Turning extends Stream {
    /** Without windows. */
    public Turning() {
      super(false);
    }

    /** The lane's thread. */
    @Actor
    public void lane() {
      inLane();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(false);
      ring(false);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** Two ring for a stream that rests; its lane has it once. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class Resting extends Stream {
    /** Without windows, and with nothing to write. */
    public Resting() {
      super(false);
      onOwnThread();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(false);
    }

    /** Who looks after the stream's heartbeat. */
    @Actor
    public void keeper() {
      ring(true);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** A lane is relieved of a stream that held it up, which goes on alone. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class GoingOn extends Stream {
    /** Without windows. */
    public GoingOn() {
      super(false);
    }

    /** The thread that the lane no longer waits for. */
    @Actor
    public void held() {
      var _ = turn(nanos());
      goOn();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(false);
      ring(false);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** What waits for its window is joined by what does not wait. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class Gathering extends Stream {
    /** With windows. */
    public Gathering() {
      super(true);
    }

    /** The lane's thread. */
    @Actor
    public void lane() {
      inLane();
    }

    /** Who publishes, and then the end of the stream. */
    @Actor
    public void publisher() {
      ring(false);
      ring(true);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** A window ends while something comes that does not wait for it. */
  @JCStressTest
  @Outcome(id = KEPT, expect = ACCEPTABLE, desc = KEPT_SAYS)
  @Outcome(expect = FORBIDDEN, desc = BROKEN_SAYS)
  @State
  public static class WindowEnding extends Stream {
    /** With a window that has begun. */
    public WindowEnding() {
      super(true);
      onOwnThread();
      ring(false);
    }

    /** The timer. */
    @Actor
    public void timer() {
      endWindow();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(true);
    }

    /** Afterwards. */
    @Arbiter
    public void after(ZZ_Result result) {
      judge(result);
    }
  }

  /** A stream has no turn after its last one, however it is rung for. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Its last turn was its last.")
  @Outcome(expect = FORBIDDEN, desc = "It had none, or another one.")
  @State
  public static class Ending extends Stream {
    /** Without windows. */
    public Ending() {
      super(false);
    }

    @Override
    Turn write(boolean alone, long nowNanos) {
      var _ = super.write(alone, nowNanos);
      return Turn.OVER;
    }

    /** The lane's thread. */
    @Actor
    public void lane(II_Result result) {
      inLane();
      result.r1 = turns();
    }

    /** Who publishes. */
    @Actor
    public void publisher() {
      ring(true);
    }

    /** Afterwards. */
    @Arbiter
    public void after(II_Result result) {
      ring(true);
      inLane();
      result.r2 = turns();
    }
  }
}
