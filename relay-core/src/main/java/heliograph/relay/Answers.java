package heliograph.relay;

import java.util.Arrays;
import java.util.Optional;

/**
 * Which filters want an event, as far as they were asked. A filter is known by its number, so that
 * this keeps no filter alive, and takes eight bytes for each. Immutable.
 */
final class Answers {
  /** The most answers that are kept of one event; a further filter is asked each time. */
  static final int MAX = 64;

  /** No filter was asked yet. */
  static final Answers NONE = new Answers(new long[0]);

  // Each is the number of a filter, shifted by one bit, with its answer in the lowest bit. The
  // field is final, so that a thread that reads this without a lock sees all of them.
  private final long[] known;

  private Answers(long[] known) {
    this.known = known;
  }

  /** What the filter of this number answered; empty if that is not known. */
  Optional<Boolean> of(long number) {
    for (long answer : known) {
      if (answer >> 1 == number) {
        return Optional.of((answer & 1) == 1);
      }
    }
    return Optional.empty();
  }

  /**
   * These answers and one more, unless there are as many as may be.
   *
   * @param number the number of a filter that is not among these; not 0
   */
  Answers with(long number, boolean wanted) {
    if (known.length >= MAX) {
      return this;
    }
    long[] more = Arrays.copyOf(known, known.length + 1);
    more[known.length] = number << 1 | (wanted ? 1 : 0);
    return new Answers(more);
  }
}
