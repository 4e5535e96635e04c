package heliograph.relay;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * What holds where a log, a tenant's workers and its streams meet: nothing in an {@link Inbox} is
 * without a worker, and the bytes of an event are given back once. {@code tests/benchmark/run
 * races} runs it.
 */
final class InboxRaces {
  private static final Limits.Memory ROOMY =
      new Limits.Memory(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 1, 1);

  private InboxRaces() {}

  /** While a worker finds the inbox empty and goes, something comes. */
  @JCStressTest
  @Outcome(
      id = "1",
      expect = ACCEPTABLE,
      desc = "It was done, or its bringer has to find a worker.")
  @Outcome(expect = FORBIDDEN, desc = "It lies there and nobody comes, or it was done twice.")
  @State
  public static class Leaving {
    private final Inbox inbox = new Inbox(new WaitingBytes(ROOMY).share());
    private int done;
    private boolean called;

    /** Has a worker there. */
    public Leaving() {
      var _ = inbox.change(() -> {});
      var _ = inbox.next();
    }

    /** The worker. */
    @Actor
    public void worker() {
      while (inbox.next() instanceof Inbox.Change(Runnable change)) {
        change.run();
      }
    }

    /** Who brings something. */
    @Actor
    public void bringer() {
      called = inbox.change(() -> done++);
    }

    /** The worker that the bringer has called. */
    @Arbiter
    public void judge(I_Result result) {
      if (called) {
        worker();
      }
      result.r1 = done;
    }
  }

  /** Two streams and the delivery let an event go. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "All bytes are given back.")
  @Outcome(expect = FORBIDDEN, desc = "Some are not, or twice.")
  @State
  public static class Dropping {
    private final WaitingBytes waiting = new WaitingBytes(ROOMY);
    private final HeldBytes held = new HeldBytes(waiting.share(), 100);

    /** Has two streams hold it, beside the delivery. */
    public Dropping() {
      held.hold();
      held.hold();
    }

    /** The delivery, which makes a frame for somebody else. */
    @Actor
    public void delivery() {
      held.add(50);
      held.drop();
    }

    /** A stream. */
    @Actor
    public void one() {
      held.drop();
    }

    /** Another stream. */
    @Actor
    public void other() {
      held.drop();
    }

    /** Afterwards. */
    @Arbiter
    public void judge(J_Result result) {
      result.r1 = waiting.held();
    }
  }
}
