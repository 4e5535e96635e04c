package heliograph.gateway.access;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Stops asking an upstream that fails (a circuit breaker). Each voter has one vote, which its last
 * question decides, so a voter that fails again and again counts once. Helidon's breaker counts
 * questions, so whoever asks most would decide for all. Any thread.
 */
final class Breaker {
  /** The most votes that count; the oldest is dropped for a new one. */
  static final int VOTES = 10;

  /** The least share of the votes, in percent, that have to be failures. */
  static final int FAILURES_PERCENT = 60;

  /** For how long a vote counts. */
  static final Duration MEMORY = Duration.ofSeconds(30);

  /**
   * For how long the upstream is left alone; then a few voters try, and again after each such time.
   */
  static final Duration REST = Duration.ofSeconds(2);

  private final int failures;
  private final int trials;
  private final LongSupplier nanos;

  // These are guarded by this.
  private final Map<String, Vote> votes = new LinkedHashMap<>();
  private final Set<String> trying = new HashSet<>();
  private boolean open;
  private long restingUntil;

  private record Vote(boolean failed, long nanos) {}

  /**
   * Makes a breaker that lets everybody ask.
   *
   * @param failures how many voters have to fail before the upstream is left alone
   * @param trials how many voters may try after a rest; the first of them that is answered ends the
   *     rest
   * @param nanos a clock of elapsed nanoseconds
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
      // Voters that tried after an earlier rest and got no answer are forgotten.
      trying.clear();
      restingUntil = now + REST.toNanos();
      trying.add(voter);
      return true;
    }
    return !trying.isEmpty() && trying.size() < trials && trying.add(voter);
  }

  /**
   * Notes that the voter was answered.
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
   * Notes that the voter was not answered.
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
