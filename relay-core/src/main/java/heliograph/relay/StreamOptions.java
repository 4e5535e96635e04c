package heliograph.relay;

import heliograph.contract.Dialect;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a subscription is to be served, whatever it wants to see.
 *
 * @param dialect how the stream is spoken to
 * @param keep which of the events that wait together are sent
 * @param queue the most events that may wait; empty for {@link Limits#queue}
 * @param slow what happens when more wait; empty for {@link Limits#slow}
 * @param profile the name under which the stream is counted; empty where it has none
 * @param seat how many streams of its user the profile lets be open; empty for as many as the
 *     limits on all streams allow
 */
public record StreamOptions(
    Dialect dialect,
    Keep keep,
    OptionalInt queue,
    Optional<SlowPolicy> slow,
    Optional<String> profile,
    Optional<Seat> seat) {

  /** Throws IllegalArgumentException if nothing may wait, or a seat is in no profile. */
  public StreamOptions {
    if (seat.isPresent() && profile.isEmpty()) {
      throw new IllegalArgumentException("streams are counted together within a profile");
    }
    if (queue.isPresent() && queue.getAsInt() < 1) {
      throw new IllegalArgumentException("a queue holds at least one event");
    }
  }

  /** Makes options of a stream without a profile, with the bounds of all streams. */
  public static StreamOptions of(Dialect dialect, Keep keep) {
    return new StreamOptions(
        dialect, keep, OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Makes options of a stream without a profile that wants every event. */
  public static StreamOptions of(Dialect dialect) {
    return of(dialect, Keep.EVERY);
  }

  /** These options with a seat. */
  public StreamOptions with(Optional<Seat> other) {
    return new StreamOptions(dialect, keep, queue, slow, profile, other);
  }

  /** These options for a poll, which takes no seat: it is over before another one could need it. */
  StreamOptions withoutSeat() {
    return seat.isEmpty()
        ? this
        : new StreamOptions(dialect, keep, queue, slow, profile, Optional.empty());
  }
}
