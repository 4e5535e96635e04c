package heliograph.publisher;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What came of one attempt to send a request. */
sealed interface Answer {
  /** The relay answered for each event, in the order of the request. */
  record Results(List<Result> results) implements Answer {}

  /** The whole request was refused, and nothing of it was stored. */
  record Refused(Problem problem) implements Answer {}

  /**
   * The attempt failed in a way that another may not.
   *
   * @param why for people, without a secret
   * @param asked how long the relay wants to be left alone
   * @param mayBeStored whether the events may have been stored all the same
   */
  record Failed(String why, Optional<Duration> asked, boolean mayBeStored) implements Answer {
    static Failed unsure(String why) {
      return new Failed(why, Optional.empty(), true);
    }

    static Failed unsent(String why) {
      return new Failed(why, Optional.empty(), false);
    }
  }

  /** What came of one event. */
  sealed interface Result {
    /** It is in the log. */
    record Stored(Published published) implements Result {}

    /** It is not. */
    record NotStored(Problem problem) implements Result {}
  }
}
