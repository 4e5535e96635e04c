package heliograph.relay;

import java.time.Duration;
import java.util.Optional;

/**
 * How many streams of one user a profile lets be open, and what happens to one more. Streams of the
 * same profile, tenant and subject with equal seats count together. Polls do not count.
 *
 * @param session the session that counts by itself; empty where all sessions of a user count
 *     together
 * @param most how many streams may be open; at least 1
 * @param over what happens to a further one
 * @param storm when streams that supersede each other are let in beside each other
 */
public record Seat(Optional<String> session, int most, OverUserLimit over, Storm storm) {

  /** Throws IllegalArgumentException if no stream may be open. */
  public Seat {
    if (most < 1) {
      throw new IllegalArgumentException("a seat is for at least one stream");
    }
  }

  /**
   * Streams that supersede each other again and again, as pages do whose clients do not stay away.
   * Where so many were superseded within some time, the next ones are let in beside those that are
   * open, until for a minute none has come for which there was no room.
   *
   * @param times how many; 1 to {@link #MAX_TIMES}
   * @param within in which time; positive
   */
  public record Storm(int times, Duration within) {
    /** The largest number of superseded streams that is waited for. */
    public static final int MAX_TIMES = 100;

    /** Throws IllegalArgumentException if the number or the time is out of its bounds. */
    public Storm {
      if (times < 1 || times > MAX_TIMES || !within.isPositive()) {
        throw new IllegalArgumentException("a storm has 1 to 100 streams within a time");
      }
    }
  }
}
