package heliograph.gateway.access;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Leaves alone what fails. Each voter has one vote, by what its last question came to, so that one
 * that fails again and again counts once: Helidon's breaker counts questions, and whoever asks most
 * would decide for all. Any thread.
 */
final class Breaker {
  /** The most votes that count, the newest. */
  static final int VOTES = 10;

  /** Of these, this part in a hundred has to be failures. */
  static final int FAILURES_PERCENT = 60;

  /** For how long a vote counts. */
  static final Duration MEMORY = Duration.ofSeconds(30);

  /** For how long it leaves alone; then a few questions try, and again after as long. */
  static final Duration REST = Duration.ofSeconds(2);

  private final int failures;
  private final int trials;
  private final LongSupplier nanos;

  // Guarded by this.
  private final Map<String, Vote> votes = new LinkedHashMap<>();
  private final Set<String> trying = new HashSet<>();
  private boolean open;
  private long restingUntil;

  private record Vote(boolean failed, long nanos) {}

  /**
   * @param failures how many voters have to fail
   * @param trials how many voters may try after a rest; the first answer that one of them has ends
   *     it
   */
  Breaker(int failures, int trials, LongSupplier nanos) {
    this.failures = failures;
    this.trials = trials;
    this.nanos = nanos;
  }

  /** Whether the voter may ask. */
  synchronized boolean admits(String voter) {
    if (!open) {
      return true;
    }
    long now = nanos.getAsLong();
    if (now - restingUntil >= 0) {
      // A trial of before that came to nothing is forgotten.
      trying.clear();
      restingUntil = now + REST.toNanos();
      trying.add(voter);
      return true;
    }
    return !trying.isEmpty() && trying.size() < trials && trying.add(voter);
  }

  /**
   * The voter was answered.
   *
   * @return whether this has ended a rest
   */
  synchronized boolean answered(String voter) {
    if (open && trying.contains(voter)) {
      open = false;
      trying.clear();
      votes.clear();
      return true;
    }
    vote(voter, false);
    return false;
  }

  /**
   * What the voter asked was not answered.
   *
   * @return whether this has begun a rest
   */
  synchronized boolean failed(String voter) {
    vote(voter, true);
    long failed = votes.values().stream().filter(Vote::failed).count();
    if (open || failed < failures || failed * 100 < (long) votes.size() * FAILURES_PERCENT) {
      return false;
    }
    open = true;
    restingUntil = nanos.getAsLong() + REST.toNanos();
    return true;
  }

  private void vote(String voter, boolean failed) {
    long now = nanos.getAsLong();
    votes.values().removeIf(vote -> now - vote.nanos() >= MEMORY.toNanos());
    votes.remove(voter);
    votes.put(voter, new Vote(failed, now));
    if (votes.size() > VOTES) {
      votes.remove(votes.keySet().iterator().next());
    }
  }
}
