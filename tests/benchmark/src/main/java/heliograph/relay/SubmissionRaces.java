package heliograph.relay;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import heliograph.contract.Cursor;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * What holds between the log thread and a publisher that waits for its {@link Submission}: it is
 * answered, with what the log thread said first, and with that for good. {@code tests/benchmark/run
 * races} runs it.
 */
final class SubmissionRaces {
  private static final List<Receipt> STORED =
      List.of(
          new Receipt.Stored(new Cursor("races", 1)), new Receipt.Stored(new Cursor("races", 2)));

  private SubmissionRaces() {}

  private static RuntimeException refusal(String message) {
    return new IllegalStateException(message);
  }

  private static Submission submission() {
    return new Submission(List.of());
  }

  private static String answer(Submission submission) {
    try {
      return submission.await().equals(STORED) ? "stored" : "other receipts";
    } catch (IllegalStateException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /** What was stored is told as stored, also if the log thread dies right after that. */
  @JCStressTest
  @Outcome(id = "stored, stored", expect = ACCEPTABLE, desc = "The first answer, for good.")
  @Outcome(expect = FORBIDDEN, desc = "Another answer, or two.")
  @State
  public static class Storing {
    private final Submission submission = submission();

    /** The log thread. */
    @Actor
    public void log() {
      submission.answer(STORED);
      submission.fail(refusal("first"));
    }

    /** The publisher. */
    @Actor
    public void publisher(LL_Result result) {
      result.r1 = answer(submission);
    }

    /** Afterwards. */
    @Arbiter
    public void judge(LL_Result result) {
      result.r2 = answer(submission);
    }
  }

  /** A refusal is told whole, and a second one changes nothing. */
  @JCStressTest
  @Outcome(id = "first, first", expect = ACCEPTABLE, desc = "The first answer, for good.")
  @Outcome(expect = FORBIDDEN, desc = "Another answer, or two.")
  @State
  public static class Refusing {
    private final Submission submission = submission();

    /** The log thread. */
    @Actor
    public void log() {
      submission.fail(refusal("first"));
      submission.fail(refusal("second"));
    }

    /** The publisher. */
    @Actor
    public void publisher(LL_Result result) {
      result.r1 = answer(submission);
    }

    /** Afterwards. */
    @Arbiter
    public void judge(LL_Result result) {
      result.r2 = answer(submission);
    }
  }

  /** A publisher that waits does not sleep through its answer. */
  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "It is woken.")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "A wake-up is lost.")
  @State
  public static class Waiting {
    private final Submission submission = submission();

    /** The publisher. */
    @Actor
    public void publisher() {
      var _ = submission.await();
    }

    /** The log thread. */
    @Signal
    public void log() {
      submission.answer(STORED);
    }
  }
}
